//! The master key: everything secret that must outlive a process is sealed with it or derived
//! from it.
//!
//! Sealing is AES-256-GCM (NIST SP 800-38D), derivation is HKDF-SHA-256 (RFC 5869) with one label
//! for each purpose, so that no two uses share a key.

use std::fmt;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::keys::{KeyError, master_file};
use crate::secret::{MacKey, SecretString};

const TEXT_PREFIX: &str = "vidimus-master-key-v1:";
const KEY_LEN: usize = 32;
const ID_LEN: usize = 4;
const SEAL_VERSION: u8 = 1;
const CANARY_AAD: &str = "setting:value:master_key_canary";
const CANARY_PLAIN: &[u8] = b"this node holds the master key of this record";

/// What a derived key is for; a key of one purpose says nothing about the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Private halves of signing keys in the record.
    SealPrivateKeys,
    /// Client secrets that we must know again, because they are the key of a MAC (OIDC Core §9).
    SealClientSecrets,
    /// The value by which a node knows that it holds the right master key.
    Canary,
    /// The tag of a refresh token.
    RefreshToken,
    /// CSRF tokens in forms.
    Csrf,
    /// The handle of an interaction in progress.
    Interaction,
    /// What an error page carries through the browser.
    ErrorPage,
    /// The subject that a client sees instead of the user (OIDC Core §8.1).
    PairwiseSubject,
    /// Access tokens that are no JWTs.
    OpaqueToken,
    /// Mails in the outbox, whose links open accounts.
    SealMail,
    /// Secrets of authenticator apps.
    SealFactors,
    /// Turns of those who wait to sign in.
    Turn,
    /// Whose hash is checked in the place of one that nobody has.
    Decoy,
}

impl Purpose {
    /// The HKDF label; changing one orphans everything made under it.
    const fn label(self) -> &'static str {
        match self {
            Self::SealPrivateKeys => "seal-private-keys",
            Self::SealClientSecrets => "seal-client-secrets",
            Self::Canary => "canary",
            Self::RefreshToken => "refresh-token",
            Self::Csrf => "csrf",
            Self::Interaction => "interaction",
            Self::ErrorPage => "error-page",
            Self::PairwiseSubject => "pairwise-subject",
            Self::OpaqueToken => "opaque-token",
            Self::SealMail => "seal-mail",
            Self::SealFactors => "seal-factors",
            Self::Turn => "turn",
            Self::Decoy => "decoy",
        }
    }
}

/// The key at the root; equal on all nodes of a deployment.
pub struct MasterKey {
    root: Prk,
    id: [u8; ID_LEN],
}

impl MasterKey {
    /// Reads the key of `folder`, or makes it there when there is none. Of processes that start
    /// at once exactly one makes the key and all hold it.
    pub fn load_or_create(folder: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Self::from_secret_text(&master_file::read_or_create(folder, || new_text(entropy))?)
    }

    /// Reads the key of `folder`; refuses when there is none.
    pub fn load(folder: &Path) -> Result<Self, KeyError> {
        Self::from_secret_text(&master_file::read(folder)?)
    }

