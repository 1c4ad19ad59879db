//! Request objects in the plans for OpenID Providers.

use serde_json::{Value, json};
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;

use crate::support::browser::{path_of, send};
use crate::support::signer::{Signer, unsigned};
use crate::support::web::Web;
use crate::support::world::Shared;
use crate::support::{Answer, TestClient, World, decode_claims};
use std::sync::Arc;
use vidimus::store::sqlite::SqliteStore;

const ISSUER: &str = "https://id.example.test";

/// A server that can reach the suite.
async fn near(suite: &Web) -> World {
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let mut shared = Shared::over(store);
    shared.outgoing = suite.outgoing.clone();
    let world = World::node(&shared).await;
    world.ada().await;
    world
}

async fn client_of(world: &World, change: impl FnOnce(&mut ClientMetadata)) -> TestClient {
    let realm = RealmId::default_realm();
    world.client_with(&realm, ClientType::Web, change).await
}

async fn metadata(world: &World) -> Value {
    let path = "/.well-known/openid-configuration";
    let request = http::Request::builder().uri(path_of(path));
    let request = request.body(axum::body::Body::empty()).unwrap();
    send(&world.router, request).await.json()
}

/// What the suite puts into an object; `state` and `nonce` are only there.
fn inside(client: &TestClient) -> Value {
    json!({
        "iss": client.id(), "aud": ISSUER, "client_id": client.id(), "response_type": "code",
        "redirect_uri": client.redirect(), "scope": "openid", "state": "inner", "nonce": "inner",
    })
}

/// The usual request without `state` and `nonce`, and with a parameter that carries the rest.
fn carrying(client: &TestClient, parameter: &str, value: &str) -> String {
    client.authorize_url(&[
        ("state", ""),
        ("nonce", ""),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
        (parameter, value),
    ])
}

/// The suite looks for `none` in this list and SKIPs its modules on unsigned objects without it.
async fn assert_skipped(world: &World) {
    let metadata = metadata(world).await;
    assert_eq!(
        metadata["request_object_signing_alg_values_supported"],
        json!(["RS256", "PS256", "ES256", "EdDSA"])
    );
    assert_eq!(metadata["request_parameter_supported"], true);
    assert_eq!(metadata["request_uri_parameter_supported"], true);
}

fn assert_refused(client: &TestClient, answer: &Answer) {
    assert!(
        answer.location().starts_with(client.redirect()),
        "{answer:?}"
    );
    let error = answer.param("error");
    assert_eq!(error.as_deref(), Some("invalid_request_object"));
    assert_eq!(answer.param("code"), None);
}

/// OIDC Core §6.1: refused, and never passed over.
#[tokio::test]
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    let world = near(&Web::start().await).await;
    assert_skipped(&world).await;
    let client = client_of(&world, |_| {}).await;
    let address = carrying(&client, "request", &unsigned(&inside(&client)));
    assert_refused(&client, &world.browser().authorize(&address, "ada").await);
}

/// OIDC Core §6.2: refused, and never passed over.
#[tokio::test]
async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    refuses_an_unsigned_object_by_reference().await;
}

/// OIDC Core §6.2
#[tokio::test]
async fn oidcc_request_uri_unsigned() {
    refuses_an_unsigned_object_by_reference().await;
}

async fn refuses_an_unsigned_object_by_reference() {
    let suite = Web::start().await;
    let world = near(&suite).await;
    assert_skipped(&world).await;
    let uri = format!("{}#random", suite.url("/request_object.jwt"));
    let client = client_of(&world, |metadata| metadata.request_uris = vec![uri.clone()]).await;
    let object = unsigned(&inside(&client));
    suite.publish_as("/request_object.jwt", "application/jwt", None, &object);
    let address = carrying(&client, "request_uri", &uri);
    assert_refused(&client, &world.browser().authorize(&address, "ada").await);
}

/// OIDC Core §6.1: the `redirect_uri` outside is wrong; the suite's object is unsigned (it SKIPs
/// here), so that nobody can be answered. A signed one is heard.
#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let world = near(&Web::start().await).await;
    assert_skipped(&world).await;
    let key = Signer::new(SigningAlgorithm::Rs256);
    let client = client_of(&world, |metadata| metadata.jwks = Some(key.jwks())).await;
    let wrong = format!("{}_invalid", client.redirect());
    let address = |object: &str| {
        client.authorize_url(&[("state", ""), ("redirect_uri", &wrong), ("request", object)])
    };
    let mut browser = world.browser();
    let answer = browser.get(&address(&unsigned(&inside(&client)))).await;
    assert!(answer.location().contains("/error?e="), "{answer:?}");
    let signed = key.sign(None, &inside(&client));
    let answer = browser.authorize(&address(&signed), "ada").await;
    let right = format!("{}?code=", client.redirect());
    assert!(answer.location().starts_with(&right), "{answer:?}");
    assert_eq!(answer.param("state").as_deref(), Some("inner"));
}

/// OIDC Core §6.2: signed RS256 by a key without `kid`, served as `application/jwt`, registered
/// with a fragment that says nothing; what is served is not kept for the next test.
#[tokio::test]
async fn oidcc_request_uri_signed_rs256() {
    let suite = Web::start().await;
    let world = near(&suite).await;
    let metadata = metadata(&world).await;
    let algorithms = &metadata["request_object_signing_alg_values_supported"];
    assert!(algorithms.as_array().unwrap().contains(&json!("RS256")));
    assert_ne!(metadata["request_uri_parameter_supported"], false);
    for fragment in ["first", "second"] {
        let key = Signer::new(SigningAlgorithm::Rs256);
        let uri = format!("{}#{fragment}", suite.url("/request_object.jwt"));
        let client = client_of(&world, |metadata| {
            metadata.jwks = Some(key.jwks());
            metadata.request_object_signing_alg = Some(SigningAlgorithm::Rs256);
            metadata.request_uris = vec![uri.clone()];
        })
        .await;
        let object = key.sign(None, &inside(&client));
        suite.publish_as("/request_object.jwt", "application/jwt", None, &object);
        let address = carrying(&client, "request_uri", &uri);
        let answer = world.browser().authorize(&address, "ada").await;
        assert_eq!(
            answer.param("state").as_deref(),
            Some("inner"),
            "{answer:?}"
        );
        let code = answer.param("code").unwrap();
        let redemption = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", client.redirect()),
        ];
        let tokens = client.post("/token", &redemption).await.json();
        let claims = decode_claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(claims["nonce"], "inner");
    }
}
