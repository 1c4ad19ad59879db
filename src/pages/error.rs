//! The error page: one sentence for the person, and the details for whoever must repair it.

use serde::Serialize;

use crate::pages::{Chrome, Message, View};
use crate::protocol::plain_text::is_unseen;
use crate::protocol::time::Timestamp;

/// How much of a received value is shown back.
const SHOWN_CHARACTERS: usize = 120;

/// Something that the browser itself sent, and that we refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    name: String,
    value: String,
}

impl Received {
    /// Shortens the value and makes visible what is not shown.
    pub fn new(name: impl Into<String>, value: &str) -> Self {
        let mut shown: String = value
            .chars()
            .take(SHOWN_CHARACTERS)
            .map(|c| if is_unseen(c) { '\u{FFFD}' } else { c })
            .collect();
        if value.chars().nth(SHOWN_CHARACTERS).is_some() {
            shown.push('…');
        }
        Self {
            name: name.into(),
            value: shown,
        }
    }
}

/// What a developer needs; nothing here may be a thing that the browser could not know already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorDetails {
    /// The wire code, or a name of ours when the protocol has none.
    pub code: String,
    /// Our rule, in words: English, as it goes over the wire.
    pub rule: String,
    /// The client's registered name, if the client is known.
    pub client_name: Option<String>,
    /// The value that broke the rule.
    pub received: Option<Received>,
    at: String,
    /// The request's id, as in the log.
    pub request_id: String,
}

impl ErrorDetails {
    /// Details of a refusal at this moment.
    pub fn new(
        code: impl Into<String>,
        rule: impl Into<String>,
        at: Timestamp,
        request_id: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            rule: rule.into(),
            client_name: None,
            received: None,
            at: utc(at),
            request_id: request_id.into(),
        }
    }
}

/// A request that cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The heading: what did not work.
    pub heading: Message,
    /// What happened and what the person can do, in a sentence or two.
    pub sentence: Message,
    /// The fold-out for developers.
    pub details: ErrorDetails,
}

impl View for ErrorPage {
    const TEMPLATE: &'static str = "error.html";
}

/// A moment to the second, zone included.
fn utc(at: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(at.unix_millis()).map_or_else(
        || format!("{} s since 1970", at.unix_seconds()),
        |moment| moment.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_a_received_value_by_characters() {
        let received = Received::new("redirect_uri", &"é\n".repeat(200));
        assert_eq!(received.value.chars().count(), SHOWN_CHARACTERS + 1);
        assert!(!received.value.contains('\n'));
    }

    #[test]
    fn writes_moments_in_utc() {
        let at = Timestamp::from_unix_seconds(1_700_000_000);
        assert_eq!(utc(at), "2023-11-14 22:13:20 UTC");
    }
}
