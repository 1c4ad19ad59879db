//! Sending one mail: from its words to the answer of a mail server.
//!
//! Owns: the form of a message (addresses, headers, parts), the ways out (SMTP, a folder), what an
//! answer means. The only module that names lettre. Refuses to know: which mails there are, their
//! words ([`crate::pages`]), the record.

mod courier;
mod folder;
mod message;
mod smtp;

use async_trait::async_trait;

use crate::pages::Letter;
use crate::protocol::time::Lifetime;

pub use courier::{Courier, CourierSettings, Way};
pub use folder::Folder;
pub use message::{Form, FormError, Sender};
pub use smtp::{SettingError, Smtp, SmtpSecurity, SmtpSettings};

/// A message as it goes out.
pub struct Outbound {
    id: String,
    to: String,
    letter: Letter,
    message: lettre::Message,
}

impl Outbound {
    /// The address.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Its words.
    pub fn letter(&self) -> &Letter {
        &self.letter
    }

    /// Its text, headers first.
    pub fn bytes(&self) -> Vec<u8> {
        self.message.formatted()
    }
}

/// Why a mail was not taken; the text is for operators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It may be taken later.
    #[error("{0}")]
    Yet(String),
    /// It never will be.
    #[error("{0}")]
    Ever(String),
}

/// A way out.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Hands a message over; what was answered. A message with an id that was handed over before
    /// may arrive twice.
    async fn send(&self, outbound: &Outbound) -> Result<String, NotTaken>;
    /// How long [`Transport::send`] takes at most.
    fn limit(&self) -> Lifetime;
}

/// So much of an answer is kept.
const ANSWER_LENGTH: usize = 200;

/// An answer of somebody else's as one short line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(ANSWER_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_short_line() {
        assert_eq!(
            one_line("550 no\r\n\tsuch\u{1b}[1m user\n"),
            "550 no such [1m user"
        );
        assert_eq!(one_line(&"x".repeat(1_000)).len(), ANSWER_LENGTH);
    }
}
