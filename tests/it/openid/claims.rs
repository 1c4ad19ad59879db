//! The `claims` parameter and the context class.

use vidimus::account::user::{Address, Profile};
use vidimus::protocol::client::ClientType;

use crate::support::{TestClient, World, decode_claims};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

async fn userinfo(client: &TestClient, tokens: &serde_json::Value) -> serde_json::Value {
    let token = tokens["access_token"].as_str().unwrap();
    client.userinfo(token).await.json()
}

/// OIDC Core §5.5
#[tokio::test]
async fn single_claims_come_where_they_were_asked_for() {
    let client = web().await;
    let claims =
        r#"{"userinfo":{"name":{"essential":true},"shoe_size":null},"id_token":{"email":null}}"#;
    let tokens = client
        .tokens(&[("scope", "openid"), ("claims", claims)])
        .await;
    let info = userinfo(&client, &tokens).await;
    assert_eq!(info["name"], "Ada Lovelace");
    assert!(info["email"].is_null() && info["shoe_size"].is_null());
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["email"], "ada@example.test");
    assert!(id["name"].is_null());
    // A refresh gives them again, since they were granted.
    let refreshed = client
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await
        .json();
    assert_eq!(userinfo(&client, &refreshed).await["name"], "Ada Lovelace");
}

/// OIDC Core §5.5: asking for a claim is asking for the person's leave.
#[tokio::test]
async fn the_person_is_asked_for_each_single_claim() {
    let client = web().await;
    let mut browser = client.world.browser();
    let plain = client.authorize_url(&[("scope", "openid")]);
    browser.authorize(&plain, "ada").await;
    let claims = ("claims", r#"{"userinfo":{"phone_number":null}}"#);
    let asking = client.authorize_url(&[("scope", "openid"), claims]);
    let silent = client.authorize_url(&[("scope", "openid"), claims, ("prompt", "none")]);
    let refused = browser.get(&silent).await;
    assert_eq!(refused.param("error").as_deref(), Some("consent_required"));
    let page = browser.get(&asking).await.location().to_owned();
    let page = browser.get(&page).await;
    assert!(page.body.contains("see your phone number"), "{page:?}");
    browser.submit(&page, &[("decision", "approve")]).await;
    assert!(browser.get(&silent).await.param("code").is_some());
}

/// OIDC Core §5.1, §5.4
#[tokio::test]
async fn every_standard_claim_of_a_full_account_is_told() {
    let client = web().await;
    let text = |text: &str| Some(text.to_owned());
    let profile = Profile {
        name: text("Ada King"),
        given_name: text("Ada"),
        family_name: text("King"),
        middle_name: text("Augusta"),
        nickname: text("ada"),
        profile: text("https://ada.example/"),
        picture: text("https://ada.example/me.png"),
        website: text("https://ada.example/blog"),
        gender: text("female"),
        birthdate: text("1815-12-10"),
        zoneinfo: text("Europe/London"),
        locale: text("en-GB"),
        phone_number: text("+441234567890"),
        phone_number_verified: true,
        address: Some(Address {
            country: text("GB"),
            ..Address::default()
        }),
    };
    client.world.user_with("bea", profile).await;
    let scope = "openid profile email address phone";
    let url = client.authorize_url(&[("scope", scope)]);
    let answer = client.world.browser().authorize(&url, "bea").await;
    let code = answer.param("code").unwrap();
    let tokens = client
        .post("/token", &client.redemption(&code))
        .await
        .json();
    let info = userinfo(&client, &tokens).await;
    let told = info.as_object().unwrap();
    assert_eq!(told.len(), 1 + 14 + 2 + 1 + 2, "{info}");
    assert_eq!(info["address"], serde_json::json!({"country": "GB"}));
    assert_eq!(info["phone_number_verified"], true);
    assert!(info["updated_at"].is_i64());
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert!(id["name"].is_null(), "they belong into userinfo");
}

/// OIDC Core §5.5.1.1; OIDC Unmet Authentication Requirements §2
#[tokio::test]
async fn an_essential_context_class_that_cannot_be_reached_is_told() {
    let client = web().await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["urn:example:gold"]}}}"#;
    let url = client.authorize_url(&[("claims", claims)]);
    let answer = client.world.browser().authorize(&url, "ada").await;
    let error = answer.param("error");
    assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"));
}
