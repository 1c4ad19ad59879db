//! Signing keys and nodes.

use super::{RACERS, START, World, after, count_of, race};
use crate::protocol::ids::{KeyId, RealmId};
use crate::protocol::time::Timestamp;
use crate::store::{Creation, KeyState, KeyTransition, LiveNode, SharedStore, SigningKeyRecord};

/// A key id that is known to be valid.
pub fn key_id(id: &str) -> KeyId {
    KeyId::parse(id).unwrap()
}

/// A key with a private half of four bytes.
pub fn key(realm: &RealmId, id: &str, state: KeyState, created_at: Timestamp) -> SigningKeyRecord {
    SigningKeyRecord {
        realm: realm.clone(),
        id: key_id(id),
        algorithm: "RS256".to_owned(),
        state,
        sealed_private: vec![0, 159, 146, 150],
        public_jwk: "{\"kty\":\"RSA\"}".to_owned(),
        created_at,
        activated_at: None,
        retiring_at: None,
        revision: 0,
    }
}

async fn state(world: &World, id: &str) -> Option<KeyState> {
    let keys = world.store.signing_keys(&world.realm).await.unwrap();
    keys.into_iter()
        .find(|key| key.id == key_id(id))
        .map(|key| key.state)
}

/// Keys are listed oldest first, in their realm only, with the revision that added them.
pub async fn lists_keys_of_a_realm(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    let before = store.key_revision().await.unwrap();
    let pending = key(&world.realm, "k-2", KeyState::Pending, after(2));
    let active = key(&world.realm, "k-1", KeyState::Active, after(1));
    for key in [&pending, &active] {
        assert_eq!(
            store.add_signing_key(key, &[]).await.unwrap(),
            Creation::Created
        );
    }
    let keys = store.signing_keys(&world.realm).await.unwrap();
    let expected = [
        SigningKeyRecord {
            revision: before + 2,
            ..active
        },
        SigningKeyRecord {
            revision: before + 1,
            ..pending
        },
    ];
    assert_eq!(keys, expected);
    assert_eq!(store.signing_keys(&world.elsewhere).await.unwrap(), []);
    assert_eq!(
        store.realms_with_keys().await.unwrap(),
        std::slice::from_ref(&world.realm)
    );
    assert_eq!(store.key_revision().await.unwrap(), before + 2);
}

/// At most one pending and one active key a realm and algorithm; a refusal raises no revision.
pub async fn holds_one_key_of_a_state(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    for state in [KeyState::Pending, KeyState::Active] {
        let id = format!("k-{}", state.as_str());
        let first = key(&world.realm, &id, state, START);
        assert_eq!(
            store.add_signing_key(&first, &[]).await.unwrap(),
            Creation::Created
        );
        let before = store.key_revision().await.unwrap();
        let second = SigningKeyRecord {
            id: key_id("k-second"),
            ..first.clone()
        };
        assert_eq!(
            store.add_signing_key(&second, &[]).await.unwrap(),
            Creation::NameTaken
        );
        assert_eq!(store.key_revision().await.unwrap(), before);
        let elsewhere = SigningKeyRecord {
            realm: world.elsewhere.clone(),
            ..first.clone()
        };
        assert_eq!(
            store.add_signing_key(&elsewhere, &[]).await.unwrap(),
            Creation::Created
        );
        let other = SigningKeyRecord {
            id: key_id(&format!("k-es-{}", state.as_str())),
            algorithm: "ES256".to_owned(),
            ..first
        };
        assert_eq!(
            store.add_signing_key(&other, &[]).await.unwrap(),
            Creation::Created
        );
    }
}

/// Of many pending keys added at once, one is there.
pub async fn adds_one_pending_key_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let outcomes = race(|number| {
        let store = world.store.clone();
        let key = key(
            &world.realm,
            &format!("k-{number}"),
            KeyState::Pending,
            START,
        );
        async move { store.add_signing_key(&key, &[]).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &Creation::Created), 1);
    assert_eq!(
        world.store.signing_keys(&world.realm).await.unwrap().len(),
        1
    );
}

/// A pending key takes over and the active one of its algorithm retires, in one step.
pub async fn activates_a_pending_key(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    store
        .add_signing_key(&key(realm, "k-1", KeyState::Active, after(1)), &[])
        .await
        .unwrap();
    store
        .add_signing_key(&key(realm, "k-2", KeyState::Pending, after(2)), &[])
        .await
        .unwrap();
    let mut other = key(realm, "k-es", KeyState::Active, after(3));
    "ES256".clone_into(&mut other.algorithm);
    store.add_signing_key(&other, &[]).await.unwrap();
    let before = store.key_revision().await.unwrap();
    let moved = store
        .activate_key(realm, &key_id("k-2"), &[], after(9))
        .await
        .unwrap();
    assert_eq!(moved, KeyTransition::Moved);
    let keys = store.signing_keys(realm).await.unwrap();
    let told: Vec<_> = keys
        .iter()
        .map(|key| (key.state, key.activated_at, key.retiring_at))
        .collect();
    let expected = [
        (KeyState::Retiring, None, Some(after(9))),
        (KeyState::Active, Some(after(9)), None),
        (KeyState::Active, None, None),
    ];
    assert_eq!(told, expected);
    assert_eq!(store.key_revision().await.unwrap(), before + 1);
}

