//! The pages on which a person answers.

use http::StatusCode;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;

use super::{allow, codes, enter, poll, television};
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Browser, TestClient, World};

fn url(device: &TestClient, path: &str) -> String {
    device.world.url(&device.realm, path)
}

/// A browser in which `ada` is signed in.
async fn signed_in(device: &TestClient) -> Browser {
    signed_in_at(device, "192.0.2.7").await
}

/// The same, at an address.
async fn signed_in_at(device: &TestClient, address: &str) -> Browser {
    let web = device.world.client(ClientType::Web).await;
    let mut browser = device.world.browser().at_address(address);
    browser.authorize(&web.authorize_url(&[]), "ada").await;
    browser
}

/// RFC 8628 §6.1: typed in any case, with any separators.
#[tokio::test]
async fn takes_every_spelling_of_a_code() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let plain = codes.user.replace('-', "");
    let spellings = [
        codes.user.clone(),
        plain.to_lowercase(),
        format!(" {} ", codes.user.replace('-', " ")),
        plain.split("").collect::<Vec<_>>().join("."),
    ];
    let mut browser = signed_in(&device).await;
    for typed in spellings {
        let page = enter(&mut browser, &device, &typed).await;
        assert!(page.body.contains("id=\"consent-approve\""), "{typed}");
        assert!(page.body.contains(&codes.user), "{typed}");
    }
}

/// RFC 8628 §3.3, §5.4: the question names the client, the code and what is asked for.
#[tokio::test]
async fn asks_before_it_lets_a_device_in() {
    let device = television().await;
    let codes = codes(&device, "openid email").await;
    let page = enter(&mut device.world.browser(), &device, &codes.user).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    for part in [
        "Notes",
        codes.user.as_str(),
        "ada@example.test",
        "id=\"consent-approve\"",
        "id=\"consent-deny\"",
    ] {
        assert!(page.body.contains(part), "{part} in {}", page.body);
    }
    assert!(!page.body.contains("id=\"device-unverified\""));
    let csp = page.header("content-security-policy").unwrap();
    assert!(csp.contains("form-action 'self'"), "{csp}");
    let pending = poll(&device, &codes.device).await;
    assert_eq!(pending.error(), "authorization_pending");
}

/// RFC 8628 §3.3.1, §5.4: an address with the code in it fills in the form, and answers nothing.
#[tokio::test]
async fn an_address_with_the_code_fills_in_the_form_only() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let mut browser = signed_in(&device).await;
    let address = url(&device, &format!("/device?user_code={}", codes.user));
    let form = browser.get(&address).await;
    assert_eq!(
        attribute(&form.body, "id=\"user_code\"", "value"),
        codes.user
    );
    assert!(!form.body.contains("Notes"), "the code is not looked up");
    let next = browser.submit(&form, &[("user_code", &codes.user)]).await;
    assert!(next.location().contains("/device/confirm?"), "{next:?}");
    let hostile = url(&device, "/device?user_code=%22%3E%3Cscript%3E");
    let form = browser.get(&hostile).await;
    assert_eq!(attribute(&form.body, "id=\"user_code\"", "value"), "");
}

/// RFC 8628 §5.4: not even the operator's own clients are let in unasked; a client that registered
/// itself is shown as one.
#[tokio::test]
async fn asks_for_every_kind_of_client() {
    let world = World::in_memory().await;
    world.ada().await;
    let realm = RealmId::default_realm();
    let own = |metadata: &mut ClientMetadata| metadata.first_party = true;
    let unverified = |metadata: &mut ClientMetadata| metadata.unverified = true;
    let clients = [
        (
            world.client_with(&realm, ClientType::Device, own).await,
            false,
        ),
        (
            world
                .client_with(&realm, ClientType::Device, unverified)
                .await,
            true,
        ),
    ];
    for (device, warned) in clients {
        // Having allowed one device allows no other.
        let first = codes(&device, "openid").await;
        let mut browser = allow(&device, &first.user).await;
        let second = codes(&device, "openid").await;
        let page = enter(&mut browser, &device, &second.user).await;
        assert!(page.body.contains("id=\"consent-approve\""), "{page:?}");
        assert_eq!(page.body.contains("id=\"device-unverified\""), warned);
        let pending = poll(&device, &second.device).await;
        assert_eq!(pending.error(), "authorization_pending");
    }
}

/// Signing in leads on to the question, and nowhere else.
#[tokio::test]
async fn a_stranger_signs_in_first() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let mut browser = device.world.browser();
    let form = browser.get(&url(&device, "/device")).await;
    let next = browser.submit(&form, &[("user_code", &codes.user)]).await;
    let login = next.location().to_owned();
    let plain = codes.user.replace('-', "");
    assert_eq!(login, url(&device, &format!("/login?user_code={plain}")));
    // Whether a device waits is not told to strangers.
    let other = browser.submit(&form, &[("user_code", "BBBB-BBBB")]).await;
    assert!(other.location().contains("/login?user_code=BBBBBBBB"));
    let page = browser
        .get(&format!("{login}&return_to=https://evil.test"))
        .await;
    let wrong = [("username", "ada"), ("password", "wrong-password")];
    let refused = browser.submit(&page, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = [("username", "ada"), ("password", PASSWORD)];
    let asked = browser.submit(&refused, &right).await;
    let confirm = url(&device, &format!("/device/confirm?user_code={plain}"));
    assert!(asked.location().starts_with(&confirm), "{asked:?}");
    // "Not you?" leads to the same sign-in page.
    let location = asked.location().to_owned();
    let question = browser.get(&location).await;
    let not_you = attribute(&question.body, "id=\"consent-not-you\"", "href");
    assert_eq!(not_you, login);
    let again = browser.get(&not_you).await;
    assert!(again.body.contains("id=\"login-submit\""), "{again:?}");
}

