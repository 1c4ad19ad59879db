//! A signing key as the record keeps it, and the states of its life.
//!
//! Here rather than in `store`, because `keys` reads it and may not know the store.

use crate::protocol::ids::{KeyId, RealmId};
use crate::protocol::time::Timestamp;

/// The life of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Published, not signing yet.
    Pending,
    /// Signing.
    Active,
    /// No longer signing; published until its last token has expired.
    Retiring,
    /// Gone.
    Retired,
}

impl KeyState {
    /// The state's name in the record and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }

    /// Reads [`KeyState::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Active, Self::Retiring, Self::Retired]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A signing key as it lies in the record: the private half sealed, the public half as a JWK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// Whose key it is.
    pub realm: RealmId,
    /// Its `kid`.
    pub id: KeyId,
    /// Its JWS algorithm, `RS256`.
    pub algorithm: String,
    /// Where it is in its life.
    pub state: KeyState,
    /// The PKCS#8 private key, sealed with the master key.
    pub sealed_private: Vec<u8>,
    /// The public JWK as JSON.
    pub public_jwk: String,
    /// When it was made, and so first published.
    pub created_at: Timestamp,
    /// When it began to sign.
    pub activated_at: Option<Timestamp>,
    /// When it stopped signing.
    pub retiring_at: Option<Timestamp>,
    /// Its place among all changes of keys.
    pub revision: i64,
}
