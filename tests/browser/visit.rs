//! What a person does at the demo, step by step.

use crate::chromium::Browser;
use crate::product::Demo;

/// A person with a browser, at a demo of their own.
pub(crate) struct Visit {
    pub(crate) browser: Browser,
    pub(crate) demo: Demo,
}

impl Visit {
    pub(crate) async fn begin(browser: Browser) -> Self {
        let demo = Demo::start().await;
        browser.open(&demo.app()).await;
        Self { browser, demo }
    }

    /// From the demo to the sign-in page; the account that the page offers there.
    pub(crate) async fn to_sign_in(&self) -> (String, String) {
        self.browser.click("demo-sign-in").await;
        self.browser.element("login-submit").await;
        let account = self.browser.texts(".aside code").await;
        let [username, password] = account.as_slice() else {
            panic!("no demo account on the sign-in page: {account:?}");
        };
        (username.clone(), password.clone())
    }

    /// From the demo to the consent page.
    pub(crate) async fn to_consent(&self) {
        let (username, password) = self.to_sign_in().await;
        self.browser.fill("username", &username).await;
        self.browser.fill("password", &password).await;
        self.browser.click("login-submit").await;
        self.browser.element("consent-approve").await;
    }

    /// From the demo through everything, back to it.
    pub(crate) async fn sign_in(&self) {
        self.to_consent().await;
        self.browser.click("consent-approve").await;
        self.browser.reads("demo-greeting", "Hello Ada").await;
    }
}
