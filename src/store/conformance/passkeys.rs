//! Passkeys: kept, used, removed.

use super::sign_ins::{NONE, add as add_app, begin, factors, open, step, take, with_app};
use super::{START, World, after, count_of, race, user};
use crate::account::factors::Factors;
use crate::account::user::AccountSwitch;
use crate::protocol::ids::UserId;
use crate::secret::Digest;
use crate::store::factors::{Act, FactorRemoval, Ground, SignIn, StepOutcome, StepTaken, Then};
use crate::store::passkeys::{Passkey, PasskeyUse};
use crate::store::{Change, Creation, SharedStore};

/// A passkey of this name.
pub fn passkey(id: &str) -> Passkey {
    Passkey {
        id: id.to_owned(),
        credential: id.as_bytes().to_vec(),
        public_key: "key".to_owned(),
        name: "Laptop".to_owned(),
        counter: 0,
        synced: true,
        created_at: START,
        last_used_at: None,
    }
}

/// The step in which a live session adds a passkey.
pub fn adding(world: &World, passkey: Passkey, codes: &[&str], limit: u32) -> StepTaken {
    let digests: Vec<Digest> = codes.iter().map(|code| Digest::of(code)).collect();
    let act = Act::AddPasskey {
        passkey,
        recovery_codes: (!digests.is_empty()).then_some(digests),
        limit,
    };
    let then = Then::Open {
        session: Box::new(world.session.clone()),
        remembered: None,
    };
    step(world, Ground::Session(world.session.cookie), act, then)
}

pub(super) async fn with_passkey(store: SharedStore) -> World {
    let world = World::new(store).await;
    let added = adding(&world, passkey("key-1"), &["one", "two"], 1);
    assert_eq!(take(&world, &added).await, StepOutcome::Taken);
    let handle = world
        .store
        .passkey_handle(&world.realm, &world.user.id, Some(b"handle"));
    assert_eq!(handle.await.unwrap().as_deref(), Some(&b"handle"[..]));
    world
}

pub(super) fn using(world: &World, id: &str, counter: u32, session: &str) -> StepTaken {
    let used = PasskeyUse {
        id: id.to_owned(),
        public_key: format!("key after {counter}"),
        counter,
    };
    let act = Act::UsePasskey(used);
    step(world, Ground::Passkey, act, open(world, session))
}

pub(super) async fn is_open(world: &World, name: &str) -> bool {
    let cookie = Digest::of(name);
    let facts = world.store.session_facts(&world.realm, &cookie, None).await;
    facts.unwrap().is_some()
}

pub(super) async fn all(world: &World) -> Vec<Passkey> {
    let own = world.store.passkeys(&world.realm, &world.user.id).await;
    own.unwrap()
}

async fn remove(world: &World, id: &str, demanded: bool) -> FactorRemoval {
    let owner = (&world.realm, &world.user.id);
    let store = &world.store;
    let removal = store.remove_passkey(owner, id, demanded, &NONE, after(6));
    removal.await.unwrap()
}

/// A passkey is found by its name at the authenticator, in its realm, with its owner; it counts as
/// a second factor.
pub async fn keeps_passkeys(store: SharedStore) {
    let world = with_passkey(store).await;
    let (store, realm) = (&world.store, &world.realm);
    assert_eq!(all(&world).await, [passkey("key-1")]);
    let found = store.passkey_by_credential(realm, b"key-1").await.unwrap();
    let found = found.unwrap();
    assert_eq!(found.passkey, passkey("key-1"));
    assert_eq!(
        (found.user, found.handle.as_slice()),
        (world.user.clone(), &b"handle"[..])
    );
    for (realm, credential) in [(&world.elsewhere, b"key-1"), (realm, b"key-2")] {
        let found = store.passkey_by_credential(realm, credential).await;
        assert_eq!(found.unwrap(), None);
    }
    assert!(store.is_passkey_anywhere(b"key-1").await.unwrap());
    assert!(!store.is_passkey_anywhere(b"key-2").await.unwrap());
    let expected = Factors {
        apps: 0,
        passkeys: 1,
        recovery_codes: 2,
        required_by_role: false,
    };
    assert_eq!(factors(&world).await, expected);
    let facts = store
        .session_facts(realm, &world.session.cookie, None)
        .await;
    assert!(facts.unwrap().unwrap().has_factor);
    let renamed = |realm, name| store.rename_passkey(realm, &world.user.id, "key-1", name);
    let elsewhere = renamed(&world.elsewhere, "Phone").await;
    assert_eq!(elsewhere.unwrap(), Change::NotFound);
    assert_eq!(renamed(realm, "Phone").await.unwrap(), Change::Changed);
    assert_eq!(all(&world).await.first().unwrap().name, "Phone");
}

