//! What people see, change and end of their own.

use super::sign_ins::{begin, open as step_open, password, step, take, with_app};
use super::{RACERS, START, VERIFIED, World, after, client, race, scope, session, user};
use crate::account::event::{Caller, Event, EventKind};
use crate::account::session::Session;
use crate::account::user::User;
use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::factors::{RememberedDevice, StepOutcome, Then};
use crate::store::{
    Change, Effects, EventPage, NewFamily, OthersEnd, OwnSession, RevocationMark, SharedStore,
};

/// The one who must reach nothing of the world's user.
async fn bob(world: &World) -> User {
    let bob = user(&world.realm, "u-bob", "bob", None);
    world.store.create_user(&bob, &Effects::NONE).await.unwrap();
    bob
}

async fn open(world: &World, session: &Session, effects: &Effects) {
    let opened = world.store.open_session(session, VERIFIED, effects).await;
    assert_eq!(opened.unwrap(), Change::Changed);
}

async fn sessions_of(world: &World, user: &UserId, now: Timestamp) -> Vec<OwnSession> {
    let sessions = world.store.sessions_of_user(&world.realm, user, now).await;
    sessions.unwrap()
}

fn ids(sessions: &[OwnSession]) -> Vec<&str> {
    let ids = sessions.iter().map(|own| own.session.id.as_str());
    ids.collect()
}

fn signed_in(session: &Session, agent: &str, at: Timestamp) -> Effects {
    let caller = Caller {
        address: Some("192.0.2.7".parse().unwrap()),
        user_agent: Some(agent.to_owned()),
        request: None,
    };
    let event = Event::new(&session.realm, EventKind::SignedIn, &caller, at);
    Effects::event(event.of_user(&session.user).in_session(&session.id))
}

/// The last used session stands first; each with where its last sign-in came from and which
/// clients have tokens of it. Ended ones and those whose time has run out are not there.
pub async fn lists_the_sessions_of_a_user(store: SharedStore) {
    let world = World::new(store).await;
    let (store, user) = (&world.store, &world.user);
    let bob = bob(&world).await;
    open(&world, &session(&bob, "s-bob"), &Effects::NONE).await;
    let recent = Session {
        last_seen_at: after(60),
        ..session(user, "s-used")
    };
    open(&world, &recent, &signed_in(&recent, "before", after(1))).await;
    open(&world, &recent, &signed_in(&recent, "now", after(2))).await;
    let short = Session {
        expires_at: after(70),
        ..session(user, "s-short")
    };
    open(&world, &short, &Effects::NONE).await;
    let ended = session(user, "s-ended");
    let none = Effects::NONE;
    open(&world, &ended, &none).await;
    let end = store.end_session(&world.realm, &ended.id, &none, after(3));
    end.await.unwrap();
    world.redeemed(world.grant("f-1")).await;
    world.redeemed(world.grant("f-2")).await;
    store.issue_code(&world.grant("f-unspent")).await.unwrap();
    let sessions = sessions_of(&world, &user.id, after(69)).await;
    assert_eq!(ids(&sessions), ["s-used", "s-1", "s-short"]);
    let first = sessions.first().unwrap();
    assert_eq!(first.session, recent);
    let caller = &first.caller;
    assert_eq!(caller.user_agent.as_deref(), Some("now"));
    assert_eq!(caller.address, Some("192.0.2.7".parse().unwrap()));
    assert!(first.clients.is_empty());
    let second = sessions.get(1).unwrap();
    assert_eq!(second.caller, Caller::default());
    assert_eq!(second.clients, std::slice::from_ref(&world.client.id));
    assert_eq!(sessions_of(&world, &user.id, after(70)).await.len(), 2);
    let elsewhere = store.sessions_of_user(&world.elsewhere, &user.id, START);
    assert!(elsewhere.await.unwrap().is_empty());
}

/// A grant that is spent and stands counts for its client; all of one client are told as one.
pub async fn lists_the_grants_of_a_user(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    let other = client(realm, "wiki");
    store.create_client(&other, &[]).await.unwrap();
    let later = NewFamily {
        created_at: after(1),
        ..world.offline_grant("f-2")
    };
    world.redeemed(world.grant("f-1")).await;
    world.redeemed(later).await;
    let wiki = NewFamily {
        client: other.id.clone(),
        ..world.grant("f-wiki")
    };
    store.issue_code(&wiki).await.unwrap();
    let grants = store.grants_of_user(realm, id, after(6)).await.unwrap();
    assert_eq!(grants.len(), 1, "a code that nobody has spent is no grant");
    let grant = grants.first().unwrap();
    assert_eq!(grant.client, world.client.id);
    assert!(scope("openid email offline_access").is_subset_of(&grant.scope));
    assert_eq!(
        (grant.since, grant.used_at, grant.offline),
        (START, after(5), true)
    );
    let none = Effects::NONE;
    let end = store.end_session(realm, &world.session.id, &none, after(7));
    end.await.unwrap();
    let grants = store.grants_of_user(realm, id, after(8)).await.unwrap();
    assert_eq!(
        grants.first().unwrap().scope,
        scope("openid offline_access"),
        "what ended with the session is gone"
    );
    let elsewhere = store.grants_of_user(&world.elsewhere, id, after(8)).await;
    assert!(elsewhere.unwrap().is_empty());
    let withdrawn = store.withdraw_consent(realm, id, &world.client.id, &none, after(9));
    withdrawn.await.unwrap();
    let grants = store.grants_of_user(realm, id, after(10)).await.unwrap();
    assert!(grants.is_empty());
}

