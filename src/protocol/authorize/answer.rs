//! What goes back to the client through the browser (RFC 6749 §4.1.2, OIDC Core §3.3.2.5,
//! RFC 9207 §2).

use crate::protocol::authorize::Addressee;
use crate::protocol::error::OAuthError;
use crate::protocol::issuer::Issuer;
use crate::protocol::response_type::ResponseMode;

/// The parameters of an answer, in order.
pub type Parameters = Vec<(&'static str, String)>;

/// An answer with a proven address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationAnswer {
    /// The browser is sent to an address that holds the answer.
    Redirect {
        /// The address.
        location: String,
    },
    /// The browser posts the answer (OAuth 2.0 Form Post Response Mode §2).
    Form {
        /// Where to.
        action: String,
        /// The fields.
        fields: Parameters,
    },
}

impl AuthorizationAnswer {
    /// The answer that carries what was granted.
    pub fn success(addressee: &Addressee, issuer: &Issuer, granted: Parameters) -> Self {
        Self::build(addressee, issuer, granted)
    }

    /// The answer that carries a refusal.
    pub fn error(addressee: &Addressee, issuer: &Issuer, error: OAuthError) -> Self {
        let parameters = vec![
            ("error", error.code.as_str().to_owned()),
            ("error_description", error.description.to_owned()),
        ];
        Self::build(addressee, issuer, parameters)
    }

    fn build(addressee: &Addressee, issuer: &Issuer, mut parameters: Parameters) -> Self {
        if let Some(state) = addressee.state() {
            parameters.push(("state", state.to_owned()));
        }
        if !addressee.client().metadata.compatibility.chokes_on_iss {
            parameters.push(("iss", issuer.as_str().to_owned()));
        }
        let pairs: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let redirect = addressee.redirect();
        match addressee.mode() {
            ResponseMode::Query => Self::Redirect {
                location: redirect.with_query(&pairs),
            },
            ResponseMode::Fragment => Self::Redirect {
                location: redirect.with_fragment(&pairs),
            },
            ResponseMode::FormPost => Self::Form {
                action: redirect.as_str().to_owned(),
                fields: parameters,
            },
        }
    }
}
