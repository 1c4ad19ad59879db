//! The token endpoint's decisions (RFC 6749 §4.1.3, §4.4, §6, RFC 8628 §3.4), one file per grant.

pub mod client_credentials;
pub mod code;
pub mod device_code;
pub mod family;
pub mod refresh;
pub mod refresh_token;

use crate::protocol::client::GrantType;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;

/// Why a token request was refused before its grant was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRequestRefusal {
    /// RFC 6749 §3.2
    Repeated,
    /// No `grant_type`.
    GrantTypeMissing,
    /// A grant that this server does not offer.
    UnsupportedGrantType,
    /// A grant that the client is not registered for.
    GrantNotAllowed,
}

impl From<TokenRequestRefusal> for OAuthError {
    fn from(refusal: TokenRequestRefusal) -> Self {
        use ErrorCode as C;
        use TokenRequestRefusal as R;
        match refusal {
            R::Repeated => Self::new(C::InvalidRequest, "A parameter was sent more than once."),
            R::GrantTypeMissing => Self::new(C::InvalidRequest, "grant_type is missing."),
            R::UnsupportedGrantType => Self::new(
                C::UnsupportedGrantType,
                "This server does not offer this grant_type; its metadata lists those that it does.",
            ),
            R::GrantNotAllowed => Self::new(
                C::UnauthorizedClient,
                "This client is not registered for this grant.",
            ),
        }
    }
}

/// The grant that a request presents.
pub fn grant_type(params: &Params) -> Result<GrantType, TokenRequestRefusal> {
    if params.has_repeats() {
        return Err(TokenRequestRefusal::Repeated);
    }
    let text = params
        .get("grant_type")
        .ok_or(TokenRequestRefusal::GrantTypeMissing)?;
    [
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
    ]
    .into_iter()
    .find(|grant| grant.as_str() == text)
    .ok_or(TokenRequestRefusal::UnsupportedGrantType)
}
