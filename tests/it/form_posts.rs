//! Requests that a client's page posts: the browser is sent on to GET, and what is wrong with them
//! is said where GET says it.

use axum::body::Body;
use http::{Request, StatusCode};
use vidimus::protocol::client::ClientType;

use crate::support::browser::send;
use crate::support::world::ISSUER;
use crate::support::{Answer, Browser, SignedIn, TestClient, World};

async fn world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    world
}

/// A posted form, as a client's page sends it, with members changed.
fn form_of(client: &TestClient, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let url = url::Url::parse(&client.authorize_url(changes)).unwrap();
    url.query_pairs().into_owned().collect()
}

async fn post(browser: &mut Browser, address: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (&**k, &**v)).collect();
    browser.post(address, &fields).await
}

/// OIDC Core §3.1.2.1, §3.1.2.6: what is wrong with a posted request is said where GET says it.
#[tokio::test]
async fn what_is_wrong_with_a_form_post_is_sent_to_the_client() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let long = "x".repeat(30_000);
    for (name, value) in [
        ("state", "\u{1}"),
        ("login_hint", &long),
        ("made_up", &long),
    ] {
        let mut browser = world.browser();
        let fields = form_of(&client, &[(name, value)]);
        let mut answer = post(&mut browser, "/authorize", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
        assert!(answer.location().len() < 8_200, "no listener reads that");
        if answer.location().starts_with(ISSUER) {
            let onward = answer.location().to_owned();
            answer = browser.get(&onward).await;
        }
        assert!(answer.location().starts_with(client.redirect()), "{name}");
        let error = answer.param_if_any("error");
        assert_eq!(error.as_deref(), Some("invalid_request"), "{name}");
        let state = if name == "state" { value } else { "st4te" };
        assert_eq!(answer.param_if_any("state").as_deref(), Some(state));
    }
}

/// A state that no answer could carry is left out of it.
#[tokio::test]
async fn a_state_beyond_all_limits_is_not_sent_back() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let fields = form_of(&client, &[("state", &"x".repeat(30_000))]);
    let answer = post(&mut world.browser(), "/authorize", &fields).await;
    assert!(answer.location().starts_with(client.redirect()));
    assert_eq!(
        answer.param_if_any("error").as_deref(),
        Some("invalid_request")
    );
    assert_eq!(answer.param_if_any("state"), None);
}

/// RFC 6749 §3.1: of two states neither is sent back.
#[tokio::test]
async fn a_state_that_was_sent_twice_is_not_sent_back() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let mut fields = form_of(&client, &[]);
    fields.push(("state".to_owned(), "another".to_owned()));
    let mut browser = world.browser();
    let onward = post(&mut browser, "/authorize", &fields).await;
    let answer = browser.get(onward.location()).await;
    assert!(answer.location().starts_with(client.redirect()));
    let error = answer.param_if_any("error");
    assert_eq!(error.as_deref(), Some("invalid_request"));
    assert_eq!(answer.param_if_any("state"), None);
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn a_form_that_cannot_be_read_is_told_in_words() {
    let world = world().await;
    let client = world.client(ClientType::Web).await;
    let fields = form_of(&client, &[("made_up", &"x".repeat(70_000))]);
    let page = post(&mut world.browser(), "/authorize", &fields).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.body.contains("<title>"), "{}", page.body);
    assert!(page.body.contains(page.header("x-request-id").unwrap()));
    let request = Request::post("/authorize").header("content-type", "application/json");
    let request = request.body(Body::from("{}")).unwrap();
    let answer = send(&world.router, request).await;
    assert_eq!(answer.error(), "invalid_request");
}

/// Endpoints: whatever is wrong with the request, it never keeps a person from signing out.
#[tokio::test]
async fn what_is_wrong_with_a_form_post_keeps_nobody_from_signing_out() {
    let long = "x".repeat(30_000);
    let beyond_the_body = "x".repeat(70_000);
    for (name, value) in [
        ("state", "\u{1}"),
        ("made_up", &*long),
        ("state", &long),
        ("made_up", &beyond_the_body),
    ] {
        let mut at = SignedIn::with("openid email", |_| {}).await;
        let hint = at.token("id_token");
        let fields = [("id_token_hint", &*hint), (name, value)];
        let answer = at.browser.post("/end_session", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
        assert!(answer.location().len() < 8_200, "no listener reads that");
        let page = at.browser.get(answer.location()).await;
        assert_eq!(page.status, StatusCode::OK, "{name}");
        if page.body.contains("id=\"logout-confirm\"") {
            at.browser.submit(&page, &[("decision", "confirm")]).await;
        }
        assert!(!at.is_signed_in().await, "{name}");
    }
}
