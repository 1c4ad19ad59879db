//! Pages around one-time links: asking for one, what each leads to, and what came of it.
//!
//! None of them tells whether an address has an account.

use serde::Serialize;

use crate::account::link::LinkRefusal;
use crate::pages::{Chrome, Message, View};

/// Why a form about an account was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AccountFormError {
    /// What was typed is no mail address.
    Address,
    /// The name is too long, or is not text.
    Name,
    /// The password is not acceptable.
    PasswordWeak {
        /// Everything that is wrong with it.
        weaknesses: Vec<Message>,
    },
    /// The terms were not accepted.
    Terms,
    /// It is not the password that was chosen.
    WrongPassword,
    /// The address has got an account meanwhile. Told only to whoever has its mailbox.
    AddressTaken,
    /// Nothing waits that could be sent again.
    NothingWaits,
    /// Too many attempts; the next one counts after this many seconds.
    SlowDown {
        /// Whole seconds until the next attempt.
        seconds: i64,
    },
    /// The form was not the one that we sent, or it is too old; the person only has to try again.
    StaleForm,
}

/// The form for a new account. Posts `csrf`, `email`, `name`, `password` and `terms` to `action`;
/// with an invitation `token` in place of `email`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignUpPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client that the person came from, by its registered name.
    pub client_name: Option<String>,
    /// What stands in the address field, or the address that was invited.
    pub email: String,
    /// What an invitation's address carries.
    pub invitation: Option<String>,
    /// What stands in the name field.
    pub name: String,
    /// The terms that must be accepted.
    pub terms_url: Option<String>,
    /// How many characters a password needs.
    pub least: usize,
    /// Why the last attempt was not accepted.
    pub error: Option<AccountFormError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
    /// Where people go who have an account.
    pub sign_in: Option<String>,
}

impl View for SignUpPage {
    const TEMPLATE: &'static str = "sign_up.html";
}

/// Nobody registers here by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignUpClosedPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Whether somebody can be invited.
    pub by_invitation: bool,
    /// Where people go who have an account.
    pub sign_in: Option<String>,
}

impl View for SignUpClosedPage {
    const TEMPLATE: &'static str = "sign_up_closed.html";
}

/// Asks for the address of an account whose password is forgotten. Posts `csrf` and `email` to
/// `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ForgotPasswordPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// What stands in the field.
    pub email: String,
    /// Why the last attempt was not accepted.
    pub error: Option<AccountFormError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
    /// The way back to the sign-in page.
    pub sign_in: Option<String>,
}

impl View for ForgotPasswordPage {
    const TEMPLATE: &'static str = "forgot_password.html";
}

/// Which mail was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SentMail {
    /// That which confirms the address of a new account.
    SignUp,
    /// That which sets another password.
    Reset,
}

/// A form with nothing to type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Again {
    /// Where it goes.
    pub action: String,
    /// Its CSRF token.
    pub csrf: String,
}

/// A mail is on its way, to somebody who has an account or to somebody who has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailSentPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Which mail.
    pub mail: SentMail,
    /// The address.
    pub email: String,
    /// The form that sends it again; posts `csrf` and `email`.
    pub again: Option<Again>,
    /// The way back to the sign-in page.
    pub sign_in: Option<String>,
}

impl View for MailSentPage {
    const TEMPLATE: &'static str = "mail_sent.html";
}

/// Asks for the password of the form that a link confirms. Posts `csrf`, `token` and `password` to
/// `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfirmAddressPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The address that is confirmed.
    pub email: String,
    /// What the link's address carries.
    pub token: String,
    /// Why the last attempt was not accepted.
    pub error: Option<AccountFormError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for ConfirmAddressPage {
    const TEMPLATE: &'static str = "confirm_address.html";
}

/// Asks for another password. Posts `csrf`, `token` and `password` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResetPasswordPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The address of the account.
    pub email: String,
    /// What the link's address carries.
    pub token: String,
    /// How many characters a password needs.
    pub least: usize,
    /// Why the last attempt was not accepted.
    pub error: Option<AccountFormError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for ResetPasswordPage {
    const TEMPLATE: &'static str = "reset_password.html";
}

/// Asks whether to lock the account. Posts `csrf` and `token` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockAccountPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// What the link's address carries.
    pub token: String,
    /// Whether the last form was too old.
    pub stale: bool,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for LockAccountPage {
    const TEMPLATE: &'static str = "lock_account.html";
}

/// A link that does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkRefusedPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Why: `unknown`, `used` or `expired`.
    pub reason: &'static str,
    /// Where another one can be asked for.
    pub again: Option<String>,
}

impl LinkRefusedPage {
    /// The page for a refusal.
    pub fn new(chrome: Chrome, refusal: LinkRefusal, again: Option<String>) -> Self {
        let reason = match refusal {
            LinkRefusal::Unknown => "unknown",
            LinkRefusal::Used => "used",
            LinkRefusal::Expired => "expired",
        };
        Self {
            chrome,
            reason,
            again,
        }
    }
}

impl View for LinkRefusedPage {
    const TEMPLATE: &'static str = "link_refused.html";
}

/// What a link has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkDone {
    /// There is an account.
    AccountMade,
    /// There is another password.
    PasswordSet,
    /// The account is locked.
    AccountLocked,
    /// The account has another address.
    AddressChanged,
    /// One mailbox has confirmed a new address; the other has not yet.
    AddressAwaited,
    /// The account is back.
    AccountRestored,
}

/// Says what a link has done, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkDonePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// What was done.
    pub done: LinkDone,
    /// The sign-in page of the request that this browser came from.
    pub sign_in: Option<String>,
}

impl View for LinkDonePage {
    const TEMPLATE: &'static str = "link_done.html";
}
