//! Ceremonies of passkeys.

use super::{World, after, count_of, race};
use crate::account::passkey::CeremonyPurpose;
use crate::protocol::ids::UserId;
use crate::protocol::time::Lifetime;
use crate::secret::Digest;
use crate::store::SharedStore;
use crate::store::passkeys::{Ceremony, CeremonyKey};

fn ceremony(world: &World, challenge: &str) -> Ceremony {
    Ceremony {
        realm: world.realm.clone(),
        challenge: Digest::of(challenge),
        purpose: CeremonyPurpose::SecondFactor,
        holder: Digest::of("cookie"),
        user: Some(world.user.id.clone()),
        state: format!("state of {challenge}"),
        expires_at: after(600),
    }
}

fn key_of(ceremony: &Ceremony) -> CeremonyKey<'_> {
    CeremonyKey {
        realm: &ceremony.realm,
        challenge: ceremony.challenge,
        purpose: ceremony.purpose,
        holder: ceremony.holder,
        user: ceremony.user.as_ref(),
    }
}

/// A ceremony is taken once, in its realm, for its purpose, by its holder, about its user, in time.
pub async fn takes_a_ceremony_once(store: SharedStore) {
    let world = World::new(store).await;
    let begun = ceremony(&world, "one");
    world.store.begin_ceremony(&begun).await.unwrap();
    let other = UserId::parse("u-bob").unwrap();
    let right = key_of(&begun);
    let wrong = [
        CeremonyKey {
            realm: &world.elsewhere,
            ..right
        },
        CeremonyKey {
            challenge: Digest::of("two"),
            ..right
        },
        CeremonyKey {
            purpose: CeremonyPurpose::SignIn,
            ..right
        },
        CeremonyKey {
            purpose: CeremonyPurpose::Registration,
            ..right
        },
        CeremonyKey {
            holder: Digest::of("another"),
            ..right
        },
        CeremonyKey {
            user: Some(&other),
            ..right
        },
        CeremonyKey {
            user: None,
            ..right
        },
    ];
    for key in wrong {
        let taken = world.store.take_ceremony(&key, after(5)).await.unwrap();
        assert_eq!(taken, None, "{key:?}");
    }
    let late = world.store.take_ceremony(&right, after(600)).await;
    assert_eq!(late.unwrap(), None);
    for expected in [Some("state of one"), None] {
        let taken = world.store.take_ceremony(&right, after(599)).await;
        assert_eq!(taken.unwrap().as_deref(), expected);
    }
    let anybodys = Ceremony {
        user: None,
        purpose: CeremonyPurpose::SignIn,
        ..ceremony(&world, "two")
    };
    world.store.begin_ceremony(&anybodys).await.unwrap();
    let taken = world
        .store
        .take_ceremony(&key_of(&anybodys), after(5))
        .await;
    assert_eq!(taken.unwrap().as_deref(), Some("state of two"));
}

/// Of many that answer one challenge at once, one is looked at.
pub async fn takes_a_ceremony_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let begun = ceremony(&world, "one");
    world.store.begin_ceremony(&begun).await.unwrap();
    let outcomes = race(|_| {
        let (store, begun) = (world.store.clone(), begun.clone());
        async move {
            let taken = store.take_ceremony(&key_of(&begun), after(5)).await;
            taken.unwrap().is_some()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &true), 1, "{outcomes:?}");
}

/// Ceremonies that nobody has finished are cleaned away.
pub async fn purges_ceremonies(store: SharedStore) {
    let world = World::new(store).await;
    let begun = ceremony(&world, "one");
    world.store.begin_ceremony(&begun).await.unwrap();
    let later = begun.expires_at.plus(Lifetime::seconds(3_600));
    assert_eq!(world.store.purge(after(600), 100).await.unwrap(), 0);
    assert!(world.store.purge(later, 100).await.unwrap() > 0);
}
