//! ID tokens (OIDC Core §2).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::protocol::ids::{ClientId, SessionId};

/// The claims of an ID token; what a person's profile holds is in userinfo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// The realm's issuer.
    pub iss: String,
    /// The subject.
    pub sub: String,
    /// The client.
    pub aud: ClientId,
    /// When it lapses, in seconds since the Unix epoch.
    pub exp: i64,
    /// When it was issued, in seconds since the Unix epoch.
    pub iat: i64,
    /// When the person last proved who they are, in seconds since the Unix epoch.
    pub auth_time: i64,
    /// The `nonce` of the authorization request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How strong that proof was, when it was asked for (OIDC Core §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// How the person proved it (RFC 8176).
    pub amr: Vec<String>,
    /// The session (OIDC Front-Channel Logout §3).
    pub sid: SessionId,
    /// The access token that came with it (OIDC Core §3.1.3.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// The code that came with it (OIDC Core §3.3.2.11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
    /// The `state` that came with it (FAPI 1.0 Advanced §5.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s_hash: Option<String>,
    /// Claims about the person that were asked for here (OIDC Core §5.5).
    #[serde(flatten)]
    pub personal: Map<String, Value>,
}
