//! Requests about one particular person.

use serde_json::json;
use vidimus::protocol::client::{ClientType, SubjectType};
use vidimus::protocol::ids::RealmId;

use crate::support::{TestClient, World, decode_claims};

async fn people(subject_type: SubjectType) -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.user(&RealmId::default_realm(), "bob").await;
    world
        .client_with(&RealmId::default_realm(), ClientType::Web, |metadata| {
            metadata.subject_type = subject_type;
        })
        .await
}

async fn id_token(client: &TestClient) -> String {
    let tokens = client.tokens(&[]).await;
    tokens["id_token"].as_str().unwrap().to_owned()
}

/// The ID token and the subject of somebody who signs in.
async fn told_of(client: &TestClient, username: &str) -> (String, String) {
    let mut browser = client.world.browser();
    let url = client.authorize_url(&[]);
    let code = browser.authorize(&url, username).await.param("code");
    let code = code.unwrap();
    let tokens = client.post("/token", &client.redemption(&code)).await;
    let token = tokens.json()["id_token"].as_str().unwrap().to_owned();
    let subject = decode_claims(&token)["sub"].as_str().unwrap().to_owned();
    (token, subject)
}

/// OIDC Core §3.1.2.1, §3.1.2.2
#[tokio::test]
async fn a_hint_is_answered_about_its_person_only_even_when_expired() {
    for subject_type in [SubjectType::Public, SubjectType::Pairwise] {
        let client = people(subject_type).await;
        let hint = id_token(&client).await;
        client.world.advance(2 * 3600);
        let silent = client.authorize_url(&[("prompt", "none"), ("id_token_hint", &hint)]);
        let asking = client.authorize_url(&[("id_token_hint", &hint)]);
        let mut ada = client.world.browser();
        ada.authorize(&client.authorize_url(&[]), "ada").await;
        assert!(ada.get(&silent).await.param("code").is_some());
        let mut bob = client.world.browser();
        bob.authorize(&client.authorize_url(&[]), "bob").await;
        let refused = bob.get(&silent).await.param("error");
        assert_eq!(refused.as_deref(), Some("login_required"));
        // Bob is asked to sign in as somebody else; when he insists, the client learns nothing.
        let answer = bob.authorize(&asking, "bob").await;
        assert_eq!(answer.param("error").as_deref(), Some("login_required"));
    }
}

/// OIDC Core §5.5.1
#[tokio::test]
async fn a_demanded_subject_is_like_a_hint() {
    let client = people(SubjectType::Public).await;
    let claims = r#"{"id_token":{"sub":{"value":"somebody-else"}}}"#;
    let mut browser = client.world.browser();
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    let silent = client.authorize_url(&[("prompt", "none"), ("claims", claims)]);
    let refused = browser.get(&silent).await.param("error");
    assert_eq!(refused.as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_hint_that_is_no_id_token_for_this_client_is_refused() {
    let client = people(SubjectType::Public).await;
    let other = client.world.client(ClientType::Web).await;
    let theirs = id_token(&other).await;
    let own = id_token(&client).await;
    let tokens = client.tokens(&[]).await;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let altered = format!("{own}AAAA");
    for hint in [theirs, access, altered, "x".to_owned()] {
        let url = client.authorize_url(&[("id_token_hint", &hint)]);
        let answer = client.world.browser().get(&url).await;
        assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    }
}

/// OIDC Core §3.1.2.2, §5.5.1
#[tokio::test]
async fn a_hint_and_every_demanded_subject_must_agree() {
    let client = people(SubjectType::Public).await;
    let (of_ada, _) = told_of(&client, "ada").await;
    let (of_bob, bob) = told_of(&client, "bob").await;
    let mut browser = client.world.browser();
    browser.authorize(&client.authorize_url(&[]), "bob").await;
    let own = json!({"value": bob});
    let other = json!({"value": "other"});
    for (hint, claims, answered) in [
        (&*of_bob, json!({"id_token": {"sub": own}}), true),
        (&of_ada, json!({"id_token": {"sub": own}}), false),
        (
            "",
            json!({"id_token": {"sub": {"values": ["other", bob]}}}),
            true,
        ),
        (
            "",
            json!({"id_token": {"sub": {"values": ["other"]}}}),
            false,
        ),
        (
            "",
            json!({"userinfo": {"sub": {"values": ["other"]}}}),
            false,
        ),
        (
            "",
            json!({"id_token": {"sub": own}, "userinfo": {"sub": own}}),
            true,
        ),
        (
            "",
            json!({"id_token": {"sub": own}, "userinfo": {"sub": other}}),
            false,
        ),
        (
            "",
            json!({"id_token": {"sub": {"value": bob, "values": ["other"]}}}),
            false,
        ),
    ] {
        let claims = claims.to_string();
        let changes = [
            ("prompt", "none"),
            ("id_token_hint", hint),
            ("claims", &claims),
        ];
        let answer = browser.get(&client.authorize_url(&changes)).await;
        assert_eq!(
            answer.param("code").is_some(),
            answered,
            "{claims} {answer:?}"
        );
        let refusal = (!answered).then(|| "login_required".to_owned());
        assert_eq!(answer.param("error"), refusal, "{claims}");
    }
}

/// Nobody could sign in as two people: there is nothing to ask.
#[tokio::test]
async fn a_request_about_two_people_shows_no_page() {
    let client = people(SubjectType::Public).await;
    let (of_ada, _) = told_of(&client, "ada").await;
    let claims = r#"{"id_token":{"sub":{"value":"other"}}}"#;
    let changes = [("id_token_hint", &*of_ada), ("claims", claims)];
    let answer = client
        .world
        .browser()
        .get(&client.authorize_url(&changes))
        .await;
    assert_eq!(
        answer.param_if_any("error").as_deref(),
        Some("login_required")
    );
}

/// OIDC Core §5.5.1
#[tokio::test]
async fn a_demanded_subject_is_a_text() {
    let client = people(SubjectType::Public).await;
    for claims in [
        r#"{"id_token":{"sub":{"value":5}}}"#,
        r#"{"id_token":{"sub":{"values":["a",5]}}}"#,
    ] {
        let url = client.authorize_url(&[("claims", claims)]);
        let answer = client.world.browser().get(&url).await;
        let refusal = answer.param_if_any("error");
        assert_eq!(refusal.as_deref(), Some("invalid_request"), "{claims}");
    }
}
