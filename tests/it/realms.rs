//! Realms: each its own issuer, keys, users and clients.

use http::StatusCode;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::store::Realm;

use crate::support::{TestClient, World, decode_claims};

async fn two_realms() -> (TestClient, TestClient) {
    let world = World::in_memory().await;
    world.ada().await;
    let acme = RealmId::parse("acme").unwrap();
    let realm = Realm {
        id: acme.clone(),
        name: "Acme".to_owned(),
        settings: vidimus::protocol::realm::RealmSettings::default(),
        created_at: world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    world.user(&acme, "ada").await;
    let here = world.client(ClientType::Web).await;
    let there = world.client_with(&acme, ClientType::Web, |_| {}).await;
    (here, there)
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_login_in_a_realm_is_of_its_issuer() {
    let (_, there) = two_realms().await;
    let tokens = there.tokens(&[]).await;
    let issuer = "https://id.example.test/realms/acme";
    assert_eq!(decode_claims(&text(&tokens["id_token"]))["iss"], issuer);
    assert_eq!(
        there.userinfo(&text(&tokens["access_token"])).await.status,
        StatusCode::OK
    );
    assert!(there.is_active(&text(&tokens["access_token"])).await);
    assert_eq!(
        there.refresh(&text(&tokens["refresh_token"])).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn nothing_of_one_realm_is_worth_anything_in_another() {
    let (here, there) = two_realms().await;
    let tokens = here.tokens(&[]).await;
    let access = text(&tokens["access_token"]);
    assert_eq!(there.userinfo(&access).await.error(), "invalid_token");
    assert!(!there.is_active(&access).await);
    let refresh = text(&tokens["refresh_token"]);
    assert_eq!(there.refresh(&refresh).await.error(), "invalid_grant");
    let code = here.code(&[]).await;
    assert_eq!(
        there.post("/token", &there.redemption(&code)).await.error(),
        "invalid_grant"
    );
    let stray = TestClient {
        realm: there.realm.clone(),
        ..here.clone()
    };
    assert_eq!(
        stray.refresh(&refresh).await.error(),
        "invalid_client",
        "an unknown client there"
    );
    assert_eq!(
        here.refresh(&refresh).await.status,
        StatusCode::OK,
        "untouched by all this"
    );
}

#[tokio::test]
async fn a_session_of_one_realm_signs_nobody_in_to_another() {
    let (here, there) = two_realms().await;
    let mut browser = here.world.browser();
    browser.authorize(&here.authorize_url(&[]), "ada").await;
    let stolen = browser.cookies.values().next().unwrap().clone();
    browser
        .cookies
        .insert("__Host-vidimus_session_acme".to_owned(), stolen);
    let answer = browser
        .get(&there.authorize_url(&[("prompt", "none")]))
        .await;
    assert_eq!(answer.param("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_realm_that_is_unknown_or_off_is_not_there() {
    let (here, _) = two_realms().await;
    let mut browser = here.world.browser();
    for path in [
        "/realms/default/.well-known/openid-configuration",
        "/realms/nobody/authorize",
        "/realms/NOBODY/.well-known/openid-configuration",
    ] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

/// What cannot be read is no other realm.
#[tokio::test]
async fn a_realm_that_does_not_read_is_not_there() {
    let (here, _) = two_realms().await;
    for path in [
        "/realms/%ff/.well-known/openid-configuration",
        "/.well-known/openid-configuration/realms/%ff",
        "/realms/%ff/jwks",
        "/realms/%ff/device",
        "/realms/nope/jwks",
    ] {
        let answer = here.world.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {answer:?}");
    }
}
