//! Introspection (RFC 7662).

use http::StatusCode;
use vidimus::protocol::client::{ClientType, IntrospectionRight, SubjectType};
use vidimus::protocol::ids::RealmId;

use crate::support::{TestClient, World, decode_claims};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap()
}

/// RFC 7662 §2.2
#[tokio::test]
async fn tells_a_client_about_its_own_tokens() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let answer = client
        .post("/introspect", &[("token", text(&tokens["access_token"]))])
        .await;
    let answer = answer.json();
    assert_eq!(answer["active"], true);
    assert_eq!(answer["client_id"], client.id());
    assert_eq!(answer["scope"], "openid email");
    assert_eq!(answer["token_type"], "Bearer");
    let refresh = client
        .post("/introspect", &[("token", text(&tokens["refresh_token"]))])
        .await;
    assert_eq!(refresh.json()["active"], true);
}

/// OIDC Core §8: nowhere does such a client learn another name of a person.
#[tokio::test]
async fn tells_a_pairwise_client_its_own_name_of_the_person() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world
        .client_with(&RealmId::default_realm(), ClientType::Web, |metadata| {
            metadata.subject_type = SubjectType::Pairwise;
        })
        .await;
    let tokens = client.tokens(&[]).await;
    let subject = &decode_claims(text(&tokens["id_token"]))["sub"];
    for name in ["access_token", "refresh_token"] {
        let asked = [("token", text(&tokens[name]))];
        let answer = client.post("/introspect", &asked).await;
        assert_eq!(&answer.json()["sub"], subject, "{name}");
    }
}

/// RFC 7662 §4
#[tokio::test]
async fn tells_others_nothing_unless_they_are_a_resource_server() {
    let client = web().await;
    let realm = RealmId::default_realm();
    let stranger = client.world.client(ClientType::Web).await;
    let api = client
        .world
        .client_with(&realm, ClientType::M2m, |m| {
            m.introspection = IntrospectionRight::Realm;
        })
        .await;
    let tokens = client.tokens(&[]).await;
    for name in ["access_token", "refresh_token"] {
        let answer = stranger
            .post("/introspect", &[("token", text(&tokens[name]))])
            .await;
        assert_eq!(
            answer.json(),
            serde_json::json!({ "active": false }),
            "{name}"
        );
        assert!(api.is_active(text(&tokens[name])).await, "{name}");
    }
}

#[tokio::test]
async fn is_closed_to_public_clients_and_strangers() {
    let client = web().await;
    let spa = client.world.client(ClientType::Spa).await;
    let answer = spa.post("/introspect", &[("token", "x")]).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    let answer = client.send("/introspect", &[("token", "x")], None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        client.post("/introspect", &[]).await.error(),
        "invalid_request"
    );
}

#[tokio::test]
async fn a_token_that_is_over_is_inactive() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let first = text(&tokens["refresh_token"]);
    let next = client.refresh(first).await.json();
    assert!(!client.is_active(first).await, "rotated");
    assert!(client.is_active(text(&next["refresh_token"])).await);
    assert!(
        !client.is_active(text(&tokens["id_token"])).await,
        "not an access token"
    );
    assert!(!client.is_active("rubbish").await);
    client.world.advance(900);
    assert!(
        !client.is_active(text(&tokens["access_token"])).await,
        "expired"
    );
}
