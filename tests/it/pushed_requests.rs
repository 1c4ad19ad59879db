//! Pushed authorization requests (RFC 9126).

use std::collections::HashSet;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;
use vidimus::secret::Digest;
use vidimus::store::requests::PushedRequest;

use crate::support::browser::send;
use crate::support::{Answer, Browser, TestClient, World};

pub(crate) const URN: &str = "urn:ietf:params:oauth:request_uri:";

async fn world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    world
}

async fn client_of(world: &World, change: impl FnOnce(&mut ClientMetadata)) -> TestClient {
    let realm = RealmId::default_realm();
    world.client_with(&realm, ClientType::Web, change).await
}

async fn web() -> TestClient {
    let world = world().await;
    world.client(ClientType::Web).await
}

async fn name_of(client: &TestClient, changes: &[(&str, &str)]) -> String {
    let answer = client.push(changes).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

/// Pushes the usual request with changes; the address that the browser is sent to.
async fn pushed(client: &TestClient, changes: &[(&str, &str)]) -> String {
    client.kept_url(&name_of(client, changes).await)
}

async fn row(client: &TestClient, name: &str) -> Option<PushedRequest> {
    let id = Digest::of(name.strip_prefix(URN).unwrap());
    let store = &client.world.app.store;
    store.pushed_request(&client.realm, &id).await.unwrap()
}

/// The error page that the browser is sent to must say this.
pub(crate) async fn assert_told(browser: &mut Browser, answer: &Answer, rule: &str) {
    let address = answer.location();
    assert!(address.contains("/error?e="), "{answer:?}");
    let page = browser.get(address).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.body.contains(rule), "{}", page.body);
}

/// RFC 9126 §2.2
#[tokio::test]
async fn gives_a_name_that_nobody_can_guess() {
    let client = web().await;
    let mut names = HashSet::new();
    for _ in 0..8 {
        let answer = client.push(&[]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        assert_eq!(body["expires_in"], 90);
        assert_eq!(body.as_object().unwrap().len(), 2);
        let name = body["request_uri"].as_str().unwrap();
        assert_eq!(name.strip_prefix(URN).unwrap().len(), 43, "256 bits");
        names.insert(name.to_owned());
    }
    assert_eq!(names.len(), 8);
}

/// RFC 9126 §4; conformance `par-without-duplicate-parameters`
#[tokio::test]
async fn is_answered_as_it_was_pushed() {
    let world = world().await;
    for kind in [ClientType::Web, ClientType::Spa] {
        let client = world.client(kind).await;
        let address = pushed(&client, &[("response_mode", "fragment")]).await;
        let answer = world.browser().authorize(&address, "ada").await;
        assert!(answer.location().contains("/cb#code="), "{answer:?}");
        assert_eq!(answer.param("state").as_deref(), Some("st4te"));
        let issuer = Some("https://id.example.test");
        assert_eq!(answer.param("iss").as_deref(), issuer);
        let code = answer.param("code").unwrap();
        let tokens = client.post("/token", &client.redemption(&code)).await;
        assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
        let id_token = tokens.json()["id_token"].as_str().unwrap().to_owned();
        let claims = crate::support::decode_claims(&id_token);
        assert_eq!(claims["nonce"], "n0nce");
    }
}

/// RFC 9126 §4; conformance `ensure-different-nonce-inside-and-outside-request-object`,
/// `ensure-different-state-inside-and-outside-request-object`
#[tokio::test]
async fn nothing_beside_its_name_counts() {
    let client = web().await;
    let address = pushed(&client, &[]).await;
    let beside = "state=other&state=twice&nonce=other&scope=openid&redirect_uri=https://evil.test/\
                  &response_type=token&prompt=none";
    let mut browser = client.world.browser();
    let answer = browser
        .authorize(&format!("{address}&{beside}"), "ada")
        .await;
    assert!(
        answer.location().starts_with(client.redirect()),
        "{answer:?}"
    );
    assert_eq!(answer.param("state").as_deref(), Some("st4te"));
    let code = answer.param("code").unwrap();
    let tokens = client
        .post("/token", &client.redemption(&code))
        .await
        .json();
    let claims = crate::support::decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims["nonce"], "n0nce");
    assert_eq!(tokens["scope"], "openid email");
}

