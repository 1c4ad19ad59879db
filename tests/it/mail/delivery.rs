//! One mail and what a mail server makes of it.

use std::sync::Arc;
use std::time::Duration;

use vidimus::jobs::Jobs;
use vidimus::mail::{SmtpSecurity, SmtpSettings};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;
use vidimus::store::Change;
use vidimus::store::sqlite::SqliteStore;

use super::*;
use crate::metrics::{says, told};
use crate::support::mail_server::{MailServer, Mood, courier};
use crate::support::world::Shared;

#[tokio::test]
async fn a_mail_goes_out_after_the_change_and_is_forgotten() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    let id = registered(&world, "ada").await;
    assert_eq!(server.delivered().len(), 0, "never within the request");
    let sealed = only_row(&world).await.sealed.unwrap();
    assert!(!sealed.windows(5).any(|part| part == b"token"));
    world.send_mails().await;
    let mail = server.only();
    assert_eq!(mail.from, "no-reply@id.example.test");
    assert_eq!(mail.to, ["ada@example.com"]);
    let message_id = format!("<{id}@id.example.test>");
    assert_eq!(mail.header("Message-ID"), Some(message_id));
    assert_eq!(mail.headers("To"), 1);
    assert!(mail.subject().starts_with("Confirm your address"));
    assert_eq!(mail.link(), "https://id.example.test/link?token=ada");
    assert!(mail.text().starts_with("Hello Ada,\n"));
    assert!(mail.html().starts_with("<!doctype html>"));
    let row = only_row(&world).await;
    assert_eq!(row.sent_at, Some(world.app.now()));
    assert_eq!((row.sealed, row.next_attempt_at), (None, None));
    assert_eq!(row.last_answer.as_deref(), Some("250 taken"));
    world.advance(100_000);
    world.send_mails().await;
    assert_eq!(server.delivered().len(), 1);
}

/// RFC 5321 §4.2.1
#[tokio::test]
async fn a_busy_server_is_asked_again_later_and_later() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    registered(&world, "ada").await;
    server.set(Mood::Busy);
    for (attempt, pause) in [(1, 5), (2, 30), (3, 120), (4, 300), (5, 300)] {
        world.send_mails().await;
        let row = only_row(&world).await;
        assert_eq!(row.attempts, attempt);
        let next = world.app.now().plus(Lifetime::seconds(pause));
        assert_eq!(row.next_attempt_at, Some(next));
        assert!(row.last_answer.unwrap().contains("451"), "{attempt}");
        world.advance(pause - 1);
        world.send_mails().await;
        assert_eq!(
            only_row(&world).await.attempts,
            attempt,
            "not before its time"
        );
        world.advance(1);
    }
    server.set(Mood::Takes);
    world.send_mails().await;
    assert_eq!(server.to("ada@example.com").len(), 1);
    assert!(only_row(&world).await.sent_at.is_some());
}

/// RFC 5321 §4.2.1
#[tokio::test]
async fn a_refusal_for_good_is_a_dead_letter_that_an_operator_can_have_tried_again() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    let id = registered(&world, "ada").await;
    server.set(Mood::Refuses);
    for _ in 0..3 {
        world.send_mails().await;
        world.advance(600);
    }
    let row = only_row(&world).await;
    assert_eq!(
        (row.attempts, row.next_attempt_at, row.sent_at),
        (1, None, None)
    );
    let answer = row.last_answer.unwrap();
    assert!(
        answer.contains("550") && answer.contains("nobody of that name"),
        "{answer}"
    );
    server.set(Mood::Takes);
    let (realm, now) = (RealmId::default_realm(), world.app.now());
    let retried = world.app.store.retry_mail(&realm, &id, now).await.unwrap();
    assert_eq!(retried, Change::Changed);
    world.send_mails().await;
    assert_eq!(server.delivered().len(), 1);
    assert_eq!(only_row(&world).await.sealed, None);
}

#[tokio::test]
async fn monitoring_is_told_what_came_of_each_attempt() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    registered(&world, "ada").await;
    for (mood, name) in [
        (Mood::Busy, "bob"),
        (Mood::Refuses, "eve"),
        (Mood::Takes, "dan"),
    ] {
        server.set(mood);
        registered(&world, name).await;
        world.send_mails().await;
    }
    world.advance(5);
    world.send_mails().await;
    says(
        &told(&world).await,
        &[
            "vidimus_mail_attempts_total{outcome=\"retried\"} 2",
            "vidimus_mail_attempts_total{outcome=\"given_up\"} 1",
            "vidimus_mail_attempts_total{outcome=\"delivered\"} 3",
            "vidimus_mails{state=\"given_up\"} 1",
            "vidimus_mails{state=\"waiting\"} 0",
            "vidimus_mails{state=\"retrying\"} 0",
        ],
    );
}