/// What is not pending is not activated, and nothing changes.
pub async fn activates_only_what_is_pending(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    store
        .add_signing_key(&key(realm, "k-1", KeyState::Active, after(1)), &[])
        .await
        .unwrap();
    store
        .add_signing_key(&key(realm, "k-2", KeyState::Pending, after(2)), &[])
        .await
        .unwrap();
    let before = store.key_revision().await.unwrap();
    let lost = [
        store
            .activate_key(realm, &key_id("k-1"), &[], after(9))
            .await
            .unwrap(),
        store
            .activate_key(realm, &key_id("k-9"), &[], after(9))
            .await
            .unwrap(),
        store
            .activate_key(&world.elsewhere, &key_id("k-2"), &[], after(9))
            .await
            .unwrap(),
    ];
    assert_eq!(count_of(&lost, &KeyTransition::Lost), 3);
    assert_eq!(state(&world, "k-1").await, Some(KeyState::Active));
    assert_eq!(state(&world, "k-2").await, Some(KeyState::Pending));
    assert_eq!(store.key_revision().await.unwrap(), before);
}

/// Of many activations at once, one moves the key.
pub async fn activates_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    store
        .add_signing_key(&key(realm, "k-1", KeyState::Active, after(1)), &[])
        .await
        .unwrap();
    store
        .add_signing_key(&key(realm, "k-2", KeyState::Pending, after(2)), &[])
        .await
        .unwrap();
    let outcomes = race(|_| {
        let (store, realm) = (world.store.clone(), world.realm.clone());
        async move {
            store
                .activate_key(&realm, &key_id("k-2"), &[], after(9))
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &KeyTransition::Moved), 1);
    assert_eq!(count_of(&outcomes, &KeyTransition::Lost), RACERS - 1);
    assert_eq!(state(&world, "k-1").await, Some(KeyState::Retiring));
    assert_eq!(state(&world, "k-2").await, Some(KeyState::Active));
}

/// A retiring or pending key retires once; an active one must give way first.
pub async fn retires_a_key_that_does_not_sign(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    store
        .add_signing_key(&key(realm, "k-1", KeyState::Active, after(1)), &[])
        .await
        .unwrap();
    store
        .add_signing_key(&key(realm, "k-2", KeyState::Pending, after(2)), &[])
        .await
        .unwrap();
    let active = store
        .retire_key(realm, &key_id("k-1"), &[], after(3))
        .await
        .unwrap();
    assert_eq!(active, KeyTransition::Lost);
    store
        .activate_key(realm, &key_id("k-2"), &[], after(4))
        .await
        .unwrap();
    let before = store.key_revision().await.unwrap();
    let moved = store
        .retire_key(realm, &key_id("k-1"), &[], after(5))
        .await
        .unwrap();
    assert_eq!(moved, KeyTransition::Moved);
    assert_eq!(store.key_revision().await.unwrap(), before + 1);
    assert_eq!(state(&world, "k-1").await, None);
    let again = store
        .retire_key(realm, &key_id("k-1"), &[], after(6))
        .await
        .unwrap();
    assert_eq!(again, KeyTransition::Lost);
    store
        .add_signing_key(&key(realm, "k-3", KeyState::Pending, after(7)), &[])
        .await
        .unwrap();
    let pending = store
        .retire_key(realm, &key_id("k-3"), &[], after(8))
        .await
        .unwrap();
    assert_eq!(pending, KeyTransition::Moved);
}

/// A realm whose keys are all retired needs no rotation.
pub async fn forgets_realms_without_keys(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    store
        .add_signing_key(&key(realm, "k-1", KeyState::Pending, after(1)), &[])
        .await
        .unwrap();
    assert_eq!(
        store.realms_with_keys().await.unwrap(),
        std::slice::from_ref(realm)
    );
    store
        .retire_key(realm, &key_id("k-1"), &[], after(2))
        .await
        .unwrap();
    assert_eq!(store.realms_with_keys().await.unwrap(), []);
}

/// Nodes are told from a moment on, with what they said last, until they say goodbye.
pub async fn knows_live_nodes(store: SharedStore) {
    store.heartbeat("a", 1, after(1)).await.unwrap();
    store.heartbeat("b", 1, after(5)).await.unwrap();
    store.heartbeat("a", 2, after(6)).await.unwrap();
    let a = LiveNode {
        id: "a".to_owned(),
        key_revision: 2,
        seen_at: after(6),
    };
    let b = LiveNode {
        id: "b".to_owned(),
        key_revision: 1,
        seen_at: after(5),
    };
    assert_eq!(store.live_nodes(after(5)).await.unwrap(), [a.clone(), b]);
    assert_eq!(store.live_nodes(after(6)).await.unwrap(), [a]);
    store.forget_node("a").await.unwrap();
    assert_eq!(store.live_nodes(after(6)).await.unwrap(), []);
}
