//! Passkeys with an authenticator of the driver's, which is there like a phone or a key.

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::chromium::{Browser, Setup, browse};
use crate::visit::Visit;

/// A command of the driver's for authenticators (WebAuthn §11).
#[derive(Debug)]
struct Authenticators {
    /// What follows the word for them in the address.
    path: String,
    body: Value,
}

impl WebDriverCompatibleCommand for Authenticators {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        let session = session_id.unwrap_or_default();
        base_url.join(&format!(
            "session/{session}/webauthn/authenticator{}",
            self.path
        ))
    }

    fn method_and_body(&self, _request_url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// An authenticator that keeps passkeys and says yes by itself.
struct Authenticator {
    browser: Browser,
    id: String,
}

impl Authenticator {
    async fn plug_in(browser: &Browser) -> Self {
        let body = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        let answer = command(browser, String::new(), body).await.unwrap();
        Self {
            browser: browser.clone(),
            id: answer.as_str().unwrap().to_owned(),
        }
    }

    /// Whether it verifies its owner from now on; where it does not, it answers nothing here.
    async fn verifies(&self, verified: bool) {
        let body = json!({ "isUserVerified": verified });
        let path = format!("/{}/uv", self.id);
        command(&self.browser, path, body).await.unwrap();
    }
}

async fn command(browser: &Browser, path: String, body: Value) -> Result<Value, CmdError> {
    browser.command(Authenticators { path, body }).await
}

/// Made in the account, used in the list of the user name's field and by the button, removed.
#[tokio::test]
async fn a_passkey_is_made_used_in_both_ways_and_removed() {
    browse(Setup::default(), |browser| async move {
        let authenticator = Authenticator::plug_in(&browser).await;
        let visit = Visit::begin(browser.clone()).await;
        let (username, password) = visit.to_sign_in().await;
        let passkeys = format!("{}/account/passkeys", visit.demo.origin);
        browser.open(&format!("{passkeys}/add")).await;
        browser.fill("username", &username).await;
        browser.fill("password", &password).await;
        browser.click("login-submit").await;
        browser.fill("name", "Test key").await;
        browser.screenshot("passkey-add").await;
        browser.click("passkey-use").await;
        browser.click("recovery-onward").await;
        browser.reads("passkey-1", "Test key").await;
        browser.screenshot("passkeys").await;

        browser.click("sign-out").await;
        browser.open(&visit.demo.app()).await;
        browser.click("demo-sign-in").await;
        // Nothing is typed and nothing pressed.
        browser.click("consent-approve").await;
        browser.reads("demo-greeting", "Hello Ada").await;
        let token = browser.reads("demo-id-token", "\"amr\"").await;
        for method in ["\"user\"", "\"mfa\""] {
            assert!(token.contains(method), "{method} in {token}");
        }

        authenticator.verifies(false).await;
        browser.click("demo-sign-out").await;
        browser.click("demo-sign-in").await;
        browser.element("login-submit").await;
        browser.screenshot("login-with-passkey").await;
        browser.click("passkey-use").await;
        browser.reads("passkey-status", "did not work").await;
        authenticator.verifies(true).await;
        browser.click("passkey-use").await;
        browser.reads("demo-greeting", "Hello Ada").await;

        browser.open(&passkeys).await;
        browser.click("remove-1").await;
        browser.element("add-passkey").await;
        browser.gone("passkey-1").await;
        let said = visit.demo.said();
        assert!(!said.contains("panicked"), "{said}");
    })
    .await;
}

/// Without script, the pages say so and everything else works.
#[tokio::test]
async fn the_pages_say_that_passkeys_need_scripts() {
    let setup = Setup {
        no_scripts: true,
        ..Setup::default()
    };
    browse(setup, |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        let (username, password) = visit.to_sign_in().await;
        let said = browser.texts("noscript").await.join(" ");
        assert!(said.contains("Passkeys need scripts"), "{said}");
        let form = browser.element("passkey-form").await;
        assert!(!form.is_displayed().await.unwrap());
        let add = format!("{}/account/passkeys/add", visit.demo.origin);
        browser.open(&add).await;
        browser.fill("username", &username).await;
        browser.fill("password", &password).await;
        browser.click("login-submit").await;
        browser.element("passkeys-back").await;
        let said = browser.texts("noscript").await.join(" ");
        assert!(said.contains("Passkeys need scripts"), "{said}");
    })
    .await;
}
