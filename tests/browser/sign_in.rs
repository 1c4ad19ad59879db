//! The whole way, as a person walks it.

use serde_json::json;

use crate::chromium::{Browser, Setup, browse};
use crate::visit::Visit;

#[tokio::test]
async fn signs_in_and_shows_the_id_token_and_each_exchange() {
    browse(Setup::default(), |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        browser.screenshot("demo-stranger").await;
        visit.sign_in().await;
        let token = browser.reads("demo-id-token", "\"sub\"").await;
        for claim in [
            "\"iss\"",
            "\"aud\"",
            "\"nonce\"",
            "\"auth_time\"",
            "\"alg\"",
        ] {
            assert!(token.contains(claim), "{claim} in {token}");
        }
        assert!(token.contains(&visit.demo.origin), "{token}");
        // Discovery, keys, request, response, token, userinfo.
        assert_eq!(browser.count(".exchange").await, 6);
        assert_eq!(browser.count(".finding.bad").await, 0);
        browser.screenshot("demo-signed-in").await;
        let said = visit.demo.said();
        assert!(!said.contains("panicked"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn keeps_the_user_name_and_points_at_the_alert_after_a_wrong_password() {
    browse(Setup::default(), |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        let (username, _) = visit.to_sign_in().await;
        browser.fill("username", &username).await;
        browser.fill("password", "not the password").await;
        browser.click("login-submit").await;
        browser.reads("login-error", "did not match").await;
        assert_eq!(
            browser.ask("document.activeElement.id").await,
            "login-error"
        );
        assert_eq!(browser.property("username", "value").await, username);
        assert_eq!(browser.property("password", "value").await, "");
        assert!(browser.title().await.starts_with("Error: Sign in"));
        browser.screenshot("login-wrong-password").await;
    })
    .await;
}

#[tokio::test]
async fn tells_the_application_that_the_person_said_no() {
    browse(Setup::default(), |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.to_consent().await;
        browser.screenshot("consent").await;
        browser.click("consent-deny").await;
        browser.reads("result", "You kept Notes out").await;
        browser.element("demo-sign-in").await;
        assert!(browser.address().await.starts_with(&visit.demo.app()));
        browser.screenshot("demo-denied").await;
    })
    .await;
}

/// A second press would end the first one's way back to the application.
#[tokio::test]
async fn a_second_press_of_allow_sends_nothing() {
    // What is sent is counted and kept here, so that the page stays.
    let presses = "(() => {\
                     let sent = 0;\
                     addEventListener('submit', event => {\
                       if (!event.defaultPrevented) sent += 1;\
                       event.preventDefault();\
                     });\
                     const allow = document.getElementById('consent-approve');\
                     const twice = () => { allow.click(); allow.click(); return sent; };\
                     const first = twice();\
                     dispatchEvent(new Event('pageshow'));\
                     return [first, twice()];\
                   })()";
    browse(Setup::default(), |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.to_consent().await;
        // Whoever comes back to the page may press again.
        assert_eq!(browser.ask(presses).await, json!([1, 2]));
    })
    .await;
}

#[tokio::test]
async fn shows_a_result_for_each_button() {
    browse(Setup::default(), |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.sign_in().await;
        for (button, result) in [
            ("demo-userinfo", "Userinfo called"),
            ("demo-introspect", "Active"),
            ("demo-refresh", "Refreshed"),
            ("demo-revoke", "Revoked"),
            ("demo-introspect", "Not active"),
            ("demo-refresh", "That did not work"),
            ("demo-userinfo", "That did not work"),
        ] {
            browser.click(button).await;
            browser.reads("result", result).await;
        }
        browser.screenshot("demo-after-revocation").await;
        sign_out(&browser).await;
        browser
            .reads("result", "Signed out, here and at the server")
            .await;
        browser.screenshot("demo-signed-out").await;
    })
    .await;
}

/// Signs out, whether or not the server asks first.
async fn sign_out(browser: &Browser) {
    browser.click("demo-sign-out").await;
    let (shown, _) = browser.first_of(&["logout-confirm", "demo-sign-in"]).await;
    if shown == "logout-confirm" {
        browser.click("logout-confirm").await;
        browser.element("demo-sign-in").await;
    }
}

#[tokio::test]
async fn walks_the_whole_way_without_scripts() {
    let setup = Setup {
        no_scripts: true,
        ..Setup::default()
    };
    browse(setup, |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.to_sign_in().await;
        assert_eq!(browser.count(".reveal").await, 0, "a script ran");
        browser.open(&visit.demo.app()).await;
        visit.sign_in().await;
        browser.click("demo-refresh").await;
        browser.reads("result", "Refreshed").await;
        sign_out(&browser).await;
        browser
            .reads("result", "Signed out, here and at the server")
            .await;
    })
    .await;
}
