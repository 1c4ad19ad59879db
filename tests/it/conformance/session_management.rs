//! `oidcc-session-management-certification-test-plan`. The frame's script runs in the browser tests.

use http::StatusCode;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::session_state::compute;
use vidimus::store::Change;

use crate::support::signed_in::{BYE, STATE};
use crate::support::{SignedIn, World};

const COOKIE: &str = "__Host-vidimus_state";
const RP: &str = "https://rp.example.test";

async fn watched() -> World {
    let world = World::in_memory().await;
    let store = &world.app.store;
    let mut realm = store
        .realm(&RealmId::default_realm())
        .await
        .unwrap()
        .unwrap();
    realm.settings.session_management = true;
    assert_eq!(
        store.update_realm(&realm, &[]).await.unwrap(),
        Change::Changed
    );
    world.ada().await;
    world
}

/// What the frame's script computes.
fn is_unchanged(at: &SignedIn, session_state: &str) -> bool {
    let (_, salt) = session_state.split_once('.').unwrap();
    let state = at.browser.cookies.get(COOKIE).cloned().unwrap_or_default();
    compute(&at.client.client.id, RP, &state, salt) == session_state
}

/// OIDC Session Management §3.3
#[tokio::test]
async fn oidcc_session_management_discovery_endpoint_verification() {
    let world = watched().await;
    let mut browser = world.browser();
    let document = browser
        .get("/.well-known/openid-configuration")
        .await
        .json();
    let frame = document["check_session_iframe"].as_str().unwrap();
    assert!(frame.starts_with("https://id.example.test/"), "{frame}");
    assert!(
        document["end_session_endpoint"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let page = browser.get(frame).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains(&format!("data-cookie=\"{COOKIE}\"")),
        "{page:?}"
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-"),
        "{policy}"
    );
    assert!(policy.ends_with("; frame-ancestors *"), "{policy}");
    assert_eq!(page.header("x-frame-options"), None);
    assert_eq!(
        page.header("cross-origin-resource-policy"),
        Some("cross-origin")
    );
}

/// OIDC Session Management §3, §4
#[tokio::test]
async fn oidcc_session_management_rp_initiated_logout() {
    let world = watched().await;
    let mut at = SignedIn::at(&world, "openid", |_| {}).await;
    let session_state = at.answer.param("session_state").unwrap();
    assert!(!session_state.contains(' '), "{session_state}");
    assert!(is_unchanged(&at, &session_state));
    let silent = at.silent();
    let again = at
        .browser
        .get(&silent)
        .await
        .param("session_state")
        .unwrap();
    assert_ne!(again, session_state, "each has its salt");
    assert!(is_unchanged(&at, &again) && is_unchanged(&at, &session_state));
    let hint = at.token("id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BYE),
        ("state", STATE),
    ];
    let answer = at.logout(&fields).await;
    assert_eq!(answer.param("state").as_deref(), Some(STATE));
    assert!(!is_unchanged(&at, &session_state));
    at.must_sign_in_again().await;
}

/// OIDC Session Management §4.2: the script must read it in a frame on another site, and it opens
/// nothing.
#[tokio::test]
async fn the_browser_state_is_for_scripts_and_new_with_each_sign_in() {
    let world = watched().await;
    let mut at = SignedIn::at(&world, "openid", |_| {}).await;
    let first = at.browser.cookies[COOKIE].clone();
    let session = at.browser.cookies["__Host-vidimus_session"].clone();
    assert_ne!(first, session);
    let state = at.answer.param("session_state").unwrap();
    let anew = at
        .client
        .authorize_url(&[("prompt", "login"), ("scope", "openid")]);
    let answer = at.browser.authorize(&anew, "ada").await;
    assert_ne!(at.browser.cookies[COOKIE], first);
    assert!(!is_unchanged(&at, &state));
    assert!(is_unchanged(&at, &answer.param("session_state").unwrap()));
    let silent = at.silent();
    let answer = at.browser.get(&silent).await;
    let set = answer.headers.get_all("set-cookie").iter();
    let set: Vec<&str> = set.map(|value| value.to_str().unwrap()).collect();
    let value = &at.browser.cookies[COOKIE];
    assert_eq!(
        set,
        [format!("{COOKIE}={value}; Path=/; SameSite=None; Secure")]
    );
    let error = at
        .client
        .authorize_url(&[("prompt", "none"), ("max_age", "x")]);
    assert_eq!(at.browser.get(&error).await.param("session_state"), None);
}

#[tokio::test]
async fn is_off_unless_it_is_switched_on() {
    let at = SignedIn::with("openid", |_| {}).await;
    let world = &at.client.world;
    assert_eq!(at.answer.param("session_state"), None);
    assert_eq!(at.browser.cookies.get(COOKIE), None);
    let mut browser = world.browser();
    let document = browser
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(document.get("check_session_iframe"), None);
    let frame = browser.get("/check_session").await;
    assert_eq!(frame.status, StatusCode::NOT_FOUND);
    assert_eq!(frame.header("x-frame-options"), Some("DENY"));
    // Switched on, it is told within a second.
    let store = &world.app.store;
    let mut realm = store
        .realm(&RealmId::default_realm())
        .await
        .unwrap()
        .unwrap();
    realm.settings.session_management = true;
    store.update_realm(&realm, &[]).await.unwrap();
    world.advance(1);
    let document = browser
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert!(document["check_session_iframe"].is_string(), "{document}");
}