/// A person ends a session of their own, once, and nobody else's.
pub async fn ends_an_own_session_once(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let bob = bob(&world).await;
    let family = world.redeemed(world.grant("f-1")).await.grant.id;
    let mark = RevocationMark::Session(world.session.id.clone());
    let effects = Effects::marks([world.mark(mark.clone())]);
    let end = async |realm: &RealmId, user: &UserId, second| {
        let session = &world.session.id;
        let ended = store.end_own_session(realm, user, session, &effects, after(second));
        ended.await.unwrap()
    };
    assert_eq!(end(realm, &bob.id, 1).await, Change::NotFound);
    let elsewhere = &world.elsewhere;
    assert_eq!(end(elsewhere, &world.user.id, 1).await, Change::NotFound);
    assert!(!world.stands(&mark).await);
    assert_eq!(end(realm, &world.user.id, 2).await, Change::Changed);
    assert!(world.stands(&mark).await);
    assert_eq!(world.family(&family).await.revoked_at, Some(after(2)));
    assert_eq!(end(realm, &world.user.id, 3).await, Change::NotFound);
    let facts = store.session_facts(realm, &world.session.cookie, None);
    let ended_at = facts.await.unwrap().unwrap().session.ended_at;
    assert_eq!(ended_at, Some(after(2)), "the first end stands");
}

fn others_end(world: &World, keep: &SessionId) -> OthersEnd {
    OthersEnd {
        realm: world.realm.clone(),
        user: world.user.id.clone(),
        keep: keep.clone(),
        device: None,
        marked_until: after(3_600),
        now: after(10),
    }
}

async fn events_of(world: &World) -> usize {
    let page = EventPage {
        since: START,
        before: None,
        limit: 100,
    };
    let (realm, user) = (&world.realm, &world.user.id);
    let events = world.store.events_of_user(realm, user, page).await;
    events.unwrap().len()
}

/// All sessions but one end with their families, marks and one event; others' sessions stay.
pub async fn ends_all_sessions_but_one(store: SharedStore) {
    let world = World::new(store).await;
    let bob = bob(&world).await;
    open(&world, &session(&bob, "s-bob"), &Effects::NONE).await;
    for id in ["s-2", "s-3"] {
        open(&world, &session(&world.user, id), &Effects::NONE).await;
    }
    let grant = |id: &str, session: &str| NewFamily {
        session: SessionId::parse(session).unwrap(),
        ..world.grant(id)
    };
    let here = world.redeemed(world.grant("f-1")).await.grant.id;
    let there = world.redeemed(grant("f-2", "s-2")).await.grant.id;
    let event = Event::new(
        &world.realm,
        EventKind::SessionEnded,
        &Caller::default(),
        START,
    );
    let effects = Effects::event(event.of_user(&world.user.id));
    let end = others_end(&world, &world.session.id);
    let mut marks = world
        .store
        .end_other_sessions(&end, &effects)
        .await
        .unwrap();
    marks.sort_by_key(|revocation| revocation.mark.key());
    let marked: Vec<String> = marks.iter().map(|marked| marked.mark.key()).collect();
    assert_eq!(marked, ["s:s-2", "s:s-3"]);
    for revocation in &marks {
        assert!(world.stands(&revocation.mark).await);
        assert_eq!(revocation.not_after, after(3_600));
    }
    let left = sessions_of(&world, &world.user.id, after(11)).await;
    assert_eq!(ids(&left), ["s-1"]);
    assert_eq!(sessions_of(&world, &bob.id, after(11)).await.len(), 1);
    assert_eq!(world.family(&here).await.revoked_at, None);
    assert_eq!(world.family(&there).await.revoked_at, Some(after(10)));
    assert_eq!(events_of(&world).await, 1);
    let again = world.store.end_other_sessions(&end, &effects).await;
    assert!(again.unwrap().is_empty());
    assert_eq!(events_of(&world).await, 1, "nothing ended, nothing is told");
}

/// A session that is not the user's, or has ended itself, ends no others.
pub async fn an_ended_session_ends_no_others(store: SharedStore) {
    let world = World::new(store).await;
    let bob = bob(&world).await;
    let theirs = session(&bob, "s-bob");
    open(&world, &theirs, &Effects::NONE).await;
    let ended = session(&world.user, "s-ended");
    let none = Effects::NONE;
    open(&world, &ended, &none).await;
    let end = world
        .store
        .end_session(&world.realm, &ended.id, &none, after(3));
    end.await.unwrap();
    for keep in [&theirs.id, &ended.id] {
        let end = others_end(&world, keep);
        let marks = world.store.end_other_sessions(&end, &Effects::NONE).await;
        assert!(marks.unwrap().is_empty(), "{keep}");
    }
    assert_eq!(
        sessions_of(&world, &world.user.id, after(11)).await.len(),
        1
    );
}

