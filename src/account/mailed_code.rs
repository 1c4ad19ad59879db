//! The code that is mailed when a password alone is doubted.
//!
//! It is typed in the browser that gave the password, and is worth nothing in another: a link would
//! let whoever has a stolen password wait for its owner to follow it.

use crate::secret::{Digest, SecretString};

/// Random bytes of one code.
pub const CODE_BYTES: usize = 8;

const DIGITS: usize = 8;

/// Writes random bytes as a code.
pub fn write(random: [u8; CODE_BYTES]) -> SecretString {
    let number = u64::from_be_bytes(random) % 100_000_000;
    SecretString::new(format!("{number:08}"))
}

/// What is kept of a code as it was typed, for the sign-in of a cookie: who reads the record cannot
/// try all codes without that. `None` when it cannot be a code.
pub fn digest(cookie: &str, text: &str) -> Option<Digest> {
    let code: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .collect();
    let fits = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| Digest::of(&format!("{cookie} {code}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_eight_digits_and_reads_them_in_any_spelling() {
        let code = write([0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(code.expose(), "00000258");
        assert_eq!(write([255; 8]).expose().len(), 8);
        let kept = digest("cookie", "00000258").unwrap();
        for spelling in [" 0000 0258 ", "0000-0258", "0 0 0 0 0 2 5 8"] {
            assert_eq!(digest("cookie", spelling), Some(kept), "{spelling}");
        }
        assert_ne!(digest("another", "00000258"), Some(kept));
        for text in ["", "0000025", "000002580", "0000025a", "\u{0660}0000258"] {
            assert_eq!(digest("cookie", text), None, "{text}");
        }
    }
}
