//! Keys that a client publishes at its `jwks_uri` (RFC 7591 §2), and changes there.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::ClientType;
use vidimus::store::sqlite::SqliteStore;

use super::{assert_refused, assert_taken};
use crate::support::World;
use crate::support::assertions::{AssertingClient, ClientKey, jwks};
use crate::support::web::Web;
use crate::support::world::Shared;

const PATH: &str = "/jwks";
const ALGORITHM: SigningAlgorithm = SigningAlgorithm::Es256;

/// A client, and the site where it publishes its key.
struct Published {
    world: World,
    web: Web,
    client: AssertingClient,
}

impl Published {
    async fn start() -> Self {
        let web = Web::start().await;
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let mut shared = Shared::over(store);
        shared.outgoing = web.outgoing.clone();
        let world = World::node(&shared).await;
        let key = ClientKey::signing(ALGORITHM).named("one");
        web.publish(PATH, &jwks(&[&key]));
        let client = register(&world, &web, &key).await;
        Self { world, web, client }
    }

    async fn is_taken(&self, key: &ClientKey) -> bool {
        let client = self.client.with_key(key);
        let answer = client.ask(&client.assertion()).await;
        if answer.status != StatusCode::OK {
            assert_refused(&answer, "the key");
        }
        answer.status == StatusCode::OK
    }

    fn asked(&self) -> usize {
        self.web.asked(PATH)
    }

    fn publish(&self, keys: &[&ClientKey], cache: Option<&'static str>) {
        let media_type = "application/jwk-set+json";
        let set = jwks(keys).to_string();
        self.web.publish_as(PATH, media_type, cache, &set);
    }
}

