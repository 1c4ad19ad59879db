//! A change of the password that many ask for at once happens once.

use std::net::IpAddr;

use vidimus::account::event::Caller;
use vidimus::account::user::User;
use vidimus::flows::password::{Change, change, choose};
use vidimus::flows::session::resume;
use vidimus::flows::sign_in_steps::{Progress, Visitor};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::second_factor::Demand;
use vidimus::protocol::time::Lifetime;
use vidimus::secret::Digest;
use vidimus::store::factors::SignIn;
use vidimus::store::{self, Effects, EventFilter, EventPlace};

use super::secret;
use crate::links::outbox;
use crate::support::racing::race;
use crate::support::world::PASSWORD;
use crate::support::{Deployment, World};

const COOKIE: &str = "a-sign-in-in-progress";

/// A password of each caller's own.
fn new(number: usize) -> String {
    format!("plane-jar-ostrich-{number}")
}

/// Once, with one event and one mail; the password that stands is the winner's.
async fn changed_once(node: &World, user: &User, won: &[bool]) {
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    let winner = won.iter().position(|won| *won).unwrap();
    let stored = node.person(&user.username).await.password_hash;
    let hashing = &node.app.hashing;
    let stands = hashing
        .verify(secret(&new(winner)), stored.as_deref())
        .await;
    assert!(stands.unwrap().is_some());
    let filter = EventFilter {
        user: Some(user.id.clone()),
        kind: Some(vidimus::account::event::EventKind::PasswordChanged),
        ..EventFilter::default()
    };
    let store = &node.app.store;
    let told = store.list_events(&user.realm, &filter, EventPlace::After(0), 9);
    assert_eq!(told.await.unwrap().len(), 1);
    let mails = outbox(node).await;
    let to = user.email.as_deref().unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.to == to).count(), 1);
}

/// The page of a sign-in that must end with another password.
async fn choosing(nodes: &[World]) {
    let (node, realm) = (&nodes[0], RealmId::default_realm());
    let ada = node.ada().await;
    let (store, now) = (&node.app.store, node.app.now());
    let marked = store
        .set_must_change_password(&realm, &ada.id, true, &Effects::NONE, now)
        .await;
    marked.unwrap();
    let sign_in = SignIn {
        realm: realm.clone(),
        cookie: Digest::of(COOKIE),
        user: ada.id.clone(),
        amr: "pwd".to_owned(),
        mailed_code: None,
        created_at: now,
        expires_at: now.plus(Lifetime::seconds(600)),
    };
    let hash = ada.password_hash.as_deref().unwrap();
    let begun = store.begin_sign_in(&sign_in, hash).await;
    assert_eq!(begun.unwrap(), store::Change::Changed);
    let won = race(nodes, |node, number| async move {
        let (realm, caller) = (RealmId::default_realm(), Caller::default());
        let visitor = Visitor {
            realm: &realm,
            caller: &caller,
            session: None,
            sign_in: Some(COOKIE),
            device: None,
            known: None,
            demand: Demand::NONE,
            may_step_up: false,
        };
        let progress = choose(&node.app, visitor, secret(&new(number))).await;
        (number, matches!(progress, Ok(Progress::SignedIn(_))))
    })
    .await;
    changed_once(node, &ada, &in_order(won)).await;
}

/// The page of the account.
async fn changing(nodes: &[World]) {
    let (node, realm) = (&nodes[0], RealmId::default_realm());
    let bob = node.user(&realm, "bob").await;
    let mut browser = node.browser();
    let login = browser.get(&node.url(&realm, "/account")).await;
    let login = browser.get(login.location()).await;
    let fields = [("username", "bob"), ("password", PASSWORD)];
    browser.submit(&login, &fields).await;
    let cookie = browser.cookies["__Host-vidimus_session"].clone();
    let won = race(nodes, |node, number| {
        let cookie = cookie.clone();
        async move {
            let (realm, now) = (RealmId::default_realm(), node.app.now());
            let live = resume(&node.app, &realm, Some(&cookie), None, now).await;
            let Some(live) = live.unwrap() else {
                return (number, false);
            };
            let wanted = Change {
                realm: &realm,
                live: &live,
                current: secret(PASSWORD),
                new: secret(&new(number)),
                // Attempts are counted by address, too.
                address: IpAddr::from([198, 51, 100, u8::try_from(number).unwrap()]),
                caller: &Caller::default(),
            };
            (number, change(&node.app, wanted).await.is_ok())
        }
    })
    .await;
    changed_once(node, &bob, &in_order(won)).await;
}

fn in_order(mut won: Vec<(usize, bool)>) -> Vec<bool> {
    won.sort_unstable();
    won.into_iter().map(|(_, won)| won).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_changed_once_on_two_nodes() {
    let deployment = Deployment::sqlite();
    let nodes = deployment.two_nodes().await;
    choosing(&nodes).await;
    changing(&nodes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_changed_once_on_a_cluster() {
    let deployment = Deployment::cluster().await;
    let nodes = deployment.two_nodes().await;
    choosing(&nodes).await;
    changing(&nodes).await;
}
