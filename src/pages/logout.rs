//! Signing out (OIDC RP-Initiated Logout 1.0): the question, and the pages after it; and the frame
//! through which clients watch the session (OIDC Session Management 1.0).

use serde::Serialize;

use crate::pages::{Chrome, View};

/// Asks whether to sign out. Posts `csrf` and `decision` (`confirm` or `cancel`) to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogoutPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client that asked, by its registered name.
    pub client_name: Option<String>,
    /// Whose session would end.
    pub username: String,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
    /// Further fields that the form must bring back, by name and value.
    pub carried: Vec<(String, String)>,
}

impl View for LogoutPage {
    const TEMPLATE: &'static str = "logout.html";
}

/// Shown when nobody is signed in any more and the person is not sent elsewhere, or when they
/// chose to stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedOutPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Whether the person chose to stay signed in.
    pub stayed: bool,
    /// The client to go back to, by its registered name.
    pub client_name: Option<String>,
    /// Its registered address to go back to.
    pub return_to: Option<String>,
}

impl View for SignedOutPage {
    const TEMPLATE: &'static str = "signed_out.html";
}

/// Shown when nobody is signed in any more and clients are told of it in frames (OIDC Front-Channel
/// Logout §2). The browser goes on when the frames have loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrontChannelPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The clients' addresses.
    pub frames: Vec<String>,
    /// The client to go on to, by its registered name.
    pub client_name: Option<String>,
    /// The proven address to go on to, `state` included.
    pub continue_to: Option<String>,
}

impl View for FrontChannelPage {
    const TEMPLATE: &'static str = "front_channel.html";
}

/// The frame that clients' pages ask whether the session is still the same; nobody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckSessionPage {
    /// The name of the browser-state cookie.
    pub cookie: String,
}

impl View for CheckSessionPage {
    const TEMPLATE: &'static str = "check_session.html";
}
