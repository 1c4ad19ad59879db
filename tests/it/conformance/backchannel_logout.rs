//! `oidcc-backchannel-rp-initiated-logout-certification-test-plan`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vidimus::jobs::deliver_logouts;
use vidimus::keys::TokenType;
use vidimus::protocol::ids::RealmId;

use crate::support::relying_parties::Listener;
use crate::support::signed_in::{BYE, STATE};
use crate::support::world::ISSUER;
use crate::support::{SignedIn, World, decode_claims};

/// OIDC Back-Channel Logout §2.1
#[tokio::test]
async fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let world = World::in_memory().await;
    let path = "/.well-known/openid-configuration";
    let document = world.browser().get(path).await.json();
    assert_eq!(document["backchannel_logout_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);
    let endpoint = document["end_session_endpoint"].as_str().unwrap();
    assert!(endpoint.starts_with("https://"), "{endpoint}");
}

/// OIDC Back-Channel Logout §2.4, §2.5
#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let app = Listener::answering(&[200]).await;
    let uri = app.uri.clone();
    let mut at = SignedIn::with("openid", |metadata| {
        metadata.backchannel_logout_uri = Some(uri);
        metadata.backchannel_logout_session_required = true;
    })
    .await;
    let id_token = at.token("id_token");
    let fields = [
        ("id_token_hint", &*id_token),
        ("post_logout_redirect_uri", BYE),
        ("state", STATE),
    ];
    let answer = at.logout(&fields).await;
    assert_eq!(answer.param("state").as_deref(), Some(STATE));
    at.must_sign_in_again().await;
    let jobs = at.client.world.jobs.clone();
    deliver_logouts::run_once(jobs.clone()).await.unwrap();
    jobs.deliveries.settled().await;
    let [received] = <[_; 1]>::try_from(app.received()).unwrap();
    assert_eq!(received.content_type, "application/x-www-form-urlencoded");
    let [(name, token)] = <[_; 1]>::try_from(received.fields).unwrap();
    assert_eq!(name, "logout_token");
    is_a_logout_token(&at, &token, &decode_claims(&id_token)).await;
}

async fn is_a_logout_token(at: &SignedIn, token: &str, id_token: &Value) {
    let world = &at.client.world;
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("logout+jwt"))
    );
    let jwks = world.browser().get("/jwks").await.json();
    let keys = jwks["keys"].as_array().unwrap();
    assert!(
        keys.iter().any(|key| key["kid"] == header["kid"]),
        "{header}"
    );
    let (realm, now) = (RealmId::default_realm(), world.app.now());
    let ring = world.app.keys.ring(&realm, now).await.unwrap();
    let claims: Value = ring.verify(token, TokenType::LogoutToken).unwrap();
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["aud"], at.client.id());
    assert_eq!(claims["iat"], now.unix_seconds());
    assert_eq!(claims["exp"], now.unix_seconds() + 120);
    assert!(
        claims["jti"].as_str().is_some_and(|jti| jti.len() >= 16),
        "{claims}"
    );
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(claims["events"], json!({event: {}}));
    assert_eq!(claims["sid"], id_token["sid"]);
    assert_eq!(claims["sub"], id_token["sub"]);
    assert_eq!(claims.get("nonce"), None);
    // Nobody takes it for a token of another kind.
    for other in [TokenType::IdToken, TokenType::AccessToken] {
        assert!(ring.verify::<Value>(token, other).is_err());
    }
}
