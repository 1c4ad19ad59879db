//! Introspection (RFC 7662): who may ask about which token, and what they learn.

use serde::Serialize;

use crate::protocol::claims::{AccessTokenClaims, Audience};
use crate::protocol::client::{Client, IntrospectionRight};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::ids::ClientId;
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::Family;

/// Why a question was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntrospectionRefusal {
    /// RFC 7662 §2.1: no `token`.
    TokenMissing,
    /// A parameter was sent twice.
    Repeated,
    /// RFC 7662 §2.1: the endpoint must not be open to anyone, and a public client is anyone.
    PublicClient,
}

impl From<IntrospectionRefusal> for OAuthError {
    fn from(refusal: IntrospectionRefusal) -> Self {
        use ErrorCode as C;
        use IntrospectionRefusal as R;
        match refusal {
            R::TokenMissing => Self::new(C::InvalidRequest, "token is missing."),
            R::Repeated => Self::new(C::InvalidRequest, "A parameter was sent more than once."),
            R::PublicClient => Self::new(
                C::InvalidClient,
                "Only a client with a secret may introspect.",
            ),
        }
    }
}

/// The answer (RFC 7662 §2.2). An inactive token says nothing but that.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct IntrospectionAnswer {
    /// Whether the token may be used now.
    pub active: bool,
    /// What it allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client that it was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// `Bearer`, for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// When it lapses, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Who it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The token's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

impl IntrospectionAnswer {
    /// RFC 7662 §2.2: unknown, foreign, expired and revoked tokens are told apart by nobody.
    pub fn inactive() -> Self {
        Self::default()
    }

    /// A live access token.
    pub fn access_token(claims: AccessTokenClaims) -> Self {
        Self {
            active: true,
            scope: Some(claims.scope),
            client_id: Some(claims.client_id),
            token_type: Some("Bearer"),
            exp: Some(claims.exp),
            iat: Some(claims.iat),
            sub: Some(claims.sub),
            aud: Some(claims.aud),
            iss: Some(claims.iss),
            jti: Some(claims.jti.as_str().to_owned()),
        }
    }

    /// A live refresh token, with the person's name for its client (OIDC Core §8).
    pub fn refresh_token(family: &Family, subject: String, issuer: &str) -> Self {
        Self {
            active: true,
            scope: Some(family.grant.scope.to_string()),
            client_id: Some(family.grant.client.clone()),
            exp: Some(family.grant.expires_at.unix_seconds()),
            iat: family
                .rotated_at
                .or(family.redeemed_at)
                .map(Timestamp::unix_seconds),
            sub: Some(subject),
            iss: Some(issuer.to_owned()),
            ..Self::default()
        }
    }
}

/// Whether a client may learn of a token (RFC 7662 §4: only the client that it concerns, or a
/// resource server that was allowed to).
pub fn may_learn(asking: &Client, issued_to: &ClientId) -> bool {
    asking.metadata.introspection == IntrospectionRight::Realm || asking.id == *issued_to
}
