//! Codes raced by many callers on two nodes are used once.

use tokio::task::JoinSet;
use vidimus::account::event::Caller;
use vidimus::account::session::Session;
use vidimus::account::user::User;
use vidimus::account::{mailed_code, recovery};
use vidimus::flows::factors::{Typed, prove};
use vidimus::flows::mailed_code::prove as prove_mailbox;
use vidimus::flows::sign_in_steps::{Progress, Visitor};
use vidimus::protocol::ids::{RealmId, SessionId};
use vidimus::protocol::second_factor::Demand;
use vidimus::protocol::time::Lifetime;
use vidimus::secret::Digest;
use vidimus::store::factors::{Act, Ground, SignIn, StepOutcome, StepTaken, Then};
use vidimus::store::{Change, Effects};

use crate::support::authenticator::Authenticator;
use crate::support::racing::{CALLERS, race};
use crate::support::{Deployment, World};

/// Begins a sign-in under a cookie of this name, as a good password does.
async fn begin(node: &World, user: &User, name: &str) {
    let now = node.app.now();
    let sign_in = SignIn {
        realm: user.realm.clone(),
        cookie: Digest::of(name),
        user: user.id.clone(),
        amr: "pwd".to_owned(),
        mailed_code: None,
        created_at: now,
        expires_at: now.plus(Lifetime::seconds(600)),
    };
    let hash = user.password_hash.as_deref().unwrap();
    let begun = node.app.store.begin_sign_in(&sign_in, hash).await;
    assert_eq!(begun.unwrap(), Change::Changed);
}

/// The last step of a sign-in, with a session of its own.
fn last_step(node: &World, user: &User, name: &str, act: Act) -> StepTaken {
    let now = node.app.now();
    StepTaken {
        realm: user.realm.clone(),
        user: user.id.clone(),
        ground: Ground::SignIn(Digest::of(name)),
        act,
        then: Then::Open {
            session: Box::new(Session {
                realm: user.realm.clone(),
                id: SessionId::parse(format!("session-{name}")).unwrap(),
                cookie: Digest::of(&format!("session-{name}")),
                user: user.id.clone(),
                auth_time: now,
                amr: "pwd otp mfa".to_owned(),
                created_at: now,
                last_seen_at: now,
                expires_at: now.plus(Lifetime::seconds(3600)),
                ended_at: None,
            }),
            remembered: None,
        },
    }
}

/// Spends one thing from many sign-ins at once, past every counter.
async fn spend(nodes: &[World], user: &User, kind: &str, act: &Act) {
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let node = nodes[number % nodes.len()].clone();
        let name = format!("{kind}-{number}");
        begin(&node, user, &name).await;
        let step = last_step(&node, user, &name, act.clone());
        callers.spawn(async move {
            let now = node.app.now();
            let store = &node.app.store;
            store.take_step(&step, &Effects::NONE, now).await.unwrap()
        });
    }
    let outcomes = callers.join_all().await;
    let taken = outcomes.iter().filter(|one| **one == StepOutcome::Taken);
    assert_eq!(taken.count(), 1, "{kind}: {outcomes:?}");
}

/// The same as the pages do it. Most callers must wait, since attempts are counted for a person;
/// so each race has a person of its own.
async fn prove_at_once(nodes: &[World], user: &User, kind: &'static str, code: &str) {
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let node = nodes[number % nodes.len()].clone();
        let cookie = format!("{kind}-{number}");
        begin(&node, user, &cookie).await;
        let code = code.to_owned();
        callers.spawn(async move {
            let (realm, caller) = (RealmId::default_realm(), Caller::default());
            let visitor = Visitor {
                realm: &realm,
                caller: &caller,
                session: None,
                sign_in: Some(&cookie),
                device: None,
                known: None,
                demand: Demand::NONE,
                may_step_up: false,
            };
            let typed = match kind {
                "page-app" => Typed::App(&code),
                _ => Typed::RecoveryCode(&code),
            };
            let progress = prove(&node.app, visitor, typed, None).await;
            matches!(progress, Ok(Progress::SignedIn(_)))
        });
    }
    let outcomes = callers.join_all().await;
    assert_eq!(outcomes.iter().filter(|one| **one).count(), 1, "{kind}");
}

