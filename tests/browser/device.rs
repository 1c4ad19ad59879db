//! A television asks, and a person answers on a small screen.

use http::Request;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::chromium::{Browser, Setup, browse};
use crate::looks::fits;
use crate::product::Demo;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a device has instead of a browser.
struct Television {
    demo: Demo,
    line: Client<HttpConnector, String>,
}

impl Television {
    async fn on() -> Self {
        Self {
            demo: Demo::start().await,
            line: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    async fn post(&self, path: &str, form: String) -> Value {
        let request = Request::post(format!("{}{path}", self.demo.origin))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form)
            .unwrap();
        let answer = self.line.request(request).await.unwrap();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// The codes, and where to go with them.
    async fn codes(&self) -> Value {
        let form = "client_id=demo-device&scope=openid+profile".to_owned();
        self.post("/device_authorization", form).await
    }

    async fn poll(&self, codes: &Value) -> Value {
        let code = codes["device_code"].as_str().unwrap();
        let form = format!("client_id=demo-device&grant_type={GRANT}&device_code={code}");
        self.post("/token", form).await
    }
}

fn text<'v>(codes: &'v Value, name: &str) -> &'v str {
    codes[name].as_str().unwrap()
}

/// From the sign-in page to the question.
async fn sign_in(browser: &Browser) {
    browser.element("login-submit").await;
    let account = browser.texts(".aside code").await;
    browser.fill("username", &account[0]).await;
    browser.fill("password", &account[1]).await;
    browser.click("login-submit").await;
    browser.element("consent-approve").await;
}

#[tokio::test]
async fn is_let_in_from_a_telephone_without_scripts() {
    let setup = Setup {
        screen: Some((320, 640)),
        no_scripts: true,
        ..Setup::default()
    };
    browse(setup, |browser| async move {
        let television = Television::on().await;
        let codes = television.codes().await;
        browser.open(text(&codes, "verification_uri")).await;
        browser.fill("user_code", "not a code").await;
        browser.click("device-continue").await;
        browser.reads("device-error", "That is not a code").await;
        fits(&browser, "device-code-malformed").await;
        let typed = text(&codes, "user_code").to_lowercase().replace('-', " ");
        browser.fill("user_code", &typed).await;
        fits(&browser, "device-code").await;
        browser.click("device-continue").await;
        sign_in(&browser).await;
        browser
            .reads("device-code", text(&codes, "user_code"))
            .await;
        fits(&browser, "device").await;
        let pending = television.poll(&codes).await;
        assert_eq!(pending["error"], "authorization_pending");
        browser.click("consent-approve").await;
        browser.reads("device-done", "is connected").await;
        fits(&browser, "device-done").await;
        let tokens = television.poll(&codes).await;
        assert!(tokens["access_token"].is_string(), "{tokens}");
        let said = television.demo.said();
        assert!(!said.contains("panicked"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn is_kept_out_by_a_person_who_followed_its_link() {
    browse(Setup::default(), |browser| async move {
        let television = Television::on().await;
        let codes = television.codes().await;
        browser
            .open(text(&codes, "verification_uri_complete"))
            .await;
        let filled_in = browser.property("user_code", "value").await;
        assert_eq!(filled_in, text(&codes, "user_code"));
        browser.screenshot("device-code").await;
        browser.click("device-continue").await;
        sign_in(&browser).await;
        browser.screenshot("device").await;
        let small = "[...document.querySelectorAll('button, input:not([type=hidden])')]\
                     .map(part => part.closest('label.check') ?? part)\
                     .filter(part => part.getBoundingClientRect().height < 44)\
                     .map(part => part.outerHTML)";
        assert_eq!(browser.ask(small).await, Value::Array(Vec::new()));
        browser.click("consent-deny").await;
        browser.reads("device-done", "kept out").await;
        browser.screenshot("device-denied").await;
        let refused = television.poll(&codes).await;
        assert_eq!(refused["error"], "access_denied");
    })
    .await;
}