/// A person has one handle, whoever asks first, and no two people have the same.
pub async fn gives_a_person_one_handle_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let handles = race(|number| {
        let (store, realm) = (world.store.clone(), world.realm.clone());
        let user = world.user.id.clone();
        async move {
            let fresh = number.to_be_bytes();
            let handle = store.passkey_handle(&realm, &user, Some(&fresh));
            handle.await.unwrap().unwrap()
        }
    })
    .await;
    let first = handles.first().unwrap();
    assert_eq!(count_of(&handles, first), handles.len());
    let stands = world
        .store
        .passkey_handle(&world.realm, &world.user.id, None);
    assert_eq!(stands.await.unwrap().as_ref(), Some(first));
    let nobody = UserId::parse("u-nobody").unwrap();
    let none = world
        .store
        .passkey_handle(&world.realm, &nobody, Some(b"other"));
    assert_eq!(none.await.unwrap(), None);
}

/// A passkey opens a session only while it and its owner stand, and only with a passkey's use does
/// a step stand on nothing before it.
pub async fn a_passkey_opens_a_session(store: SharedStore) {
    let world = with_passkey(store).await;
    let taken = using(&world, "key-1", 0, "s-used");
    assert_eq!(take(&world, &taken).await, StepOutcome::Taken);
    assert!(is_open(&world, "s-used").await);
    let own = all(&world).await;
    let own = own.first().unwrap();
    assert_eq!(own.public_key, "key after 0");
    assert_eq!(own.last_used_at, Some(after(5)));
    let others = StepTaken {
        realm: world.elsewhere.clone(),
        ..using(&world, "key-1", 0, "s-else")
    };
    assert_eq!(take(&world, &others).await, StepOutcome::Gone);
    let unknown = using(&world, "key-2", 0, "s-unknown");
    assert_eq!(take(&world, &unknown).await, StepOutcome::Spent);
    let code = Act::TakeRecoveryCode(Digest::of("one"));
    let bare = step(&world, Ground::Passkey, code, open(&world, "s-bare"));
    assert_eq!(take(&world, &bare).await, StepOutcome::Gone);
    let (realm, owner) = (&world.realm, &world.user.id);
    for switch in [
        AccountSwitch::Disable,
        AccountSwitch::Enable,
        AccountSwitch::Lock,
    ] {
        let done = world
            .store
            .switch_user(realm, owner, switch, &NONE, after(2));
        assert_eq!(done.await.unwrap(), Change::Changed);
        let name = format!("s-{switch:?}");
        let expected = if switch == AccountSwitch::Enable {
            StepOutcome::Taken
        } else {
            StepOutcome::Gone
        };
        let taken = using(&world, "key-1", 0, &name);
        assert_eq!(take(&world, &taken).await, expected, "{switch:?}");
        assert_eq!(is_open(&world, &name).await, expected == StepOutcome::Taken);
    }
    for name in ["s-else", "s-unknown", "s-bare"] {
        assert!(!is_open(&world, name).await, "{name}");
    }
}

