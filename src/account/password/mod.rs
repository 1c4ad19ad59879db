//! Passwords: what a new one must be like, and the hashes of those that were taken.
//!
//! Owns: hashing (argon2id, RFC 9106), verifying what is stored, foreign hashes included, and when
//! a hash is due to be replaced. Refuses to know: where salts come from, who looks passwords up, and
//! on which thread the work runs; each call takes tens of milliseconds.

mod argon2id;
pub mod breach;
mod common;
pub mod foreign;
pub mod policy;
mod strength;

use self::argon2id::Argon2Hash;
use self::foreign::{Bcrypt, Pbkdf2, Scrypt};
use self::policy::AcceptablePassword;

pub use self::argon2id::{HashMemory, PasswordCost, SALT_BYTES, decoy};

/// No stored hash is longer.
const LONGEST_HASH: usize = 512;

/// Why a hash could not be computed. Carries nothing of the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordHashError {
    /// The cost is outside what the function or this server allows.
    #[error("this cost of hashing is not possible")]
    Cost,
    /// The stored text is no hash of a kind that is known here.
    #[error("the stored password hash cannot be read")]
    Unreadable,
    /// The function refused its input.
    #[error("the password cannot be hashed")]
    Function,
}

/// The password was right. Only [`verify`] makes one.
#[derive(Debug)]
pub struct VerifiedPassword(());

/// The hash of a password that was judged acceptable. Only [`hash_new`] makes one, and only it can
/// take the place of a password in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasswordHash(String);

impl NewPasswordHash {
    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hashes a password into a PHC string.
pub fn hash(
    password: &str,
    salt: &[u8; SALT_BYTES],
    cost: &PasswordCost,
    memory: &mut HashMemory,
) -> Result<String, PasswordHashError> {
    argon2id::hash(password, salt, cost, memory)
}

/// Hashes a new password.
pub fn hash_new(
    password: &AcceptablePassword,
    salt: &[u8; SALT_BYTES],
    cost: &PasswordCost,
    memory: &mut HashMemory,
) -> Result<NewPasswordHash, PasswordHashError> {
    hash(password.expose(), salt, cost, memory).map(NewPasswordHash)
}

/// Checks a password against a stored hash, at the cost that it names. Memory that is only needed
/// for a hash dearer than `wanted` is not kept.
pub fn verify(
    password: &str,
    stored: &str,
    wanted: &PasswordCost,
    memory: &mut HashMemory,
) -> Result<Option<VerifiedPassword>, PasswordHashError> {
    let right = match StoredHash::parse(stored)? {
        StoredHash::Argon2(hash) => hash.matches(password, wanted, memory),
        StoredHash::Bcrypt(hash) => Ok(hash.matches(password)),
        StoredHash::Pbkdf2(hash) => Ok(hash.matches(password)),
        StoredHash::Scrypt(hash) => hash.matches(password),
    }?;
    Ok(right.then_some(VerifiedPassword(())))
}

/// Whether a hash that verified should be replaced: it is foreign, or made at another cost.
pub fn needs_rehash(stored: &str, wanted: &PasswordCost) -> bool {
    match StoredHash::parse(stored) {
        Ok(StoredHash::Argon2(hash)) => !hash.is_own(wanted),
        Ok(StoredHash::Bcrypt(_) | StoredHash::Pbkdf2(_) | StoredHash::Scrypt(_)) | Err(_) => true,
    }
}

/// Which function made a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashKind {
    /// argon2id or argon2i (RFC 9106).
    Argon2,
    /// bcrypt.
    Bcrypt,
    /// PBKDF2 (RFC 8018).
    Pbkdf2,
    /// scrypt (RFC 7914).
    Scrypt,
}

/// Which kind a text is; an error when nobody could sign in with it.
pub fn kind_of(stored: &str) -> Result<HashKind, PasswordHashError> {
    Ok(match StoredHash::parse(stored)? {
        StoredHash::Argon2(_) => HashKind::Argon2,
        StoredHash::Bcrypt(_) => HashKind::Bcrypt,
        StoredHash::Pbkdf2(_) => HashKind::Pbkdf2,
        StoredHash::Scrypt(_) => HashKind::Scrypt,
    })
}

