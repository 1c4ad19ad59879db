//! Sign-ins in progress, and the steps that they and live sessions take.

use super::{START, VERIFIED, World, after, count_of, race, session, user};
use crate::account::factors::Factors;
use crate::account::session::Session;
use crate::account::user::AccountSwitch;
use crate::protocol::time::Lifetime;
use crate::secret::Digest;
use crate::store::factors::{
    Act, FactorRemoval, Ground, SignIn, StepOutcome, StepTaken, Then, TotpApp,
};
use crate::store::{Change, Creation, Effects, SharedStore};

pub(super) static NONE: Effects = Effects::NONE;

fn sign_in(world: &World, name: &str) -> SignIn {
    SignIn {
        realm: world.realm.clone(),
        cookie: Digest::of(name),
        user: world.user.id.clone(),
        amr: "pwd".to_owned(),
        mailed_code: None,
        created_at: START,
        expires_at: after(600),
    }
}

pub(super) fn app(id: &str) -> TotpApp {
    TotpApp {
        id: id.to_owned(),
        name: "Phone".to_owned(),
        sealed: vec![1, 2, 3],
        last_step: 100,
        created_at: START,
        last_used_at: None,
    }
}

pub(super) fn step(world: &World, ground: Ground, act: Act, then: Then) -> StepTaken {
    StepTaken {
        realm: world.realm.clone(),
        user: world.user.id.clone(),
        ground,
        act,
        then,
    }
}

pub(super) fn open(world: &World, id: &str) -> Then {
    Then::Open {
        session: Box::new(session(&world.user, id)),
        remembered: None,
    }
}

pub(super) fn password(step: i64) -> Act {
    let app = "app-1".to_owned();
    Act::TakePassword { app, step }
}

pub(super) fn add(id: &str, codes: &[&str], limit: u32) -> Act {
    Act::AddApp {
        app: app(id),
        recovery_codes: Some(codes.iter().map(|code| Digest::of(code)).collect()),
        limit,
    }
}

pub(super) async fn begin(world: &World, name: &str) -> Ground {
    let begun = sign_in(world, name);
    let user = world.store.user(&world.realm, &world.user.id).await;
    let hash = user.unwrap().unwrap().password_hash.unwrap();
    let verb = world.store.begin_sign_in(&begun, &hash).await;
    assert_eq!(verb.unwrap(), Change::Changed);
    Ground::SignIn(begun.cookie)
}

pub(super) async fn take(world: &World, step: &StepTaken) -> StepOutcome {
    world.store.take_step(step, &NONE, after(5)).await.unwrap()
}

async fn find(world: &World, name: &str) -> Option<String> {
    let cookie = Digest::of(name);
    let found = world.store.sign_in(&world.realm, &cookie, after(5)).await;
    found.unwrap().map(|facts| facts.sign_in.amr)
}

async fn opened(world: &World, name: &str) -> Option<Session> {
    let cookie = Digest::of(name);
    let facts = world.store.session_facts(&world.realm, &cookie, None).await;
    facts.unwrap().map(|facts| facts.session)
}

pub(super) async fn factors(world: &World) -> Factors {
    let facts = world
        .store
        .factors(&world.realm, &world.user.id, None, after(5));
    facts.await.unwrap().factors
}

/// A world whose user has an app and two recovery codes.
pub(super) async fn with_app(store: SharedStore) -> World {
    let world = World::new(store).await;
    let ground = Ground::Session(world.session.cookie);
    let then = Then::Open {
        session: Box::new(world.session.clone()),
        remembered: None,
    };
    let added = step(&world, ground, add("app-1", &["one", "two"], 1), then);
    assert_eq!(take(&world, &added).await, StepOutcome::Taken);
    world
}

