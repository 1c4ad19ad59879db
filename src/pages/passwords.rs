//! Choosing a password: at a sign-in that asks for another one, and in the account. What is wrong
//! with one is the same on every page.

use serde::Serialize;

use crate::account::password::policy::{LONGEST, PasswordWeakness};
use crate::pages::{AccountFrame, Chrome, Message, View};

/// Everything that is wrong with a password, in words.
pub fn weaknesses_in_words(weaknesses: &[PasswordWeakness]) -> Vec<Message> {
    weaknesses.iter().copied().map(in_words).collect()
}

fn in_words(weakness: PasswordWeakness) -> Message {
    use PasswordWeakness as W;
    match weakness {
        W::TooShort { least } => Message::new("password-too-short").with("least", i64::from(least)),
        W::TooLong => {
            let most = i64::try_from(LONGEST).unwrap_or(i64::MAX);
            Message::new("password-too-long").with("most", most)
        }
        W::NoLowerCase => Message::new("password-no-lower-case"),
        W::NoUpperCase => Message::new("password-no-upper-case"),
        W::NoDigit => Message::new("password-no-digit"),
        W::NoSymbol => Message::new("password-no-symbol"),
        W::Common => Message::new("password-common"),
        W::Personal => Message::new("password-personal"),
        W::Guessable => Message::new("password-guessable"),
        W::Breached => Message::new("password-breached"),
        W::BreachUnknown => Message::new("password-breach-unknown"),
        W::UsedBefore => Message::new("password-used-before"),
    }
}

/// Why a password was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PasswordError {
    /// The new one is not acceptable.
    Weak {
        /// Everything that is wrong with it.
        weaknesses: Vec<Message>,
    },
    /// The present one is another.
    WrongPassword,
    /// Too many wrong ones came before; only a new sign-in helps.
    Doubted,
    /// Too many attempts; the next one counts after this many seconds.
    SlowDown {
        /// Whole seconds until the next attempt.
        seconds: i64,
    },
    /// The form was not the one that we sent, or it is too old; the person only has to try again.
    StaleForm,
}

/// The step of a sign-in at which another password is chosen. Posts `csrf` and `password` to
/// `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChoosePasswordPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client that the person came from, by its registered name.
    pub client_name: Option<String>,
    /// The name that password managers keep it under.
    pub username: String,
    /// How many characters it needs.
    pub least: u8,
    /// Why the last one was not accepted.
    pub error: Option<PasswordError>,
    /// Where the form goes.
    pub action: String,
    /// Where somebody else signs in.
    pub not_you: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for ChoosePasswordPage {
    const TEMPLATE: &'static str = "choose_password.html";
}

/// The page of the account on which the password is changed. Posts `csrf`, `current` and `password`
/// to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PasswordPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// What all pages of the account have.
    pub account: AccountFrame,
    /// Whether there is a password to change.
    pub has_password: bool,
    /// How many characters a new one needs.
    pub least: u8,
    /// Why the last attempt was not accepted.
    pub error: Option<PasswordError>,
    /// Where the form goes.
    pub action: String,
    /// Where a link for a first password can be asked for.
    pub by_mail: String,
}

impl View for PasswordPage {
    const TEMPLATE: &'static str = "account_password.html";
}
