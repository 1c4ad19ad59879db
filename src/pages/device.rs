//! The pages on which a person answers for a device (RFC 8628 §3.3): its code, the question, and
//! the page after it.

use serde::Serialize;

use crate::pages::{Chrome, Lasts, ScopeLine, View};

/// Why a code was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeviceCodeError {
    /// No code looks like it.
    Malformed,
    /// No device waits under it; it may have waited too long.
    Unknown,
    /// Too many codes; the next one counts after this many seconds.
    SlowDown {
        /// Whole seconds until the next code.
        seconds: i64,
    },
    /// The form was not the one that we sent, or it is too old; the person only has to try again.
    StaleForm,
}

/// Asks for the code that the device shows. Posts `csrf` and `user_code` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceCodePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// What stands in the field: a code out of the address, or what was typed before.
    pub user_code: String,
    /// Why the last code was not accepted.
    pub error: Option<DeviceCodeError>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for DeviceCodePage {
    const TEMPLATE: &'static str = "device_code.html";
}

/// Asks whether to let the device in. Posts `csrf` and `decision` (`approve` or `deny`) to
/// `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DevicePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client's registered name.
    pub client_name: String,
    /// Whether nobody vouches for that name.
    pub unverified: bool,
    /// The code, to be compared with what the device shows (RFC 8628 §3.3.1).
    pub user_code: String,
    /// The signed-in person, as the page greets them.
    pub user_name: String,
    /// Their login name.
    pub username: String,
    /// Where "Not you?" leads, to sign in with another account.
    pub not_you: String,
    /// What the client cannot do without.
    pub required: Vec<ScopeLine>,
    /// What may be left out, each with a box `allow:` and its scope.
    pub choices: Vec<ScopeLine>,
    /// For how long the answer holds.
    pub lasts: Lasts,
    /// Where it can be taken back.
    pub apps: String,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

impl View for DevicePage {
    const TEMPLATE: &'static str = "device.html";
}

/// Sends the person back to the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceDonePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client's registered name.
    pub client_name: String,
    /// Whether the person pressed Allow.
    pub allowed: bool,
}

impl View for DeviceDonePage {
    const TEMPLATE: &'static str = "device_done.html";
}
