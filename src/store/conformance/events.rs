//! Reading what has happened.

use super::{START, World, after, user};
use crate::account::event::{Caller, Event, EventKind};
use crate::protocol::ids::UserId;
use crate::protocol::time::Timestamp;
use crate::store::{Effects, EventPage, SharedStore, StoredEvent};

async fn page(
    world: &World,
    user: &UserId,
    since: Timestamp,
    before: Option<i64>,
) -> Vec<StoredEvent> {
    let page = EventPage {
        since,
        before,
        limit: 2,
    };
    let events = world.store.events_of_user(&world.realm, user, page).await;
    events.unwrap()
}

/// Events of a user are read back as they were written, the newest first, page by page.
pub async fn pages_through_the_events_of_a_user(store: SharedStore) {
    let world = World::new(store).await;
    let caller = Caller {
        address: Some("2001:db8::7".parse().unwrap()),
        user_agent: Some("Firefox".to_owned()),
        request: Some("r-1".to_owned()),
    };
    let (realm, owner) = (&world.realm, &world.user.id);
    let event = |second: u32| {
        Event::new(realm, EventKind::ConsentGranted, &caller, after(second))
            .of_client(&world.client.id)
            .in_session(&world.session.id)
            .with("scope", "openid")
    };
    let written: Vec<Event> = (1..=4).map(|n| event(n).of_user(owner)).collect();
    let mut effects = Effects::NONE;
    for event in &written {
        effects = effects.and_event(event.clone());
    }
    // Events go with any change; this one makes bob, who has one of his own.
    let bob = user(realm, "u-bob", "bob", None);
    effects = effects.and_event(event(5).of_user(&bob.id));
    world.store.create_user(&bob, &effects).await.unwrap();
    let first = page(&world, owner, START, None).await;
    let told: Vec<&Event> = first.iter().map(|stored| &stored.event).collect();
    assert_eq!(told, written.iter().rev().take(2).collect::<Vec<_>>());
    let before = first.last().map(|last| last.sequence);
    let second = page(&world, owner, START, before).await;
    let told: Vec<&Event> = second.iter().map(|stored| &stored.event).collect();
    assert_eq!(told, written.iter().rev().skip(2).collect::<Vec<_>>());
    let before = second.last().map(|last| last.sequence);
    let third = page(&world, owner, START, before).await;
    assert!(third.is_empty());
    assert_eq!(page(&world, owner, after(4), None).await.len(), 1);
    assert_eq!(page(&world, &bob.id, START, None).await.len(), 1);
    let all = EventPage {
        since: START,
        before: None,
        limit: 100,
    };
    let elsewhere = world.store.events_of_user(&world.elsewhere, owner, all);
    assert!(elsewhere.await.unwrap().is_empty());
}
