//! The authorization endpoint and its pages.

use http::StatusCode;
use vidimus::protocol::client::ClientType;

use crate::support::browser::attribute;
use crate::support::{Answer, World};

async fn world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    world
}

/// RFC 6749 §4.1.2, RFC 9207 §2
#[tokio::test]
async fn sends_code_state_and_issuer_back() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let answer = world
        .browser()
        .authorize(&client.authorize_url(&[]), "ada")
        .await;
    assert!(
        answer
            .location()
            .starts_with("https://rp.example.test/cb?code=vac_"),
        "{answer:?}"
    );
    assert_eq!(answer.param("state").as_deref(), Some("st4te"));
    assert_eq!(
        answer.param("iss").as_deref(),
        Some("https://id.example.test")
    );
}

/// RFC 6749 §4.1.2.1
#[tokio::test]
async fn shows_instead_of_redirecting_when_nobody_can_be_answered() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let cases = [
        (
            client.authorize_url(&[("redirect_uri", "https://evil.test/cb")]),
            "byte for byte",
        ),
        (
            client.authorize_url(&[("redirect_uri", "")]),
            "must carry a redirect_uri",
        ),
        (
            client.authorize_url(&[("client_id", "vid_nobody")]),
            "No client with this client_id",
        ),
        (
            client.authorize_url(&[("client_id", "")]),
            "must name its client",
        ),
        (
            format!("{}&client_id=x", client.authorize_url(&[])),
            "exactly once",
        ),
    ];
    for (address, rule) in cases {
        let mut browser = world.browser();
        let answer = browser.get(&address).await;
        assert!(
            answer
                .location()
                .starts_with("https://id.example.test/error?e="),
            "{answer:?}"
        );
        let request_id = answer.header("x-request-id").unwrap().to_owned();
        let page = browser.get(answer.location()).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.body.contains(rule), "{address}: {}", page.body);
        assert!(
            page.body.contains(&request_id),
            "the page names the failed request"
        );
    }
}

#[tokio::test]
async fn tells_an_application_in_json_when_nobody_can_be_answered() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let address = client.authorize_url(&[("redirect_uri", "https://evil.test/cb")]);
    let request = http::Request::builder()
        .uri(crate::support::browser::path_of(&address))
        .header("accept", "application/json")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = crate::support::browser::send(&world.router, request).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.json()["error_description"]
            .as_str()
            .unwrap()
            .contains("byte for byte")
    );
    assert_eq!(
        answer.json()["request_id"].as_str(),
        answer.header("x-request-id")
    );
}

#[tokio::test]
async fn an_error_page_cannot_be_made_to_say_what_we_did_not_write() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let answer = browser
        .get(&client.authorize_url(&[("client_id", "vid_nobody")]))
        .await;
    let mut altered = answer.location().to_owned();
    let at = altered.find("e=").unwrap() + 4;
    let letter = if altered.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    altered.replace_range(at..=at, letter);
    assert_eq!(browser.get(&altered).await.status, StatusCode::NOT_FOUND);
}

/// RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6
#[tokio::test]
async fn sends_refusals_back_to_the_client() {
    let world = world().await;
    let spa = world.client(ClientType::Spa).await;
    let cases: [(&[(&str, &str)], &str); 15] = [
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "cod")], "unsupported_response_type"),
        (&[("response_mode", "pigeon")], "invalid_request"),
        (&[("claims", "[]")], "invalid_request"),
        (&[("id_token_hint", "x.y.z")], "invalid_request"),
        (&[("scope", "")], "invalid_scope"),
        (&[("scope", "admin")], "invalid_scope"),
        (&[("scope", "a\"b")], "invalid_scope"),
        (
            &[("code_challenge", ""), ("code_challenge_method", "")],
            "invalid_request",
        ),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "sing")], "invalid_request"),
        (&[("max_age", "soon")], "invalid_request"),
    ];
    for (changes, code) in cases {
        let answer = world.browser().get(&spa.authorize_url(changes)).await;
        assert!(
            answer.location().starts_with("https://rp.example.test/cb?"),
            "{changes:?}"
        );
        assert_eq!(answer.param("error").as_deref(), Some(code), "{changes:?}");
        assert_eq!(answer.param("state").as_deref(), Some("st4te"));
        assert_eq!(
            answer.param("iss").as_deref(),
            Some("https://id.example.test")
        );
        assert!(answer.param("error_description").is_some());
    }
}

