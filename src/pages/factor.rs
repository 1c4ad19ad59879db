//! The pages of a sign-in after the password: the second factor, setting one up, and the recovery
//! codes that come with it.

use serde::Serialize;

use crate::pages::qr::QrPicture;
use crate::pages::{Chrome, PasskeyForm, View};

/// Why a step was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FactorError {
    /// The code is not right.
    Wrong,
    /// The code was right, and was used before.
    Used,
    /// Too many attempts; the next one counts after this many seconds.
    SlowDown {
        /// Whole seconds until the next attempt.
        seconds: i64,
    },
    /// The form was not the one that we sent, or it is too old.
    StaleForm,
}

/// What proves the second factor on a page, or was tried there last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorMethod {
    /// The password that an authenticator app shows.
    App,
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
    /// A code that was mailed, after many wrong passwords.
    Mail,
}

/// The page that asks for the second factor: for a recovery code, or for what else the person has.
/// Posts `csrf`, `code` and perhaps `remember` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactorPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client that the person came from, by its registered name.
    pub client_name: Option<String>,
    /// What is asked for.
    pub method: FactorMethod,
    /// Whether the person has an app.
    pub apps: bool,
    /// How a passkey is asked for, if the person has one.
    pub passkey: Option<PasskeyForm>,
    /// Why the last attempt was not accepted.
    pub error: Option<FactorError>,
    /// Where the form goes.
    pub action: String,
    /// The page that asks for the other one, if there is another.
    pub other_way: Option<String>,
    /// Where somebody else signs in.
    pub not_you: String,
    /// For how many days this device may be remembered.
    pub remember_days: Option<i64>,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for FactorPage {
    const TEMPLATE: &'static str = "factor.html";
}

/// The page on which an authenticator app is set up while signing in. Posts `csrf`, `offer`,
/// `name` and `code` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetUpFactorPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client that the person came from, by its registered name.
    pub client_name: Option<String>,
    /// Whether it is demanded, and not the person's own wish.
    pub demanded: bool,
    /// The secret as a picture, if it can be drawn.
    pub picture: Option<QrPicture>,
    /// The secret as text.
    pub secret: String,
    /// The sealed secret, for the form.
    pub offer: String,
    /// What was typed as the app's name.
    pub name: String,
    /// Why the last attempt was not accepted.
    pub error: Option<FactorError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for SetUpFactorPage {
    const TEMPLATE: &'static str = "set_up_factor.html";
}

/// The page that shows recovery codes, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveryCodesPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The codes.
    pub codes: Vec<String>,
    /// Where it goes on.
    pub onward: String,
}

impl View for RecoveryCodesPage {
    const TEMPLATE: &'static str = "recovery_codes.html";
}
