//! Passwords and their history.

use super::{RACERS, START, VERIFIED, World, after, count_of, race, redemption, rotation, session};
use crate::account::event::{Caller, Event, EventKind};
use crate::account::session::Session;
use crate::account::user::{AccountSwitch, User};
use crate::protocol::ids::FamilyId;
use crate::secret::Digest;
use crate::store::conformance::sign_ins::{NONE, begin, open, step, take};
use crate::store::factors::{Act, StepOutcome, Then};
use crate::store::passwords::SparedSession;
use crate::store::{
    Change, Effects, EventPage, NewFamily, PasswordChange, RevocationMark, SharedStore,
};

impl World {
    async fn person(&self) -> User {
        let user = self.store.user(&self.realm, &self.user.id).await;
        user.unwrap().unwrap()
    }

    async fn past(&self) -> Vec<String> {
        let past = self.store.past_passwords(&self.realm, &self.user.id).await;
        past.unwrap()
    }

    async fn change(&self, change: &PasswordChange) -> Change {
        self.store.change_password(change).await.unwrap()
    }

    /// The session of a cookie as it reads.
    async fn read(&self, cookie: &Digest) -> Option<Session> {
        let facts = self.store.session_facts(&self.realm, cookie, None).await;
        facts.unwrap().map(|facts| facts.session)
    }

    /// A family of a session that is redeemed.
    async fn granted(&self, id: &str, session: &Session, offline: bool) -> FamilyId {
        let grant = if offline {
            self.offline_grant(id)
        } else {
            self.grant(id)
        };
        let grant = NewFamily {
            session: session.id.clone(),
            ..grant
        };
        self.redeemed(grant).await.grant.id
    }
}

/// A new password ends all sessions and families of the user, offline ones too, and of nobody else.
pub async fn a_new_password_ends_everything_of_the_user(store: SharedStore) {
    let world = World::new(store).await;
    let online = world.redeemed(world.grant("f-on")).await.grant.id;
    let offline = world.redeemed(world.offline_grant("f-off")).await.grant.id;
    let wanted = world.new_password(after(20));
    assert_eq!(world.change(&wanted).await, Change::Changed);
    let user = world.person().await;
    assert_eq!(user.password_hash.as_deref(), Some(wanted.hash.as_str()));
    assert_eq!(user.updated_at, after(20));
    let session = world.read(&world.session.cookie).await.unwrap();
    assert_eq!(session.ended_at, Some(after(20)));
    for id in [online, offline] {
        assert_eq!(world.family(&id).await.revoked_at, Some(after(20)), "{id}");
    }
    let mark = RevocationMark::User(world.user.id.clone());
    assert!(world.stands(&mark).await);
}

/// A change in another realm finds nobody, and records no marks.
pub async fn changes_no_password_elsewhere(store: SharedStore) {
    let world = World::new(store).await;
    let wanted = PasswordChange {
        realm: world.elsewhere.clone(),
        ..world.new_password(after(1))
    };
    assert_eq!(world.change(&wanted).await, Change::NotFound);
    assert_eq!(world.person().await, world.user);
    let mark = RevocationMark::User(world.user.id.clone());
    assert!(!world.stands(&mark).await);
    let past = world.store.past_passwords(&world.elsewhere, &world.user.id);
    assert_eq!(past.await.unwrap(), Vec::<String>::new());
}

/// The session in which a password is changed goes on under another cookie, and so do its grants,
/// even when it ends later. Every other one is over.
pub async fn a_change_spares_its_session_and_what_was_granted_there(store: SharedStore) {
    let world = World::new(store).await;
    let other = session(&world.user, "s-2");
    let opened = world
        .store
        .open_session(&other, VERIFIED, &Effects::NONE)
        .await;
    assert_eq!(opened.unwrap(), Change::Changed);
    let here = world.granted("f-here", &world.session, false).await;
    let offline = world.granted("f-offline", &world.session, true).await;
    let there = world.granted("f-there", &other, true).await;
    let waiting = world.grant("f-waiting");
    world.store.issue_code(&waiting).await.unwrap();
    let cookie = Digest::of("another cookie");
    let wanted = PasswordChange {
        proven: Some(VERIFIED.to_owned()),
        spared: Some(SparedSession {
            id: world.session.id.clone(),
            cookie,
        }),
        ..world.new_password(after(5))
    };
    assert_eq!(world.change(&wanted).await, Change::Changed);
    let kept = world.read(&cookie).await.unwrap();
    assert_eq!((kept.id, kept.ended_at), (world.session.id.clone(), None));
    assert_eq!(kept.auth_time, after(5));
    assert_eq!(world.read(&world.session.cookie).await, None);
    let ended = world.read(&other.cookie).await.unwrap();
    assert_eq!(ended.ended_at, Some(after(5)));
    assert_eq!(world.family(&there).await.revoked_at, Some(after(5)));
    let redeemed = world.store.redeem_code(&redemption(&waiting)).await;
    assert!(redeemed.unwrap().is_some(), "a code of the spared session");
    for id in [&here, &offline] {
        let family = world.family(id).await;
        assert!(family.owner_stands, "{id}");
        let rotated = world.store.rotate_family(&rotation(&family)).await;
        assert!(rotated.unwrap().is_some(), "{id}");
    }
    let (realm, session) = (&world.realm, &world.session.id);
    let ended = world
        .store
        .end_session(realm, session, &Effects::NONE, after(30))
        .await;
    assert_eq!(ended.unwrap(), Change::Changed);
    let family = world.family(&offline).await;
    let rotated = world.store.rotate_family(&rotation(&family)).await;
    assert!(rotated.unwrap().is_some(), "it outlives its session");
}

