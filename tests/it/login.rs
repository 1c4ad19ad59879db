//! Signing in.

use http::StatusCode;
use vidimus::account::user::AccountSwitch;
use vidimus::protocol::client::ClientType;
use vidimus::store::Effects;

use crate::links::seen;
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, World};

struct AtLogin {
    world: World,
    browser: Browser,
    page: Answer,
}

async fn at_login() -> AtLogin {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let answer = browser
        .get(&client.authorize_url(&[("login_hint", "ada@x")]))
        .await;
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    AtLogin {
        world,
        browser,
        page,
    }
}

#[tokio::test]
async fn the_page_has_what_password_managers_look_for() {
    let AtLogin { page, .. } = at_login().await;
    assert_eq!(
        attribute(&page.body, "id=\"username\"", "autocomplete"),
        "username webauthn"
    );
    assert_eq!(attribute(&page.body, "id=\"username\"", "value"), "ada@x");
    assert_eq!(
        attribute(&page.body, "id=\"password\"", "autocomplete"),
        "current-password"
    );
    assert!(page.body.contains("id=\"login-submit\""));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let AtLogin {
        mut browser, page, ..
    } = at_login().await;
    let wrong = [("username", "ada"), ("password", "wrong-password")];
    let unknown = [("username", "bob"), ("password", "wrong-password")];
    let wrong = browser.submit(&page, &wrong).await;
    let unknown = browser.submit(&page, &unknown).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("role=\"alert\""));
    // Words, status and headers.
    assert_eq!(
        seen(&wrong, "ada").replace("bob", "EMAIL"),
        seen(&unknown, "bob").replace("ada", "EMAIL")
    );
}

