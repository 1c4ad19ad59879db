//! The key sets of clients (RFC 7517 §5).

use serde::Deserialize;
use serde_json::Value;

use crate::keys::jws::Algorithm;
use crate::keys::public_key::{KeyMembers, PublicKey};
use crate::protocol::algorithm::KeyManagement;

/// A longer document is refused unread.
pub const MAX_SET_BYTES: usize = 64 * 1024;
/// Each may have to be tried, so there must not be many.
const MAX_KEYS: usize = 100;
/// The members that only private and symmetric keys have (RFC 7518 §6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why a document is no key set that we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwkSetFault {
    /// Longer than [`MAX_SET_BYTES`].
    #[error("the key set is too long")]
    TooLong,
    /// Not a JSON object with an array `keys` of objects.
    #[error("the document is not a JWK set")]
    Malformed,
    /// It has more keys than anybody needs.
    #[error("the key set has too many keys")]
    TooManyKeys,
    /// It gives a private or symmetric key away: none of its keys can be trusted.
    #[error("the key set contains a private or symmetric key")]
    PrivateKey,
}

/// The public keys of a client that we can use. Keys of unknown kinds and with numbers out of
/// range are passed over (RFC 7517 §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<ForeignKey>,
}

/// A key and what it says about its use.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ForeignKey {
    key: PublicKey,
    about: About,
}

/// RFC 7517 §§4.2-4.5.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct About {
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    key_use: Option<String>,
    key_ops: Option<Vec<String>>,
}

impl JwkSet {
    /// Reads a document.
    pub fn parse(document: &[u8]) -> Result<Self, JwkSetFault> {
        if document.len() > MAX_SET_BYTES {
            return Err(JwkSetFault::TooLong);
        }
        let document: Value =
            serde_json::from_slice(document).map_err(|_syntax| JwkSetFault::Malformed)?;
        Self::from_value(&document)
    }

    /// Reads a document that is JSON already, as `jwks` in a registration.
    pub fn from_value(document: &Value) -> Result<Self, JwkSetFault> {
        let listed = document.get("keys").and_then(Value::as_array);
        let listed = listed.ok_or(JwkSetFault::Malformed)?;
        if listed.len() > MAX_KEYS {
            return Err(JwkSetFault::TooManyKeys);
        }
        let mut keys = Vec::with_capacity(listed.len());
        for jwk in listed {
            let members = jwk.as_object().ok_or(JwkSetFault::Malformed)?;
            let symmetric = members.get("kty").and_then(Value::as_str) == Some("oct");
            if symmetric
                || PRIVATE_MEMBERS
                    .iter()
                    .any(|name| members.contains_key(*name))
            {
                return Err(JwkSetFault::PrivateKey);
            }
            keys.extend(ForeignKey::read(jwk));
        }
        Ok(Self { keys })
    }

    /// Whether no key can be used for anything.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key has this `kid`, fit or not.
    pub(super) fn names(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.is_named(id))
    }

    /// The keys that may have made a signature; all that fit when the token names none.
    pub(super) fn for_signature(
        &self,
        algorithm: Algorithm,
        id: Option<&str>,
    ) -> impl Iterator<Item = &PublicKey> {
        self.keys
            .iter()
            .filter(move |key| id.is_none_or(|id| key.is_named(id)))
            .filter(move |key| key.about.verifies(algorithm))
            .map(|key| &key.key)
    }

    /// The key to encrypt to, with its `kid`.
    pub(in crate::keys) fn for_encryption(
        &self,
        management: KeyManagement,
    ) -> Option<(&PublicKey, Option<&str>)> {
        self.keys
            .iter()
            .filter(|key| agrees(management, &key.key) && key.about.encrypts(management))
            .min_by_key(|key| key.about.key_use.is_none())
            .map(|key| (&key.key, key.about.kid.as_deref()))
    }
}

impl ForeignKey {
    fn read(jwk: &Value) -> Option<Self> {
        let members = KeyMembers::deserialize(jwk).ok()?;
        let about = About::deserialize(jwk).ok()?;
        let key = PublicKey::read(&members)?;
        Some(Self { key, about })
    }

    fn is_named(&self, id: &str) -> bool {
        self.about.kid.as_deref() == Some(id)
    }
}

impl About {
    fn verifies(&self, algorithm: Algorithm) -> bool {
        let alg = self.alg.as_deref();
        alg.is_none_or(|name| signature_algorithm(name) == Some(algorithm))
            && self.is_used_for("sig")
            && self.may(&["verify"])
    }

    fn encrypts(&self, management: KeyManagement) -> bool {
        let agrees = self
            .alg
            .as_deref()
            .is_none_or(|name| name == management.name());
        let operation = match management {
            KeyManagement::RsaOaep256 => self.may(&["encrypt", "wrapKey"]),
            // Only the private half of a key agreement has operations, so the public one may list
            // none.
            KeyManagement::EcdhEs => {
                self.may(&["deriveKey", "deriveBits"])
                    || self.key_ops.as_ref().is_some_and(Vec::is_empty)
            }
        };
        agrees && operation && self.is_used_for("enc")
    }

    fn is_used_for(&self, wanted: &str) -> bool {
        self.key_use.as_deref().is_none_or(|used| used == wanted)
    }

    fn may(&self, operations: &[&str]) -> bool {
        let listed = |ops: &Vec<String>| ops.iter().any(|op| operations.contains(&op.as_str()));
        self.key_ops.as_ref().is_none_or(listed)
    }
}

/// Reads an `alg` of others. RFC 9864 §2.2 calls by `Ed25519` the only `EdDSA` that we know.
pub(super) fn signature_algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "Ed25519" => Some(Algorithm::EdDsa),
        other => Algorithm::parse(other),
    }
}

/// Whether a key is of the kind that the key management needs.
fn agrees(management: KeyManagement, key: &PublicKey) -> bool {
    match key {
        PublicKey::Rsa { .. } => management == KeyManagement::RsaOaep256,
        PublicKey::Ec { .. } | PublicKey::X25519 { .. } => management == KeyManagement::EcdhEs,
        PublicKey::Ed25519 { .. } => false,
    }
}
