//! A passkey as the second factor after the password.

use http::StatusCode;
use serde_json::json;
use vidimus::account::event::EventKind;
use vidimus::protocol::client::ClientType;

use super::{
    SESSION, SIGN_IN, add, claims, events_of, options, passkeys_of, refused, send, sign_in,
    to_client, with_passkey,
};
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::passkey::{Named, Says, SoftPasskey};
use crate::support::{Answer, Browser, TestClient, World};

/// The page after the right password.
async fn after_password(browser: &mut Browser, client: &TestClient, who: &str) -> Answer {
    browser.authorize(&client.authorize_url(&[]), who).await
}

/// RFC 8176 §2
#[tokio::test]
async fn who_has_a_passkey_proves_it_after_the_password() {
    let (world, client, mut key) = with_passkey(false).await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client, "ada").await;
    assert!(page.body.contains("id=\"passkey-use\""), "{page:?}");
    assert!(page.body.contains("<noscript>"), "{page:?}");
    assert!(
        !page.body.contains("id=\"factor-submit\""),
        "no app: {page:?}"
    );
    let before = browser.cookies[SESSION].clone();
    assert!(browser.cookies.contains_key(SIGN_IN));
    let asked = options(&mut browser, &page).await;
    let named = json!([{ "type": "public-key", "id": key.credential_text() }]);
    assert_eq!(asked["allowCredentials"], named);
    // The person is known, so the authenticator may leave the user out.
    let says = Says {
        named: Named::Nobody,
        ..Says::truth()
    };
    let answer = key.answer(&asked, &says);
    let answer = send(&mut browser, &page, &answer).await;
    assert_ne!(browser.cookies[SESSION], before);
    assert!(!browser.cookies.contains_key(SIGN_IN));
    let answer = to_client(&mut browser, &answer).await;
    let told = claims(&client, &answer).await;
    assert_eq!(told["amr"], json!(["pwd", "hwk", "user", "mfa"]));
    let ada = world.person("ada").await;
    assert!(
        events_of(&world, &ada)
            .await
            .contains(&EventKind::FactorProven)
    );
}

#[tokio::test]
async fn refuses_what_is_not_true() {
    let (world, client, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    let lies = [
        (
            "origin",
            Says::but(|says| says.origin = "https://evil.test".to_owned()),
        ),
        (
            "rp id",
            Says::but(|says| says.rp_id = "evil.test".to_owned()),
        ),
        (
            "handle",
            Says::but(|says| says.named = Named::Other(vec![7; 16])),
        ),
        ("not verified", Says::but(|says| says.verified = false)),
        ("signature", Says::but(|says| says.signature_broken = true)),
    ];
    for (lie, says) in lies {
        let mut browser = world.browser();
        let page = after_password(&mut browser, &client, "ada").await;
        let asked = options(&mut browser, &page).await;
        let answer = key.answer(&asked, &says);
        let answer = send(&mut browser, &page, &answer).await;
        assert!(refused(&answer), "{lie}: {answer:?}");
        let told = events_of(&world, &ada).await;
        assert_eq!(told[0], EventKind::FactorRefused, "{lie}");
        assert!(
            browser.cookies.contains_key(SIGN_IN),
            "{lie}: the sign-in goes on"
        );
        world.advance(900);
    }
}

/// Whoever knows the password neither tries passkeys nor asks for ceremonies without end.
#[tokio::test]
async fn attempts_and_ceremonies_are_counted() {
    let (world, client, _) = with_passkey(true).await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client, "ada").await;
    let address = attribute(&page.body, "id=\"passkey-form\"", "data-options");
    let token = super::csrf(&page);
    let mut asked = Vec::new();
    for _ in 0..200 {
        let answer = browser.post(&address, &[("csrf", &token)]).await;
        asked.push(answer.status);
    }
    assert_eq!(asked[0], StatusCode::OK);
    assert_eq!(asked[199], StatusCode::TOO_MANY_REQUESTS);
    let mut tried = Vec::new();
    for _ in 0..20 {
        tried.push(send(&mut browser, &page, "{}").await.status);
    }
    assert_eq!(tried[0], StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(tried[19], StatusCode::TOO_MANY_REQUESTS);
}

/// Another person's passkey proves nothing, whoever was asked for it.
#[tokio::test]
async fn refuses_the_passkey_of_somebody_else() {
    let (world, client, mut adas) = with_passkey(true).await;
    let ada = world.person("ada").await;
    world.user(&ada.realm, "bob").await;
    let mut bobs = SoftPasskey::new(true);
    add(&mut world.browser(), &mut bobs, "bob").await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client, "ada").await;
    let asked = options(&mut browser, &page).await;
    let answer = bobs.answer(&asked, &Says::truth());
    let answer = send(&mut browser, &page, &answer).await;
    assert!(refused(&answer), "{answer:?}");
    // Nor does ada's own answer to what bob was asked.
    let mut other = world.browser();
    let others = after_password(&mut other, &client, "bob").await;
    let asked = options(&mut other, &others).await;
    let answer = adas.answer(&asked, &Says::truth());
    let answer = send(&mut browser, &page, &answer).await;
    assert!(refused(&answer), "{answer:?}");
}