#[tokio::test]
async fn the_address_and_any_spelling_sign_in_too() {
    let AtLogin { world, page, .. } = at_login().await;
    let client = world.client(ClientType::Web).await;
    assert!(page.body.contains("login-submit"));
    for name in [" ADA ", "Ada@Example.Test"] {
        let mut browser = world.browser();
        let answer = browser.authorize(&client.authorize_url(&[]), name).await;
        assert!(answer.param("code").is_some(), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn the_cookie_is_host_bound_and_new_at_login() {
    let AtLogin {
        mut browser, page, ..
    } = at_login().await;
    let name = "__Host-vidimus_session";
    let before = browser.cookies.get(name).unwrap().clone();
    let answer = browser
        .submit(&page, &[("username", "ada"), ("password", PASSWORD)])
        .await;
    let set = answer.header("set-cookie").unwrap();
    for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Domain"));
    assert_ne!(
        browser.cookies.get(name),
        Some(&before),
        "a planted cookie must be worthless"
    );
}

#[tokio::test]
async fn an_altered_cookie_signs_nobody_in() {
    let AtLogin {
        world,
        mut browser,
        page,
    } = at_login().await;
    browser
        .submit(&page, &[("username", "ada"), ("password", PASSWORD)])
        .await;
    let client = world.client(ClientType::Web).await;
    for value in browser.cookies.values_mut() {
        let flipped = if value.starts_with('A') { "B" } else { "A" };
        value.replace_range(0..1, flipped);
    }
    let answer = browser.get(&client.authorize_url(&[])).await;
    assert!(answer.location().contains("/login?"), "{answer:?}");
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let AtLogin {
        world,
        mut browser,
        page,
    } = at_login().await;
    let action = attribute(&page.body, "<form", "action");
    let fields = [
        ("csrf", "forged"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    let forged = browser.post(&action, &fields).await;
    assert_eq!(
        forged.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{forged:?}"
    );
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let body = format!("csrf={csrf}&username=ada&password={PASSWORD}");
    let cookie = browser
        .cookies
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .next()
        .unwrap();
    let foreign = [
        ("https://evil.test", "cross-site"),
        ("https://evil.test", "same-origin"),
        ("null", "cross-site"),
        ("null", ""),
    ];
    for (origin, site) in foreign {
        let mut request = http::Request::builder()
            .method("POST")
            .uri(crate::support::browser::path_of(&action))
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin);
        if !site.is_empty() {
            request = request.header("sec-fetch-site", site);
        }
        let request = request.body(axum::body::Body::from(body.clone())).unwrap();
        let answer = crate::support::browser::send(&world.router, request).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{origin} {site}"
        );
    }
}

#[tokio::test]
async fn an_account_slows_down_after_wrong_passwords() {
    let AtLogin {
        world,
        page,
        browser,
    } = at_login().await;
    for attempt in 0..5 {
        // Other addresses: the account's own counter is at work.
        world.advance(60);
        let fields = [("username", "ada"), ("password", "wrong-password")];
        let answer = browser.clone().submit(&page, &fields).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "attempt {attempt}"
        );
    }
    let fields = [("username", " ADA"), ("password", PASSWORD)];
    let answer = browser.clone().submit(&page, &fields).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    world.advance(2);
    let answer = browser.clone().submit(&page, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

/// Whoever asks on while an account must wait does not prolong the wait.
#[tokio::test]
async fn nobody_keeps_an_account_waiting_by_asking_on() {
    let AtLogin {
        world,
        page,
        browser,
    } = at_login().await;
    let wrong = [("username", "ada"), ("password", "wrong-password")];
    for _ in 0..5 {
        world.advance(60);
        browser.clone().submit(&page, &wrong).await;
    }
    for _ in 0..6 {
        let answer = browser.clone().submit(&page, &wrong).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    }
    world.advance(1);
    let right = [("username", "ada"), ("password", PASSWORD)];
    let answer = browser.clone().submit(&page, &right).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

#[tokio::test]
async fn an_address_slows_down_over_all_accounts() {
    let AtLogin { page, browser, .. } = at_login().await;
    let mut last = StatusCode::OK;
    for attempt in 0..11 {
        let name = format!("user{attempt}");
        let fields = [("username", name.as_str()), ("password", "wrong-password")];
        last = browser.clone().submit(&page, &fields).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_disabled_user_cannot_sign_in_and_loses_the_session() {
    let AtLogin {
        world,
        mut browser,
        page,
    } = at_login().await;
    browser
        .submit(&page, &[("username", "ada"), ("password", PASSWORD)])
        .await;
    let login = vidimus::account::user::LoginName::parse("ada").unwrap();
    let realm = vidimus::protocol::ids::RealmId::default_realm();
    let ada = world
        .app
        .store
        .user_by_login(&realm, &login)
        .await
        .unwrap()
        .unwrap();
    let now = world.app.now();
    world
        .app
        .store
        .switch_user(&realm, &ada.id, AccountSwitch::Disable, &Effects::NONE, now)
        .await
        .unwrap();
    let client = world.client(ClientType::Web).await;
    let answer = browser.get(&client.authorize_url(&[])).await;
    assert!(answer.location().contains("/login?"), "{answer:?}");
    let page = browser.get(answer.location()).await;
    let answer = browser
        .submit(&page, &[("username", "ada"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_idle_session_ends_and_so_does_a_long_one() {
    let AtLogin {
        world,
        mut browser,
        page,
    } = at_login().await;
    browser
        .submit(&page, &[("username", "ada"), ("password", PASSWORD)])
        .await;
    let realm = vidimus::protocol::ids::RealmId::default_realm();
    let own =
        |metadata: &mut vidimus::protocol::client::ClientMetadata| metadata.first_party = true;
    let client = world.client_with(&realm, ClientType::Web, own).await;
    for _ in 0..8 {
        world.advance(89 * 60);
        let answer = browser.get(&client.authorize_url(&[])).await;
        assert!(answer.param("code").is_some(), "{answer:?}");
    }
    world.advance(20 * 60);
    let answer = browser.get(&client.authorize_url(&[])).await;
    assert!(
        answer.location().contains("/login?"),
        "twelve hours are over: {answer:?}"
    );
}