/// A session that has ended meanwhile changes nothing.
pub async fn spares_no_session_that_has_ended(store: SharedStore) {
    let world = World::new(store).await;
    let (realm, id) = (&world.realm, &world.session.id);
    let ended = world
        .store
        .end_session(realm, id, &Effects::NONE, after(1))
        .await;
    assert_eq!(ended.unwrap(), Change::Changed);
    let wanted = PasswordChange {
        proven: Some(VERIFIED.to_owned()),
        spared: Some(SparedSession {
            id: id.clone(),
            cookie: Digest::of("another cookie"),
        }),
        ..world.new_password(after(5))
    };
    assert_eq!(world.change(&wanted).await, Change::NotFound);
    assert_eq!(world.person().await, world.user);
}

/// What was proven must still stand, and so must the account.
pub async fn changes_a_proven_password_only(store: SharedStore) {
    let world = World::new(store).await;
    let wanted = |proven: &str| PasswordChange {
        proven: Some(proven.to_owned()),
        ..world.new_password(after(5))
    };
    assert_eq!(world.change(&wanted("another")).await, Change::NotFound);
    assert_eq!(world.person().await, world.user);
    for (switch, change) in [
        (AccountSwitch::Lock, Change::NotFound),
        (AccountSwitch::Unlock, Change::Changed),
    ] {
        let (realm, user) = (&world.realm, &world.user.id);
        let switched = world
            .store
            .switch_user(realm, user, switch, &Effects::NONE, after(1))
            .await;
        assert_eq!(switched.unwrap(), Change::Changed);
        assert_eq!(world.change(&wanted(VERIFIED)).await, change);
    }
}

/// Of many changes on one proof, one holds.
pub async fn changes_a_password_once_on_one_proof_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let outcomes = race(|number| {
        let wanted = PasswordChange {
            proven: Some(VERIFIED.to_owned()),
            history: 5,
            ..world.new_password(after(1 + u32::try_from(number).unwrap()))
        };
        let store = world.store.clone();
        async move { store.change_password(&wanted).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &Change::Changed), 1);
    assert_eq!(count_of(&outcomes, &Change::NotFound), RACERS - 1);
    assert_eq!(world.past().await.len(), 2);
}

/// The present password and those before it, as many as are wanted, the latest first; fewer when
/// fewer are wanted.
pub async fn remembers_as_many_as_the_realm_does(store: SharedStore) {
    let world = World::new(store).await;
    assert_eq!(world.past().await, [VERIFIED]);
    let mut expected = vec![VERIFIED.to_owned()];
    for number in 1..=4 {
        let wanted = PasswordChange {
            history: 3,
            ..world.new_password(after(number))
        };
        assert_eq!(world.change(&wanted).await, Change::Changed);
        expected.insert(0, wanted.hash.as_str().to_owned());
        expected.truncate(3);
        assert_eq!(world.past().await, expected);
    }
    let wanted = world.new_password(after(9));
    assert_eq!(world.change(&wanted).await, Change::Changed);
    assert_eq!(world.past().await, [wanted.hash.as_str()]);
}

