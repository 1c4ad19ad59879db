//! An authenticator app, and the page on which it is set up.

use vidimus::account::totp::{self, TotpSecret};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;
use vidimus::secret::Secret;

use super::browser::attribute;
use super::{Answer, Browser, World};

/// An app that shares a secret with the server.
#[derive(Clone)]
pub(crate) struct Authenticator {
    secret: TotpSecret,
    world: World,
    pub(crate) recovery_codes: Vec<String>,
}

impl Authenticator {
    /// Reads the key of the page on which an app is set up.
    pub(crate) fn scan(world: &World, page: &Answer) -> Self {
        Self {
            secret: Secret::new(key_of(&text_of(&page.body, "id=\"totp-secret\""))),
            world: world.clone(),
            recovery_codes: Vec::new(),
        }
    }

    /// Sets one up for a person of the default realm, as a client demands it.
    pub(crate) async fn of(world: &World, username: &str) -> Self {
        let realm = RealmId::default_realm();
        let client = world
            .client_with(&realm, ClientType::Web, |metadata| {
                metadata.require_second_factor = true;
            })
            .await;
        let mut browser = world.browser();
        let page = browser
            .authorize(&client.authorize_url(&[]), username)
            .await;
        Self::set_up(world, &mut browser, &page).await
    }

    /// Sets one up on its page.
    pub(crate) async fn set_up(world: &World, browser: &mut Browser, page: &Answer) -> Self {
        let mut app = Self::scan(world, page);
        let offer = attribute(&page.body, "name=\"offer\"", "value");
        let code = app.code();
        let fields = [
            ("offer", offer.as_str()),
            ("code", &code),
            ("name", "Phone"),
        ];
        let codes = browser.submit(page, &fields).await;
        assert!(codes.body.contains("id=\"recovery-codes\""), "{codes:?}");
        app.recovery_codes = codes
            .body
            .split("<li><code dir=\"ltr\">")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect();
        app
    }

    /// The password that it shows now.
    pub(crate) fn code(&self) -> String {
        self.code_in(0)
    }

    /// The password that it shows in so many steps, or showed before.
    pub(crate) fn code_in(&self, steps: i64) -> String {
        let step = totp::step_at(self.world.app.now()) + steps;
        let digits = totp::password(&self.secret, step);
        String::from_utf8(digits.to_vec()).unwrap()
    }

    /// Waits for a password that was not used yet: only the clock moves.
    pub(crate) fn next_code(&self) -> String {
        self.world.clock.advance(Lifetime::seconds(30));
        self.code()
    }
}

/// What stands in the element with a mark.
pub(crate) fn text_of(html: &str, mark: &str) -> String {
    let (_, rest) = html
        .split_once(mark)
        .unwrap_or_else(|| panic!("no {mark} in {html}"));
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split('<').next().unwrap().to_owned()
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
