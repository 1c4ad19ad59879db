//! PBKDF2 (RFC 8018 §5.2) as Django, passlib, Werkzeug and PHC strings keep it.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{
    self, Algorithm, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512,
};

use super::{Parts, from_base64, from_hex, number};
use crate::account::password::PasswordHashError;

/// Iterations, counted for each block of output; about two seconds.
const WORK_LIMIT: usize = 5_000_000;

/// A stored hash.
pub(in crate::account::password) struct Pbkdf2 {
    function: Function,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

/// The pseudo-random function below.
#[derive(Clone, Copy)]
enum Function {
    Sha1,
    Sha256,
    Sha512,
}

impl Function {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha1 => PBKDF2_HMAC_SHA1,
            Self::Sha256 => PBKDF2_HMAC_SHA256,
            Self::Sha512 => PBKDF2_HMAC_SHA512,
        }
    }

    fn block_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl Pbkdf2 {
    /// Reads any of the forms below.
    pub(in crate::account::password) fn parse(stored: &str) -> Result<Self, PasswordHashError> {
        let hash = Self::phc(stored)
            .or_else(|| Self::django(stored))
            .or_else(|| Self::werkzeug(stored))
            .ok_or(PasswordHashError::Unreadable)?;
        let blocks = hash.output.len().div_ceil(hash.function.block_bytes());
        let iterations = usize::try_from(hash.iterations.get()).unwrap_or(usize::MAX);
        if iterations.saturating_mul(blocks) > WORK_LIMIT {
            return Err(PasswordHashError::Cost);
        }
        Ok(hash)
    }

    /// Whether a password is the one.
    pub(in crate::account::password) fn matches(&self, password: &str) -> bool {
        let algorithm = self.function.algorithm();
        let (iterations, secret) = (self.iterations, password.as_bytes());
        // Compares in constant time.
        pbkdf2::verify(algorithm, iterations, &self.salt, secret, &self.output).is_ok()
    }

    /// `$pbkdf2-sha256$i=600000,l=32$salt$output`, or passlib's `$pbkdf2-sha256$600000$salt$output`;
    /// without a function's name it is SHA-1.
    fn phc(stored: &str) -> Option<Self> {
        let fields: Vec<&str> = stored.strip_prefix("$pbkdf2")?.split('$').collect();
        let [name, parameters, salt, output] = *fields.as_slice() else {
            return None;
        };
        let function = if name.is_empty() {
            Function::Sha1
        } else {
            Function::parse(name.strip_prefix('-')?)?
        };
        let parts = Parts::of(from_base64(salt)?, from_base64(output)?)?;
        let iterations = match number(parameters) {
            Some(iterations) => iterations,
            None => phc_iterations(parameters, parts.output.len())?,
        };
        Self::of(function, iterations, parts)
    }

    /// `pbkdf2_sha256$600000$salt$output`; the salt is hashed as it is written.
    fn django(stored: &str) -> Option<Self> {
        let fields: Vec<&str> = stored.strip_prefix("pbkdf2_")?.split('$').collect();
        let [name, iterations, salt, output] = *fields.as_slice() else {
            return None;
        };
        let parts = Parts::of(salt.into(), from_base64(output)?)?;
        Self::of(Function::parse(name)?, number(iterations)?, parts)
    }

    /// `pbkdf2:sha256:600000$salt$output` with the output in hexadecimal; the salt is hashed as it
    /// is written.
    fn werkzeug(stored: &str) -> Option<Self> {
        let fields: Vec<&str> = stored.strip_prefix("pbkdf2:")?.split('$').collect();
        let [method, salt, output] = *fields.as_slice() else {
            return None;
        };
        let (name, iterations) = method.split_once(':')?;
        let parts = Parts::of(salt.into(), from_hex(output)?)?;
        Self::of(Function::parse(name)?, number(iterations)?, parts)
    }

    fn of(function: Function, iterations: u32, parts: Parts) -> Option<Self> {
        Some(Self {
            function,
            iterations: NonZeroU32::new(iterations)?,
            salt: parts.salt,
            output: parts.output,
        })
    }
}

/// `i=600000`, and `l=32` if it is there, which must be the length of the output.
fn phc_iterations(parameters: &str, length: usize) -> Option<u32> {
    let mut iterations = None;
    for parameter in parameters.split(',') {
        match parameter.split_once('=')? {
            ("i", text) => iterations = Some(number(text)?),
            ("l", text) if number(text) == u32::try_from(length).ok() => {}
            _ => return None,
        }
    }
    iterations
}
