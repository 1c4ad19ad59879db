//! Pages outside of any login: the front door, and the one for a server that has no room now.

use serde::Serialize;

use crate::pages::{Chrome, View};

/// The page at the origin itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HomePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The issuer, as applications must be given it.
    pub issuer: String,
    /// The address of the discovery document (OIDC Discovery §4).
    pub discovery_url: String,
    /// The demo application, in demo mode.
    pub demo_url: Option<String>,
}

impl View for HomePage {
    const TEMPLATE: &'static str = "home.html";
}

/// The server has no room for this request now (RFC 9110 §15.6.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BusyPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// When to try again, as in `Retry-After`.
    pub retry_after_seconds: u64,
    /// The request's id, as in the log.
    pub request_id: String,
}

impl View for BusyPage {
    const TEMPLATE: &'static str = "busy.html";
}
