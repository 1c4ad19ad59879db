//! Password hashes: argon2id (RFC 9106) in PHC strings.
//!
//! Owns: hashing, verifying, and when a hash is due to be replaced. Refuses to know: where the
//! salt comes from and on which thread the work runs; each call takes tens of milliseconds.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};

/// Bytes of salt (RFC 9106 §3.1 recommends 16).
pub const SALT_BYTES: usize = 16;
const OUTPUT_BYTES: usize = 32;
/// A stored hash that asks for more memory is refused, so that no row can exhaust a node.
const MEMORY_LIMIT_KIB: u32 = 256 * 1024;

/// How hard a hash is to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// The first choice of the OWASP password storage cheat sheet.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}

/// Why a hash could not be computed. Carries nothing of the password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordHashError {
    /// The cost is outside what argon2id or this server allows.
    #[error("this cost of hashing is not possible")]
    Cost,
    /// The stored text is no argon2id hash.
    #[error("the stored password hash cannot be read")]
    Unreadable,
    /// The function refused its input.
    #[error("the password cannot be hashed")]
    Function,
}

/// Working memory, kept between hashes: allocating it anew costs as much as some hashes.
#[derive(Default)]
pub struct HashMemory(Vec<Block>);

impl HashMemory {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        // Never shrunk: all hashes of a server have one cost, save for a while after a change.
        if self.0.len() < count {
            self.0.resize(count, Block::new());
        }
        self.0.get_mut(..count).unwrap_or_default()
    }
}

impl fmt::Debug for HashMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[hash memory, {} KiB]", self.0.len())
    }
}

/// The password was right. Only [`verify`] makes one.
#[derive(Debug)]
pub struct VerifiedPassword(());

/// Hashes a password into a PHC string.
pub fn hash(
    password: &str,
    salt: &[u8; SALT_BYTES],
    cost: &PasswordCost,
    memory: &mut HashMemory,
) -> Result<String, PasswordHashError> {
    let params = params(cost)?;
    let output = compute(password, salt, &params, memory)?;
    phc(&params, salt, &output)
}

/// Checks a password against a PHC string, at the cost that the string names.
pub fn verify(
    password: &str,
    stored: &str,
    memory: &mut HashMemory,
) -> Result<Option<VerifiedPassword>, PasswordHashError> {
    let stored = argon2id(stored)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(PasswordHashError::Unreadable);
    };
    let params = Params::try_from(&stored).map_err(|_bad| PasswordHashError::Unreadable)?;
    if params.m_cost() > MEMORY_LIMIT_KIB || expected.len() != OUTPUT_BYTES {
        return Err(PasswordHashError::Cost);
    }
    let output = compute(password, salt, &params, memory)?;
    // `Output` compares in constant time.
    Ok((output == *expected).then_some(VerifiedPassword(())))
}

/// Whether a hash that verified should be replaced, because the wanted cost is another now.
pub fn needs_rehash(stored: &str, wanted: &PasswordCost) -> bool {
    argon2id(stored)
        .ok()
        .and_then(|stored| Params::try_from(&stored).ok())
        .is_none_or(|stored| {
            stored.m_cost() != wanted.memory_kib
                || stored.t_cost() != wanted.passes
                || stored.p_cost() != wanted.lanes
        })
}

/// A hash that no password is known to match, of the given cost: checking it for unknown users
/// takes as long as checking a real one.
pub fn decoy(cost: &PasswordCost) -> Result<String, PasswordHashError> {
    let output = Output::new(&[0; OUTPUT_BYTES]).map_err(|_bad| PasswordHashError::Function)?;
    phc(&params(cost)?, &[0; SALT_BYTES], &output)
}

fn params(cost: &PasswordCost) -> Result<Params, PasswordHashError> {
    if cost.memory_kib > MEMORY_LIMIT_KIB {
        return Err(PasswordHashError::Cost);
    }
    Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(OUTPUT_BYTES))
        .map_err(|_out_of_range| PasswordHashError::Cost)
}

fn argon2id(stored: &str) -> Result<PasswordHash, PasswordHashError> {
    PasswordHash::new(stored)
        .ok()
        .filter(|phc| phc.algorithm == ARGON2ID_IDENT)
        .filter(|phc| phc.version == Some(Version::V0x13.into()))
        .ok_or(PasswordHashError::Unreadable)
}

fn compute(
    password: &str,
    salt: &[u8],
    params: &Params,
    memory: &mut HashMemory,
) -> Result<Output, PasswordHashError> {
    let blocks = memory.blocks(params.block_count());
    let mut output = [0; OUTPUT_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, blocks)
        .map_err(|_refused| PasswordHashError::Function)?;
    Output::new(&output).map_err(|_bad| PasswordHashError::Function)
}

fn phc(params: &Params, salt: &[u8], output: &Output) -> Result<String, PasswordHashError> {
    Ok(PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_bad| PasswordHashError::Cost)?,
        salt: Some(Salt::new(salt).map_err(|_bad| PasswordHashError::Function)?),
        hash: Some(*output),
    }
    .to_string())
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

    #[test]
    fn verifies_the_right_password_only() {
        let stored = cheap("correct horse");
        let memory = &mut HashMemory::default();
        assert!(verify("correct horse", &stored, memory).unwrap().is_some());
        assert!(verify("Correct horse", &stored, memory).unwrap().is_none());
        assert!(verify("", &stored, memory).unwrap().is_none());
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
    fn writes_a_phc_string_that_the_crate_itself_verifies() {
        use argon2::PasswordVerifier as _;
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
    }

    #[test]
    fn no_password_matches_the_decoy_which_costs_the_same() {
        let stored = decoy(&CHEAP).unwrap();
        let memory = &mut HashMemory::default();
        assert!(verify("", &stored, memory).unwrap().is_none());
        assert!(!needs_rehash(&stored, &CHEAP));
        assert_eq!(stored.len(), cheap("x").len());
    }

    #[test]
    fn refuses_hashes_it_does_not_make() {
        let memory = &mut HashMemory::default();
        let huge = cheap("x").replace("m=64", "m=4194304");
        let older = cheap("x").replace("argon2id", "argon2i");
        for stored in ["", "x", "$2b$12$abc", huge.as_str(), older.as_str()] {
            assert!(verify("x", stored, memory).is_err(), "{stored}");
        }
    }
}