/// A hash as it is stored: ours, or one that came from elsewhere and stays until its owner signs in.
enum StoredHash {
    Argon2(Argon2Hash),
    Bcrypt(Bcrypt),
    Pbkdf2(Pbkdf2),
    Scrypt(Scrypt),
}

impl StoredHash {
    /// Reads a hash, and refuses what no thread should be made to compute.
    fn parse(stored: &str) -> Result<Self, PasswordHashError> {
        if stored.len() > LONGEST_HASH {
            return Err(PasswordHashError::Unreadable);
        }
        // Django names the function before the string that the function wrote.
        let stored = stored.strip_prefix("argon2").unwrap_or(stored);
        let stored = stored.strip_prefix("bcrypt$").unwrap_or(stored);
        if stored.starts_with("$argon2") {
            Argon2Hash::parse(stored).map(Self::Argon2)
        } else if stored.starts_with("$2") {
            Bcrypt::parse(stored).map(Self::Bcrypt)
        } else if stored.starts_with("pbkdf2") || stored.starts_with("$pbkdf2") {
            Pbkdf2::parse(stored).map(Self::Pbkdf2)
        } else if stored.starts_with("scrypt") || stored.starts_with("$scrypt") {
            Scrypt::parse(stored).map(Self::Scrypt)
        } else {
            Err(PasswordHashError::Unreadable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };
    const SALT: [u8; SALT_BYTES] = [7; SALT_BYTES];

    fn cheap(password: &str) -> String {
        hash(password, &SALT, &CHEAP, &mut HashMemory::default()).unwrap()
    }

    fn verified(password: &str, stored: &str) -> bool {
        let memory = &mut HashMemory::default();
        verify(password, stored, &CHEAP, memory).unwrap().is_some()
    }

    #[test]
    fn verifies_the_right_password_only() {
        let stored = cheap("correct horse");
        assert!(verified("correct horse", &stored));
        assert!(!verified("Correct horse", &stored));
        assert!(!verified("", &stored));
    }

    #[test]
    fn reused_memory_changes_no_hash() {
        let memory = &mut HashMemory::default();
        let larger = PasswordCost {
            memory_kib: 256,
            ..CHEAP
        };
        hash("other", &[1; SALT_BYTES], &larger, memory).unwrap();
        assert_eq!(hash("x", &SALT, &CHEAP, memory).unwrap(), cheap("x"));
    }

    #[test]
    fn memory_for_a_dearer_hash_is_not_kept() {
        let dear = PasswordCost {
            memory_kib: 256,
            ..CHEAP
        };
        let stored = hash("x", &SALT, &dear, &mut HashMemory::default()).unwrap();
        let mut memory = HashMemory::default();
        for (wanted, kept) in [(&CHEAP, "0 KiB"), (&dear, "256 KiB")] {
            assert!(verify("x", &stored, wanted, &mut memory).unwrap().is_some());
            assert!(
                format!("{memory:?}").contains(&format!(" {kept}]")),
                "{memory:?}"
            );
        }
    }

    #[test]
    fn writes_a_phc_string_that_the_crate_itself_verifies() {
        use argon2::password_hash::phc::PasswordHash;
        use argon2::{Argon2, PasswordVerifier as _};
        let stored = cheap("x");
        assert!(
            stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
            "{stored}"
        );
        let phc = PasswordHash::new(&stored).unwrap();
        assert!(Argon2::default().verify_password(b"x", &phc).is_ok());
    }

    #[test]
    fn asks_for_a_new_hash_when_the_cost_changed() {
        let stored = cheap("x");
        assert!(!needs_rehash(&stored, &CHEAP));
        assert!(needs_rehash(&stored, &PasswordCost::default()));
        assert!(needs_rehash("nonsense", &CHEAP));
        assert!(needs_rehash(&stored.replace("argon2id", "argon2i"), &CHEAP));
        assert!(needs_rehash(&stored.replace("v=19", "v=16"), &CHEAP));
    }

    #[test]
    fn no_password_matches_the_decoy_which_costs_the_same() {
        let stored = decoy(&CHEAP).unwrap();
        assert!(!verified("", &stored));
        assert!(!needs_rehash(&stored, &CHEAP));
        assert_eq!(stored.len(), cheap("x").len());
    }
}
