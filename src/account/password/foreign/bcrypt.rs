//! bcrypt in the modular crypt format, `$2b$12$…`.

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;

use crate::account::password::PasswordHashError;

/// The last character of each part has bits to spare, which not every writer clears.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// A cost of 15 takes about two seconds.
const COST: std::ops::RangeInclusive<u32> = 4..=15;
const SALT_CHARACTERS: usize = 22;
/// bcrypt reads no further.
const PASSWORD_BYTES: usize = 72;
/// One byte less than the function gives.
const OUTPUT_BYTES: usize = 23;

/// A stored hash.
pub(in crate::account::password) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    output: [u8; OUTPUT_BYTES],
}

impl Bcrypt {
    /// Reads `$2a$`, `$2b$` and `$2y$`, which are the same function; `$2x$` is the one with the sign
    /// error.
    pub(in crate::account::password) fn parse(stored: &str) -> Result<Self, PasswordHashError> {
        let hash = Self::read(stored).ok_or(PasswordHashError::Unreadable)?;
        if COST.contains(&hash.cost) {
            Ok(hash)
        } else {
            Err(PasswordHashError::Cost)
        }
    }

    fn read(stored: &str) -> Option<Self> {
        let rest = ["$2a$", "$2b$", "$2y$"]
            .iter()
            .find_map(|prefix| stored.strip_prefix(prefix))?;
        let (cost, encoded) = rest.split_once('$')?;
        let two_digits = cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit());
        let (salt, output) = encoded.split_at_checked(SALT_CHARACTERS)?;
        Some(Self {
            cost: cost.parse().ok().filter(|_| two_digits)?,
            salt: BASE64.decode(salt).ok()?.try_into().ok()?,
            output: BASE64.decode(output).ok()?.try_into().ok()?,
        })
    }

    /// Whether a password is the one, as far as bcrypt looks at it.
    pub(in crate::account::password) fn matches(&self, password: &str) -> bool {
        // The C string's end is hashed as well, if there is room for it.
        let bytes: Vec<u8> = password.bytes().chain([0]).take(PASSWORD_BYTES).collect();
        let output = bcrypt::bcrypt(self.cost, self.salt, &bytes);
        let output = output.get(..OUTPUT_BYTES).unwrap_or_default();
        self.output.ct_eq(output).into()
    }
}
