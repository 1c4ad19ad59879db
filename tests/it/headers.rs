//! What every response carries, cross-origin reads, and whose address counts.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use vidimus::protocol::client::ClientType;

use crate::support::browser::send;
use crate::support::world::PASSWORD;
use crate::support::{TestClient, World};

async fn spa() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Spa).await
}

/// Security baseline, response headers
#[tokio::test]
async fn every_response_is_hardened() {
    let client = spa().await;
    let authorize = client.authorize_url(&[]);
    let paths = [
        "/",
        "/livez",
        "/readyz",
        "/jwks",
        "/.well-known/openid-configuration",
        "/userinfo",
        "/token",
        "/nothing/here",
        "/error",
        "/end_session",
        &authorize,
    ];
    for path in paths {
        let answer = client.world.browser().get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{path}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        let wanted = [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            (
                "strict-transport-security",
                "max-age=63072000; includeSubDomains",
            ),
        ];
        for (name, value) in wanted {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(
            answer
                .header("x-request-id")
                .is_some_and(|id| id.len() == 16),
            "{path}"
        );
        assert!(answer.header("permissions-policy").is_some(), "{path}");
        for absent in ["server", "x-powered-by", "x-xss-protection"] {
            assert_eq!(answer.header(absent), None, "{path}");
        }
        let cacheable = path.contains("jwks") || path.contains("well-known");
        assert_eq!(
            answer.header("cache-control") == Some("no-store"),
            !cacheable,
            "{path}"
        );
    }
}

/// A client's pop-up must keep its opener through our pages; nobody else's page may.
#[tokio::test]
async fn only_interaction_pages_leave_the_opener_alone() {
    let client = spa().await;
    let mut browser = client.world.browser();
    let to_login = browser.get(&client.authorize_url(&[])).await;
    let login = browser.get(to_login.location()).await;
    for answer in [&to_login, &login] {
        assert_eq!(answer.header("cross-origin-opener-policy"), None);
        assert!(
            !answer
                .header("content-security-policy")
                .unwrap()
                .contains("form-action")
        );
    }
    let home = browser.get("/").await;
    assert_eq!(
        home.header("cross-origin-opener-policy"),
        Some("same-origin")
    );
    assert!(
        home.header("content-security-policy")
            .unwrap()
            .contains("form-action 'self'")
    );
}

async fn token_from(client: &TestClient, origin: &str) -> Option<String> {
    let body = format!("grant_type=refresh_token&client_id={}", client.id());
    let request = Request::builder()
        .method(Method::POST)
        .uri("/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", origin)
        .body(Body::from(body))
        .unwrap();
    let answer = send(&client.world.router, request).await;
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    answer
        .header("access-control-allow-origin")
        .map(str::to_owned)
}

/// Security baseline, CORS
#[tokio::test]
async fn tokens_are_readable_from_the_clients_own_origins_only() {
    let client = spa().await;
    let own = "https://rp.example.test";
    assert_eq!(token_from(&client, own).await.as_deref(), Some(own));
    for foreign in [
        "https://evil.test",
        "null",
        "https://rp.example.test.evil.test",
    ] {
        assert_eq!(token_from(&client, foreign).await, None, "{foreign}");
    }
}

#[tokio::test]
async fn preflights_are_answered_where_scripts_may_call() {
    let client = spa().await;
    let preflight = |path: &'static str, origin: &'static str| {
        Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .body(Body::empty())
            .unwrap()
    };
    for path in ["/token", "/userinfo", "/revoke", "/jwks"] {
        let answer = send(
            &client.world.router,
            preflight(path, "https://rp.example.test"),
        )
        .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
        assert!(
            answer.header("access-control-allow-origin").is_some(),
            "{path}"
        );
        let answer = send(&client.world.router, preflight(path, "null")).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
    let answer = send(
        &client.world.router,
        preflight("/authorize", "https://x.test"),
    )
    .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        None,
        "never at authorize"
    );
}

/// Forwarded headers count from trusted proxies only; here none is between.
#[tokio::test]
async fn a_forwarded_address_from_a_stranger_is_ignored() {
    let client = spa().await;
    let mut browser = client.world.browser();
    let to_login = browser
        .get(&client.authorize_url(&[]))
        .await
        .location()
        .to_owned();
    let page = browser.get(&to_login).await;
    let csrf = crate::support::browser::attribute(&page.body, "name=\"csrf\"", "value");
    let cookie = browser
        .cookies
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .next()
        .unwrap();
    let mut statuses = Vec::new();
    for attempt in 0..11 {
        let body = format!("csrf={csrf}&username=user{attempt}&password={PASSWORD}");
        let request = Request::builder()
            .method(Method::POST)
            .uri(crate::support::browser::path_of(&to_login))
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", format!("198.51.100.{attempt}"))
            .body(Body::from(body))
            .unwrap();
        statuses.push(send(&client.world.router, request).await.status);
    }
    assert_eq!(
        statuses.last(),
        Some(&StatusCode::TOO_MANY_REQUESTS),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn an_oversized_or_mistyped_body_is_an_oauth_error() {
    let client = spa().await;
    let post = |content_type: &'static str, body: String| {
        Request::builder()
            .method(Method::POST)
            .uri("/token")
            .header("content-type", content_type)
            .body(Body::from(body))
            .unwrap()
    };
    let form = "application/x-www-form-urlencoded";
    let long = send(&client.world.router, post(form, "a".repeat(70_000))).await;
    assert_eq!(long.error(), "invalid_request");
    let json = send(
        &client.world.router,
        post("application/json", "{}".to_owned()),
    )
    .await;
    assert_eq!(json.error(), "invalid_request");
}

/// What is not there is said in the same way, whatever is wrong with its name.
#[tokio::test]
async fn an_address_that_is_no_text_is_not_there() {
    let world = World::in_memory().await;
    for path in [
        "/register/%ff",
        "/static/%ff",
        "/realms/%ff/.well-known/openid-configuration",
        "/realms/acme/register/%C3%28",
        "/%ff",
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = send(&world.router, request).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.error(), "not_found", "{path}");
        let page = world.browser().get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.body.contains("<title>"), "{path}: {}", page.body);
    }
    let request = Request::get("/static/none.css")
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&world.router, request).await.error(), "not_found");
}

/// RFC 9110 §15.5.6
#[tokio::test]
async fn another_method_is_refused_in_words() {
    let world = World::in_memory().await;
    for (method, path, allowed) in [
        (Method::GET, "/token", "POST"),
        (Method::DELETE, "/authorize", "GET"),
        (Method::POST, "/livez", "GET"),
        (Method::PUT, "/static/x", "GET"),
        (Method::GET, "/realms/none/token", "POST"),
    ] {
        let request = Request::builder().method(&method).uri(path);
        let answer = send(&world.router, request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.error(), "method_not_allowed", "{path}");
        let stated = answer.header("allow").unwrap();
        assert!(stated.contains(allowed), "{path}: {stated}");
    }
    let page = world.browser().get("/language").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(page.body.contains("<title>"), "{}", page.body);
}
