//! The demo's one page.

use serde::Serialize;

use crate::demo::exchange::Exchange;
use crate::demo::tokens::{DecodedIdToken, Tokens};
use crate::demo::visits::Visit;
use crate::pages::{Chrome, View};

/// The templates beside those of the server.
pub(super) const TEMPLATES: [(&str, &str); 2] = [
    ("demo.html", include_str!("templates/demo.html")),
    ("exchange.html", include_str!("templates/exchange.html")),
];

/// What came of the last thing that the person did.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Notice {
    pub(super) good: bool,
    pub(super) heading: String,
    pub(super) text: String,
    /// The exchange that tells more.
    pub(super) exchange: Option<usize>,
}

#[derive(Debug, Serialize)]
struct SignedIn {
    greeting: String,
    subject: String,
    id_token: DecodedIdToken,
}

impl SignedIn {
    fn new(tokens: &Tokens) -> Self {
        Self {
            greeting: tokens.greeting.clone(),
            subject: tokens.subject.to_string(),
            id_token: tokens.decoded.clone(),
        }
    }
}

/// "Notes", and what just happened.
#[derive(Debug, Serialize)]
pub(super) struct DemoPage {
    chrome: Chrome,
    token: String,
    signed_in: Option<SignedIn>,
    notice: Option<Notice>,
    exchanges: Vec<Exchange>,
}

impl DemoPage {
    pub(super) fn of(visit: &Visit, host: &str) -> Self {
        Self {
            chrome: Chrome::english("Notes", host),
            token: visit.token.clone(),
            signed_in: visit.signed_in.as_ref().map(SignedIn::new),
            notice: visit.notice.clone(),
            exchanges: visit.exchanges.clone(),
        }
    }
}

impl View for DemoPage {
    const TEMPLATE: &'static str = "demo.html";
}