/// A sign-in that waits for a mailed code, under a cookie of this name.
async fn begin_by_mail(node: &World, user: &User, name: &str, code: &str) -> Digest {
    let now = node.app.now();
    let kept = mailed_code::digest(name, code).unwrap();
    let sign_in = SignIn {
        realm: user.realm.clone(),
        cookie: Digest::of(name),
        user: user.id.clone(),
        amr: "pwd".to_owned(),
        mailed_code: Some(kept),
        created_at: now,
        expires_at: now.plus(Lifetime::seconds(600)),
    };
    let hash = user.password_hash.as_deref().unwrap();
    let begun = node.app.store.begin_sign_in(&sign_in, hash).await;
    assert_eq!(begun.unwrap(), Change::Changed);
    kept
}

/// A mailed code is of one sign-in, so that all callers have its cookie: past every counter, and as
/// the page does it.
async fn a_mailed_code_is_used_once(nodes: &[World]) {
    let realm = RealmId::default_realm();
    let joan = nodes[0].user(&realm, "joan").await;
    let name = "mailed";
    let kept = begin_by_mail(&nodes[0], &joan, name, "01234567").await;
    let outcomes = race(nodes, |node, number| {
        let mut step = last_step(
            &node,
            &joan,
            &format!("{name}-{number}"),
            Act::TakeMailedCode(kept),
        );
        step.ground = Ground::SignIn(Digest::of(name));
        async move {
            let now = node.app.now();
            let store = &node.app.store;
            store.take_step(&step, &Effects::NONE, now).await.unwrap()
        }
    })
    .await;
    let taken = outcomes.iter().filter(|one| **one == StepOutcome::Taken);
    assert_eq!(taken.count(), 1, "{outcomes:?}");
    let name = "page-mailed";
    begin_by_mail(&nodes[0], &joan, name, "12345678").await;
    let proven = race(nodes, |node, _| async move {
        let (realm, caller) = (RealmId::default_realm(), Caller::default());
        let visitor = Visitor {
            realm: &realm,
            caller: &caller,
            session: None,
            sign_in: Some(name),
            device: None,
            known: None,
            demand: Demand::NONE,
            may_step_up: false,
        };
        let progress = prove_mailbox(&node.app, visitor, "12345678").await;
        matches!(progress, Ok(Progress::SignedIn(_)))
    })
    .await;
    assert_eq!(proven.iter().filter(|one| **one).count(), 1);
}

/// A person with an authenticator app.
async fn person(nodes: &[World], name: &str) -> (User, Authenticator) {
    let user = nodes[0].user(&RealmId::default_realm(), name).await;
    (user, Authenticator::of(&nodes[0], name).await)
}

async fn each_code_is_used_once(nodes: &[World]) {
    let (ada, app) = person(nodes, "ada").await;
    let code = recovery::digest(&app.recovery_codes[0]).unwrap();
    spend(nodes, &ada, "recovery", &Act::TakeRecoveryCode(code)).await;
    let row = nodes[0].app.store.totp_apps(&ada.realm, &ada.id).await;
    let row = row.unwrap().remove(0);
    let password = Act::TakePassword {
        app: row.id,
        step: row.last_step + 1,
    };
    spend(nodes, &ada, "app", &password).await;
    let (grace, app) = person(nodes, "grace").await;
    prove_at_once(nodes, &grace, "page-app", &app.code_in(1)).await;
    let (mary, app) = person(nodes, "mary").await;
    prove_at_once(nodes, &mary, "page-recovery", &app.recovery_codes[0]).await;
    a_mailed_code_is_used_once(nodes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_code_is_used_once_on_two_nodes() {
    each_code_is_used_once(&Deployment::sqlite().two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_code_is_used_once_on_a_cluster() {
    let deployment = Deployment::cluster().await;
    each_code_is_used_once(&deployment.two_nodes().await).await;
}
