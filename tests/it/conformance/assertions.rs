//! The modules of the dynamic plan that are about the client's keys. There every client
//! authenticates by `private_key_jwt` with RS256 and names the token endpoint as the audience.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::store::sqlite::SqliteStore;

use crate::support::assertions::{AssertingClient, ClientKey, jwks, present};
use crate::support::browser::{path_of, send};
use crate::support::web::Web;
use crate::support::world::Shared;
use crate::support::{Answer, World};

const RS256: SigningAlgorithm = SigningAlgorithm::Rs256;

/// The suite as a client: its site, its key, and the server's metadata.
struct Suite {
    world: World,
    web: Web,
    client: AssertingClient,
    metadata: Value,
}

impl Suite {
    /// Publishes the keys at `jwks_uri`.
    async fn by_reference() -> Self {
        Self::start(|web, key, metadata| {
            web.publish("/jwks", &jwks(&[key]));
            metadata.jwks_uri = Some(web.url("/jwks"));
        })
        .await
    }

    async fn start(publish: impl FnOnce(&Web, &ClientKey, &mut ClientMetadata)) -> Self {
        let web = Web::start().await;
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let mut shared = Shared::over(store);
        shared.outgoing = web.outgoing.clone();
        let world = World::node(&shared).await;
        world.ada().await;
        let key = ClientKey::signing(RS256).named("first");
        let signs = (RS256, key.clone());
        let client = AssertingClient::register_with(&world, ClientType::Web, signs, |metadata| {
            metadata.compatibility.sends_token_endpoint_audience = true;
            publish(&web, &key, metadata);
        })
        .await;
        let request = http::Request::builder()
            .uri("/.well-known/openid-configuration")
            .body(axum::body::Body::empty())
            .unwrap();
        let metadata = send(&world.router, request).await.json();
        let methods = &metadata["token_endpoint_auth_methods_supported"];
        assert!(
            methods
                .as_array()
                .unwrap()
                .contains(&json!("private_key_jwt"))
        );
        let algorithms = &metadata["token_endpoint_auth_signing_alg_values_supported"];
        assert!(algorithms.as_array().unwrap().contains(&json!("RS256")));
        Self {
            world,
            web,
            client,
            metadata,
        }
    }

    fn token_endpoint(&self) -> &str {
        self.metadata["token_endpoint"].as_str().unwrap()
    }

    /// A call of the token endpoint as the suite makes it.
    async fn call(&self, audience: &str, fields: &[(&str, &str)]) -> Answer {
        let assertion = self
            .client
            .assertion_with(&json!({}), &json!({ "aud": audience }));
        let path = path_of(self.token_endpoint());
        present(&self.client.client, path, fields, &assertion).await
    }

    /// Signs in, and redeems the code.
    async fn tokens(&self, scope: &str) -> Value {
        let client = &self.client.client;
        let code = client
            .code(&[("scope", scope), ("prompt", "consent")])
            .await;
        let answer = self
            .call(self.token_endpoint(), &client.redemption(&code))
            .await;
        assert_good(&answer);
        answer.json()
    }
}

/// RFC 6749 §5.1
fn assert_good(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert!(tokens["access_token"].is_string());
    assert!(tokens["expires_in"].is_u64());
}

/// OIDC Registration §2 `jwks_uri`: the server fetches the keys, over TLS with an authority that
/// the operator has named.
#[tokio::test]
async fn oidcc_registration_jwks_uri() {
    let suite = Suite::by_reference().await;
    let tokens = suite.tokens("openid").await;
    assert!(tokens["id_token"].is_string());
    assert_eq!(suite.web.asked("/jwks"), 1);
}

/// OIDC Core §10.1.1, §12: a refresh with a key that is a minute old.
#[tokio::test]
async fn oidcc_refresh_token_rp_key_rotation() {
    let mut suite = Suite::by_reference().await;
    let tokens = suite.tokens("openid offline_access").await;
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let new = ClientKey::signing(RS256).named("second");
    suite.web.publish("/jwks", &jwks(&[&new]));
    let old = std::mem::replace(&mut suite.client.key, new);
    suite.world.advance(60);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    let answer = suite.call(suite.token_endpoint(), &fields).await;
    assert_good(&answer);
    let next = answer.json();
    assert_ne!(next["access_token"], tokens["access_token"]);
    // The key that was withdrawn is worth nothing.
    suite.client.key = old;
    let answer = suite.call(suite.token_endpoint(), &fields).await;
    assert_eq!(answer.error(), "invalid_client");
}

/// RFC 7523 §3: the issuer is an audience too, also for the key without a name that the suite has.
#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    let mut suite = Suite::start(|_, key, metadata| {
        let mut key = key.public().clone();
        key.as_object_mut().unwrap().remove("kid");
        metadata.jwks = Some(json!({"keys": [key]}));
    })
    .await;
    let issuer = suite.metadata["issuer"].as_str().unwrap().to_owned();
    let client = &suite.client.client;
    let code = client.code(&[]).await;
    let assertion = suite
        .client
        .assertion_with(&json!({"kid": null}), &json!({ "aud": issuer }));
    let fields = client.redemption(&code);
    assert_good(&present(client, "/token", &fields, &assertion).await);
    // A client without the compatibility switch sends nothing else.
    let row = &mut suite.client.client.client;
    row.metadata.compatibility.sends_token_endpoint_audience = false;
    suite.world.app.store.update_client(row, &[]).await.unwrap();
    suite.world.advance(1);
    let client = &suite.client.client;
    let code = client.code(&[]).await;
    let assertion = suite
        .client
        .assertion_with(&json!({"kid": null}), &json!({ "aud": issuer }));
    let fields = client.redemption(&code);
    assert_good(&present(client, "/token", &fields, &assertion).await);
}
