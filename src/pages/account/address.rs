//! Another address for the account, and what its links lead to.

use serde::Serialize;

use crate::pages::account::AccountFrame;
use crate::pages::{AccountFormError, Chrome, View};

/// Asks for another address. Posts `csrf` and `email` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddressPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// The address that the account has.
    pub email: Option<String>,
    /// Whether its mailbox must agree to another one.
    pub agrees: bool,
    /// What was typed before.
    pub typed: String,
    /// Why it was not accepted.
    pub error: Option<AccountFormError>,
    /// Where the form goes.
    pub action: String,
}

impl View for AddressPage {
    const TEMPLATE: &'static str = "account_address.html";
}

/// Asks whether to give the account its new address, in the mailbox of either address. Posts `csrf`
/// and `token` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfirmNewAddressPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The new address.
    pub email: String,
    /// Whether it is asked in the mailbox of the present address.
    pub agrees: bool,
    /// What the link's address carries.
    pub token: String,
    /// Why the last attempt was not accepted.
    pub error: Option<AccountFormError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for ConfirmNewAddressPage {
    const TEMPLATE: &'static str = "confirm_new_address.html";
}

/// Asks whether to bring a deleted account back. Posts `csrf` and `token` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UndoDeletionPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// What the link's address carries.
    pub token: String,
    /// Why the last attempt was not accepted.
    pub error: Option<AccountFormError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for UndoDeletionPage {
    const TEMPLATE: &'static str = "undo_deletion.html";
}
