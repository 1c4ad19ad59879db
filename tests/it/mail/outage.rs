//! The mail server is away for an hour: everybody registers, and every mail goes out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use vidimus::account::user::LoginName;
use vidimus::store::sqlite::SqliteStore;

use super::*;
use crate::links::{CHOSEN, fill, open_sign_up, press};
use crate::support::Deployment;
use crate::support::mail_server::{MailServer, Mood};
use crate::support::world::Shared;

const STEP_SECONDS: u32 = 300;
const STEPS: u32 = 12;

async fn an_hour_without_mail(nodes: [World; 2], mut server: MailServer) {
    server.go_down().await;
    let store = &nodes[0].app.store;
    let mut written = Vec::new();
    for step in 0..STEPS {
        for (number, node) in nodes.iter().enumerate() {
            let name = format!("person-{step}-{number}");
            written.push(registered(node, &name).await);
        }
        tokio::join!(nodes[0].send_mails(), nodes[1].send_mails());
        let waiting = store.waiting_mails().await.unwrap();
        assert_eq!(waiting, u64::try_from(written.len()).unwrap());
        nodes[0].advance(STEP_SECONDS);
    }
    for row in ledger(store).await {
        assert!(row.attempts <= STEPS, "{row:?}");
        assert!(row.sealed.is_some() && row.last_answer.is_some(), "{row:?}");
    }
    server.go_up().await;
    // It has much to do at first.
    server.set(Mood::Busy);
    tokio::join!(nodes[0].send_mails(), nodes[1].send_mails());
    server.set(Mood::Takes);
    nodes[0].advance(STEP_SECONDS);
    for _ in 0..3 {
        tokio::join!(nodes[0].send_mails(), nodes[1].send_mails());
    }
    nodes[0].advance(24 * 3600);
    tokio::join!(nodes[0].send_mails(), nodes[1].send_mails());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for mail in server.delivered() {
        let message_id = mail.header("Message-ID").unwrap();
        let id = message_id
            .trim_start_matches('<')
            .split('@')
            .next()
            .unwrap();
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    let once: BTreeMap<String, usize> = written.into_iter().map(|id| (id, 1)).collect();
    assert_eq!(counts, once);
    for row in ledger(store).await {
        assert!(row.sent_at.is_some() && row.sealed.is_none(), "{row:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_goes_out_once_after_an_hour_without_mail() {
    let server = MailServer::start().await;
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let shared = Shared::over(store).mailing_to(&server);
    let nodes = [World::node(&shared).await, World::node(&shared).await];
    an_hour_without_mail(nodes, server).await;
}

/// Two nodes with connections of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_goes_out_once_after_an_hour_without_mail_on_postgres() {
    let server = MailServer::start().await;
    let deployment = Deployment::postgres().await;
    let first = Shared::over(deployment.store().await).mailing_to(&server);
    let second = Shared {
        store: deployment.store().await,
        ..first.clone()
    };
    let nodes = [World::node(&first).await, World::node(&second).await];
    an_hour_without_mail(nodes, server).await;
}

/// A node dies with mails in its hands: another sends them when the claims have lapsed, and not
/// before.
#[tokio::test]
async fn what_a_dead_node_held_is_sent_by_another_when_its_claim_has_lapsed() {
    let server = MailServer::start().await;
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let shared = Shared::over(store).mailing_to(&server);
    let living = World::node(&shared).await;
    registered(&living, "ada").await;
    let now = living.app.now();
    let due = living.app.store.due_mails(now, 9).await.unwrap();
    let courier = server.courier();
    let claimed = vidimus::flows::send_mail::begin(&living.app, &courier, &due[0]).await;
    let lapses = claimed.unwrap().unwrap().next_attempt_at.unwrap();
    let held = u32::try_from(lapses.since(now).whole_seconds()).unwrap();
    assert!((60..=300).contains(&held), "{held}");
    living.advance(held - 1);
    living.send_mails().await;
    assert_eq!(server.delivered().len(), 0);
    living.advance(1);
    living.send_mails().await;
    living.send_mails().await;
    assert_eq!(server.delivered().len(), 1);
    assert_eq!(only_row(&living).await.attempts, 2);
}

/// Somebody registers while the mail server is away: the link counts from when its mail goes out.
#[tokio::test]
async fn a_link_that_waited_for_the_mail_server_is_of_use() {
    let mut server = MailServer::start().await;
    server.go_down().await;
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let world = World::node(&Shared::over(store).mailing_to(&server)).await;
    open_sign_up(&world, None).await;
    for address in ["eve@example.test", "mallory@example.test"] {
        let fields = [("email", address), ("name", "E"), ("password", CHOSEN)];
        let sent = fill(&mut world.browser(), "/sign-up", &fields).await;
        assert!(sent.body.contains("id=\"mail-sent\""), "{sent:?}");
    }
    world.send_mails().await;
    world.advance(3_600);
    server.go_up().await;
    world.send_mails().await;
    assert_eq!(server.delivered().len(), 2);
    let link = |address| server.to(address).remove(0).link();
    world.advance(29 * 60);
    let mut browser = world.browser();
    press(
        &mut browser,
        &link("eve@example.test"),
        &[("password", CHOSEN)],
    )
    .await;
    let login = LoginName::parse("eve@example.test").unwrap();
    let realm = RealmId::default_realm();
    let made = world.app.store.user_by_login(&realm, &login).await;
    assert!(made.unwrap().is_some());
    world.advance(60);
    let late = browser.get(&link("mallory@example.test")).await;
    assert_eq!(late.status, StatusCode::GONE, "{late:?}");
}
