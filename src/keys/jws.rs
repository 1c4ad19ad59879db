//! Compact JWS (RFC 7515 §3.1): the kinds of our tokens, and a strict reader.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

pub use crate::protocol::algorithm::SigningAlgorithm as Algorithm;

/// Longer tokens are refused unread; ours stay far below.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The kinds of token that must never be taken for one another (RFC 8725 §3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// An access token (RFC 9068 §2.1).
    AccessToken,
    /// An access token for APIs that take no other `typ` than `JWT`. Read, it is the same.
    PlainAccessToken,
    /// An ID token (OIDC Core §2).
    IdToken,
    /// A logout token (OIDC Back-Channel Logout §2.4).
    LogoutToken,
    /// A userinfo answer (OIDC Core §5.3.2); written, and never read by this server.
    Userinfo,
}

const ACCESS_TOKEN: &str = "at+jwt";
const PLAIN: &str = "JWT";
const LOGOUT_TOKEN: &str = "logout+jwt";

impl TokenType {
    /// The `typ` header value that is written.
    pub const fn header(self) -> &'static str {
        match self {
            Self::AccessToken => ACCESS_TOKEN,
            Self::PlainAccessToken | Self::IdToken | Self::Userinfo => PLAIN,
            Self::LogoutToken => LOGOUT_TOKEN,
        }
    }

    /// Whether a token of this type may have this `typ` header.
    pub(super) fn is_read_from(self, header: Option<&str>) -> bool {
        match self {
            Self::AccessToken | Self::PlainAccessToken => {
                matches!(header, Some(ACCESS_TOKEN | PLAIN))
            }
            Self::IdToken | Self::LogoutToken => header == Some(self.header()),
            Self::Userinfo => false,
        }
    }

    /// Whether the claims are those of this type. The `typ` `JWT` is shared by two: an access
    /// token names its client in `client_id` (RFC 9068 §2.2), and our ID tokens never do.
    pub(super) fn is_read_from_claims(self, payload: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Marks {
            client_id: Option<IgnoredAny>,
        }
        let names_client = || {
            let marks: Option<Marks> = serde_json::from_slice(payload).ok();
            marks.map(|marks| marks.client_id.is_some())
        };
        match self {
            Self::AccessToken | Self::PlainAccessToken => names_client() == Some(true),
            Self::IdToken => names_client() == Some(false),
            Self::LogoutToken => true,
            Self::Userinfo => false,
        }
    }
}

/// Why a token is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// Not three base64url parts with a JSON header (RFC 7515 §5.2).
    #[error("the token is not a compact JWS")]
    Malformed,
    /// It marks a header as critical; we understand none (RFC 7515 §4.1.11).
    #[error("the token has critical headers")]
    CriticalHeader,
    /// Its `typ` is not the expected one (RFC 8725 §3.11).
    #[error("the token is of another type")]
    WrongType,
    /// No published key has its `kid`.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// Its `alg` is not that of its key (RFC 8725 §3.1).
    #[error("the token names an algorithm that its key does not have")]
    WrongAlgorithm,
    /// The signature does not match.
    #[error("the token's signature does not match")]
    BadSignature,
    /// The signature matches and the claims are not what they should be.
    #[error("the token's claims cannot be read")]
    UnreadableClaims,
}

/// The three parts of a token, decoded but for the payload, and not yet trusted.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    pub(super) header: Vec<u8>,
    /// What the signature covers (RFC 7515 §5.2, step 8).
    pub(super) signing_input: &'a str,
    pub(super) payload: &'a str,
    pub(super) signature: Vec<u8>,
}

/// A token taken apart and not yet trusted.
#[derive(Debug)]
pub(super) struct Untrusted<'a> {
    pub(super) header: Header,
    pub(super) parts: Parts<'a>,
}

/// The header members that decide. A repeated member is an error (RFC 7515 §5.2, step 3).
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) kid: String,
    pub(super) typ: Option<String>,
    crit: Option<IgnoredAny>,
}

/// Takes a token apart; checks its form and no more.
pub(super) fn take_apart(compact: &str) -> Result<Untrusted<'_>, TokenRefusal> {
    if compact.len() > MAX_TOKEN_BYTES {
        return Err(TokenRefusal::TooLong);
    }
    let parts = split(compact).ok_or(TokenRefusal::Malformed)?;
    let header: Header =
        serde_json::from_slice(&parts.header).map_err(|_syntax| TokenRefusal::Malformed)?;
    if header.crit.is_some() {
        return Err(TokenRefusal::CriticalHeader);
    }
    Ok(Untrusted { header, parts })
}

/// RFC 7515 §5.2, steps 1, 2 and 7: exactly three parts.
pub(super) fn split(compact: &str) -> Option<Parts<'_>> {
    let (signing_input, signature) = compact.rsplit_once('.')?;
    let (header, payload) = signing_input.split_once('.')?;
    if payload.contains('.') {
        return None;
    }
    Some(Parts {
        header: decode(header)?,
        signing_input,
        payload,
        signature: decode(signature)?,
    })
}

/// RFC 7515 §2: base64url without padding, and nothing else.
pub(super) fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