/// The one moment that nobody can close: the server has taken the mail, and we do not know it. A
/// repetition is the same message to the byte (RFC 5322 §3.6.4).
#[tokio::test]
async fn a_mail_whose_answer_was_lost_is_sent_again_as_the_same_message() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    registered(&world, "ada").await;
    server.set(Mood::Vanishes);
    world.send_mails().await;
    assert_eq!(server.delivered().len(), 1);
    assert_eq!(only_row(&world).await.sent_at, None);
    server.set(Mood::Takes);
    world.advance(5);
    world.send_mails().await;
    world.advance(1_000);
    world.send_mails().await;
    let [first, second] = <[_; 2]>::try_from(server.delivered()).unwrap();
    assert_eq!(first.raw, second.raw);
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
    assert!(only_row(&world).await.sent_at.is_some());
}

#[tokio::test]
async fn a_mail_that_is_of_no_use_any_more_is_not_sent() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    let app = &world.app;
    let short = Lifetime::seconds(60);
    register((&app.store, &app.master), "ada", short, app.now()).await;
    server.set(Mood::Busy);
    for _ in 0..3 {
        world.send_mails().await;
        world.advance(30);
    }
    server.set(Mood::Takes);
    world.send_mails().await;
    assert_eq!(server.delivered().len(), 0);
    app.store.purge(app.now(), 100).await.unwrap();
    let row = only_row(&world).await;
    assert_eq!(
        (row.sealed, row.next_attempt_at, row.sent_at),
        (None, None, None)
    );
}

#[tokio::test]
async fn a_mail_of_another_master_key_is_given_up_and_said_so() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    let other = MasterKey::generate(&SystemEntropy::default()).unwrap();
    register((&world.app.store, &other), "ada", DAY, world.app.now()).await;
    world.send_mails().await;
    let row = only_row(&world).await;
    assert!(row.last_answer.unwrap().contains("another master key"));
    assert_eq!((row.next_attempt_at, server.delivered().len()), (None, 0));
}

/// A server that lets everybody in and says nothing holds eight attempts, and no longer than its
/// time.
#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_on() {
    let server = MailServer::start().await;
    server.set(Mood::Hangs);
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: Some(server.port),
        security: SmtpSecurity::None,
        login: None,
        ca_file: None,
        timeout: Lifetime::from_millis(100),
        hello: "id.example.test".to_owned(),
    };
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let shared = Shared {
        courier: Some(Arc::new(courier(settings).unwrap())),
        ..Shared::over(store)
    };
    let world = World::node(&shared).await;
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        registered(&world, name).await;
    }
    world.send_mails().await;
    for row in ledger(&world.app.store).await {
        assert_eq!(row.attempts, 1);
        assert_eq!(row.last_answer.as_deref(), Some("no answer in 100ms"));
    }
}

/// The running jobs send without being asked; who writes a mail rings, so that it goes at once.
#[tokio::test]
async fn a_running_node_sends_what_is_written() {
    let server = MailServer::start().await;
    let world = World::mailing_to(&server).await;
    let jobs = Jobs::start(world.jobs.clone());
    registered(&world, "ada").await;
    world.app.mail_bell.notify_one();
    let patience = Duration::from_mins(1);
    tokio::time::timeout(patience, server.takes(1))
        .await
        .unwrap();
    // Another node's, which nobody rings for here.
    registered(&world, "bob").await;
    tokio::time::timeout(patience, server.takes(2))
        .await
        .unwrap();
    jobs.shut_down().await;
    registered(&world, "eve").await;
    world.send_mails().await;
    assert_eq!(server.delivered().len(), 2, "it has stopped");
}

#[tokio::test]
async fn a_node_without_a_way_out_leaves_mails_to_others() {
    let world = World::in_memory().await;
    registered(&world, "ada").await;
    world.send_mails().await;
    let row = only_row(&world).await;
    assert_eq!(
        (row.attempts, row.next_attempt_at),
        (0, Some(row.created_at))
    );
    assert_eq!(world.app.store.waiting_mails().await.unwrap(), 1);
}
