//! Hybrid and implicit flows, and the ways in which an answer travels.

use http::StatusCode;
use vidimus::protocol::client::{ClientType, GrantType};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RealmSettings;
use vidimus::protocol::response_type::ResponseType;

use crate::support::browser::attribute;
use crate::support::{TestClient, World, decode_claims};

/// A client that may use every response type, in a realm that offers them or not.
async fn client(offered: bool) -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    let realm = RealmId::default_realm();
    let mut row = world.app.store.realm(&realm).await.unwrap().unwrap();
    row.settings = RealmSettings {
        front_channel_tokens: offered,
        ..row.settings
    };
    world.app.store.update_realm(&row, &[]).await.unwrap();
    world.advance(1);
    world
        .client_with(&realm, ClientType::Web, |metadata| {
            metadata.response_types = ResponseType::ALL.to_vec();
            metadata.grant_types.push(GrantType::Implicit);
        })
        .await
}

/// RFC 9700 §2.1.2
#[tokio::test]
async fn a_realm_offers_no_token_in_the_browser_unless_switched_on() {
    let client = client(false).await;
    for response_type in ResponseType::ALL {
        let url = client.authorize_url(&[("response_type", response_type.as_str())]);
        let answer = client.world.browser().authorize(&url, "ada").await;
        let offered = !response_type.is_front_channel();
        assert_eq!(answer.param("code").is_some(), offered, "{response_type}");
        let refusal = (!offered).then(|| "unsupported_response_type".to_owned());
        assert_eq!(answer.param("error"), refusal, "{response_type}");
    }
}

/// OIDC Core §3.2.2.5, §3.3.2.5
#[tokio::test]
async fn each_response_type_carries_what_it_says() {
    let client = client(true).await;
    for response_type in ResponseType::ALL {
        let url = client.authorize_url(&[("response_type", response_type.as_str())]);
        let answer = client.world.browser().authorize(&url, "ada").await;
        let location = answer.location();
        assert_eq!(answer.param("code").is_some(), response_type.code);
        assert_eq!(answer.param("id_token").is_some(), response_type.id_token);
        assert_eq!(answer.param("access_token").is_some(), response_type.token);
        assert_eq!(location.contains('#'), response_type.is_front_channel());
        assert_eq!(answer.param("state").as_deref(), Some("st4te"));
        if let Some(token) = answer.param("access_token") {
            assert_eq!(client.userinfo(&token).await.status, StatusCode::OK);
        }
        let Some(id_token) = answer.param("id_token") else {
            continue;
        };
        let claims = decode_claims(&id_token);
        assert_eq!(claims["nonce"], "n0nce");
        assert_eq!(claims["c_hash"].is_string(), response_type.code);
        assert_eq!(claims["at_hash"].is_string(), response_type.token);
        // OIDC Core §5.4: the e-mail address is here when there is no userinfo to ask.
        let alone = !response_type.code && !response_type.token;
        assert_eq!(claims["email"].is_string(), alone, "{response_type}");
    }
}

/// OIDC Core §3.2.2.1, §3.3.2.11
#[tokio::test]
async fn an_id_token_in_the_browser_needs_a_nonce() {
    let client = client(true).await;
    for response_type in ResponseType::ALL.into_iter().filter(|one| one.id_token) {
        let changes = [("response_type", response_type.as_str()), ("nonce", "")];
        let url = client.authorize_url(&changes);
        let answer = client.world.browser().get(&url).await;
        assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
        assert!(answer.location().contains('#'), "{response_type}");
    }
}

/// OAuth 2.0 Multiple Response Type Encoding Practices §5
#[tokio::test]
async fn a_token_never_travels_in_a_query() {
    let client = client(true).await;
    let changes = [("response_type", "id_token"), ("response_mode", "query")];
    let answer = client
        .world
        .browser()
        .get(&client.authorize_url(&changes))
        .await;
    assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    assert!(!answer.location().contains('?'));
}

/// OIDC Core §11: what was given to the browser alone does not outlive the session.
#[tokio::test]
async fn an_implicit_grant_is_never_offline_and_ends_with_the_session() {
    let client = client(true).await;
    let scope = ("scope", "openid offline_access");
    let url = client.authorize_url(&[("response_type", "id_token token"), scope]);
    let mut browser = client.world.browser();
    let answer = browser.authorize(&url, "ada").await;
    assert_eq!(answer.param("scope").as_deref(), Some("openid"));
    let token = answer.param("access_token").unwrap();
    let hint = answer.param("id_token").unwrap();
    assert!(client.is_active(&token).await);
    let logout = format!("/end_session?id_token_hint={hint}");
    browser.get(&logout).await;
    assert!(!client.is_active(&token).await);
}

/// OAuth 2.0 Form Post Response Mode §2
#[tokio::test]
async fn a_form_carries_the_answer_and_works_without_script() {
    let client = client(true).await;
    for response_type in ResponseType::ALL {
        let changes = [
            ("response_type", response_type.as_str()),
            ("response_mode", "form_post"),
            ("state", "a\"<b>&'"),
        ];
        let url = client.authorize_url(&changes);
        let page = client.world.browser().authorize(&url, "ada").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(
            attribute(&page.body, "id=\"form-post\"", "action"),
            client.redirect()
        );
        assert_eq!(attribute(&page.body, "name=\"state\"", "value"), "a\"<b>&'");
        assert_eq!(page.body.contains("name=\"code\""), response_type.code);
        assert_eq!(
            page.body.contains("name=\"id_token\""),
            response_type.id_token
        );
        assert!(page.body.contains("id=\"form-post-continue\""));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
    let url = client.authorize_url(&[("response_mode", "form_post"), ("prompt", "none")]);
    let page = client.world.browser().get(&url).await;
    assert_eq!(
        attribute(&page.body, "name=\"error\"", "value"),
        "login_required"
    );
}

#[tokio::test]
async fn a_client_uses_only_response_types_that_it_registered() {
    let world = client(true).await.world;
    let plain = world.client(ClientType::Web).await;
    let url = plain.authorize_url(&[("response_type", "code id_token")]);
    let answer = world.browser().get(&url).await;
    assert_eq!(
        answer.param("error").as_deref(),
        Some("unauthorized_client")
    );
}

/// RFC 6749 §4.1.2.1: the sentence names the grant that is missing.
#[tokio::test]
async fn says_which_grant_a_client_lacks() {
    let both = client(true).await;
    let realm = RealmId::default_realm();
    let lacking = |grant: GrantType| {
        both.world
            .client_with(&realm, ClientType::Web, move |metadata| {
                metadata.response_types = ResponseType::ALL.to_vec();
                metadata.grant_types = vec![GrantType::AuthorizationCode, GrantType::Implicit];
                metadata.grant_types.retain(|own| *own != grant);
            })
    };
    for (grant, response_type, named) in [
        (GrantType::Implicit, "id_token", "implicit grant"),
        (GrantType::Implicit, "code id_token", "implicit grant"),
        (
            GrantType::AuthorizationCode,
            "code",
            "authorization code grant",
        ),
    ] {
        let client = lacking(grant).await;
        let url = client.authorize_url(&[("response_type", response_type)]);
        let answer = client.world.browser().get(&url).await;
        let error = answer.param_if_any("error");
        assert_eq!(
            error.as_deref(),
            Some("unauthorized_client"),
            "{response_type}"
        );
        let sentence = answer.param_if_any("error_description").unwrap();
        assert!(sentence.contains(named), "{response_type}: {sentence}");
    }
}