    /// A new key that is kept nowhere: what it seals ends with the process.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Self::from_secret_text(&new_text(entropy)?)
    }

    /// Reads the text of a key file, however it came here; several nodes may get it through
    /// their configuration.
    pub fn from_secret_text(text: &SecretString) -> Result<Self, KeyError> {
        let encoded = text
            .expose()
            .trim()
            .strip_prefix(TEXT_PREFIX)
            .ok_or(KeyError::MalformedMasterKey)?;
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        let length = URL_SAFE_NO_PAD
            .decode_slice(encoded, bytes.as_mut_slice())
            .map_err(|_undecodable| KeyError::MalformedMasterKey)?;
        if length != KEY_LEN {
            return Err(KeyError::MalformedMasterKey);
        }
        let root = Salt::new(HKDF_SHA256, b"vidimus").extract(bytes.as_slice());
        let mut id = [0; ID_LEN];
        expand(&root, "id", "", &mut id)?;
        Ok(Self { root, id })
    }

    /// The key's public name, for messages.
    pub fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.id)
    }

    /// The MAC key of a purpose; equal on all nodes.
    pub fn derive(&self, purpose: Purpose) -> Result<MacKey, KeyError> {
        Ok(MacKey::new(&*self.derived("mac", purpose)?))
    }

    /// Seals `plain`. `place` is `table:column:row`: what is sealed for one row does not open in
    /// another. The nonce is the library's own, so a seeded test entropy cannot repeat one.
    pub fn seal(&self, purpose: Purpose, place: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut boxed = plain.to_vec();
        let nonce = self
            .sealing_key(purpose)?
            .seal_in_place_append_tag(Aad::from(place), &mut boxed)
            .map_err(|_unspecified| KeyError::Library("seal a value"))?;
        let mut sealed = Vec::with_capacity(1 + ID_LEN + NONCE_LEN + boxed.len());
        sealed.push(SEAL_VERSION);
        sealed.extend_from_slice(&self.id);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut boxed);
        Ok(sealed)
    }

    /// Opens what [`MasterKey::seal`] made for the same purpose and place.
    pub fn open(
        &self,
        purpose: Purpose,
        place: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (id, nonce, boxed) = split_sealed(sealed).ok_or(KeyError::DoesNotOpen)?;
        if id != self.id {
            return Err(KeyError::OtherMasterKey {
                sealed_with: URL_SAFE_NO_PAD.encode(id),
                ours: self.id(),
            });
        }
        let mut plain = Zeroizing::new(boxed.to_vec());
        let length = self
            .sealing_key(purpose)?
            .open_in_place(Nonce::from(nonce), Aad::from(place), plain.as_mut_slice())
            .map_err(|_unspecified| KeyError::DoesNotOpen)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }

    /// A value to keep in the record, by which a node learns whether its key is the record's.
    pub fn canary(&self) -> Result<Vec<u8>, KeyError> {
        self.seal(Purpose::Canary, CANARY_AAD, CANARY_PLAIN)
    }

    /// Refuses when the record's canary was sealed with another key.
    pub fn check_canary(&self, canary: &[u8]) -> Result<(), KeyError> {
        let plain = self.open(Purpose::Canary, CANARY_AAD, canary)?;
        if plain.as_slice() == CANARY_PLAIN {
            Ok(())
        } else {
            Err(KeyError::DoesNotOpen)
        }
    }

    fn sealing_key(&self, purpose: Purpose) -> Result<RandomizedNonceKey, KeyError> {
        RandomizedNonceKey::new(&AES_256_GCM, self.derived("seal", purpose)?.as_slice())
            .map_err(|_unspecified| KeyError::Library("build a sealing key"))
    }

    fn derived(&self, use_: &str, purpose: Purpose) -> Result<Zeroizing<[u8; KEY_LEN]>, KeyError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        expand(&self.root, use_, purpose.label(), key.as_mut_slice())?;
        Ok(key)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[master key {}]", self.id())
    }
}

/// The text of a new key, as it lies in the file.
fn new_text(entropy: &dyn Entropy) -> Result<SecretString, KeyError> {
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    entropy.fill(bytes.as_mut_slice())?;
    let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
    Ok(SecretString::new(format!(
        "{TEXT_PREFIX}{}\n",
        encoded.as_str()
    )))
}

/// RFC 5869 §2.3 with the info `vidimus:<use>:<purpose>`.
fn expand(root: &Prk, use_: &str, purpose: &str, out: &mut [u8]) -> Result<(), KeyError> {
    struct Length(usize);
    impl aws_lc_rs::hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    root.expand(
        &[b"vidimus:", use_.as_bytes(), b":", purpose.as_bytes()],
        Length(out.len()),
    )
    .and_then(|material| material.fill(out))
    .map_err(|_unspecified| KeyError::Library("derive a key"))
}

