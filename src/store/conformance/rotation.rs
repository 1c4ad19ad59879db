//! Refresh families: rotation, and revocation that happens once.

use super::{RACERS, World, after, count_of, family_id, race, rotation};
use crate::account::user::AccountSwitch;
use crate::protocol::ids::ClientId;
use crate::store::{
    Effects, FamilyRevocation, NewFamily, RevocationMark, SharedStore, TokenRotation,
};

/// A rotation raises the generation and notes when; the end of the family stays where it is.
pub async fn rotates_to_the_next_generation(store: SharedStore) {
    let world = World::new(store).await;
    let mut family = world.redeemed(world.grant("f-1")).await;
    for (generation, second) in [(1, 20), (2, 30)] {
        let rotation = TokenRotation {
            now: after(second),
            ..rotation(&family)
        };
        let rotated = world.store.rotate_family(&rotation).await.unwrap().unwrap();
        assert_eq!(rotated.generation, generation);
        assert_eq!(rotated.rotated_at, Some(after(second)));
        assert_eq!(rotated.grant, family.grant);
        assert!(rotated.owner_stands);
        assert_eq!(world.family(&family.grant.id).await, rotated);
        family = rotated;
    }
}

/// Of many rotations of one generation at once, one succeeds.
pub async fn rotates_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let outcomes = race(|_| {
        let (store, rotation) = (world.store.clone(), rotation(&family));
        async move { store.rotate_family(&rotation).await.unwrap() }
    })
    .await;
    assert_eq!(outcomes.len(), RACERS);
    assert_eq!(outcomes.iter().flatten().count(), 1);
    assert_eq!(world.family(&family.grant.id).await.generation, 1);
}

/// Families rotate side by side without disturbing each other.
pub async fn rotates_many_families_at_once(store: SharedStore) {
    let world = World::new(store).await;
    let mut families = Vec::new();
    for number in 0..RACERS {
        families.push(world.redeemed(world.grant(&format!("f-{number}"))).await);
    }
    let outcomes = race(|number| {
        let (store, rotation) = (world.store.clone(), rotation(families.get(number).unwrap()));
        async move { store.rotate_family(&rotation).await.unwrap() }
    })
    .await;
    assert_eq!(outcomes.iter().flatten().count(), RACERS);
}

/// Every guard of a rotation: one that differs changes nothing.
pub async fn refuses_a_rotation_with_any_binding_changed(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let right = rotation(&family);
    let wrong = [
        TokenRotation {
            realm: world.elsewhere.clone(),
            ..right.clone()
        },
        TokenRotation {
            family: family_id("f-2"),
            ..right.clone()
        },
        TokenRotation {
            client: ClientId::parse("other").unwrap(),
            ..right.clone()
        },
        TokenRotation {
            generation: 1,
            ..right.clone()
        },
        TokenRotation {
            generation: -1,
            ..right.clone()
        },
        TokenRotation {
            now: family.grant.expires_at,
            ..right.clone()
        },
    ];
    for rotation in wrong {
        assert_eq!(
            world.store.rotate_family(&rotation).await.unwrap(),
            None,
            "{rotation:?}"
        );
    }
    assert_eq!(world.family(&family.grant.id).await, family);
    assert!(world.store.rotate_family(&right).await.unwrap().is_some());
    assert_eq!(world.store.rotate_family(&right).await.unwrap(), None);
}

/// A family that names APIs rotates once they were judged; one that names none does not wait.
pub async fn rotates_a_family_with_apis_when_they_were_judged(store: SharedStore) {
    let world = World::new(store).await;
    let with_apis = world.redeemed(world.grant("f-1")).await;
    let plain = NewFamily {
        resources: Vec::new(),
        ..world.grant("f-2")
    };
    let plain = world.redeemed(plain).await;
    for (family, targets_judged, rotates) in [
        (&with_apis, false, false),
        (&with_apis, true, true),
        (&plain, false, true),
    ] {
        let rotation = TokenRotation {
            targets_judged,
            ..rotation(family)
        };
        let rotated = world.store.rotate_family(&rotation).await.unwrap();
        assert_eq!(rotated.is_some(), rotates, "{rotation:?}");
    }
}

/// A family without refresh tokens, or whose code is unspent, does not rotate.
pub async fn refuses_to_rotate_what_has_no_refresh_token(store: SharedStore) {
    let world = World::new(store).await;
    let plain = NewFamily {
        refreshable: false,
        ..world.grant("f-1")
    };
    let plain = world.redeemed(plain).await;
    assert_eq!(
        world.store.rotate_family(&rotation(&plain)).await.unwrap(),
        None
    );
    let unspent = world.grant("f-2");
    world.store.issue_code(&unspent).await.unwrap();
    let unspent = world.family(&unspent.id).await;
    assert_eq!(
        world
            .store
            .rotate_family(&rotation(&unspent))
            .await
            .unwrap(),
        None
    );
}