/// A session that was opened on the old password while that was being replaced is as good as ended.
pub async fn a_session_on_the_password_before_is_ended(store: SharedStore) {
    let world = World::new(store).await;
    let wanted = world.new_password(after(5));
    assert_eq!(world.change(&wanted).await, Change::Changed);
    let proven = wanted.hash.as_str();
    for (auth_time, ended_at) in [(after(4), Some(after(5))), (after(5), None)] {
        let opened = Session {
            auth_time,
            ..session(
                &world.user,
                &format!("s-{}", auth_time.since(START).millis()),
            )
        };
        let change = world
            .store
            .open_session(&opened, proven, &Effects::NONE)
            .await;
        assert_eq!(change.unwrap(), Change::Changed);
        let read = world.read(&opened.cookie).await.unwrap();
        assert_eq!(read.ended_at, ended_at);
    }
}

/// The mark is set and taken away by itself, and by a new password.
pub async fn says_who_must_change_the_password(store: SharedStore) {
    let world = World::new(store).await;
    let (realm, elsewhere, user) = (&world.realm, &world.elsewhere, &world.user.id);
    let (kind, nobody) = (EventKind::PasswordChangeDemanded, Caller::default());
    let told = |realm| Effects::event(Event::new(realm, kind, &nobody, after(1)).of_user(user));
    let (here, there) = (told(realm), told(elsewhere));
    for must_change in [true, false, true] {
        let set = world
            .store
            .set_must_change_password(realm, user, must_change, &here, after(1));
        assert_eq!(set.await.unwrap(), Change::Changed);
        assert_eq!(world.person().await.must_change_password, must_change);
        let set =
            world
                .store
                .set_must_change_password(elsewhere, user, !must_change, &there, after(1));
        assert_eq!(set.await.unwrap(), Change::NotFound);
    }
    for (realm, events) in [(realm, 3), (elsewhere, 0)] {
        let page = EventPage {
            since: START,
            before: None,
            limit: 9,
        };
        let listed = world.store.events_of_user(realm, user, page).await;
        assert_eq!(listed.unwrap().len(), events, "{realm}");
    }
    for must_change in [false, true] {
        let wanted = PasswordChange {
            must_change,
            ..world.new_password(after(2))
        };
        assert_eq!(world.change(&wanted).await, Change::Changed);
        assert_eq!(world.person().await.must_change_password, must_change);
    }
}

/// Where another password must be chosen, the present one opens no session and voids the sign-ins
/// in progress.
pub async fn a_password_that_must_be_changed_opens_nothing(store: SharedStore) {
    let world = World::new(store).await;
    let ground = begin(&world, "before").await;
    let (realm, user) = (&world.realm, &world.user.id);
    let set = world
        .store
        .set_must_change_password(realm, user, true, &NONE, after(1));
    assert_eq!(set.await.unwrap(), Change::Changed);
    let session = session(&world.user, "s-2");
    let opened = world
        .store
        .open_session(&session, VERIFIED, &Effects::NONE)
        .await;
    assert_eq!(opened.unwrap(), Change::NotFound);
    let act = Act::ChangePassword(Box::new(world.new_password(after(5))));
    let step = step(&world, ground, act, open(&world, "s-3"));
    assert_eq!(take(&world, &step).await, StepOutcome::Gone);
    assert_eq!(world.past().await, [VERIFIED]);
}

/// The step changes the password, ends every session and opens one; once.
pub async fn a_step_changes_the_password_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let offline = world.granted("f-1", &world.session, true).await;
    let (realm, user) = (&world.realm, &world.user.id);
    let set = world
        .store
        .set_must_change_password(realm, user, true, &NONE, after(1));
    assert_eq!(set.await.unwrap(), Change::Changed);
    let ground = begin(&world, "half").await;
    let outcomes = race(|number| {
        let wanted = PasswordChange {
            proven: Some(VERIFIED.to_owned()),
            ..world.new_password(after(5))
        };
        let then = Then::Open {
            session: Box::new(Session {
                auth_time: after(5),
                ..session(&world.user, &format!("new-{number}"))
            }),
            remembered: None,
        };
        let act = Act::ChangePassword(Box::new(wanted));
        let step = step(&world, ground, act, then);
        let store = world.store.clone();
        async move {
            store
                .take_step(&step, &Effects::NONE, after(5))
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &StepOutcome::Taken), 1);
    assert_eq!(count_of(&outcomes, &StepOutcome::Gone), RACERS - 1);
    assert!(!world.person().await.must_change_password);
    let before = world.read(&world.session.cookie).await.unwrap();
    assert_eq!(before.ended_at, Some(after(5)));
    assert_eq!(world.family(&offline).await.revoked_at, Some(after(5)));
    let mut live = Vec::new();
    for number in 0..RACERS {
        let cookie = Digest::of(&format!("new-{number}"));
        live.extend(
            world
                .read(&cookie)
                .await
                .filter(|new| new.ended_at.is_none()),
        );
    }
    assert_eq!(live.len(), 1);
}
