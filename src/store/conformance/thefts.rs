//! Refresh tokens that came a second time, and what ends with them.

use super::{World, after, family_id, race, rotation, session};
use crate::account::event::{Caller, Event, EventKind};
use crate::protocol::ids::FamilyId;
use crate::store::thefts::Theft;
use crate::store::{Change, Effects, NewFamily, RevocationMark, SharedStore};

/// The token of a family came a second time.
fn theft(world: &World, family: &str) -> Theft {
    let ended = EventKind::SessionEnded;
    Theft {
        realm: world.realm.clone(),
        family: family_id(family),
        session: world.session.id.clone(),
        session_ended: Event::new(&world.realm, ended, &Caller::default(), after(20)),
        marked_until: after(3_600),
        now: after(20),
    }
}

fn marks(families: &[&str]) -> Vec<RevocationMark> {
    let marks = families
        .iter()
        .map(|id| RevocationMark::Family(family_id(id)));
    marks.collect()
}

async fn is_revoked(world: &World, id: &str) -> bool {
    let id: FamilyId = family_id(id);
    world.family(&id).await.revoked_at.is_some()
}

/// Ends what the theft ends; gives the marks in the order of their names.
async fn ended(world: &World, theft: &Theft) -> Vec<RevocationMark> {
    let told = world.telling(EventKind::TokenReuseDetected);
    let marks = world.store.end_stolen_family(theft, &told).await.unwrap();
    let mut marks: Vec<_> = marks.into_iter().map(|mark| mark.mark).collect();
    marks.sort_by_key(RevocationMark::key);
    for mark in &marks {
        assert!(world.stands(mark).await, "{mark:?}");
    }
    marks
}

/// RFC 9700 §4.14.2: the session ends and all that was granted in it, and nothing else.
pub async fn a_theft_ends_its_session_and_all_its_families(store: SharedStore) {
    let world = World::new(store).await;
    let other = session(&world.user, "s-2");
    let none = Effects::NONE;
    let opened = world.store.open_session(&other, super::VERIFIED, &none);
    assert_eq!(opened.await.unwrap(), Change::Changed);
    let elsewhere = NewFamily {
        session: other.id.clone(),
        ..world.grant("f-4")
    };
    for grant in [
        world.grant("f-1"),
        world.grant("f-2"),
        world.offline_grant("f-3"),
        elsewhere,
    ] {
        world.redeemed(grant).await;
    }
    let mut expected = marks(&["f-1", "f-2", "f-3"]);
    expected.push(RevocationMark::Session(world.session.id.clone()));
    assert_eq!(ended(&world, &theft(&world, "f-1")).await, expected);
    for (id, revoked) in [("f-1", true), ("f-2", true), ("f-3", true), ("f-4", false)] {
        assert_eq!(is_revoked(&world, id).await, revoked, "{id}");
    }
    let live = world.family(&family_id("f-4")).await;
    let rotated = world.store.rotate_family(&rotation(&live)).await;
    assert!(rotated.unwrap().is_some());
    let facts = world
        .store
        .session_facts(&world.realm, &world.session.cookie, None);
    let facts = facts.await.unwrap().unwrap();
    assert_eq!(facts.session.ended_at, Some(after(20)));
    let told = [EventKind::TokenReuseDetected, EventKind::SessionEnded];
    assert_eq!(world.happened().await, told);
}

/// A session that is over takes nothing along.
pub async fn a_theft_after_the_session_ends_its_family_alone(store: SharedStore) {
    let world = World::new(store).await;
    for id in ["f-1", "f-2"] {
        world.redeemed(world.offline_grant(id)).await;
    }
    let (realm, session) = (&world.realm, &world.session.id);
    let none = Effects::NONE;
    let over = world.store.end_session(realm, session, &none, after(6));
    assert_eq!(over.await.unwrap(), Change::Changed);
    assert_eq!(ended(&world, &theft(&world, "f-1")).await, marks(&["f-1"]));
    assert!(!is_revoked(&world, "f-2").await);
    assert_eq!(world.happened().await, [EventKind::TokenReuseDetected]);
}

/// Whoever finds the family revoked, or finds none, ends nothing and tells nothing.
pub async fn a_theft_of_a_revoked_family_changes_nothing(store: SharedStore) {
    let world = World::new(store).await;
    for id in ["f-1", "f-2"] {
        world.redeemed(world.grant(id)).await;
    }
    let (stolen, none) = (family_id("f-1"), Effects::NONE);
    let revoked = world
        .store
        .revoke_family(&world.realm, &stolen, "test", &none, after(6));
    revoked.await.unwrap();
    let foreign = Theft {
        realm: world.elsewhere.clone(),
        ..theft(&world, "f-2")
    };
    for theft in [theft(&world, "f-1"), theft(&world, "f-9"), foreign] {
        assert_eq!(ended(&world, &theft).await, []);
    }
    assert!(!is_revoked(&world, "f-2").await);
    assert_eq!(world.happened().await, []);
}

/// Of many who see one theft, one ends it and tells of it.
pub async fn a_theft_is_ended_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    for id in ["f-1", "f-2"] {
        world.redeemed(world.grant(id)).await;
    }
    let outcomes = race(|_| {
        let (store, theft) = (world.store.clone(), theft(&world, "f-1"));
        let told = world.telling(EventKind::TokenReuseDetected);
        async move { store.end_stolen_family(&theft, &told).await.unwrap().len() }
    })
    .await;
    let winners: Vec<_> = outcomes.into_iter().filter(|marks| *marks > 0).collect();
    assert_eq!(winners, [3]);
    let told = [EventKind::TokenReuseDetected, EventKind::SessionEnded];
    assert_eq!(world.happened().await, told);
}
