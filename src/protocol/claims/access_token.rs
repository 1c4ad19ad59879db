//! Access tokens (RFC 9068).

use serde::{Deserialize, Serialize};

use crate::protocol::claims::Audience;
use crate::protocol::ids::{ClientId, FamilyId, SessionId, TokenId};
use crate::protocol::time::Lifetime;

/// The longest life that may be configured for an access token. Marks that revoke tokens stand
/// for this long whatever is configured where they are made: the token may come from elsewhere.
pub const LONGEST_LIFETIME: Lifetime = Lifetime::seconds(24 * 60 * 60);

/// The claims of an access token (RFC 9068 §2.2) and two of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The realm's issuer.
    pub iss: String,
    /// The subject: a user, or the client itself (RFC 9068 §2.2).
    pub sub: String,
    /// Who the token is for: APIs, or this server's own endpoints, or both.
    pub aud: Audience,
    /// The client that it was issued to.
    pub client_id: ClientId,
    /// What it allows.
    pub scope: String,
    /// When it was issued, in seconds since the Unix epoch.
    pub iat: i64,
    /// When it lapses, in seconds since the Unix epoch.
    pub exp: i64,
    /// Its name.
    pub jti: TokenId,
    /// The session that it ends with; absent when the grant outlives sessions (OIDC Core §11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    /// Our claim: the family that it descends from; absent for machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fam: Option<FamilyId>,
    /// Our claim: the claims that userinfo gives beside those of the scope (OIDC Core §5.5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub userinfo_claims: Vec<String>,
}

impl AccessTokenClaims {
    /// Whether the token speaks for a machine rather than a person.
    pub fn is_machine(&self) -> bool {
        self.fam.is_none()
    }
}
