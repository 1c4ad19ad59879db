//! `oidcc-rp-initiated-logout-certification-test-plan`

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::signed_in::{BYE, STATE};
use crate::support::{Answer, SignedIn, decode_claims};

async fn signed_in() -> SignedIn {
    SignedIn::with("openid", |_| {}).await
}

/// Nobody is sent anywhere: a page of ours, on which the person may still sign out.
async fn stays_and_asks(at: &mut SignedIn, page: &Answer) {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    assert_eq!(page.header("location"), None);
    assert!(page.body.contains("id=\"logout-confirm\""), "{page:?}");
    assert!(at.is_signed_in().await, "anybody could have sent this");
    signs_out_here(at, page).await;
}

/// The person confirms, sees that they are signed out, and is sent nowhere.
async fn signs_out_here(at: &mut SignedIn, page: &Answer) {
    let page = at.browser.submit(page, &[("decision", "confirm")]).await;
    is_signed_out_here(at, &page).await;
}

async fn is_signed_out_here(at: &mut SignedIn, page: &Answer) {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    assert_eq!(page.header("location"), None);
    assert!(page.body.contains("You are signed out"), "{page:?}");
    at.must_sign_in_again().await;
}

/// The only parameters of an address.
fn parameters(address: &str) -> Vec<(String, String)> {
    let address = url::Url::parse(address).unwrap();
    address.query_pairs().into_owned().collect()
}

/// OIDC RP-Initiated Logout §2.1
#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let mut at = signed_in().await;
    let path = "/.well-known/openid-configuration";
    let document = at.browser.get(path).await.json();
    let endpoint = document["end_session_endpoint"].as_str().unwrap();
    assert!(endpoint.starts_with("https://"), "{endpoint}");
    assert_eq!(at.browser.get(endpoint).await.status, StatusCode::OK);
}

/// OIDC RP-Initiated Logout §2, §3
#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let mut at = signed_in().await;
    let hint = at.token("id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BYE),
        ("state", STATE),
    ];
    assert_eq!(STATE.len(), 90);
    let answer = at.logout(&fields).await;
    let location = answer.location();
    assert!(location.starts_with(BYE), "{location}");
    assert_eq!(
        parameters(location),
        [("state".to_owned(), STATE.to_owned())]
    );
    at.must_sign_in_again().await;
}

/// OIDC RP-Initiated Logout §3
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let mut at = signed_in().await;
    let hint = at.token("id_token");
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE)];
    assert_eq!(at.logout(&fields).await.location(), BYE);
    at.must_sign_in_again().await;
}

async fn with_return_address(address: &str) {
    let mut at = signed_in().await;
    let hint = at.token("id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", address),
        ("state", STATE),
    ];
    let page = at.logout(&fields).await;
    stays_and_asks(&mut at, &page).await;
}

/// OIDC RP-Initiated Logout §3
#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    with_return_address("https://rp.example.test/bye-bad").await;
}

/// OIDC RP-Initiated Logout §3: compared as strings.
#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    with_return_address(&format!("{BYE}?foo=bar")).await;
}

async fn with_hint(at: &mut SignedIn, hint: &str) {
    let fields = [
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", BYE),
        ("state", STATE),
    ];
    let page = at.logout(&fields).await;
    stays_and_asks(at, &page).await;
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// OIDC RP-Initiated Logout §2: the signature is dropped and the algorithm says so.
#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let mut at = signed_in().await;
    let hint = at.token("id_token");
    let payload = hint.split('.').nth(1).unwrap();
    let unsigned = format!("{}.{payload}.", part(&json!({"alg": "none"})));
    with_hint(&mut at, &unsigned).await;
    let mut at = signed_in().await;
    let hint = at.token("id_token");
    let mut parts = hint.split('.');
    let (header, payload) = (parts.next().unwrap(), parts.next().unwrap());
    let mut header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["alg"] = json!("none");
    with_hint(&mut at, &format!("{}.{payload}.", part(&header))).await;
}

/// OIDC RP-Initiated Logout §2: signed by the client.
#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let mut at = signed_in().await;
    let ours = decode_claims(&at.token("id_token"));
    let header = at.token("id_token");
    let header = URL_SAFE_NO_PAD
        .decode(header.split('.').next().unwrap())
        .unwrap();
    let kid = serde_json::from_slice::<Value>(&header).unwrap()["kid"].clone();
    let theirs = json!({
        "iss": at.client.id(), "aud": ours["iss"], "sub": ours["sub"], "sid": ours["sid"],
        "iat": ours["iat"], "exp": ours["exp"], "auth_time": ours["auth_time"], "amr": ["pwd"],
    });
    let secret = at.client.secret.clone().unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    for (header, claims) in [
        (json!({"alg": "HS256", "typ": "JWT"}), &theirs),
        (json!({"alg": "HS256", "typ": "JWT", "kid": kid}), &ours),
    ] {
        let input = format!("{}.{}", part(&header), part(claims));
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&key, input.as_bytes()));
        let hint = format!("{input}.{tag}");
        let page = at
            .logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)])
            .await;
        assert!(page.body.contains("id=\"logout-confirm\""), "{page:?}");
        assert_eq!(page.header("location"), None);
    }
    with_hint(&mut at, "not.a.token").await;
}

/// OIDC RP-Initiated Logout §2, §3: whose address it is cannot be known.
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let mut at = signed_in().await;
    let fields = [("post_logout_redirect_uri", BYE), ("state", STATE)];
    let page = at.logout(&fields).await;
    stays_and_asks(&mut at, &page).await;
}

/// OIDC RP-Initiated Logout §2
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let mut at = signed_in().await;
    let page = at.logout(&[]).await;
    stays_and_asks(&mut at, &page).await;
}

/// OIDC RP-Initiated Logout §2
#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let mut at = signed_in().await;
    let page = at.logout(&[("state", STATE)]).await;
    stays_and_asks(&mut at, &page).await;
}

/// OIDC RP-Initiated Logout §2
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let mut at = signed_in().await;
    let hint = at.token("id_token");
    let page = at.logout(&[("id_token_hint", &hint)]).await;
    is_signed_out_here(&mut at, &page).await;
}