/// A code that leads nowhere, typed before the sign-in, is told after it, on a form that works.
#[tokio::test]
async fn a_wrong_code_is_told_after_the_sign_in() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let mut browser = device.world.browser();
    let page = enter(&mut browser, &device, "BBBB-BBBB").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{page:?}");
    assert!(page.body.contains("id=\"device-error\""));
    let next = browser.submit(&page, &[("user_code", &codes.user)]).await;
    assert!(next.location().contains("/device/confirm?"), "{next:?}");
    let malformed = enter(&mut browser, &device, "not a code").await;
    assert_eq!(malformed.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// RFC 8628 §5.1: five codes in a session, counted before they are looked up.
#[tokio::test]
async fn a_session_may_type_five_codes() {
    let device = television().await;
    let waiting = codes(&device, "openid").await;
    let mut browser = signed_in(&device).await;
    for _ in 0..5 {
        let page = enter(&mut browser, &device, "BBBB-BBBB").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{page:?}");
    }
    let page = enter(&mut browser, &device, &waiting.user).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{page:?}");
    let pending = poll(&device, &waiting.device).await;
    assert_eq!(pending.error(), "authorization_pending");
    // Another session is not held up, and this one goes on after a while.
    allow(&device, &waiting.user).await;
    device.world.advance(300);
    let later = codes(&device, "openid").await;
    let page = enter(&mut browser, &device, &later.user).await;
    assert!(page.body.contains("id=\"consent-approve\""), "{page:?}");
}

/// RFC 8628 §5.1: an address cannot guess on under new sessions.
#[tokio::test]
async fn an_address_may_type_only_so_many_codes() {
    let device = television().await;
    for round in 0..3 {
        let own = format!("198.51.100.{round}");
        let browser = signed_in_at(&device, &own).await;
        let mut browser = browser.at_address("192.0.2.99");
        for attempt in 0..5 {
            let page = enter(&mut browser, &device, "BBBB-BBBB").await;
            let expected = if round < 2 {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::TOO_MANY_REQUESTS
            };
            assert_eq!(page.status, expected, "{round} {attempt}");
        }
    }
}

/// The question is only for the session that typed the code, and its mark is not to be had
/// elsewhere.
#[tokio::test]
async fn the_question_is_for_whoever_typed_the_code() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let plain = codes.user.replace('-', "");
    let mut browser = signed_in(&device).await;
    let form = browser.get(&url(&device, "/device")).await;
    let next = browser.submit(&form, &[("user_code", &codes.user)]).await;
    let confirm = next.location().to_owned();
    let back = url(&device, &format!("/device?user_code={plain}"));
    let mut other = signed_in(&device).await;
    for address in [
        confirm.clone(),
        url(&device, &format!("/device/confirm?user_code={plain}")),
        format!("{confirm}&client_id=x"),
    ] {
        let answer = other.get(&address).await;
        assert_eq!(answer.location(), back, "{address}");
    }
    // An authorization request that carries a code along has a mark too, of this very session.
    let web = device.world.client(ClientType::Web).await;
    let request = web.authorize_url(&[("user_code", &plain), ("prompt", "login")]);
    let login = other.get(&request).await.location().to_owned();
    let page = other.get(&login).await;
    let fields = [("username", "ada"), ("password", PASSWORD)];
    let consent = other.submit(&page, &fields).await.location().to_owned();
    let (path, query) = consent.split_once('?').unwrap();
    assert_eq!(path, url(&device, "/consent"));
    let answer = other
        .get(&url(&device, &format!("/device/confirm?{query}")))
        .await;
    assert_eq!(answer.location(), back);
    // It is still good where it was typed, for as long as the code.
    let page = browser.get(&confirm).await;
    assert!(page.body.contains("id=\"consent-approve\""), "{page:?}");
    device.world.advance(300);
    let gone = browser.get(&confirm).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY, "{gone:?}");
}

/// A form from elsewhere answers nothing.
#[tokio::test]
async fn a_forged_answer_shows_the_page_again() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let mut browser = signed_in(&device).await;
    let page = enter(&mut browser, &device, &codes.user).await;
    let action = attribute(&page.body, "<form", "action");
    for fields in [
        &[("decision", "approve")][..],
        &[("decision", "approve"), ("csrf", "wrong")],
    ] {
        let again = browser.post(&action, fields).await;
        assert!(again.body.contains("id=\"consent-approve\""), "{again:?}");
    }
    let forged = [("user_code", codes.user.as_str()), ("csrf", "wrong")];
    let again = browser.post(&url(&device, "/device"), &forged).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let pending = poll(&device, &codes.device).await;
    assert_eq!(pending.error(), "authorization_pending");
}

/// RFC 8628 §3.3: an answer stands.
#[tokio::test]
async fn a_device_is_answered_once() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let mut browser = signed_in(&device).await;
    let page = enter(&mut browser, &device, &codes.user).await;
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert!(denied.body.contains("id=\"device-done\""), "{denied:?}");
    let late = browser.submit(&page, &[("decision", "approve")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "{late:?}");
    let refused = poll(&device, &codes.device).await;
    assert_eq!(refused.error(), "access_denied");
}