/// RFC 6749 §3.1
#[tokio::test]
async fn refuses_a_parameter_sent_twice() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    for repeated in ["nonce=a&nonce=b", "scope=openid", "unknown=1&unknown=2"] {
        let address = format!("{}&{repeated}", client.authorize_url(&[]));
        let answer = world.browser().get(&address).await;
        assert_eq!(
            answer.param("error").as_deref(),
            Some("invalid_request"),
            "{repeated}"
        );
    }
}

/// OIDC Core §3.1.2.1: unknown parameters are ignored, known but unused ones tolerated.
#[tokio::test]
async fn tolerates_what_it_does_not_act_on() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let changes = [
        ("extra", "foobar"),
        ("claims_locales", "de fr"),
        ("acr_values", "1 2"),
    ];
    let answer = world
        .browser()
        .authorize(&client.authorize_url(&changes), "ada")
        .await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// OIDC Core §3.1.2.1: a form post is the same request.
#[tokio::test]
async fn takes_a_form_post() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let address = client.authorize_url(&[]);
    let url = url::Url::parse(&address).unwrap();
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    let answer = browser.post("/authorize", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = browser.authorize(answer.location(), "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// OIDC Core §3.1.2.1 `prompt=none`
#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let silent = client.authorize_url(&[("prompt", "none")]);
    let mut browser = world.browser();
    assert_eq!(
        browser.get(&silent).await.param("error").as_deref(),
        Some("login_required")
    );
    browser
        .authorize(&client.authorize_url(&[("scope", "openid")]), "ada")
        .await;
    assert_eq!(
        browser.get(&silent).await.param("error").as_deref(),
        Some("consent_required")
    );
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    assert!(browser.get(&silent).await.param("code").is_some());
}

/// OIDC Core §3.1.2.1 `prompt=login`, `max_age`
#[tokio::test]
async fn asks_again_when_the_client_wants_a_fresh_sign_in() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    world.advance(100);
    for changes in [
        [("prompt", "login")],
        [("max_age", "60")],
        [("max_age", "0")],
    ] {
        let answer = browser.get(&client.authorize_url(&changes)).await;
        assert!(
            answer.location().contains("/login?"),
            "{changes:?}: {answer:?}"
        );
        let answer = browser
            .authorize(&client.authorize_url(&changes), "ada")
            .await;
        assert!(answer.param("code").is_some(), "{changes:?}: {answer:?}");
        world.advance(100);
    }
    let calm = client.authorize_url(&[("max_age", "1000")]);
    assert!(browser.get(&calm).await.param("code").is_some());
}

#[tokio::test]
async fn an_interaction_of_one_request_does_not_pass_for_another() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = browser
        .get(&client.authorize_url(&[]))
        .await
        .location()
        .to_owned();
    let altered = page.replace("n0nce", "other");
    let answer = browser.get(&altered).await;
    assert!(
        answer.location().contains("/authorize?"),
        "begins anew: {answer:?}"
    );
    world.advance(31 * 60);
    let answer = browser.get(&page).await;
    assert!(
        answer.location().contains("/authorize?"),
        "too old: {answer:?}"
    );
    assert!(!answer.location().contains("vidimus_interaction"));
}

