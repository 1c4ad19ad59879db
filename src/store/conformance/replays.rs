//! What is accepted once.

use super::{RACERS, World, after, count_of, race};
use crate::protocol::ids::ClientId;
use crate::secret::Digest;
use crate::store::replays::{AssertionUse, UsedAssertion};
use crate::store::{Change, Effects, SharedStore};

fn assertion(world: &World, id: &str) -> UsedAssertion {
    UsedAssertion {
        realm: world.realm.clone(),
        client: world.client.id.clone(),
        id: Digest::of(id),
        expires_at: after(70),
    }
}

/// An assertion is spent once, whatever it says of its expiry; another client, realm or `jti` is
/// another assertion.
pub async fn spends_an_assertion_once(store: SharedStore) {
    let world = World::new(store).await;
    let one = assertion(&world, "one");
    let later = UsedAssertion {
        expires_at: after(3_600),
        ..one.clone()
    };
    for (used, expected) in [
        (one.clone(), AssertionUse::First),
        (one.clone(), AssertionUse::Again),
        (later, AssertionUse::Again),
        (assertion(&world, "two"), AssertionUse::First),
        (
            UsedAssertion {
                client: ClientId::parse("other").unwrap(),
                ..one.clone()
            },
            AssertionUse::First,
        ),
        (
            UsedAssertion {
                realm: world.elsewhere.clone(),
                ..one
            },
            AssertionUse::First,
        ),
    ] {
        let spent = world.store.spend_assertion(&used).await.unwrap();
        assert_eq!(spent, expected, "{used:?}");
    }
}

/// Of many that present one assertion at once, one is the first.
pub async fn spends_an_assertion_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let one = assertion(&world, "one");
    let outcomes = race(|_| {
        let (store, one) = (world.store.clone(), one.clone());
        async move { store.spend_assertion(&one).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &AssertionUse::First), 1);
    assert_eq!(count_of(&outcomes, &AssertionUse::Again), RACERS - 1);
}

/// A client that was removed and registered anew cannot be impersonated with its old assertions.
pub async fn remembers_assertions_of_a_removed_client(store: SharedStore) {
    let world = World::new(store).await;
    let one = assertion(&world, "one");
    world.store.spend_assertion(&one).await.unwrap();
    let removed = world
        .store
        .delete_client(&world.realm, &world.client.id, &Effects::NONE, after(1))
        .await
        .unwrap();
    assert_eq!(removed, Change::Changed);
    world.store.create_client(&world.client, &[]).await.unwrap();
    let spent = world.store.spend_assertion(&one).await.unwrap();
    assert_eq!(spent, AssertionUse::Again);
}

/// Cleaning takes assertions a minute after no node takes them any more.
pub async fn purges_assertions(store: SharedStore) {
    let world = World::new(store).await;
    let one = assertion(&world, "one");
    world.store.spend_assertion(&one).await.unwrap();
    for (now, count, expected) in [
        (after(129), 0, AssertionUse::Again),
        (after(130), 1, AssertionUse::First),
    ] {
        assert_eq!(world.store.purge(now, 100).await.unwrap(), count, "{now:?}");
        let spent = world.store.spend_assertion(&one).await.unwrap();
        assert_eq!(spent, expected, "{now:?}");
    }
}