/// A sign-in begins on the password that was verified, stands in its realm until it expires, and
/// opens no session.
pub async fn begins_a_sign_in(store: SharedStore) {
    let world = World::new(store).await;
    let begun = sign_in(&world, "half");
    let outdated = world.store.begin_sign_in(&begun, "another hash").await;
    assert_eq!(outdated.unwrap(), Change::NotFound);
    begin(&world, "half").await;
    let cookie = begun.cookie;
    let found = world.store.sign_in(&world.realm, &cookie, after(599)).await;
    let found = found.unwrap().unwrap();
    assert_eq!((found.sign_in, &found.user), (begun, &world.user));
    for (realm, now) in [(&world.realm, after(600)), (&world.elsewhere, after(5))] {
        let found = world.store.sign_in(realm, &cookie, now).await.unwrap();
        assert_eq!(found, None);
    }
    assert_eq!(opened(&world, "half").await, None);
}

/// What a sign-in trusts in must not have changed: password, factors, and that the user stands.
pub async fn a_change_voids_a_sign_in(store: SharedStore) {
    let world = with_app(store).await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    for change in ["password", "lock", "factors"] {
        let ground = begin(&world, change).await;
        match change {
            "password" => {
                let verb = store.change_password(&world.new_password(after(2))).await;
                assert_eq!(verb.unwrap(), Change::Changed);
            }
            "lock" => {
                for switch in [AccountSwitch::Lock, AccountSwitch::Unlock] {
                    let verb = store.switch_user(realm, id, switch, &NONE, after(2));
                    assert_eq!(verb.await.unwrap(), Change::Changed);
                }
            }
            _ => {
                let verb = store.remove_totp_app((realm, id), "app-1", false, &NONE, after(2));
                assert_eq!(verb.await.unwrap(), FactorRemoval::Removed);
            }
        }
        assert_eq!(find(&world, change).await, None, "{change}");
        let late = step(&world, ground, password(101), open(&world, "s-late"));
        assert_eq!(take(&world, &late).await, StepOutcome::Gone, "{change}");
        assert_eq!(opened(&world, "s-late").await, None, "{change}");
    }
    let verb = store.switch_user(realm, id, AccountSwitch::Disable, &NONE, after(2));
    assert_eq!(verb.await.unwrap(), Change::Changed);
    let user = store.user(realm, id).await.unwrap().unwrap();
    let (late, hash) = (sign_in(&world, "disabled"), user.password_hash.unwrap());
    let begun = store.begin_sign_in(&late, &hash).await.unwrap();
    assert_eq!(begun, Change::NotFound);
}

/// RFC 6238 §5.2: each password of an app is taken once, and none that is older.
pub async fn takes_a_password_once(store: SharedStore) {
    let world = with_app(store).await;
    for (number, at, expected) in [
        (1, 100, StepOutcome::Spent),
        (2, 102, StepOutcome::Taken),
        (3, 102, StepOutcome::Spent),
        (4, 101, StepOutcome::Spent),
        (5, 103, StepOutcome::Taken),
    ] {
        let ground = begin(&world, &format!("half-{number}")).await;
        let name = format!("s-step-{number}");
        let taken = step(&world, ground, password(at), open(&world, &name));
        assert_eq!(take(&world, &taken).await, expected, "{number}");
        let open = opened(&world, &name).await.is_some();
        assert_eq!(open, expected == StepOutcome::Taken, "{number}");
    }
}

/// Of many sign-ins with one password of an app, one opens a session.
pub async fn takes_a_password_once_in_a_race(store: SharedStore) {
    let world = with_app(store).await;
    one_of_many(&world, &password(101)).await;
}

/// Of many sign-ins with one recovery code, one opens a session.
pub async fn takes_a_recovery_code_once_in_a_race(store: SharedStore) {
    let world = with_app(store).await;
    let code = Act::TakeRecoveryCode(Digest::of("one"));
    one_of_many(&world, &code).await;
    assert_eq!(factors(&world).await.recovery_codes, 1);
    let unknown = Act::TakeRecoveryCode(Digest::of("three"));
    let ground = begin(&world, "half-unknown").await;
    let refused = step(&world, ground, unknown, open(&world, "s-unknown"));
    assert_eq!(take(&world, &refused).await, StepOutcome::Spent);
}

