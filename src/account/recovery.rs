//! Recovery codes: what a person writes down for the day on which the second factor is lost.
//!
//! A code carries 120 random bits, so that a fast digest is enough to keep of it (ASVS 6.5.2).

use crate::secret::{Digest, SecretString};

/// How many a person has.
pub const CODES: usize = 10;
/// Random bytes of one code.
pub const CODE_BYTES: usize = 15;

const LENGTH: usize = 24;
const GROUP: usize = 4;
/// Crockford's base32: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes random bytes as a code, in groups.
pub fn write(random: &[u8; CODE_BYTES]) -> SecretString {
    let letters = random.chunks(5).flat_map(|chunk| {
        let bits = chunk
            .iter()
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        (0..8).rev().map(move |place| {
            let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
            char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
        })
    });
    let mut text = String::new();
    for (place, letter) in letters.enumerate() {
        if place > 0 && place % GROUP == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    SecretString::new(text)
}

/// The digest of a code as it was typed: capitals, spaces and dashes make no difference, and what
/// looks like a digit is one. `None` when it cannot be a code.
pub fn digest(text: &str) -> Option<Digest> {
    let mut canonical = String::with_capacity(LENGTH);
    for letter in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let letter = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let known = u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte));
        if !known || canonical.len() == LENGTH {
            return None;
        }
        canonical.push(letter);
    }
    (canonical.len() == LENGTH).then(|| Digest::of(&canonical))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = write(b"\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf\x84\x65\x3a\x56\xd7");
        assert_eq!(code.expose(), "0123-4567-89AB-CDEF-GHJK-MNPQ");
        let known = digest(code.expose());
        assert!(known.is_some());
        assert_eq!(digest(" o i23 4567 89ab cdef ghjk mnpq "), known);
        assert_ne!(digest("0123-4567-89AB-CDEF-GHJK-MNPR"), known);
    }

    #[test]
    fn what_cannot_be_a_code_has_no_digest() {
        for text in [
            "",
            "123456",
            "0123-4567-89AB-CDEF-GHJK-MNPU",
            &"0".repeat(25),
        ] {
            assert_eq!(digest(text), None, "{text}");
        }
    }
}
