//! What a person has, and how they sign in: keys on a keyboard, a mailbox, an authenticator app.

use std::sync::Arc;

use vidimus::account::totp::{self, TotpSecret};
use vidimus::clock::{Clock as _, SystemClock};
use vidimus::secret::Secret;

use crate::chromium::Browser;
use crate::cluster::Cluster;

/// Somebody at a keyboard.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) address: String,
    pub(crate) password: String,
    app: Option<TotpSecret>,
    codes: Vec<String>,
}

impl Person {
    pub(crate) fn new(browser: Browser, cluster: &Arc<Cluster>) -> Self {
        Self {
            browser,
            cluster: Arc::clone(cluster),
            address: "grace@example.test".to_owned(),
            password: "seven lanterns over the harbour".to_owned(),
            app: None,
            codes: Vec::new(),
        }
    }

    /// From wherever the sign-in page is asked for to what comes behind the password.
    pub(crate) async fn give_password(&self) {
        let browser = &self.browser;
        browser.write("username", &self.address).await;
        browser.write("password", &self.password).await;
        browser.press("login-submit").await;
    }

    /// Opens the account and signs in with a recovery code.
    pub(crate) async fn sign_in(&mut self) {
        let browser = self.browser.clone();
        browser.open(&self.cluster.at("/account")).await;
        self.give_password().await;
        browser.press("factor-other").await;
        browser.reads("code-hint", "").await;
        self.give_recovery_code().await;
        browser.element("check-factor").await;
    }

    pub(crate) async fn sign_out(&self) {
        self.browser.press("sign-out").await;
        self.browser.element("signed-out").await;
    }

    pub(crate) async fn give_recovery_code(&mut self) {
        let code = self.recovery_code();
        self.browser.write("code", &code).await;
        self.browser.press("factor-submit").await;
    }

    /// A code that was not used yet.
    pub(crate) fn recovery_code(&mut self) -> String {
        self.codes.pop().expect("a code is left")
    }

    /// Reads the key on the page that shows it, into the authenticator app.
    pub(crate) async fn scan(&mut self) {
        let key = self.browser.element("totp-secret").await;
        self.app = Some(Secret::new(key_of(&key.text().await.unwrap())));
    }

    /// Keeps the recovery codes that the page shows.
    pub(crate) async fn keep_codes(&mut self) {
        self.browser.element("recovery-codes").await;
        self.codes = self.browser.texts("#recovery-codes code").await;
        assert_eq!(self.codes.len(), 10);
    }

    /// What the app shows in so many steps from now. One step of drift is forgiven, so nobody has
    /// to wait for the second password.
    pub(crate) fn app_shows(&self, steps: i64) -> String {
        let secret = self.app.as_ref().expect("the key was read");
        let step = totp::step_at(SystemClock.now()) + steps;
        String::from_utf8(totp::password(secret, step).to_vec()).unwrap()
    }
}

/// Base32 read back.
fn key_of(text: &str) -> [u8; totp::SECRET_BYTES] {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = text.chars().filter(|letter| *letter != ' ');
    let bits = letters.fold(String::new(), |bits, letter| {
        format!("{bits}{:05b}", alphabet.find(letter).unwrap())
    });
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks(8)
        .map(|bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap())
        .collect();
    bytes.try_into().unwrap()
}
