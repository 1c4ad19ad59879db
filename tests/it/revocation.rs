//! Revocation (RFC 7009).

use http::StatusCode;
use vidimus::protocol::client::ClientType;

use crate::support::{TestClient, World};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap()
}

/// RFC 7009 §2.1
#[tokio::test]
async fn a_refresh_token_takes_its_whole_family_along() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let access = text(&tokens["access_token"]);
    let refresh = text(&tokens["refresh_token"]);
    let answer = client.post("/revoke", &[("token", refresh)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!client.is_active(access).await);
    assert!(!client.is_active(refresh).await);
    assert_eq!(client.userinfo(access).await.error(), "invalid_token");
    assert_eq!(client.refresh(refresh).await.error(), "invalid_grant");
}

#[tokio::test]
async fn an_access_token_goes_alone() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let access = text(&tokens["access_token"]);
    assert_eq!(
        client.post("/revoke", &[("token", access)]).await.status,
        StatusCode::OK
    );
    assert!(!client.is_active(access).await);
    assert_eq!(client.userinfo(access).await.error(), "invalid_token");
    let next = client.refresh(text(&tokens["refresh_token"])).await.json();
    assert!(client.is_active(text(&next["access_token"])).await);
}

/// RFC 7009 §2.2
#[tokio::test]
async fn what_is_unknown_or_over_counts_as_revoked() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let refresh = text(&tokens["refresh_token"]);
    for token in ["rubbish", "vrt_x.0.y", refresh, refresh] {
        assert_eq!(
            client.post("/revoke", &[("token", token)]).await.status,
            StatusCode::OK
        );
    }
    assert_eq!(client.post("/revoke", &[]).await.error(), "invalid_request");
}

/// RFC 7009 §2.1
#[tokio::test]
async fn nobody_revokes_anothers_tokens() {
    let client = web().await;
    let stranger = client.world.client(ClientType::Web).await;
    let tokens = client.tokens(&[]).await;
    for name in ["access_token", "refresh_token"] {
        let answer = stranger
            .post("/revoke", &[("token", text(&tokens[name]))])
            .await;
        assert_eq!(answer.error(), "invalid_grant", "{name}");
        assert!(client.is_active(text(&tokens[name])).await, "{name}");
    }
}

#[tokio::test]
async fn a_public_client_may_revoke_its_own() {
    let world = World::in_memory().await;
    world.ada().await;
    let spa = world.client(ClientType::Spa).await;
    let tokens = spa.tokens(&[]).await;
    let refresh = text(&tokens["refresh_token"]);
    assert_eq!(
        spa.post("/revoke", &[("token", refresh)]).await.status,
        StatusCode::OK
    );
    assert_eq!(spa.refresh(refresh).await.error(), "invalid_grant");
}
