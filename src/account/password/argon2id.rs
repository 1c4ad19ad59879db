//! argon2id, which we make, and what else of its family comes from elsewhere (RFC 9106), in PHC
//! strings.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2I_IDENT, ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;

use super::PasswordHashError;

/// Bytes of salt (RFC 9106 §3.1 recommends 16).
pub const SALT_BYTES: usize = 16;
const OUTPUT_BYTES: usize = 32;
/// A stored hash that asks for more memory is refused, so that no row can exhaust a node.
const MEMORY_LIMIT_KIB: u32 = 256 * 1024;
/// As many passes and lanes as can be configured.
const PASSES_LIMIT: u32 = 16;
const LANES_LIMIT: u32 = 16;

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

/// Working memory, kept between hashes: allocating it anew costs as much as some hashes.
#[derive(Default)]
pub struct HashMemory(Vec<Block>);

impl HashMemory {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        // Never shrunk: what is kept has the one cost of this server, save after a change of it.
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

/// Hashes a password into a PHC string.
pub(super) fn hash(
    password: &str,
    salt: &[u8; SALT_BYTES],
    cost: &PasswordCost,
    memory: &mut HashMemory,
) -> Result<String, PasswordHashError> {
    let params = params(cost)?;
    let mut output = [0; OUTPUT_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    compute(&argon2, password, salt, &mut output, memory)?;
    phc(&params, salt, &output)
}

/// A hash that no password is known to match, of the given cost: checking it for unknown users
/// takes as long as checking a real one.
pub fn decoy(cost: &PasswordCost) -> Result<String, PasswordHashError> {
    phc(&params(cost)?, &[0; SALT_BYTES], &[0; OUTPUT_BYTES])
}

/// A stored hash of the family.
pub(super) struct Argon2Hash {
    argon2: Argon2<'static>,
    algorithm: Algorithm,
    version: Version,
    salt: Salt,
    output: Output,
}

impl Argon2Hash {
    /// argon2d is refused: nobody stores passwords with it.
    pub(super) fn parse(stored: &str) -> Result<Self, PasswordHashError> {
        let phc = PasswordHash::new(stored).map_err(|_bad| PasswordHashError::Unreadable)?;
        let algorithm = match phc.algorithm {
            name if name == ARGON2ID_IDENT => Algorithm::Argon2id,
            name if name == ARGON2I_IDENT => Algorithm::Argon2i,
            _ => return Err(PasswordHashError::Unreadable),
        };
        // A string without a version is older than the parameter.
        let version = phc.version.map_or(Ok(Version::V0x10), Version::try_from);
        let version = version.map_err(|_bad| PasswordHashError::Unreadable)?;
        let params = Params::try_from(&phc).map_err(|_bad| PasswordHashError::Unreadable)?;
        let (Some(salt), Some(output)) = (phc.salt, phc.hash) else {
            return Err(PasswordHashError::Unreadable);
        };
        let too_dear = params.m_cost() > MEMORY_LIMIT_KIB
            || params.t_cost() > PASSES_LIMIT
            || params.p_cost() > LANES_LIMIT;
        if too_dear {
            return Err(PasswordHashError::Cost);
        }
        Ok(Self {
            argon2: Argon2::new(algorithm, version, params),
            algorithm,
            version,
            salt,
            output,
        })
    }

    pub(super) fn matches(
        &self,
        password: &str,
        wanted: &PasswordCost,
        memory: &mut HashMemory,
    ) -> Result<bool, PasswordHashError> {
        let expected = self.output.as_bytes();
        let mut room = [0; Output::MAX_LENGTH];
        let output = room
            .get_mut(..expected.len())
            .ok_or(PasswordHashError::Unreadable)?;
        let mut dear = HashMemory::default();
        let memory = if self.argon2.params().m_cost() > wanted.memory_kib {
            &mut dear
        } else {
            memory
        };
        compute(&self.argon2, password, &self.salt, output, memory)?;
        Ok(expected.ct_eq(output).into())
    }

    /// Whether it is what [`hash`] would write at a cost.
    pub(super) fn is_own(&self, wanted: &PasswordCost) -> bool {
        let params = self.argon2.params();
        let cost = PasswordCost {
            memory_kib: params.m_cost(),
            passes: params.t_cost(),
            lanes: params.p_cost(),
        };
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && self.output.len() == OUTPUT_BYTES
            && cost == *wanted
    }
}

fn params(cost: &PasswordCost) -> Result<Params, PasswordHashError> {
    if cost.memory_kib > MEMORY_LIMIT_KIB {
        return Err(PasswordHashError::Cost);
    }
    Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(OUTPUT_BYTES))
        .map_err(|_out_of_range| PasswordHashError::Cost)
}

fn compute(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &[u8],
    output: &mut [u8],
    memory: &mut HashMemory,
) -> Result<(), PasswordHashError> {
    let blocks = memory.blocks(argon2.params().block_count());
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, output, blocks)
        .map_err(|_refused| PasswordHashError::Function)
}

fn phc(params: &Params, salt: &[u8], output: &[u8]) -> Result<String, PasswordHashError> {
    Ok(PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_bad| PasswordHashError::Cost)?,
        salt: Some(Salt::new(salt).map_err(|_bad| PasswordHashError::Function)?),
        hash: Some(Output::new(output).map_err(|_bad| PasswordHashError::Function)?),
    }
    .to_string())
}
