//! What only the dynamic plan asks. Where clients cannot register themselves, the same is asked
//! for clients that an admin has registered.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vidimus::flows::realm_keys::Rotation;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::ids::RealmId;

use super::page::is_error_page;
use super::suite::{Provider, fetch, module, strings};

const CALLBACK: &str = "https://suite.example.test/test/a/vidimus/callback";

/// OIDC Registration §2
#[tokio::test]
async fn oidcc_idtoken_rs256() {
    module("oidcc-idtoken-rs256", async |provider| {
        let members = json!({"id_token_signed_response_alg": "RS256"});
        let client = provider.client_with(members).await;
        let flow = provider.complete(&client, &provider.request(&client)).await;
        assert_eq!(flow.token.header["alg"], "RS256");
    })
    .await;
}

/// OIDC Core §5.3.2
#[tokio::test]
async fn oidcc_userinfo_rs256() {
    module("oidcc-userinfo-rs256", async |provider| {
        let offered = strings(&provider.metadata["userinfo_signing_alg_values_supported"]);
        assert!(offered.contains(&"RS256".to_owned()));
        let members = json!({"userinfo_signed_response_alg": "RS256"});
        let client = provider.client_with(members).await;
        let request = provider.request(&client).with("scope", "openid email");
        let flow = provider.complete(&client, &request).await;
        let token = flow.access_token.clone();
        let answer = provider
            .ask_userinfo(http::Method::GET, token.as_deref(), "")
            .await;
        assert_eq!(answer.header("content-type"), Some("application/jwt"));
        let header = crate::support::decode_header(&answer.body);
        assert_eq!(header["alg"], "RS256");
        let claims = provider.check_userinfo(&flow, &answer).await;
        assert_eq!(claims["iss"], provider.issuer());
        assert_eq!(claims["aud"], client.id);
        assert!(!claims.contains_key("nonce") && claims.contains_key("email"));
    })
    .await;
}

/// OIDC Core §3.1.2.1: with two addresses nobody can know which one was meant.
#[tokio::test]
async fn oidcc_ensure_redirect_uri_in_authorization_request() {
    module(
        "oidcc-ensure-redirect-uri-in-authorization-request",
        async |provider| {
            let uris = [CALLBACK.to_owned(), format!("{CALLBACK}?second=1")];
            let client = provider.client_with(json!({"redirect_uris": uris})).await;
            let request = provider.request(&client).without("redirect_uri");
            let visit = provider.visit(&request).await;
            is_error_page(&visit, "redirect_uri_missing");
        },
    )
    .await;
}

/// RFC 6749 §3.1.2: the query of a redirect URI is kept, and what we say comes after it.
#[tokio::test]
async fn oidcc_redirect_uri_query_ok() {
    module("oidcc-redirect-uri-query-OK", async |provider| {
        let uri = format!("{CALLBACK}?bar=foo");
        let client = provider.client_with(json!({"redirect_uris": [uri]})).await;
        let flow = provider.complete(&client, &provider.request(&client)).await;
        assert!(flow.address.starts_with(&uri), "{}", flow.address);
    })
    .await;
}

/// Registers one redirect URI and sends another.
async fn shows_an_error(provider: &mut Provider, registered: &str, sent: &str) {
    let client = provider
        .client_with(json!({"redirect_uris": [registered]}))
        .await;
    let request = provider.request(&client).with("redirect_uri", sent);
    let visit = provider.visit(&request).await;
    is_error_page(&visit, "unregistered_redirect_uri");
}

/// RFC 6749 §3.1.2.3
#[tokio::test]
async fn oidcc_redirect_uri_query_mismatch() {
    module("oidcc-redirect-uri-query-mismatch", async |provider| {
        let registered = format!("{CALLBACK}?bar=foo");
        shows_an_error(provider, &registered, &format!("{CALLBACK}?foo=bar")).await;
    })
    .await;
}

/// RFC 6749 §3.1.2.3
#[tokio::test]
async fn oidcc_redirect_uri_query_added() {
    module("oidcc-redirect-uri-query-added", async |provider| {
        shows_an_error(provider, CALLBACK, &format!("{CALLBACK}?foo=bar")).await;
    })
    .await;
}

/// OIDC Core §10.1.1: what `vidimus key rotate --now --algorithm RS256` does.
#[tokio::test]
async fn oidcc_server_rotate_keys() {
    module("oidcc-server-rotate-keys", async |provider| {
        let before = published(provider).await;
        let (keys, realm) = (&provider.world.app.keys, RealmId::default_realm());
        let rotation = Rotation::Immediate(Some(SigningAlgorithm::Rs256));
        let made = keys
            .rotate(&realm, rotation, provider.world.app.now())
            .await
            .unwrap();
        let after = published(provider).await;
        assert!(before.is_subset(&after), "the old keys are still published");
        let fresh: Vec<_> = after.difference(&before).collect();
        let [(kid, kty, _)] = fresh.as_slice() else {
            panic!("one new key, not {fresh:?}");
        };
        assert_eq!((kid.as_str(), kty.as_str()), (made[0].id.as_str(), "RSA"));
        let material: BTreeSet<_> = after.iter().map(|(_, _, material)| material).collect();
        assert_eq!(material.len(), after.len(), "each key has its own numbers");
        let client = provider.client().await;
        let flow = provider.complete(&client, &provider.request(&client)).await;
        assert_eq!(flow.token.header["kid"], kid.as_str(), "the new key signs");
    })
    .await;
}

/// Name, type and number of each published key; as the suite sees it, past every cache.
async fn published(provider: &Provider) -> BTreeSet<(String, String, String)> {
    let answer = fetch(&provider.world, provider.endpoint("jwks_uri")).await;
    let set = answer.json();
    let text = |key: &Value, member: &str| key[member].as_str().unwrap_or_default().to_owned();
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| {
        let number = if key["kty"] == "RSA" { "n" } else { "x" };
        (text(key, "kid"), text(key, "kty"), text(key, number))
    })
    .collect()
}
