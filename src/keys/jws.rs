//! Compact JWS (RFC 7515 §3.1): the algorithms we allow, the signer, and a strict reader.
//!
//! josekit writes the tokens; the signatures come from aws-lc-rs through josekit's own trait.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jws::{JwsAlgorithm, JwsSigner};
use serde::Deserialize;
use serde::de::IgnoredAny;

pub use crate::protocol::algorithm::SigningAlgorithm as Algorithm;
use crate::protocol::ids::KeyId;

/// Longer tokens are refused unread; ours stay far below.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The kinds of token that must never be taken for one another (RFC 8725 §3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// An access token (RFC 9068 §2.1).
    AccessToken,
    /// An ID token (OIDC Core §2).
    IdToken,
    /// A logout token (OIDC Back-Channel Logout §2.4).
    LogoutToken,
}

impl TokenType {
    /// The `typ` header value.
    pub const fn header(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::IdToken => "JWT",
            Self::LogoutToken => "logout+jwt",
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

/// A token taken apart and not yet trusted.
#[derive(Debug)]
pub(super) struct Untrusted<'a> {
    pub(super) header: Header,
    /// What the signature covers (RFC 7515 §5.2, step 8).
    pub(super) signing_input: &'a str,
    pub(super) payload: &'a str,
    pub(super) signature: Vec<u8>,
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
    let (signing_input, signature) = compact.rsplit_once('.').ok_or(TokenRefusal::Malformed)?;
    let (header, payload) = signing_input
        .split_once('.')
        .ok_or(TokenRefusal::Malformed)?;
    if payload.contains('.') {
        return Err(TokenRefusal::Malformed);
    }
    let header: Header =
        serde_json::from_slice(&decode(header)?).map_err(|_syntax| TokenRefusal::Malformed)?;
    if header.crit.is_some() {
        return Err(TokenRefusal::CriticalHeader);
    }
    Ok(Untrusted {
        header,
        signing_input,
        payload,
        signature: decode(signature)?,
    })
}

/// RFC 7515 §2: base64url without padding, and nothing else.
pub(super) fn decode(part: &str) -> Result<Vec<u8>, TokenRefusal> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_undecodable| TokenRefusal::Malformed)
}

/// A parsed private key as josekit wants to see one.
#[derive(Clone)]
pub(super) struct Rs256Signer {
    key: Arc<RsaKeyPair>,
    id: KeyId,
}

impl Rs256Signer {
    pub(super) fn new(id: KeyId, key: RsaKeyPair) -> Self {
        Self {
            key: Arc::new(key),
            id,
        }
    }
}

impl fmt::Debug for Rs256Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[signer {}]", self.id)
    }
}

impl JwsAlgorithm for Algorithm {
    fn name(&self) -> &str {
        (*self).name()
    }

    fn box_clone(&self) -> Box<dyn JwsAlgorithm> {
        Box::new(*self)
    }
}

impl JwsSigner for Rs256Signer {
    fn algorithm(&self) -> &dyn JwsAlgorithm {
        &Algorithm::Rs256
    }

    fn key_id(&self) -> Option<&str> {
        Some(self.id.as_str())
    }

    fn signature_len(&self) -> usize {
        self.key.public_modulus_len()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_unspecified| JoseError::InvalidSignature(anyhow::anyhow!("RS256")))?;
        Ok(signature)
    }

    fn box_clone(&self) -> Box<dyn JwsSigner> {
        Box::new(self.clone())
    }
}