async fn one_of_many(world: &World, act: &Act) {
    let outcomes = race(|number| {
        let name = format!("half-race-{number}");
        let begun = sign_in(world, &name);
        let ground = Ground::SignIn(begun.cookie);
        let then = open(world, &format!("s-race-{number}"));
        let taken = step(world, ground, act.clone(), then);
        let store = world.store.clone();
        async move {
            store.begin_sign_in(&begun, VERIFIED).await.unwrap();
            let outcome = store.take_step(&taken, &NONE, after(5)).await.unwrap();
            let cookie = Digest::of(&format!("s-race-{number}"));
            let facts = store.session_facts(&taken.realm, &cookie, None).await;
            assert_eq!(facts.unwrap().is_some(), outcome == StepOutcome::Taken);
            outcome
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &StepOutcome::Taken), 1, "{outcomes:?}");
    let rest = count_of(&outcomes, &StepOutcome::Spent);
    assert_eq!(rest, outcomes.len() - 1);
}

/// A sign-in opens one session, whatever is typed at once.
pub async fn a_sign_in_opens_one_session_in_a_race(store: SharedStore) {
    let world = with_app(store).await;
    let ground = begin(&world, "half").await;
    let outcomes = race(|number| {
        let at = 101 + i64::try_from(number).unwrap();
        let then = open(&world, &format!("s-race-{number}"));
        let taken = step(&world, ground, password(at), then);
        let store = world.store.clone();
        async move { store.take_step(&taken, &NONE, after(5)).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &StepOutcome::Taken), 1, "{outcomes:?}");
}

/// A first app is added once, however many set one up at the same time.
pub async fn adds_a_first_app_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let mut grounds = Vec::new();
    for number in 0..super::RACERS {
        grounds.push(begin(&world, &format!("half-{number}")).await);
    }
    let outcomes = race(|number| {
        let act = add(&format!("app-{number}"), &["one", "two"], 1);
        let ground = *grounds.get(number).unwrap();
        let then = open(&world, &format!("s-race-{number}"));
        let taken = step(&world, ground, act, then);
        let store = world.store.clone();
        async move { store.take_step(&taken, &NONE, after(5)).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &StepOutcome::Taken), 1, "{outcomes:?}");
    let expected = Factors {
        apps: 1,
        passkeys: 0,
        recovery_codes: 2,
        required_by_role: false,
    };
    assert_eq!(factors(&world).await, expected);
}

/// A step that is not the last notes what is proven, and the sign-in goes on; also when the step
/// itself has changed what is trusted in.
pub async fn goes_on_without_a_session(store: SharedStore) {
    let world = World::new(store).await;
    let ground = begin(&world, "half").await;
    let amr = "pwd otp mfa".to_owned();
    let then = Then::GoOn { amr: amr.clone() };
    let taken = step(&world, ground, add("app-1", &["one"], 1), then);
    assert_eq!(take(&world, &taken).await, StepOutcome::Taken);
    assert_eq!(find(&world, "half").await, Some(amr));
    let last = step(&world, ground, password(101), open(&world, "s-last"));
    assert_eq!(take(&world, &last).await, StepOutcome::Taken);
    assert_eq!(find(&world, "half").await, None);
    assert!(opened(&world, "s-last").await.is_some());
}

/// A live session is made stronger under another cookie; an ended, expired or another's is not.
pub async fn makes_a_live_session_stronger(store: SharedStore) {
    let world = with_app(store).await;
    let before = &world.session;
    let stronger = Session {
        cookie: Digest::of("stronger"),
        amr: "pwd otp mfa".to_owned(),
        ..before.clone()
    };
    let then = Then::Open {
        session: Box::new(stronger.clone()),
        remembered: None,
    };
    let ground = Ground::Session(before.cookie);
    let foreign = user(&world.realm, "u-bob", "bob", None);
    let created = world.store.create_user(&foreign, &NONE).await.unwrap();
    assert_eq!(created, Creation::Created);
    let others = StepTaken {
        user: foreign.id,
        ..step(&world, ground, password(101), then.clone())
    };
    assert_eq!(take(&world, &others).await, StepOutcome::Gone);
    let taken = step(&world, ground, password(101), then.clone());
    let expired = world.store.take_step(&taken, &NONE, before.expires_at);
    assert_eq!(expired.await.unwrap(), StepOutcome::Gone);
    assert_eq!(take(&world, &taken).await, StepOutcome::Taken);
    assert_eq!(opened(&world, "stronger").await, Some(stronger));
    assert_eq!(opened(&world, "s-1").await, None);
    let end = world
        .store
        .end_session(&world.realm, &before.id, &NONE, after(6));
    end.await.unwrap();
    let ground = Ground::Session(Digest::of("stronger"));
    let late = step(&world, ground, password(102), then);
    assert_eq!(take(&world, &late).await, StepOutcome::Gone);
}

/// Sign-ins that have expired are cleaned away.
pub async fn purges_sign_ins(store: SharedStore) {
    let world = World::new(store).await;
    begin(&world, "half").await;
    let expired = after(600);
    world.store.purge(expired, 100).await.unwrap();
    assert!(find(&world, "half").await.is_some());
    let later = expired.plus(Lifetime::seconds(3_600));
    world.store.purge(later, 100).await.unwrap();
    assert_eq!(find(&world, "half").await, None);
}

/// A sign-in that waits for a mailed code takes that code, once, in that sign-in, and keeps the mail
/// with it. It begins while its code goes to the account's address.
pub async fn takes_a_mailed_code_once(store: SharedStore) {
    let world = World::new(store).await;
    let waiting = SignIn {
        mailed_code: Some(Digest::of("code")),
        ..sign_in(&world, "half")
    };
    let link = Effects::event(crate::account::event::Event::new(
        &world.realm,
        crate::account::event::EventKind::SignInDoubted,
        &crate::account::event::Caller::default(),
        START,
    ));
    let own = "ada@example.com";
    for (verified, mailbox, expected) in [
        ("another hash", own, Change::NotFound),
        (VERIFIED, "of-before@example.com", Change::NotFound),
        (VERIFIED, own, Change::Changed),
    ] {
        let proof = (verified, mailbox);
        let begun = world.store.begin_sign_in_by_mail(&waiting, proof, &link);
        assert_eq!(begun.await.unwrap(), expected, "{proof:?}");
    }
    begin(&world, "another").await;
    let found = world
        .store
        .sign_in(&world.realm, &waiting.cookie, after(5))
        .await;
    assert_eq!(found.unwrap().unwrap().sign_in, waiting);
    let act = |code| Act::TakeMailedCode(Digest::of(code));
    let on = |name| Ground::SignIn(Digest::of(name));
    let session = Ground::Session(world.session.cookie);
    for (ground, code) in [
        (on("half"), "wrong"),
        (on("another"), "code"),
        (session, "code"),
    ] {
        let wrong = step(&world, ground, act(code), open(&world, "s-9"));
        assert_eq!(take(&world, &wrong).await, StepOutcome::Spent, "{ground:?}");
    }
    let amr = "pwd mca".to_owned();
    let goes_on = step(&world, on("half"), act("code"), Then::GoOn { amr });
    let outcomes = race(|_| {
        let (store, goes_on) = (world.store.clone(), goes_on.clone());
        async move { store.take_step(&goes_on, &NONE, after(5)).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &StepOutcome::Taken), 1, "{outcomes:?}");
    assert_eq!(find(&world, "half").await.as_deref(), Some("pwd mca"));
}
