//! Secret values and the keyed primitives over them.
//!
//! Owns: values that must never be printed, SHA-256 digests of bearer secrets, HMAC keys bound to
//! one purpose. Refuses to know: where secrets come from (`entropy`) and where they are kept.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize;

/// A value whose `Debug` prints nothing and whose memory is wiped on drop.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

/// A secret string: a password, a token, a code.
pub type SecretString = Secret<String>;

impl<T: Zeroize> Secret<T> {
    /// Wraps a value; from here on it can only leave through [`Secret::expose`].
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The plain value, for the one place that must send or check it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// SHA-256 of a high-entropy bearer secret: the only form in which one reaches the record.
///
/// A slow hash would buy nothing here, the inputs carry at least 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digests the text of a secret.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Reads a stored digest; `None` when it does not have 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// The digest as it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The digest as text.
    pub fn to_hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string does not fail.
            write!(text, "{byte:02x}").ok();
            text
        })
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[digest]")
    }
}

/// An HMAC-SHA-256 key derived for one purpose; equal on all nodes that share the master key.
#[derive(Clone)]
pub struct MacKey(hmac::Key);

impl MacKey {
    /// Builds a key from 32 derived bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The tag over length-prefixed parts, so that no two part lists share an encoding.
    pub fn tag(&self, parts: &[impl AsRef<[u8]>]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts.iter().map(AsRef::as_ref) {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    /// The tag as 43 unreserved URL characters.
    pub fn tag_text(&self, parts: &[impl AsRef<[u8]>]) -> String {
        URL_SAFE_NO_PAD.encode(self.tag(parts))
    }

    /// Checks a tag written by [`MacKey::tag_text`] in constant time.
    pub fn verify_text(&self, parts: &[impl AsRef<[u8]>], tag: &str) -> bool {
        self.tag_text(parts).as_bytes().ct_eq(tag.as_bytes()).into()
    }
}

/// HMAC-SHA-1 (RFC 2104), which one-time passwords are made with (RFC 4226 §5.2); for nothing else.
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let mut tag = [0; 20];
    tag.copy_from_slice(hmac::sign(&key, message).as_ref());
    tag
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[mac key]")
    }
}