async fn register(world: &World, web: &Web, key: &ClientKey) -> AssertingClient {
    let uri = web.url(PATH);
    let signs = (ALGORITHM, key.clone());
    AssertingClient::register_with(world, ClientType::M2m, signs, |metadata| {
        metadata.jwks_uri = Some(uri);
    })
    .await
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept_for_a_minute() {
    let site = Published::start().await;
    let key = site.client.key.clone();
    assert_eq!(site.asked(), 0);
    for (seconds, asked) in [(0, 1), (1, 1), (58, 1), (1, 2), (59, 2)] {
        site.world.advance(seconds);
        assert!(site.is_taken(&key).await);
        assert_eq!(site.asked(), asked, "{seconds}");
    }
}

/// RFC 9111 §4.2
#[tokio::test]
async fn an_answer_says_how_long_it_is_kept_from_one_minute_to_ten() {
    for (cache, kept) in [
        ("no-store", 60),
        ("max-age=5", 60),
        ("max-age=300", 300),
        ("max-age=86400", 600),
    ] {
        let site = Published::start().await;
        let key = site.client.key.clone();
        site.publish(&[&key], Some(cache));
        for (seconds, asked) in [(0, 1), (kept - 1, 1), (1, 2)] {
            site.world.advance(seconds);
            assert!(site.is_taken(&key).await);
            assert_eq!(site.asked(), asked, "{cache} {seconds}");
        }
    }
}

/// OIDC Core §10.1.1: the new key works at once, and the old one no more.
#[tokio::test]
async fn a_new_key_is_fetched_when_it_is_first_used() {
    let site = Published::start().await;
    let old = site.client.key.clone();
    site.publish(&[&old], Some("max-age=600"));
    assert!(site.is_taken(&old).await);
    let new = ClientKey::signing(ALGORITHM).named("two");
    site.publish(&[&new], Some("max-age=600"));
    site.world.advance(10);
    assert!(site.is_taken(&new).await);
    assert_eq!(site.asked(), 2);
    assert!(!site.is_taken(&old).await);
}

/// OIDC Core §10.1.1, with keys that have no name: only the signature tells.
#[tokio::test]
async fn a_new_key_without_a_name_is_fetched_too() {
    let site = Published::start().await;
    let [old, new] = [(); 2].map(|()| ClientKey::signing(ALGORITHM));
    site.publish(&[&old], Some("max-age=600"));
    assert!(site.is_taken(&old).await);
    site.publish(&[&new], Some("max-age=600"));
    site.world.advance(10);
    assert!(site.is_taken(&new).await);
    assert!(!site.is_taken(&old).await);
}

/// Anybody can send an assertion with a made-up key; the client's site does not hear of it more
/// than six times a minute.
#[tokio::test]
async fn made_up_keys_do_not_become_fetches() {
    let site = Published::start().await;
    let key = site.client.key.clone();
    assert!(site.is_taken(&key).await);
    let forged = ClientKey::signing(ALGORITHM).named("forged");
    let nameless = ClientKey::signing(ALGORITHM);
    for asked in [1, 2, 3] {
        for key in [&forged, &nameless, &forged] {
            assert!(!site.is_taken(key).await);
        }
        assert_eq!(site.asked(), asked);
        site.world.advance(10);
    }
    assert!(site.is_taken(&key).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_causes_one_fetch() {
    let site = Published::start().await;
    for asked in [1, 2] {
        let mut calls = JoinSet::new();
        for _ in 0..32 {
            let client = site.client.clone();
            calls.spawn(async move { client.ask(&client.assertion()).await.status });
        }
        let statuses = calls.join_all().await;
        assert_eq!(statuses, [StatusCode::OK; 32]);
        assert_eq!(site.asked(), asked);
        site.world.advance(60);
    }
}

#[tokio::test]
async fn known_keys_outlive_a_failing_site_by_ten_minutes() {
    let site = Published::start().await;
    let key = site.client.key.clone();
    assert!(site.is_taken(&key).await);
    site.web.fail(PATH, StatusCode::SERVICE_UNAVAILABLE);
    for (seconds, taken, asked) in [
        (60, true, 2),
        // A site that fails is not asked by each request.
        (9, true, 2),
        (1, true, 3),
        (589, true, 4),
        (1, false, 4),
        (10, false, 5),
    ] {
        site.world.advance(seconds);
        assert_eq!(site.is_taken(&key).await, taken, "{seconds}");
        assert_eq!(site.asked(), asked, "{seconds}");
    }
    site.publish(&[&key], None);
    site.world.advance(10);
    assert!(site.is_taken(&key).await);
}

#[tokio::test]
async fn what_is_no_key_set_is_refused_and_asked_for_seldom() {
    let site = Published::start().await;
    let key = site.client.key.clone();
    let mut asked = 0;
    for body in ["", "<html>", "{}", r#"{"keys":[{"kty":"oct","k":"AA"}]}"#] {
        site.web.publish_as(PATH, "application/json", None, body);
        asked += 1;
        for _ in 0..3 {
            assert!(!site.is_taken(&key).await, "{body}");
        }
        assert_eq!(site.asked(), asked, "{body}");
        site.world.advance(10);
    }
    site.web.publish(PATH, &json!({"keys": []}));
    assert!(!site.is_taken(&key).await);
    site.publish(&[&key], None);
    site.world.advance(10);
    assert!(site.is_taken(&key).await);
}

/// A `jwks_uri` leads where the outgoing client goes and nowhere else.
#[tokio::test]
async fn an_address_inside_our_network_is_not_asked() {
    let web = Web::start().await;
    // This world's way out allows nothing.
    let world = World::in_memory().await;
    let key = ClientKey::signing(ALGORITHM);
    web.publish(PATH, &jwks(&[&key]));
    let port = web.url("").rsplit_once(':').unwrap().1.to_owned();
    for uri in [
        web.url(PATH),
        format!("https://127.0.0.1:{port}{PATH}"),
        "file:///etc/passwd".to_owned(),
    ] {
        let signs = (ALGORITHM, key.clone());
        let client = AssertingClient::register_with(&world, ClientType::M2m, signs, |metadata| {
            metadata.jwks_uri = Some(uri.clone());
        })
        .await;
        assert_refused(&client.ask(&client.assertion()).await, &uri);
    }
    assert_eq!(web.asked(PATH), 0);
}

/// Clients do not share what was fetched, so that one cannot put keys under another's name.
#[tokio::test]
async fn each_client_has_its_own_look_at_an_address() {
    let site = Published::start().await;
    let key = site.client.key.clone();
    assert!(site.is_taken(&key).await);
    let second = register(&site.world, &site.web, &key).await;
    assert_taken(&second.ask(&second.assertion()).await, "the second");
    assert_eq!(site.asked(), 2);
    // Its assertions are not the first one's, though the key is the same.
    let stolen = site
        .client
        .assertion_with(&json!({}), &json!({"sub": second.client.id()}));
    assert_refused(&second.ask(&stolen).await, "one for the other");
}