/// OIDC Core §3.1.2.4
#[tokio::test]
async fn consent_is_asked_once_per_scope_and_denial_goes_back() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = consent_page(&world, &mut browser, &client.authorize_url(&[])).await;
    assert!(
        page.body.contains("rp.example.test"),
        "the real destination is shown"
    );
    assert!(
        page.body.contains("ada@example.test"),
        "the value that will be sent is shown"
    );
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
    let page = consent_page(&world, &mut browser, &client.authorize_url(&[])).await;
    let allowed = browser.submit(&page, &[("decision", "approve")]).await;
    assert!(allowed.param("code").is_some());
    assert!(
        browser
            .get(&client.authorize_url(&[]))
            .await
            .param("code")
            .is_some()
    );
    let more = client.authorize_url(&[("scope", "openid email profile")]);
    assert!(browser.get(&more).await.location().contains("/consent?"));
}

async fn consent_page(
    world: &World,
    browser: &mut crate::support::Browser,
    address: &str,
) -> Answer {
    let mut answer = browser.get(address).await;
    while answer.status == StatusCode::SEE_OTHER {
        answer = browser.get(answer.location()).await;
        if answer.body.contains("id=\"login-submit\"") {
            let fields = [
                ("username", "ada"),
                ("password", crate::support::world::PASSWORD),
            ];
            answer = browser.submit(&answer, &fields).await;
        }
    }
    assert!(answer.body.contains("id=\"consent-approve\""), "{answer:?}");
    assert_eq!(
        attribute(&answer.body, "id=\"consent-deny\"", "value"),
        "deny"
    );
    assert!(world.app.settings.issuer.starts_with("https"));
    answer
}

#[tokio::test]
async fn a_forged_consent_shows_the_page_again() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = consent_page(&world, &mut browser, &client.authorize_url(&[])).await;
    let action = attribute(&page.body, "<form", "action");
    for csrf in ["", "forged"] {
        let answer = browser
            .post(&action, &[("csrf", csrf), ("decision", "approve")])
            .await;
        assert!(answer.location().contains("/consent?"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_disabled_client_is_told_apart_from_an_unknown_one() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut off = client.client.clone();
    off.disabled_at = Some(world.app.now());
    world.app.store.update_client(&off, &[]).await.unwrap();
    world.advance(1);
    let mut browser = world.browser();
    let answer = browser.get(&client.authorize_url(&[])).await;
    let page = browser.get(answer.location()).await;
    assert!(page.body.contains("switched off"), "{}", page.body);
}

/// OIDC Core §3.1.2.1: the page's address may be older than the visit, and from elsewhere.
#[tokio::test]
async fn a_sign_in_for_something_else_does_not_answer_prompt_login() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let fresh = client.authorize_url(&[("prompt", "login")]);
    let kept = world.browser().get(&fresh).await.location().to_owned();
    world.advance(5);
    let mut browser = world.browser();
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    let page = browser.get(&kept).await;
    assert!(page.body.contains("id=\"login-submit\""), "{page:?}");
    let answer = browser.authorize(&kept, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

#[tokio::test]
async fn a_denial_stands_even_where_consent_was_given() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = consent_page(&world, &mut browser, &client.authorize_url(&[])).await;
    let allowed = browser.submit(&page, &[("decision", "approve")]).await;
    assert!(allowed.param("code").is_some());
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
}

/// RFC 6749 Appendix A
#[tokio::test]
async fn a_control_character_is_refused() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let answer = world
        .browser()
        .get(&client.authorize_url(&[("nonce", "a\0b")]))
        .await;
    assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    let fields = [("grant_type", "authorization_code"), ("code", "a\0b")];
    assert_eq!(
        client.post("/token", &fields).await.error(),
        "invalid_request"
    );
}

/// A link that is only looked at must issue nothing.
#[tokio::test]
async fn a_head_request_does_nothing() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    for address in [client.authorize_url(&[]), "/end_session".to_owned()] {
        let request = http::Request::builder()
            .method("HEAD")
            .uri(crate::support::browser::path_of(&address))
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = crate::support::browser::send(&world.router, request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