/// A passkey that comes or goes voids what began before.
pub async fn a_change_of_passkeys_voids_what_began_before(store: SharedStore) {
    let world = with_passkey(store).await;
    let late = async |ground, session| {
        let code = Act::TakeRecoveryCode(Digest::of("one"));
        take(&world, &step(&world, ground, code, open(&world, session))).await
    };
    let before = begin(&world, "before").await;
    let second = adding(&world, passkey("key-2"), &[], 5);
    assert_eq!(take(&world, &second).await, StepOutcome::Taken);
    assert_eq!(late(before, "s-before").await, StepOutcome::Gone);
    let between = begin(&world, "between").await;
    assert_eq!(remove(&world, "key-2", true).await, FactorRemoval::Removed);
    assert_eq!(late(between, "s-between").await, StepOutcome::Gone);
    let after = begin(&world, "after").await;
    assert_eq!(late(after, "s-after").await, StepOutcome::Taken);
}

/// Where the password must be changed first, a passkey opens no session, and begins a sign-in.
pub async fn a_passkey_begins_a_sign_in(store: SharedStore) {
    let world = with_passkey(store).await;
    let (realm, owner) = (&world.realm, &world.user.id);
    let marked = world
        .store
        .set_must_change_password(realm, owner, true, &NONE, after(2));
    assert_eq!(marked.await.unwrap(), Change::Changed);
    let opening = using(&world, "key-1", 0, "s-opened");
    assert_eq!(take(&world, &opening).await, StepOutcome::Gone);
    assert!(!is_open(&world, "s-opened").await);
    let sign_in = SignIn {
        realm: realm.clone(),
        cookie: Digest::of("half"),
        user: owner.clone(),
        amr: "swk user mfa".to_owned(),
        mailed_code: None,
        created_at: START,
        expires_at: after(600),
    };
    let beginning = StepTaken {
        then: Then::Begin(sign_in.clone()),
        ..opening
    };
    assert_eq!(take(&world, &beginning).await, StepOutcome::Taken);
    let begun = world.store.sign_in(realm, &sign_in.cookie, after(5)).await;
    assert_eq!(begun.unwrap().unwrap().sign_in, sign_in);
    let locked = world
        .store
        .switch_user(realm, owner, AccountSwitch::Lock, &NONE, after(2));
    assert_eq!(locked.await.unwrap(), Change::Changed);
    let late = SignIn {
        cookie: Digest::of("late"),
        ..sign_in
    };
    let beginning = StepTaken {
        then: Then::Begin(late),
        ..beginning
    };
    assert_eq!(take(&world, &beginning).await, StepOutcome::Gone);
}

/// WebAuthn §6.1.1: a counter goes forward, or there is none.
pub async fn a_counter_goes_forward(store: SharedStore) {
    let world = with_passkey(store).await;
    for (number, counter, expected) in [
        (1, 0, StepOutcome::Taken),
        (2, 5, StepOutcome::Taken),
        (3, 5, StepOutcome::Spent),
        (4, 4, StepOutcome::Spent),
        (5, 0, StepOutcome::Spent),
        (6, 6, StepOutcome::Taken),
    ] {
        let name = format!("s-count-{number}");
        let used = using(&world, "key-1", counter, &name);
        assert_eq!(take(&world, &used).await, expected, "{number}");
        assert_eq!(is_open(&world, &name).await, expected == StepOutcome::Taken);
    }
    assert_eq!(all(&world).await.first().unwrap().counter, 6);
}

