//! Userinfo.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use vidimus::account::user::AccountSwitch;
use vidimus::protocol::client::ClientType;
use vidimus::store::Effects;

use crate::support::browser::send;
use crate::support::{TestClient, World};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap()
}

/// OIDC Core §5.3.2, §5.4
#[tokio::test]
async fn says_what_the_scope_opens_and_nothing_else() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let claims = client.userinfo(text(&tokens["access_token"])).await.json();
    assert_eq!(claims["email"], "ada@example.test");
    assert_eq!(claims["email_verified"], true);
    assert!(claims["name"].is_null(), "profile was not granted");
    let id = crate::support::decode_claims(text(&tokens["id_token"]));
    assert_eq!(claims["sub"], id["sub"]);
    let tokens = client.tokens(&[("scope", "openid profile")]).await;
    let claims = client.userinfo(text(&tokens["access_token"])).await.json();
    assert_eq!(claims["name"], "Ada Lovelace");
    assert!(
        !claims.as_object().unwrap().contains_key("nickname"),
        "absent, not null"
    );
}

/// RFC 6750 §2.1, §2.2
#[tokio::test]
async fn takes_the_token_from_header_or_form_but_not_both() {
    let client = web().await;
    let token = text(&client.tokens(&[]).await["access_token"]).to_owned();
    let post = |header: Option<&str>, form: Option<&str>| {
        let mut request = Request::builder().method(Method::POST).uri("/userinfo");
        if let Some(token) = header {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let mut body = Body::empty();
        if let Some(token) = form {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            body = Body::from(format!("access_token={token}"));
        }
        request.body(body).unwrap()
    };
    let router = &client.world.router;
    assert_eq!(
        send(router, post(Some(&token), None)).await.status,
        StatusCode::OK
    );
    assert_eq!(
        send(router, post(None, Some(&token))).await.status,
        StatusCode::OK
    );
    let both = send(router, post(Some(&token), Some(&token))).await;
    assert_eq!(
        (both.status, both.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
    let none = send(router, post(None, None)).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    assert_eq!(none.header("www-authenticate"), Some("Bearer"));
}

/// RFC 6750 §3.1
#[tokio::test]
async fn refuses_what_is_no_live_access_token() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let token = text(&tokens["access_token"]).to_owned();
    let mut altered = token.clone();
    altered.replace_range(token.len() - 5..token.len() - 4, "_");
    let altered = if altered == token {
        token.replace('.', "")
    } else {
        altered
    };
    for bad in [
        altered.as_str(),
        text(&tokens["id_token"]),
        text(&tokens["refresh_token"]),
        "x",
    ] {
        let answer = client.userinfo(bad).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::UNAUTHORIZED, "invalid_token")
        );
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .contains("error=\"invalid_token\"")
        );
    }
    client.world.advance(900);
    let answer = client.userinfo(&token).await;
    assert!(
        answer.json()["error_description"]
            .as_str()
            .unwrap()
            .contains("expired")
    );
}

#[tokio::test]
async fn a_machine_has_no_userinfo() {
    let client = web().await;
    let machine = client.world.client(ClientType::M2m).await;
    let tokens = machine
        .post("/token", &[("grant_type", "client_credentials")])
        .await
        .json();
    let answer = machine.userinfo(text(&tokens["access_token"])).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::FORBIDDEN, "insufficient_scope")
    );
}

#[tokio::test]
async fn a_user_who_is_switched_off_is_refused_within_a_second() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let token = text(&tokens["access_token"]);
    let sub = client.userinfo(token).await.json()["sub"].clone();
    let user = vidimus::protocol::ids::UserId::parse(text(&sub)).unwrap();
    let world = &client.world;
    let now = world.app.now();
    world
        .app
        .store
        .switch_user(
            &client.realm,
            &user,
            AccountSwitch::Disable,
            &Effects::NONE,
            now,
        )
        .await
        .unwrap();
    world.advance(1);
    assert_eq!(client.userinfo(token).await.error(), "invalid_token");
}

/// RFC 6749 §3.2
#[tokio::test]
async fn refuses_a_parameter_sent_twice() {
    let client = web().await;
    let token = text(&client.tokens(&[]).await["access_token"]).to_owned();
    for body in [
        format!("access_token={token}&access_token=junk"),
        format!("access_token={token}&x=1&x=2"),
    ] {
        let request = Request::post("/userinfo")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let answer = send(&client.world.router, request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
        assert_eq!(answer.error(), "invalid_request");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("invalid_request"), "{challenge}");
    }
}
