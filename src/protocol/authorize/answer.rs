//! What goes back to the client through the browser (RFC 6749 §4.1.2, RFC 9207 §2).

use crate::protocol::authorize::Addressee;
use crate::protocol::error::OAuthError;
use crate::protocol::issuer::Issuer;

/// An answer with a proven address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationAnswer {
    /// Where the browser is sent.
    pub location: String,
}

impl AuthorizationAnswer {
    /// The answer that carries a code.
    pub fn code(addressee: &Addressee, issuer: &Issuer, code: &str) -> Self {
        Self::build(addressee, issuer, &[("code", code)])
    }

    /// The answer that carries a refusal.
    pub fn error(addressee: &Addressee, issuer: &Issuer, error: OAuthError) -> Self {
        let parameters = [
            ("error", error.code.as_str()),
            ("error_description", error.description),
        ];
        Self::build(addressee, issuer, &parameters)
    }

    fn build(addressee: &Addressee, issuer: &Issuer, parameters: &[(&str, &str)]) -> Self {
        let mut all = parameters.to_vec();
        if let Some(state) = addressee.state() {
            all.push(("state", state));
        }
        all.push(("iss", issuer.as_str()));
        Self {
            location: addressee.redirect().with_query(&all),
        }
    }
}