/// Version, key id, nonce, then ciphertext and tag.
fn split_sealed(sealed: &[u8]) -> Option<([u8; ID_LEN], &[u8; NONCE_LEN], &[u8])> {
    let (version, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_first_chunk::<ID_LEN>()?;
    let (nonce, boxed) = rest.split_first_chunk::<NONCE_LEN>()?;
    (*version == SEAL_VERSION).then_some((*id, nonce, boxed))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::entropy::SeededEntropy;

    fn key(seed: u64) -> MasterKey {
        MasterKey::generate(&SeededEntropy::new(seed)).unwrap()
    }

    #[test]
    fn opens_what_it_sealed_for_the_same_place() {
        let sealed = key(1)
            .seal(Purpose::SealPrivateKeys, "t:c:1", b"x")
            .unwrap();
        let opened = key(1).open(Purpose::SealPrivateKeys, "t:c:1", &sealed);
        assert_eq!(opened.unwrap().as_slice(), b"x");
    }

    #[test]
    fn refuses_a_sealed_value_moved_to_another_row() {
        let sealed = key(1)
            .seal(Purpose::SealPrivateKeys, "t:c:1", b"x")
            .unwrap();
        let opened = key(1).open(Purpose::SealPrivateKeys, "t:c:2", &sealed);
        assert!(matches!(opened, Err(KeyError::DoesNotOpen)));
    }

    #[test]
    fn refuses_a_sealed_value_of_another_purpose() {
        let sealed = key(1)
            .seal(Purpose::SealPrivateKeys, "t:c:1", b"x")
            .unwrap();
        let opened = key(1).open(Purpose::Canary, "t:c:1", &sealed);
        assert!(matches!(opened, Err(KeyError::DoesNotOpen)));
    }

    #[test]
    fn refuses_an_altered_or_shortened_value() {
        let sealed = key(1).seal(Purpose::Canary, "t:c:1", b"x").unwrap();
        for cut in 0..sealed.len() {
            assert!(
                key(1)
                    .open(Purpose::Canary, "t:c:1", &sealed[..cut])
                    .is_err()
            );
        }
        let mut altered = sealed.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert!(key(1).open(Purpose::Canary, "t:c:1", &altered).is_err());
    }

    #[test]
    fn names_the_key_that_sealed_a_foreign_value() {
        let canary = key(1).canary().unwrap();
        assert!(matches!(
            key(2).check_canary(&canary),
            Err(KeyError::OtherMasterKey { .. })
        ));
        key(1).check_canary(&canary).unwrap();
    }

    #[test]
    fn derives_a_different_key_for_each_purpose() {
        let tag = |seed, purpose| key(seed).derive(purpose).unwrap().tag(&[b"x"]);
        let purposes = [
            Purpose::SealPrivateKeys,
            Purpose::SealClientSecrets,
            Purpose::Canary,
            Purpose::RefreshToken,
            Purpose::Csrf,
            Purpose::Interaction,
            Purpose::ErrorPage,
            Purpose::PairwiseSubject,
            Purpose::OpaqueToken,
        ];
        let tags: HashSet<_> = purposes.map(|purpose| tag(1, purpose)).into();
        assert_eq!(tags.len(), purposes.len());
        assert_eq!(tag(1, Purpose::Csrf), tag(1, Purpose::Csrf));
        assert_ne!(tag(1, Purpose::Csrf), tag(2, Purpose::Csrf));
    }

    #[test]
    fn refuses_a_malformed_key_text() {
        let short = format!("{TEXT_PREFIX}AAAA");
        let other = format!("vidimus-master-key-v2:{}", "A".repeat(43));
        let long = format!("{TEXT_PREFIX}{}", "A".repeat(60));
        for text in ["", "x", short.as_str(), other.as_str(), long.as_str()] {
            let key = MasterKey::from_secret_text(&SecretString::new(text.to_owned()));
            assert!(matches!(key, Err(KeyError::MalformedMasterKey)), "{text}");
        }
    }
}