/// The challenge of the login page, which everybody may ask for, proves no second factor; nor does
/// that of the second factor stand in for a sign-in.
#[tokio::test]
async fn refuses_the_challenge_of_another_step() {
    let (world, client, mut key) = with_passkey(true).await;
    let mut browser = world.browser();
    let login = super::login_page(&mut browser, &client.authorize_url(&[])).await;
    let anybodys = options(&mut browser, &login).await;
    let page = after_password(&mut browser, &client, "ada").await;
    let answer = key.answer(&anybodys, &Says::truth());
    let answer = send(&mut browser, &page, &answer).await;
    assert!(refused(&answer), "{answer:?}");
    let adas = options(&mut browser, &page).await;
    let answer = key.answer(&adas, &Says::truth());
    let answer = send(&mut browser, &login, &answer).await;
    assert!(refused(&answer), "{answer:?}");
}

#[tokio::test]
async fn an_app_and_a_passkey_stand_in_for_each_other() {
    let world = World::in_memory().await;
    world.ada().await;
    let app = Authenticator::of(&world, "ada").await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client, "ada").await;
    assert!(!page.body.contains("id=\"passkey-use\""), "{page:?}");
    let answer = browser.submit(&page, &[("code", &app.next_code())]).await;
    to_client(&mut browser, &answer).await;
    let mut key = SoftPasskey::new(true);
    let answer = add(&mut browser, &mut key, "ada").await;
    // There are recovery codes already.
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    let mut other = world.browser();
    let page = after_password(&mut other, &client, "ada").await;
    assert!(page.body.contains("id=\"factor-submit\""), "{page:?}");
    let asked = options(&mut other, &page).await;
    let answer = key.answer(&asked, &Says::truth());
    let answer = send(&mut other, &page, &answer).await;
    assert!(to_client(&mut other, &answer).await.param("code").is_some());
    let mut third = world.browser();
    let page = after_password(&mut third, &client, "ada").await;
    let answer = third.submit(&page, &[("code", &app.next_code())]).await;
    assert!(to_client(&mut third, &answer).await.param("code").is_some());
}

/// Without script, a recovery code that came with the passkey lets in.
#[tokio::test]
async fn a_recovery_code_stands_in_for_a_passkey() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let codes = add(&mut world.browser(), &mut SoftPasskey::new(true), "ada").await;
    let code = codes.body.split("<li><code dir=\"ltr\">").nth(1).unwrap();
    let code = code.split('<').next().unwrap();
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client, "ada").await;
    let other = attribute(&page.body, "id=\"factor-other\"", "href");
    let page = browser.get(&other).await;
    let answer = browser.submit(&page, &[("code", code)]).await;
    assert!(
        to_client(&mut browser, &answer)
            .await
            .param("code")
            .is_some()
    );
}

/// A session of the password alone is made stronger, where a client asks for it.
#[tokio::test]
async fn a_passkey_makes_a_live_session_stronger() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let mut key = SoftPasskey::new(true);
    add(&mut browser, &mut key, "ada").await;
    let strong = client.authorize_url(&[("acr_values", "urn:vidimus:acr:2fa")]);
    let page = browser.authorize(&strong, "ada").await;
    let asked = options(&mut browser, &page).await;
    let answer = key.answer(&asked, &Says::truth());
    let answer = send(&mut browser, &page, &answer).await;
    let answer = to_client(&mut browser, &answer).await;
    let told = claims(&client, &answer).await;
    assert_eq!(told["acr"], "urn:vidimus:acr:2fa");
}

/// Whoever has lost them comes in with the password, after an admin has taken them away.
#[tokio::test]
async fn an_admin_takes_all_passkeys_away() {
    let (world, client, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    let caller = vidimus::account::event::Caller::default();
    let owner = (&ada.realm, &ada.id);
    vidimus::flows::factors::reset(&world.app, owner, &caller)
        .await
        .unwrap();
    assert_eq!(passkeys_of(&world, &ada).await, []);
    let mut browser = world.browser();
    let answer = sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
    assert!(refused(&answer), "{answer:?}");
    let answer = after_password(&mut world.browser(), &client, "ada").await;
    assert!(answer.param_if_any("code").is_some(), "{answer:?}");
}