/// Conformance `state-only-outside-request-object-not-used`
#[tokio::test]
async fn a_state_that_was_not_pushed_is_not_echoed() {
    let client = web().await;
    let address = pushed(&client, &[("state", "")]).await;
    let mut browser = client.world.browser();
    let answer = browser
        .authorize(&format!("{address}&state=x"), "ada")
        .await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    assert_eq!(answer.param("state"), None);
}

/// RFC 9126 §4; conformance `par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`
#[tokio::test]
async fn may_be_visited_again_until_it_is_answered() {
    let client = web().await;
    let address = pushed(&client, &[]).await;
    let mut first = client.world.browser();
    for _ in 0..2 {
        let login = first.get(&address).await;
        let page = first.get(login.location()).await;
        assert!(page.body.contains("id=\"login-submit\""), "{page:?}");
    }
    let answer = client.world.browser().authorize(&address, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// RFC 9126 §4; conformance `par-attempt-reuse-request_uri`
#[tokio::test]
async fn is_answered_once() {
    let client = web().await;
    let address = pushed(&client, &[]).await;
    let mut late = client.world.browser();
    let login = late.get(&address).await.location().to_owned();
    let mut browser = client.world.browser();
    let answer = browser.authorize(&address, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    let again = browser.get(&address).await;
    assert_told(&mut browser, &again, "The request_uri was used").await;
    let page = late.get(&login).await;
    assert_told(&mut late, &page, "The request_uri was used").await;
    // Nobody is told in JSON that it worked, either.
    let request = Request::builder().uri(crate::support::browser::path_of(&address));
    let request = request.header("accept", "application/json");
    let answer = send(&client.world.router, request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.error(), "invalid_request_uri");
}

/// RFC 9126 §4: a refusal is an answer.
#[tokio::test]
async fn a_refusal_uses_it_up() {
    let client = web().await;
    let mut browser = client.world.browser();
    let address = pushed(&client, &[]).await;
    let login = browser.get(&address).await;
    let page = browser.get(login.location()).await;
    let fields = [
        ("username", "ada"),
        ("password", crate::support::world::PASSWORD),
    ];
    let consent = browser.submit(&page, &fields).await;
    let page = browser.get(consent.location()).await;
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
    let again = browser.get(&address).await;
    assert_told(&mut browser, &again, "The request_uri was used").await;
    // Going back to the page that asked changes nothing.
    let approved = browser.submit(&page, &[("decision", "approve")]).await;
    assert_told(&mut browser, &approved, "The request_uri was used").await;
    let silent = pushed(&client, &[("prompt", "none")]).await;
    let mut nobody = client.world.browser();
    let refused = nobody.get(&silent).await;
    assert_eq!(refused.param("error").as_deref(), Some("login_required"));
    let again = nobody.get(&silent).await;
    assert_told(&mut nobody, &again, "The request_uri was used").await;
}

/// RFC 9126 §4; conformance `par-attempt-to-use-expired-request_uri`
#[tokio::test]
async fn must_arrive_in_time_and_may_then_take_its_time() {
    let client = web().await;
    let (early, late) = (pushed(&client, &[]).await, pushed(&client, &[]).await);
    client.world.advance(89);
    let mut browser = client.world.browser();
    let login = browser.get(&early).await.location().to_owned();
    client.world.advance(1);
    let mut stranger = client.world.browser();
    let answer = stranger.get(&late).await;
    assert_told(
        &mut stranger,
        &answer,
        "had expired when the request arrived",
    )
    .await;
    client.world.advance(25 * 60);
    let answer = browser.authorize(&login, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// After half an hour its pages begin anew, and find that it is too late.
#[tokio::test]
async fn its_pages_last_no_longer_than_others() {
    let client = web().await;
    let mut browser = client.world.browser();
    let address = pushed(&client, &[]).await;
    let login = browser.get(&address).await.location().to_owned();
    client.world.advance(30 * 60);
    let anew = browser.get(&login).await;
    assert_eq!(anew.location(), address);
    let answer = browser.get(&address).await;
    assert_told(
        &mut browser,
        &answer,
        "had expired when the request arrived",
    )
    .await;
}

/// RFC 9126 §4; conformance `par-attempt-to-use-request_uri-for-different-client`
#[tokio::test]
async fn is_for_the_client_that_pushed_it() {
    let client = web().await;
    let another = client.world.client(ClientType::Web).await;
    let name = name_of(&client, &[]).await;
    let mut browser = client.world.browser();
    let answer = browser.get(&another.kept_url(&name)).await;
    assert_told(&mut browser, &answer, "was given to another client").await;
    let beside = format!(
        "{}&redirect_uri={}",
        another.kept_url(&name),
        another.redirect()
    );
    let answer = browser.get(&beside).await;
    assert_told(&mut browser, &answer, "was given to another client").await;
    // The attempt took nothing from its owner.
    let answer = browser.authorize(&client.kept_url(&name), "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// RFC 9126 §4
#[tokio::test]
async fn no_other_name_opens_anything() {
    let client = web().await;
    let mut browser = client.world.browser();
    for name in ["", "x", &"A".repeat(43)] {
        let address = client.kept_url(&format!("{URN}{name}"));
        let answer = browser.get(&address).await;
        assert_told(&mut browser, &answer, "No request is kept").await;
    }
    let twice = format!("{}&request_uri=x", pushed(&client, &[]).await);
    let answer = browser.get(&twice).await;
    assert_told(&mut browser, &answer, "sent more than once").await;
}

/// RFC 9126 §2.1; conformance `par-authorization-request-containing-request_uri-form-param`
#[tokio::test]
async fn a_pushed_request_names_no_other() {
    let client = web().await;
    for name in [
        name_of(&client, &[]).await.as_str(),
        "https://rp.example.test/r",
    ] {
        let answer = client.push(&[("request_uri", name)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.error(), "invalid_request", "{answer:?}");
    }
}

/// RFC 9126 §2; conformance `par-attempt-invalid-http-method`
#[tokio::test]
async fn takes_posts_only() {
    let client = web().await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let request = Request::builder().method(&method).uri("/par");
        let request = request.body(Body::empty()).unwrap();
        let answer = send(&client.world.router, request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

/// RFC 9126 §2.1, §2.3: as at the token endpoint.
#[tokio::test]
async fn the_client_proves_itself() {
    let client = web().await;
    let request = client.request(&[]);
    let fields: Vec<(&str, &str)> = request
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let mut named = fields.clone();
    named.push(("client_id", client.id()));
    let mut posted = named.clone();
    posted.push(("client_secret", client.secret.as_deref().unwrap()));
    assert_eq!(
        client.send("/par", &posted, None).await.status,
        StatusCode::CREATED
    );
    let mut wrong = named.clone();
    wrong.push(("client_secret", "wrong"));
    for fields in [&fields, &named, &wrong] {
        let answer = client.send("/par", fields, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
        assert_eq!(answer.error(), "invalid_client");
        assert!(answer.header("www-authenticate").is_some());
    }
    let another = client.world.client(ClientType::Web).await;
    let mut foreign = fields.clone();
    foreign.push(("client_id", client.id()));
    let answer = another.post("/par", &foreign).await;
    assert_eq!(answer.error(), "invalid_request", "{answer:?}");
}

/// What proves the client is no part of what is kept.
#[tokio::test]
async fn keeps_no_credentials() {
    let client = web().await;
    let request = client.request(&[]);
    let mut fields: Vec<(&str, &str)> = request
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    fields.push(("client_id", client.id()));
    fields.push(("client_secret", client.secret.as_deref().unwrap()));
    let answer = client.send("/par", &fields, None).await.json();
    let row = row(&client, answer["request_uri"].as_str().unwrap()).await;
    let parameters = row.unwrap().parameters;
    assert_eq!(parameters.get("client_id"), Some(client.id()));
    assert_eq!(parameters.get("state"), Some("st4te"));
    let kept = parameters.encode_without(&[]);
    assert!(!kept.contains("secret"), "{kept}");
}

/// RFC 9126 §2.3: everything that `/authorize` would refuse; conformance
/// `ensure-request-object-without-redirect-uri-fails`, `ensure-response-type-token-fails`,
/// `par-ensure-pkce-required`, `par-plain-pkce-rejected`
#[tokio::test]
async fn says_at_once_what_is_wrong() {
    let world = world().await;
    let client = world.client(ClientType::Spa).await;
    for (change, error) in [
        (("redirect_uri", ""), "invalid_request"),
        (("redirect_uri", "https://evil.test/cb"), "invalid_request"),
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (
            ("response_type", "code id_token"),
            "unsupported_response_type",
        ),
        (("response_mode", "pigeon"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("scope", "admin"), "invalid_scope"),
        (("prompt", "none login"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("claims", "[]"), "invalid_request"),
        (("id_token_hint", "x.y.z"), "invalid_request"),
        (("registration", "{}"), "registration_not_supported"),
    ] {
        let answer = client.push(&[change]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{change:?}");
        assert_eq!(answer.error(), error, "{change:?}: {answer:?}");
        assert!(answer.json()["error_description"].is_string());
    }
    let mut twice = client.request(&[]);
    twice.push(("state".to_owned(), "again".to_owned()));
    let twice: Vec<(&str, &str)> = twice
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(client.post("/par", &twice).await.error(), "invalid_request");
}

/// RFC 9126 §6; conformance `ensure-unsigned-authorization-request-without-using-par-fails`
#[tokio::test]
async fn a_client_that_must_push_is_answered_no_other_way() {
    let world = world().await;
    let client = client_of(&world, |metadata| {
        metadata.require_pushed_authorization_requests = true;
    })
    .await;
    let answer = world.browser().get(&client.authorize_url(&[])).await;
    assert!(
        answer.location().starts_with(client.redirect()),
        "{answer:?}"
    );
    assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    assert_eq!(answer.param("state").as_deref(), Some("st4te"));
    let address = pushed(&client, &[]).await;
    let answer = world.browser().authorize(&address, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// RFC 9126 §2.3: 429
#[tokio::test]
async fn one_client_pushes_so_much_and_others_go_on() {
    let client = web().await;
    let another = client.world.client(ClientType::Web).await;
    let refused = [("request_uri", "x")];
    for _ in 0..600 {
        assert_eq!(client.push(&refused).await.status, StatusCode::BAD_REQUEST);
    }
    let answer = client.push(&[]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(another.push(&[]).await.status, StatusCode::CREATED);
    client.world.advance(1);
    assert_eq!(client.push(&[]).await.status, StatusCode::CREATED);
}

/// RFC 9126 §2.3: too large
#[tokio::test]
async fn reads_no_more_than_the_limit() {
    let client = web().await;
    let long = "x".repeat(60 * 1024);
    assert_eq!(
        client.push(&[("unknown", &long)]).await.status,
        StatusCode::CREATED
    );
    let longer = "x".repeat(64 * 1024);
    let answer = client.push(&[("unknown", &longer)]).await;
    assert_eq!(answer.error(), "invalid_request", "{answer:?}");
}

/// A name is of one realm.
#[tokio::test]
async fn opens_nothing_in_another_realm() {
    let client = web().await;
    let realm = RealmId::parse("acme").unwrap();
    let acme = vidimus::store::Realm {
        id: realm.clone(),
        name: "Acme".to_owned(),
        settings: vidimus::protocol::realm::RealmSettings::default(),
        created_at: client.world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    client
        .world
        .app
        .store
        .create_realm(&acme, &[])
        .await
        .unwrap();
    let there = client.world.client_with(&realm, ClientType::Web, |_| {});
    let there = there.await;
    let name = name_of(&client, &[]).await;
    let mut browser = client.world.browser();
    let answer = browser.get(&there.kept_url(&name)).await;
    assert_told(&mut browser, &answer, "No request is kept").await;
}
