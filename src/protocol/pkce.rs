//! Proof Key for Code Exchange (RFC 7636), S256 only (RFC 9700 §2.1.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// An S256 code challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads a challenge: 43 characters of base64url (RFC 7636 §4.2).
    pub fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == 43
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        valid.then(|| Self(text.to_owned()))
    }

    /// The challenge of a verifier (RFC 7636 §4.6); `None` when the verifier does not have the
    /// syntax of §4.1.
    pub fn of_verifier(verifier: &str) -> Option<Self> {
        let valid =
            (43..=128).contains(&verifier.len()) && crate::protocol::ids::is_unreserved(verifier);
        valid.then(|| Self(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))))
    }

    /// The text as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 Appendix B
    #[test]
    fn matches_the_example_of_the_rfc() {
        let challenge =
            CodeChallenge::of_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert_eq!(
            challenge.as_str(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn refuses_short_and_strange_verifiers() {
        assert_eq!(CodeChallenge::of_verifier(&"a".repeat(42)), None);
        assert_eq!(CodeChallenge::of_verifier(&"a".repeat(129)), None);
        assert_eq!(CodeChallenge::of_verifier(&"a b".repeat(20)), None);
    }
}
