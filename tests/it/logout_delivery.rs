//! Back-channel logout: who is told, when, how often, and what the ledger says.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vidimus::account::user::AccountSwitch;
use vidimus::jobs::{Jobs, deliver_logouts};
use vidimus::keys::TokenType;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::{ClientMetadata, ClientType, SubjectType};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Change, Effects, LogoutDelivery, LogoutFilter};

use crate::metrics::{says, told};
use crate::support::relying_parties::Listener;
use crate::support::world::Shared;
use crate::support::{Deployment, SignedIn, TestClient, World, decode_claims};

fn told_at(uri: &str) -> impl FnOnce(&mut ClientMetadata) + use<> {
    let uri = uri.to_owned();
    move |metadata| metadata.backchannel_logout_uri = Some(uri)
}

/// One turn of the job, with all that follows from it.
async fn deliver(world: &World) {
    deliver_logouts::run_once(world.jobs.clone()).await.unwrap();
    world.jobs.deliveries.settled().await;
}

async fn ledger(world: &World, filter: LogoutFilter) -> Vec<LogoutDelivery> {
    let realm = RealmId::default_realm();
    world
        .app
        .store
        .list_logouts(&realm, filter, 100)
        .await
        .unwrap()
}

async fn only_row(world: &World) -> LogoutDelivery {
    let rows = ledger(world, LogoutFilter::All).await;
    let [row] = <[_; 1]>::try_from(rows).unwrap();
    row
}

/// `ada` signs in to an app that listens there, and out again.
async fn signed_out(uri: &str) -> World {
    let mut at = SignedIn::with("openid", told_at(uri)).await;
    let hint = at.token("id_token");
    at.logout(&[("id_token_hint", &hint)]).await;
    at.must_sign_in_again().await;
    at.client.world.clone()
}

/// Signs `ada` in to a client in so many browsers.
async fn sessions(client: &TestClient, count: usize) {
    for _ in 0..count {
        client.tokens(&[]).await;
    }
}

/// OIDC Back-Channel Logout §2.5, §2.8
#[tokio::test]
async fn an_app_that_fails_is_told_again_later_and_later() {
    let app = Listener::answering(&[503, 302, 204]).await;
    let world = signed_out(&app.uri).await;
    assert_eq!(app.received().len(), 0, "never within the request");
    for (attempt, pause, answer) in [(1, 5, "status(503)"), (2, 30, "redirect")] {
        deliver(&world).await;
        let row = only_row(&world).await;
        assert_eq!(
            (row.attempts, row.last_answer.as_deref()),
            (attempt, Some(answer))
        );
        let next = world.app.now().plus(Lifetime::seconds(pause));
        assert_eq!(row.next_attempt_at, Some(next));
        assert_eq!(ledger(&world, LogoutFilter::Failed).await.len(), 1);
        world.advance(pause - 1);
        deliver(&world).await;
        assert_eq!(
            only_row(&world).await.attempts,
            attempt,
            "not before its time"
        );
        world.advance(1);
    }
    deliver(&world).await;
    let row = only_row(&world).await;
    assert_eq!(row.delivered_at, Some(world.app.now()));
    assert_eq!(row.next_attempt_at, None);
    assert_eq!(ledger(&world, LogoutFilter::Failed).await, []);
    let names: HashSet<String> = app
        .tokens()
        .iter()
        .map(|token| decode_claims(token)["jti"].to_string())
        .collect();
    assert_eq!(names.len(), 3, "each attempt has a token of its own");
    let last = decode_claims(app.tokens().last().unwrap());
    assert_eq!(last["iat"], world.app.now().unix_seconds());
    world.advance(100_000);
    deliver(&world).await;
    assert_eq!(app.received().len(), 3);
}

#[tokio::test]
async fn monitoring_is_told_what_came_of_each_attempt() {
    let app = Listener::answering(&[503, 204]).await;
    let world = signed_out(&app.uri).await;
    says(
        &told(&world).await,
        &["vidimus_logouts{state=\"waiting\"} 1"],
    );
    deliver(&world).await;
    world.advance(5);
    let between = told(&world).await;
    says(&between, &["vidimus_logouts{state=\"retrying\"} 1"]);
    deliver(&world).await;
    says(
        &told(&world).await,
        &[
            "vidimus_logout_attempts_total{outcome=\"retried\"} 1",
            "vidimus_logout_attempts_total{outcome=\"delivered\"} 1",
            "vidimus_logout_attempts_total{outcome=\"given_up\"} 0",
        ],
    );
}