/// A device that the user has signed in on and has remembered.
async fn remembered(world: &World, name: &str, at: i64) -> RememberedDevice {
    let device = RememberedDevice {
        id: format!("device-{name}"),
        cookie: Digest::of(name),
        name: "Browser".to_owned(),
        created_at: START,
        expires_at: after(1_000),
    };
    let ground = begin(world, name).await;
    let then = Then::Open {
        session: Box::new(session(&world.user, &format!("s-{name}"))),
        remembered: Some(device.clone()),
    };
    let taken = step(world, ground, password(at), then);
    assert_eq!(take(world, &taken).await, StepOutcome::Taken);
    device
}

/// With the other sessions goes what would open others: sign-ins in progress, and every remembered
/// device but the one that asks. An end that does nothing forgets nothing.
pub async fn with_the_others_go_their_devices(store: SharedStore) {
    let world = with_app(store).await;
    let there = remembered(&world, "there", 101).await;
    let here = remembered(&world, "here", 102).await;
    let half = begin(&world, "half").await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    let event = Event::new(realm, EventKind::SessionEnded, &Caller::default(), START);
    let effects = Effects::event(event.of_user(id));
    let ended = others_end(&world, &SessionId::parse("s-absent").unwrap());
    let marks = store.end_other_sessions(&ended, &effects).await.unwrap();
    assert!(marks.is_empty() && events_of(&world).await == 0);
    let listed = store.remembered_devices(realm, id, after(5)).await.unwrap();
    assert_eq!(listed.len(), 2);
    let end = OthersEnd {
        device: Some(here.cookie),
        ..others_end(&world, &SessionId::parse("s-here").unwrap())
    };
    let marks = store.end_other_sessions(&end, &effects).await.unwrap();
    assert_eq!(marks.len(), 2);
    for (device, known) in [(&here, true), (&there, false)] {
        let facts = store.factors(realm, id, Some(&device.cookie), after(11));
        assert_eq!(facts.await.unwrap().remembered, known, "{}", device.id);
    }
    let listed = store.remembered_devices(realm, id, after(5)).await.unwrap();
    assert_eq!(listed, [here]);
    let late = step(&world, half, password(103), step_open(&world, "s-late"));
    assert_eq!(take(&world, &late).await, StepOutcome::Gone);
    // From a browser that is not remembered the rest goes too, and is told.
    let end = OthersEnd {
        device: None,
        ..end
    };
    let marks = store.end_other_sessions(&end, &effects).await.unwrap();
    assert!(marks.is_empty() && events_of(&world).await == 2);
    let listed = store.remembered_devices(realm, id, after(5)).await.unwrap();
    assert!(listed.is_empty());
}

/// Of many browsers that end each other at once, one stays.
pub async fn of_sessions_that_end_each_other_one_stays(store: SharedStore) {
    let world = World::new(store).await;
    for number in 0..RACERS {
        let racer = session(&world.user, &format!("s-racer-{number}"));
        open(&world, &racer, &Effects::NONE).await;
    }
    let outcomes = race(|number| {
        let keep = SessionId::parse(format!("s-racer-{number}")).unwrap();
        let (store, end) = (world.store.clone(), others_end(&world, &keep));
        async move {
            store
                .end_other_sessions(&end, &Effects::NONE)
                .await
                .unwrap()
        }
    })
    .await;
    let winners = outcomes.iter().filter(|marks| !marks.is_empty()).count();
    assert_eq!(winners, 1);
    assert_eq!(
        sessions_of(&world, &world.user.id, after(11)).await.len(),
        1
    );
}

/// A profile is replaced while the row is as it was seen: of many editors at once, one succeeds.
pub async fn changes_a_profile_that_is_as_it_was_seen(store: SharedStore) {
    let world = World::new(store).await;
    let outcomes = race(|number| {
        let mut user = world.user.clone();
        user.profile.nickname = Some(format!("editor {number}"));
        user.updated_at = after(5);
        let (store, seen) = (world.store.clone(), world.user.updated_at);
        async move {
            let changed = store.change_profile(&user, seen, &Effects::NONE).await;
            (changed.unwrap() == Change::Changed).then_some(user)
        }
    })
    .await;
    let winners: Vec<User> = outcomes.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let stored = world.store.user(&world.realm, &world.user.id).await;
    assert_eq!(stored.unwrap().as_ref(), winners.first());
    let none = Effects::NONE;
    let elsewhere = User {
        realm: world.elsewhere.clone(),
        ..winners.first().unwrap().clone()
    };
    let changed = world.store.change_profile(&elsewhere, after(5), &none);
    assert_eq!(changed.await.unwrap(), Change::NotFound);
}
