//! Passwords that are being chosen: whether one is acceptable, and its hash. The one place where
//! pages ask.

use crate::account::password::SALT_BYTES;
use crate::flows::hash_pool::HashPoolError;
use crate::flows::{App, FlowError};
use crate::secret::SecretString;

/// New passwords have at least so many characters.
pub const SHORTEST: usize = 15;
/// And at most so many.
pub const LONGEST: usize = 256;

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// It has fewer characters than [`SHORTEST`].
    TooShort,
    /// It has more characters than [`LONGEST`].
    TooLong,
}

/// Judges a new password; costs nothing worth counting.
pub(crate) fn judge(password: &SecretString) -> Result<(), PasswordRefusal> {
    let length = password.expose().chars().count();
    if length < SHORTEST {
        Err(PasswordRefusal::TooShort)
    } else if length > LONGEST {
        Err(PasswordRefusal::TooLong)
    } else {
        Ok(())
    }
}

/// Hashes a password that was judged.
pub(crate) async fn hash<R>(app: &App, password: SecretString) -> Result<String, FlowError<R>> {
    let mut salt = [0; SALT_BYTES];
    app.entropy.fill(&mut salt)?;
    app.hashing
        .hash(password, salt)
        .await
        .map_err(|error| match error {
            HashPoolError::Overloaded { retry_after } => FlowError::Busy { retry_after },
            HashPoolError::Lost(lost) => FlowError::Fault(lost.into()),
            HashPoolError::Hash(error) => FlowError::Fault(error.into()),
        })
}