/// OIDC Back-Channel Logout §2.8
#[tokio::test]
async fn an_app_that_says_no_is_asked_three_times() {
    let app = Listener::answering(&[400]).await;
    let world = signed_out(&app.uri).await;
    for _ in 0..5 {
        deliver(&world).await;
        world.advance(3_600);
    }
    assert_eq!(app.received().len(), 3);
    let row = only_row(&world).await;
    assert_eq!(row.last_answer.as_deref(), Some("status(400)"));
    assert_eq!((row.delivered_at, row.next_attempt_at), (None, None));
    assert_eq!(ledger(&world, LogoutFilter::Failed).await, [row]);
}

#[tokio::test]
async fn nobody_is_told_for_ever() {
    // Nobody listens at port 1.
    let world = signed_out("http://127.0.0.1:1/logout").await;
    for _ in 0..20 {
        deliver(&world).await;
        world.advance(3_600);
    }
    let row = only_row(&world).await;
    assert_eq!(row.next_attempt_at, None);
    assert_eq!(row.last_answer.as_deref(), Some("unreachable"));
    assert!((5..=10).contains(&row.attempts), "{row:?}");
}

async fn two_nodes_tell_once(nodes: [World; 2]) {
    let app = Listener::answering(&[200]).await;
    nodes[0].ada().await;
    let realm = RealmId::default_realm();
    let client = nodes[0]
        .client_with(&realm, ClientType::Web, told_at(&app.uri))
        .await;
    sessions(&client, 8).await;
    switch_off(&nodes[0]).await;
    for _ in 0..4 {
        tokio::join!(deliver(&nodes[0]), deliver(&nodes[1]));
    }
    let told: Vec<String> = app
        .tokens()
        .iter()
        .map(|token| decode_claims(token)["sid"].to_string())
        .collect();
    assert_eq!(told.len(), 8);
    assert_eq!(told.iter().collect::<HashSet<_>>().len(), 8);
    for row in ledger(&nodes[0], LogoutFilter::All).await {
        assert_eq!(row.attempts, 1, "{row:?}");
        assert!(row.delivered_at.is_some(), "{row:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_tell_each_app_once() {
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let shared = Shared::over(store).beside_apps();
    two_nodes_tell_once([World::node(&shared).await, World::node(&shared).await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_on_postgres_tell_each_app_once() {
    let deployment = Deployment::postgres().await;
    two_nodes_tell_once(deployment.two_nodes().await).await;
}

/// The node dies between the claim and the answer.
#[tokio::test]
async fn an_attempt_that_was_lost_with_its_node_is_made_again() {
    let app = Listener::answering(&[200]).await;
    let world = signed_out(&app.uri).await;
    let now = world.app.now();
    let until = now.plus(Lifetime::seconds(60));
    let seen = only_row(&world).await;
    let claimed = world
        .app
        .store
        .claim_logout(&seen, now, until)
        .await
        .unwrap();
    assert!(claimed.is_some());
    world.advance(59);
    deliver(&world).await;
    assert_eq!(app.received().len(), 0, "the other node may still be at it");
    world.advance(1);
    deliver(&world).await;
    assert_eq!(app.received().len(), 1);
    let row = only_row(&world).await;
    assert_eq!(row.attempts, 2);
    assert!(row.delivered_at.is_some());
}

async fn switch_off(world: &World) {
    let (realm, now) = (RealmId::default_realm(), world.app.now());
    let name = vidimus::account::user::LoginName::parse("ada").unwrap();
    let ada = world
        .app
        .store
        .user_by_login(&realm, &name)
        .await
        .unwrap()
        .unwrap();
    let change = world
        .app
        .store
        .switch_user(&realm, &ada.id, AccountSwitch::Disable, &Effects::NONE, now)
        .await;
    assert_eq!(change.unwrap(), Change::Changed);
}

#[tokio::test]
async fn the_apps_of_a_person_who_is_switched_off_are_told() {
    let app = Listener::answering(&[200]).await;
    let at = SignedIn::with("openid", told_at(&app.uri)).await;
    let sid = decode_claims(&at.token("id_token"))["sid"].clone();
    switch_off(&at.client.world).await;
    deliver(&at.client.world).await;
    let [token] = <[String; 1]>::try_from(app.tokens()).unwrap();
    assert_eq!(decode_claims(&token)["sid"], sid);
}

/// Somebody else signs in in the same browser: the session before ends.
#[tokio::test]
async fn the_apps_of_a_session_that_another_replaces_are_told() {
    let app = Listener::answering(&[200]).await;
    let mut at = SignedIn::with("openid", told_at(&app.uri)).await;
    let world = at.client.world.clone();
    world.user(&RealmId::default_realm(), "grace").await;
    let anew = at.client.authorize_url(&[("prompt", "login")]);
    at.browser.authorize(&anew, "grace").await;
    deliver(&world).await;
    let [token] = <[String; 1]>::try_from(app.tokens()).unwrap();
    assert_eq!(
        decode_claims(&token)["sub"],
        decode_claims(&at.token("id_token"))["sub"]
    );
}

/// OIDC Back-Channel Logout §2.4, OIDC Core §8
#[tokio::test]
async fn a_pairwise_client_is_told_by_its_own_name_in_its_own_algorithm() {
    let app = Listener::answering(&[200]).await;
    let uri = app.uri.clone();
    let mut at = SignedIn::with("openid", |metadata| {
        metadata.backchannel_logout_uri = Some(uri);
        metadata.subject_type = SubjectType::Pairwise;
        metadata.id_token_signed_response_alg = SigningAlgorithm::Es256;
    })
    .await;
    let hint = at.token("id_token");
    let answer = at.logout(&[("id_token_hint", &hint)]).await;
    assert!(answer.body.contains("You are signed out"), "{answer:?}");
    deliver(&at.client.world).await;
    let [token] = <[String; 1]>::try_from(app.tokens()).unwrap();
    assert_eq!(decode_claims(&token)["sub"], decode_claims(&hint)["sub"]);
    let (realm, world) = (RealmId::default_realm(), &at.client.world);
    let ring = world.app.keys.ring(&realm, world.app.now()).await.unwrap();
    let verified = ring.verify::<serde_json::Value>(&token, TokenType::LogoutToken);
    assert_eq!(verified.unwrap()["aud"], at.client.id());
    let header = token.split('.').next().unwrap();
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert!(header.contains("\"ES256\""), "{header}");
}

#[tokio::test]
async fn an_app_that_is_switched_off_or_removed_is_told_nothing() {
    for removed in [false, true] {
        let app = Listener::answering(&[200]).await;
        let mut at = SignedIn::with("openid", told_at(&app.uri)).await;
        let world = at.client.world.clone();
        let hint = at.token("id_token");
        at.logout(&[("id_token_hint", &hint)]).await;
        let (store, mut client) = (&world.app.store, at.client.client.clone());
        let why = if removed {
            let now = world.app.now();
            store
                .delete_client(&client.realm, &client.id, &Effects::NONE, now)
                .await
                .unwrap();
            "client_deleted"
        } else {
            client.disabled_at = Some(world.app.now());
            store.update_client(&client, &[]).await.unwrap();
            "client_disabled"
        };
        deliver(&world).await;
        world.advance(3_600);
        deliver(&world).await;
        assert_eq!(app.received().len(), 0);
        let row = only_row(&world).await;
        assert_eq!(
            (row.last_answer.as_deref(), row.next_attempt_at),
            (Some(why), None)
        );
    }
}

/// An app that takes connections and says nothing has its share of the attempts and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_hangs_delays_nobody() {
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}/logout", hanging.local_addr().unwrap());
    let app = Listener::answering(&[200]).await;
    let world = World::beside_apps().await;
    world.ada().await;
    let realm = RealmId::default_realm();
    let dead = world
        .client_with(&realm, ClientType::Web, told_at(&dead))
        .await;
    let live = world
        .client_with(&realm, ClientType::Web, told_at(&app.uri))
        .await;
    sessions(&dead, 4).await;
    sessions(&live, 4).await;
    switch_off(&world).await;
    deliver_logouts::run_once(world.jobs.clone()).await.unwrap();
    // The dead app is given up on after five seconds.
    let heard = tokio::time::timeout(Duration::from_secs(4), app.hears(4)).await;
    assert!(heard.is_ok(), "{} of 4", app.received().len());
    world.jobs.deliveries.shut_down().await;
    let failed = ledger(&world, LogoutFilter::Failed).await;
    assert_eq!(failed.len(), 2, "two at a time: {failed:?}");
    drop(hanging);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_job_tells_apps_by_itself() {
    let app = Listener::answering(&[200]).await;
    let mut at = SignedIn::with("openid", told_at(&app.uri)).await;
    let jobs = Jobs::start(at.client.world.jobs.clone());
    let hint = at.token("id_token");
    at.logout(&[("id_token_hint", &hint)]).await;
    let heard = tokio::time::timeout(Duration::from_secs(30), app.hears(1)).await;
    assert!(heard.is_ok());
    jobs.shut_down().await;
    assert!(only_row(&at.client.world).await.delivered_at.is_some());
}
