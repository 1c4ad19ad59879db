//! scrypt (RFC 7914) as PHC strings, Django and Werkzeug keep it.

use scrypt::Params;
use subtle::ConstantTimeEq as _;

use super::{Parts, from_base64, from_hex, number};
use crate::account::password::PasswordHashError;

/// Bytes of memory, and bytes walked through in all lanes.
const MEMORY_LIMIT: u64 = 256 * 1024 * 1024;
const WORK_LIMIT: u64 = 1024 * 1024 * 1024;

/// A stored hash.
pub(in crate::account::password) struct Scrypt {
    params: Params,
    salt: Vec<u8>,
    output: Vec<u8>,
}

/// Cost, block size and lanes as they are written.
struct Numbers {
    log_n: u8,
    r: u32,
    p: u32,
}

impl Numbers {
    /// Cost as a number, which must be a power of two.
    fn of(n: u32, r: u32, p: u32) -> Option<Self> {
        let log_n = u8::try_from(n.checked_ilog2()?).ok()?;
        n.is_power_of_two().then_some(Self { log_n, r, p })
    }

    fn within_limits(&self) -> bool {
        let n = 1_u64.checked_shl(self.log_n.into());
        let memory = n.and_then(|n| n.checked_mul(128)?.checked_mul(self.r.into()));
        let work = memory.and_then(|memory| memory.checked_mul(self.p.into()));
        memory.is_some_and(|memory| memory <= MEMORY_LIMIT)
            && work.is_some_and(|work| work <= WORK_LIMIT)
    }
}

impl Scrypt {
    /// Reads any of the forms below.
    pub(in crate::account::password) fn parse(stored: &str) -> Result<Self, PasswordHashError> {
        let (numbers, parts) = Self::phc(stored)
            .or_else(|| Self::django(stored))
            .or_else(|| Self::werkzeug(stored))
            .ok_or(PasswordHashError::Unreadable)?;
        if !numbers.within_limits() {
            return Err(PasswordHashError::Cost);
        }
        let params = Params::new(numbers.log_n, numbers.r, numbers.p);
        Ok(Self {
            params: params.map_err(|_impossible| PasswordHashError::Unreadable)?,
            salt: parts.salt,
            output: parts.output,
        })
    }

    /// Whether a password is the one.
    pub(in crate::account::password) fn matches(
        &self,
        password: &str,
    ) -> Result<bool, PasswordHashError> {
        let mut output = vec![0; self.output.len()];
        scrypt::scrypt(password.as_bytes(), &self.salt, &self.params, &mut output)
            .map_err(|_refused| PasswordHashError::Function)?;
        Ok(self.output.ct_eq(&output).into())
    }

    /// `$scrypt$ln=16,r=8,p=1$salt$output`
    fn phc(stored: &str) -> Option<(Numbers, Parts)> {
        let fields: Vec<&str> = stored.strip_prefix("$scrypt$")?.split('$').collect();
        let [parameters, salt, output] = *fields.as_slice() else {
            return None;
        };
        let parameters: Vec<&str> = parameters.split(',').collect();
        let [log_n, r, p] = *parameters.as_slice() else {
            return None;
        };
        let numbers = Numbers {
            log_n: u8::try_from(number(log_n.strip_prefix("ln=")?)?).ok()?,
            r: number(r.strip_prefix("r=")?)?,
            p: number(p.strip_prefix("p=")?)?,
        };
        Some((
            numbers,
            Parts::of(from_base64(salt)?, from_base64(output)?)?,
        ))
    }

    /// `scrypt$16384$salt$8$5$output`; the salt is hashed as it is written.
    fn django(stored: &str) -> Option<(Numbers, Parts)> {
        let fields: Vec<&str> = stored.strip_prefix("scrypt$")?.split('$').collect();
        let [n, salt, r, p, output] = *fields.as_slice() else {
            return None;
        };
        let numbers = Numbers::of(number(n)?, number(r)?, number(p)?)?;
        Some((numbers, Parts::of(salt.into(), from_base64(output)?)?))
    }

    /// `scrypt:32768:8:1$salt$output` with the output in hexadecimal; the salt is hashed as it is
    /// written.
    fn werkzeug(stored: &str) -> Option<(Numbers, Parts)> {
        let fields: Vec<&str> = stored.strip_prefix("scrypt:")?.split('$').collect();
        let [method, salt, output] = *fields.as_slice() else {
            return None;
        };
        let method: Vec<&str> = method.split(':').collect();
        let [n, r, p] = *method.as_slice() else {
            return None;
        };
        let numbers = Numbers::of(number(n)?, number(r)?, number(p)?)?;
        Some((numbers, Parts::of(salt.into(), from_hex(output)?)?))
    }
}
