//! Reading what has happened.

use super::{START, World, after, user};
use crate::account::event::{Caller, Event, EventKind};
use crate::protocol::ids::{ClientId, KeyId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{
    Change, Effects, EventFilter, EventPage, EventPlace, KeyTransition, RevocationMark,
    SharedStore, StoredEvent,
};

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

impl World {
    /// An event of the first realm, to go with a change.
    pub fn telling(&self, kind: EventKind) -> Effects {
        Effects::event(Event::new(&self.realm, kind, &Caller::default(), START))
    }

    /// What the record of the first realm tells, the oldest first.
    pub async fn happened(&self) -> Vec<EventKind> {
        let (all, from) = (EventFilter::default(), EventPlace::After(0));
        let told = self.store.list_events(&self.realm, &all, from, 100).await;
        told.unwrap().iter().map(|row| row.event.kind).collect()
    }
}

async fn listed(world: &World, filter: &EventFilter, place: EventPlace) -> Vec<(i64, Event)> {
    let realm = &world.realm;
    let events = world.store.list_events(realm, filter, place, 2).await;
    let place = |stored: StoredEvent| (stored.sequence, stored.event);
    events.unwrap().into_iter().map(place).collect()
}

/// Four events of the first realm, written down beside one of the other.
async fn written(world: &World) -> [Event; 4] {
    let (realm, ada, shop) = (&world.realm, &world.user.id, &world.client.id);
    let event = |kind, second| Event::new(realm, kind, &Caller::default(), after(second));
    let signed_in = event(EventKind::SignedIn, 1).of_user(ada);
    let foreign = Event {
        realm: world.elsewhere.clone(),
        ..signed_in.clone()
    };
    let granted = event(EventKind::ConsentGranted, 2).of_user(ada);
    let written = [
        signed_in,
        granted.of_client(shop),
        event(EventKind::ClientChanged, 3).of_client(shop),
        event(EventKind::KeyRetired, 4),
    ];
    let mut effects = Effects::event(foreign);
    effects.events.extend(written.clone());
    world.store.write_effects(&effects, START).await.unwrap();
    written
}

/// Events of a realm are listed from either end, page by page.
pub async fn lists_events_from_either_end(store: SharedStore) {
    let world = World::new(store).await;
    let [_, _, changed, retired] = written(&world).await;
    let all = EventFilter::default();
    let newest = listed(&world, &all, EventPlace::Before(i64::MAX)).await;
    let told: Vec<&Event> = newest.iter().map(|(_, event)| event).collect();
    assert_eq!(told, [&retired, &changed]);
    let before = newest.last().unwrap().0;
    let older = listed(&world, &all, EventPlace::Before(before)).await;
    let oldest = listed(&world, &all, EventPlace::After(0)).await;
    assert_eq!(oldest.iter().rev().cloned().collect::<Vec<_>>(), older);
    let after_them = oldest.last().unwrap().0;
    let rest = listed(&world, &all, EventPlace::After(after_them)).await;
    assert_eq!(rest.iter().rev().cloned().collect::<Vec<_>>(), newest);
}

/// Events are listed by what they are about, which a filter tells by itself as well.
pub async fn lists_events_by_what_they_are_about(store: SharedStore) {
    let world = World::new(store).await;
    let all = written(&world).await;
    let [signed_in, granted, changed, retired] = &all;
    let (ada, shop) = (Some(world.user.id.clone()), Some(world.client.id.clone()));
    let cases = [
        (of(&|f| f.user.clone_from(&ada)), vec![signed_in, granted]),
        (of(&|f| f.client.clone_from(&shop)), vec![granted, changed]),
        (of(&|f| f.kind = Some(retired.kind)), vec![retired]),
        (of(&|f| f.since = Some(after(3))), vec![changed, retired]),
        (of(&|f| f.until = Some(after(2))), vec![signed_in]),
        (
            of(&|f| {
                f.user.clone_from(&ada);
                f.client.clone_from(&shop);
            }),
            vec![granted],
        ),
    ];
    for (filter, wanted) in cases {
        let found = listed(&world, &filter, EventPlace::After(0)).await;
        let found: Vec<&Event> = found.iter().map(|(_, event)| event).collect();
        assert_eq!(found, wanted, "{filter:?}");
        let told = all.iter().filter(|event| filter.wants(event));
        assert_eq!(told.collect::<Vec<_>>(), wanted, "{filter:?}");
    }
}

fn of(change: &dyn Fn(&mut EventFilter)) -> EventFilter {
    let mut filter = EventFilter::default();
    change(&mut filter);
    filter
}

/// What is too old is deleted, so many at a time.
pub async fn purges_old_events(store: SharedStore) {
    let world = World::new(store).await;
    let event = |second| {
        let kind = EventKind::KeyRetired;
        Event::new(&world.realm, kind, &Caller::default(), after(second))
    };
    let mut effects = Effects::NONE;
    for second in 1..=5 {
        effects = effects.and_event(event(second));
    }
    world.store.write_effects(&effects, START).await.unwrap();
    let store = &world.store;
    assert_eq!(store.purge_events(after(4), 2).await.unwrap(), 2);
    assert_eq!(store.purge_events(after(4), 2).await.unwrap(), 1);
    assert_eq!(store.purge_events(after(4), 2).await.unwrap(), 0);
    let left = listed(&world, &EventFilter::default(), EventPlace::After(0)).await;
    let left: Vec<Event> = left.into_iter().map(|(_, event)| event).collect();
    assert_eq!(left, [event(4), event(5)]);
}

/// A change that did not happen is not told of.
pub async fn tells_only_of_what_happened(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let told = |kind| [Event::new(realm, kind, &Caller::default(), START)];
    let mut absent = world.client.clone();
    absent.id = ClientId::parse("absent").unwrap();
    let kind = EventKind::ClientCreated;
    store
        .create_client(&world.client, &told(kind))
        .await
        .unwrap();
    let kind = EventKind::ClientChanged;
    store.update_client(&absent, &told(kind)).await.unwrap();
    let row = store.realm(realm).await.unwrap().unwrap();
    let kind = EventKind::RealmCreated;
    store.create_realm(&row, &told(kind)).await.unwrap();
    let no_key = KeyId::parse("k-9").unwrap();
    let kind = EventKind::KeyActivated;
    let lost = store.activate_key(realm, &no_key, &told(kind), START).await;
    assert_eq!(lost.unwrap(), KeyTransition::Lost);
    let kind = EventKind::RegistrationTokenWithdrawn;
    let told_of_it = told(kind);
    let gone = store.delete_initial_access_token(realm, "none", &told_of_it);
    assert_eq!(gone.await.unwrap(), Change::NotFound);
    let all = EventFilter::default();
    assert_eq!(listed(&world, &all, EventPlace::After(0)).await, []);
    let kind = EventKind::RealmChanged;
    store.update_realm(&row, &told(kind)).await.unwrap();
    let kind = EventKind::ClientChanged;
    store
        .update_client(&world.client, &told(kind))
        .await
        .unwrap();
    let kinds = listed(&world, &all, EventPlace::After(0)).await;
    let kinds: Vec<EventKind> = kinds.iter().map(|(_, event)| event.kind).collect();
    assert_eq!(kinds, [EventKind::RealmChanged, EventKind::ClientChanged]);
}

/// A family is revoked once, and told of once.
pub async fn tells_of_a_revocation_once(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await.grant.id;
    let mark = RevocationMark::Family(family.clone());
    let event = Event::new(
        &world.realm,
        EventKind::TokenReuseDetected,
        &Caller::default(),
        after(6),
    );
    for _ in 0..2 {
        let effects = Effects::marks([world.mark(mark.clone())]).and_event(event.clone());
        let store = &world.store;
        let revoked = store.revoke_family(&world.realm, &family, "reuse", &effects, after(6));
        revoked.await.unwrap();
        assert!(world.stands(&mark).await);
    }
    let told = listed(&world, &EventFilter::default(), EventPlace::After(0)).await;
    assert_eq!(told.len(), 1);
}
