//! The public keys of clients, as they are registered by value.

use crate::flows::App;
use crate::keys::{
    EncryptRefusal, ForeignJws, ForeignRefusal, JwkSet, JwkSetFault, VerifiedClaims,
};
use crate::outgoing::FetchError;
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::client::Client;
use crate::protocol::time::Timestamp;

/// Why a client's keys do not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeysRefusal {
    /// It has registered neither `jwks` nor `jwks_uri`.
    #[error("the client has no keys")]
    None,
    /// What it has registered, or what is at its address, is no key set.
    #[error(transparent)]
    Unreadable(#[from] JwkSetFault),
    /// Its address gives nothing.
    #[error(transparent)]
    Unreachable(#[from] FetchError),
    /// A token was not signed by it.
    #[error(transparent)]
    Token(#[from] ForeignRefusal),
    /// It cannot be encrypted to.
    #[error(transparent)]
    Encryption(#[from] EncryptRefusal),
}

/// The claims of a token that the client has signed with one of `allowed`.
#[expect(clippy::unused_async, reason = "keys at an address are fetched")]
pub async fn verify(
    _app: &App,
    client: &Client,
    token: &ForeignJws<'_>,
    allowed: &[SigningAlgorithm],
    _now: Timestamp,
) -> Result<VerifiedClaims, ClientKeysRefusal> {
    let document = client.metadata.jwks.as_ref();
    let set = JwkSet::from_value(document.ok_or(ClientKeysRefusal::None)?)?;
    Ok(token.verify(&set, allowed)?)
}