/// Of many that show the same count at once, one opens a session.
pub async fn a_count_is_taken_once_in_a_race(store: SharedStore) {
    let world = with_passkey(store).await;
    let outcomes = race(|number| {
        let used = using(&world, "key-1", 7, &format!("s-race-{number}"));
        let store = world.store.clone();
        async move { store.take_step(&used, &NONE, after(5)).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &StepOutcome::Taken), 1, "{outcomes:?}");
}

/// The first second factor is one only, whichever kind is added at the same time; a passkey that is
/// somebody's is nobody else's.
pub async fn adds_a_first_factor_once(store: SharedStore) {
    let world = with_passkey(store).await;
    let ground = begin(&world, "half").await;
    let app = step(
        &world,
        ground,
        add_app("app-1", &["three"], 1),
        open(&world, "s-app"),
    );
    assert_eq!(take(&world, &app).await, StepOutcome::Spent);
    let first = adding(&world, passkey("key-2"), &["four"], 1);
    assert_eq!(take(&world, &first).await, StepOutcome::Spent);
    let taken = Passkey {
        id: "key-3".to_owned(),
        ..passkey("key-1")
    };
    let again = adding(&world, taken, &[], 5);
    assert_eq!(take(&world, &again).await, StepOutcome::Spent);
    let second = adding(&world, passkey("key-2"), &[], 2);
    assert_eq!(take(&world, &second).await, StepOutcome::Taken);
    let third = adding(&world, passkey("key-4"), &[], 2);
    assert_eq!(take(&world, &third).await, StepOutcome::Spent);
    assert_eq!(all(&world).await.len(), 2);
    assert_eq!(factors(&world).await.recovery_codes, 2);
}

/// Where there is an app already, a passkey is no first factor.
pub async fn an_app_comes_before_a_first_passkey(store: SharedStore) {
    let world = with_app(store).await;
    let first = adding(&world, passkey("key-1"), &["four"], 1);
    assert_eq!(take(&world, &first).await, StepOutcome::Spent);
    let second = adding(&world, passkey("key-1"), &[], 5);
    assert_eq!(take(&world, &second).await, StepOutcome::Taken);
}

/// A passkey is removed by its owner, with the codes that stood in for it; the last demanded factor
/// stays.
pub async fn removes_a_passkey(store: SharedStore) {
    let world = with_passkey(store).await;
    assert_eq!(
        remove(&world, "key-2", false).await,
        FactorRemoval::NotFound
    );
    let stranger = user(&world.realm, "u-bob", "bob", None);
    let created = world.store.create_user(&stranger, &NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    for owner in [
        (&world.realm, &stranger.id),
        (&world.elsewhere, &world.user.id),
    ] {
        let removal = world
            .store
            .remove_passkey(owner, "key-1", false, &NONE, after(6));
        assert_eq!(removal.await.unwrap(), FactorRemoval::NotFound);
    }
    assert_eq!(
        remove(&world, "key-1", true).await,
        FactorRemoval::LastFactor
    );
    let half = begin(&world, "half").await;
    let second = adding(&world, passkey("key-2"), &[], 5);
    assert_eq!(take(&world, &second).await, StepOutcome::Taken);
    assert_eq!(remove(&world, "key-1", true).await, FactorRemoval::Removed);
    assert_eq!(factors(&world).await.recovery_codes, 2);
    assert_eq!(remove(&world, "key-2", false).await, FactorRemoval::Removed);
    assert_eq!(factors(&world).await, Factors::default());
    let gone = using(&world, "key-1", 0, "s-gone");
    assert_eq!(take(&world, &gone).await, StepOutcome::Spent);
    // What was begun before is void.
    let code = Act::TakeRecoveryCode(Digest::of("one"));
    let late = step(&world, half, code, open(&world, "s-late"));
    assert_eq!(take(&world, &late).await, StepOutcome::Gone);
}

/// Of two last passkeys that are removed at once, one stays where a factor is demanded.
pub async fn of_two_removals_at_once_one_passkey_stays(store: SharedStore) {
    let world = with_passkey(store).await;
    let second = adding(&world, passkey("key-2"), &[], 5);
    assert_eq!(take(&world, &second).await, StepOutcome::Taken);
    let outcomes = race(|number| {
        let (store, realm) = (world.store.clone(), world.realm.clone());
        let user = world.user.id.clone();
        async move {
            let id = format!("key-{}", 1 + number % 2);
            let owner = (&realm, &user);
            let removal = store.remove_passkey(owner, &id, true, &NONE, after(6));
            removal.await.unwrap()
        }
    })
    .await;
    assert_eq!(
        count_of(&outcomes, &FactorRemoval::Removed),
        1,
        "{outcomes:?}"
    );
    assert_eq!(all(&world).await.len(), 1);
}

/// An admin takes all of them away.
pub async fn a_reset_takes_passkeys_away(store: SharedStore) {
    let world = with_passkey(store).await;
    let reset = world
        .store
        .reset_factors(&world.realm, &world.user.id, &NONE, after(6));
    assert_eq!(reset.await.unwrap(), Change::Changed);
    assert_eq!(factors(&world).await, Factors::default());
}
