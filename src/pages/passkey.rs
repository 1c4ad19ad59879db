//! What pages need to ask a browser for a passkey, and the pages on which people look after theirs.

use serde::Serialize;

use crate::pages::{AccountFrame, Chrome, FactorError, Moment, View};

/// A form that a script fills with the answer of a browser. Posts `csrf` and `credential` to
/// `action`; hidden where no script runs or the browser knows no passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PasskeyForm {
    /// Where the script asks for the options.
    pub options: String,
    /// Where the form goes.
    pub action: String,
}

/// What a page tells whoever keeps the person's passkeys (WebAuthn §5.1.10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// The method of `PublicKeyCredential`.
    pub method: &'static str,
    /// Its argument, as JSON.
    pub detail: String,
}

impl Signal {
    /// Nobody here knows this passkey.
    pub fn unknown(rp_id: &str, credential: &str) -> Self {
        let detail = serde_json::json!({ "rpId": rp_id, "credentialId": credential });
        Self {
            method: "signalUnknownCredential",
            detail: detail.to_string(),
        }
    }

    /// These are all passkeys that a person has here.
    pub fn all_accepted(rp_id: &str, handle: &str, credentials: &[String]) -> Self {
        let detail = serde_json::json!({
            "rpId": rp_id,
            "userId": handle,
            "allAcceptedCredentialIds": credentials,
        });
        Self {
            method: "signalAllAcceptedCredentials",
            detail: detail.to_string(),
        }
    }

    /// This is how the person is called now.
    pub fn details(rp_id: &str, handle: &str, (name, display_name): (&str, &str)) -> Self {
        let detail = serde_json::json!({
            "rpId": rp_id,
            "userId": handle,
            "name": name,
            "displayName": display_name,
        });
        Self {
            method: "signalCurrentUserDetails",
            detail: detail.to_string(),
        }
    }
}

/// A passkey in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PasskeyLine {
    /// Its id, for the forms.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Whether it may be on several devices.
    pub synced: bool,
    /// When it was made.
    pub since: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
}

/// A person's passkeys. Posts `csrf`, `id`, `action` and perhaps `name` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PasskeysPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// The passkeys.
    pub passkeys: Vec<PasskeyLine>,
    /// What whoever keeps them is told.
    pub signals: Vec<Signal>,
    /// Where one is added, where that is possible.
    pub add_url: Option<String>,
    /// Where the forms go.
    pub action: String,
}

impl View for PasskeysPage {
    const TEMPLATE: &'static str = "account_passkeys.html";
}

/// The page on which a passkey is added. Posts `csrf`, `name` and `credential`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddPasskeyPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The form, which a script fills.
    pub passkey: PasskeyForm,
    /// What was typed as the passkey's name.
    pub name: String,
    /// Why the last one was not added.
    pub error: Option<FactorError>,
    /// Back to the list.
    pub back: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for AddPasskeyPage {
    const TEMPLATE: &'static str = "add_passkey.html";
}
