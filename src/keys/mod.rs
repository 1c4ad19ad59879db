//! The master key, the signing keys and the threads that sign.
//!
//! Owns: what is sealed and derived with the master key, the life of a signing key, compact JWS
//! (RFC 7515) written and read, the JWKS document (RFC 7517 §5), what clients sign and what is
//! encrypted to them. The only module that names josekit. Refuses to know: the store, HTTP, which claims a token carries.

mod client_secret;
mod encrypt;
mod foreign;
pub mod jws;
pub mod life;
pub mod master;
mod master_file;
pub mod opaque_token;
pub mod pool;
mod public_key;
pub mod ring;
mod signer;
pub mod signing_key;
#[cfg(test)]
mod tests;

use crate::entropy::EntropyError;
use crate::protocol::ids::KeyId;

pub use client_secret::{open_client_secret, seal_client_secret};
pub use encrypt::{EncryptRefusal, Plaintext, encrypt_for};
pub use foreign::{
    ForeignJws, ForeignRefusal, JwkSet, JwkSetFault, MAX_FOREIGN_BYTES, MAX_SET_BYTES,
    VerifiedClaims,
};
pub use jws::{Algorithm, TokenRefusal, TokenType};
pub use life::{KeySchedule, KeyStep};
pub use master::{MasterKey, Purpose};
pub use opaque_token::{looks_opaque, open_opaque_token, seal_opaque_token};
pub use pool::{JobLost, PoolFull, SigningPool, SigningSlot};
pub use public_key::KeyMembers;
pub use ring::KeyRing;

/// A key cannot be made, read or used. Carries no key material.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The system gave no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The key file or its folder cannot be used.
    #[error("{path}: {problem}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// The text of a master key is not one.
    #[error("this is no master key: expected `vidimus-master-key-v1:` and 43 base64url characters")]
    MalformedMasterKey,
    /// Something was sealed with another master key.
    #[error(
        "sealed with another master key (id {sealed_with}, this one is {ours}): \
         restore the master key that belongs to this database"
    )]
    OtherMasterKey {
        /// The id of the key that sealed it.
        sealed_with: String,
        /// The id of the key at hand.
        ours: String,
    },
    /// Something sealed was altered, cut short, or moved to another row.
    #[error("a sealed value does not open: it was altered or belongs to another row")]
    DoesNotOpen,
    /// The cryptographic library refused; `0` names the operation.
    #[error("the cryptographic library failed to {0}")]
    Library(&'static str),
    /// A signing key in the record cannot be read.
    #[error("signing key {key}: {problem}")]
    UnreadableKey {
        /// Its `kid`.
        key: KeyId,
        /// What is wrong.
        problem: String,
    },
    /// The realm has no key that signs with this algorithm.
    #[error("the realm has no active {} key", .0.name())]
    NoActiveKey(Algorithm),
    /// The claims do not serialize.
    #[error("the claims cannot be written as JSON: {0}")]
    Claims(#[from] serde_json::Error),
}
