//! RP-initiated logout (OIDC RP-Initiated Logout 1.0).

use http::StatusCode;
use vidimus::protocol::client::ClientType;

use crate::support::browser::attribute;
use crate::support::{Answer, Browser, TestClient, World};

struct SignedIn {
    client: TestClient,
    browser: Browser,
    tokens: serde_json::Value,
}

async fn signed_in(scope: &str) -> SignedIn {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let address = client.authorize_url(&[("scope", scope)]);
    let code = browser
        .authorize(&address, "ada")
        .await
        .param("code")
        .unwrap();
    let tokens = client
        .post("/token", &client.redemption(&code))
        .await
        .json();
    SignedIn {
        client,
        browser,
        tokens,
    }
}

impl SignedIn {
    async fn logout(&mut self, fields: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.browser.get(&format!("/end_session?{query}")).await
    }

    async fn is_signed_in(&mut self) -> bool {
        let silent = self.client.authorize_url(&[("prompt", "none")]);
        self.browser.get(&silent).await.param("code").is_some()
    }

    fn token(&self, name: &str) -> String {
        self.tokens[name].as_str().unwrap().to_owned()
    }
}

const BYE: &str = "https://rp.example.test/bye";

/// RP-Initiated Logout §2, §3
#[tokio::test]
async fn a_hint_of_this_session_signs_out_and_goes_back() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BYE),
        ("state", "a b"),
    ];
    let answer = at.logout(&fields).await;
    assert_eq!(answer.location(), "https://rp.example.test/bye?state=a+b");
    assert!(!at.is_signed_in().await);
    assert!(!at.client.is_active(&at.token("access_token")).await);
    assert_eq!(
        at.client.refresh(&at.token("refresh_token")).await.error(),
        "invalid_grant"
    );
}

/// OIDC Core §11
#[tokio::test]
async fn an_offline_grant_outlives_the_session() {
    let mut at = signed_in("openid offline_access").await;
    let hint = at.token("id_token");
    at.logout(&[("id_token_hint", &hint)]).await;
    at.client.world.advance(1);
    let answer = at.client.refresh(&at.token("refresh_token")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let access = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(at.client.is_active(&access).await);
}

#[tokio::test]
async fn an_expired_hint_still_counts() {
    let mut at = signed_in("openid email").await;
    at.client.world.advance(3600);
    let hint = at.token("id_token");
    let answer = at.logout(&[("id_token_hint", &hint)]).await;
    assert!(answer.body.contains("igned out"), "{answer:?}");
    assert!(!at.is_signed_in().await);
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked() {
    let mut at = signed_in("openid email").await;
    let client_id = at.client.id().to_owned();
    let fields = [
        ("client_id", &*client_id),
        ("post_logout_redirect_uri", BYE),
    ];
    let page = at.logout(&fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(at.is_signed_in().await, "nothing has happened yet");
    assert!(page.body.contains("id=\"logout-cancel\""));
    let stayed = at.browser.submit(&page, &[("decision", "cancel")]).await;
    assert_eq!(stayed.status, StatusCode::OK);
    assert!(at.is_signed_in().await);
    let action = attribute(&page.body, "<form", "action");
    at.browser
        .post(&action, &[("csrf", "forged"), ("decision", "confirm")])
        .await;
    assert!(at.is_signed_in().await, "a forged form signs nobody out");
    let gone = at.browser.submit(&page, &[("decision", "confirm")]).await;
    assert_eq!(gone.location(), BYE);
    assert!(!at.is_signed_in().await);
}

/// RP-Initiated Logout §3
#[tokio::test]
async fn goes_nowhere_that_is_not_registered() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    for address in [
        "https://evil.test/",
        "https://rp.example.test/bye?x=1",
        "https://rp.example.test/bye/",
    ] {
        let page = at
            .logout(&[
                ("id_token_hint", &hint),
                ("post_logout_redirect_uri", address),
            ])
            .await;
        assert!(
            page.body.contains("id=\"logout-confirm\""),
            "{address}: asked, not redirected"
        );
    }
    let page = at.logout(&[("post_logout_redirect_uri", BYE)]).await;
    assert!(
        page.body.contains("id=\"logout-confirm\""),
        "no client is named"
    );
    let page = at.browser.submit(&page, &[("decision", "confirm")]).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
}

#[tokio::test]
async fn an_altered_hint_is_no_hint() {
    let mut at = signed_in("openid email").await;
    let mut hint = at.token("id_token");
    let end = hint.len() - 6;
    let letter = if hint.as_bytes()[end] == b'A' {
        "B"
    } else {
        "A"
    };
    hint.replace_range(end..=end, letter);
    let page = at
        .logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)])
        .await;
    assert!(page.body.contains("id=\"logout-confirm\""), "{page:?}");
    assert!(at.is_signed_in().await);
}

#[tokio::test]
async fn takes_a_form_post_from_a_client() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    let answer = at
        .browser
        .post("/end_session", &[("id_token_hint", &hint)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = at.browser.get(answer.location()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!at.is_signed_in().await);
}

#[tokio::test]
async fn a_second_logout_has_nothing_to_end_and_still_goes_back() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE)];
    at.logout(&fields).await;
    assert_eq!(at.logout(&fields).await.location(), BYE);
}