/// A revoked family does not rotate.
pub async fn refuses_to_rotate_a_revoked_family(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let id = &family.grant.id;
    world
        .store
        .revoke_family(&world.realm, id, "test", &Effects::NONE, after(6))
        .await
        .unwrap();
    assert_eq!(
        world.store.rotate_family(&rotation(&family)).await.unwrap(),
        None
    );
}

/// A family issued while its user was being switched off does not rotate.
pub async fn refuses_to_rotate_for_a_disabled_user(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.offline_grant("f-1")).await;
    let (realm, id) = (&world.realm, &world.user.id);
    world
        .store
        .switch_user(realm, id, AccountSwitch::Disable, &Effects::NONE, after(6))
        .await
        .unwrap();
    assert!(!world.family(&family.grant.id).await.owner_stands);
    assert_eq!(
        world.store.rotate_family(&rotation(&family)).await.unwrap(),
        None
    );
}

/// An ended session stops the families that live with it; offline ones rotate on.
pub async fn an_ended_session_stops_its_families(store: SharedStore) {
    let world = World::new(store).await;
    let online = world.redeemed(world.grant("f-1")).await;
    let offline = world.redeemed(world.offline_grant("f-2")).await;
    world
        .store
        .end_session(&world.realm, &world.session.id, &Effects::NONE, after(6))
        .await
        .unwrap();
    assert_eq!(
        world.store.rotate_family(&rotation(&online)).await.unwrap(),
        None
    );
    assert!(
        world
            .store
            .rotate_family(&rotation(&offline))
            .await
            .unwrap()
            .is_some()
    );
}

/// The first revocation stands; the marks of every call are recorded.
pub async fn revokes_a_family_once(store: SharedStore) {
    let world = World::new(store).await;
    let id = world.redeemed(world.grant("f-1")).await.grant.id;
    let (store, realm) = (&world.store, &world.realm);
    let mark = RevocationMark::Family(id.clone());
    let marks = [world.mark(mark.clone())];
    let first = store
        .revoke_family(realm, &id, "reuse", &Effects::NONE, after(6))
        .await
        .unwrap();
    assert_eq!(first, FamilyRevocation::Revoked);
    assert!(!world.stands(&mark).await);
    let second = store
        .revoke_family(
            realm,
            &id,
            "logout",
            &Effects::marks(marks.clone()),
            after(7),
        )
        .await
        .unwrap();
    assert_eq!(second, FamilyRevocation::AlreadyRevoked);
    assert!(world.stands(&mark).await);
    assert_eq!(world.family(&id).await.revoked_at, Some(after(6)));
}

/// A family is revoked in its realm only.
pub async fn revokes_no_family_elsewhere(store: SharedStore) {
    let world = World::new(store).await;
    let id = world.redeemed(world.grant("f-1")).await.grant.id;
    let outcome = world
        .store
        .revoke_family(&world.elsewhere, &id, "test", &Effects::NONE, after(6))
        .await
        .unwrap();
    assert_eq!(outcome, FamilyRevocation::Unknown);
    assert_eq!(world.family(&id).await.revoked_at, None);
}

/// Of many revocations at once, one is told that it revoked.
pub async fn revokes_a_family_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let id = world.redeemed(world.grant("f-1")).await.grant.id;
    let mark = RevocationMark::Family(id.clone());
    let outcomes = race(|_| {
        let (store, realm, id) = (world.store.clone(), world.realm.clone(), id.clone());
        let marks = [world.mark(mark.clone())];
        async move {
            store
                .revoke_family(
                    &realm,
                    &id,
                    "reuse",
                    &Effects::marks(marks.clone()),
                    after(6),
                )
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &FamilyRevocation::Revoked), 1);
    assert_eq!(
        count_of(&outcomes, &FamilyRevocation::AlreadyRevoked),
        RACERS - 1
    );
    assert!(world.stands(&mark).await);
}

/// Rotations and revocation at once: what rotated did so before, and afterwards nothing rotates.
pub async fn a_revocation_ends_a_race_of_rotations(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let id = &family.grant.id;
    let outcomes = race(|number| {
        let (store, rotation) = (world.store.clone(), rotation(&family));
        async move {
            if number == 0 {
                let (realm, id) = (&rotation.realm, &rotation.family);
                store
                    .revoke_family(realm, id, "reuse", &Effects::NONE, after(6))
                    .await
                    .unwrap();
                return None;
            }
            store.rotate_family(&rotation).await.unwrap()
        }
    })
    .await;
    assert!(outcomes.iter().flatten().count() <= 1);
    let stands = world.family(id).await;
    assert_eq!(stands.revoked_at, Some(after(6)));
    assert_eq!(
        world.store.rotate_family(&rotation(&stands)).await.unwrap(),
        None
    );
}
