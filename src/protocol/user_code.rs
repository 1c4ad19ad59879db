//! The code that a person carries from a device to a browser (RFC 8628 §6.1).

use std::fmt;

/// RFC 8628 §6.1: consonants only, so that no code is a word and none holds look-alikes of digits.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// 20⁸ codes: 34 bits and a half.
const LENGTH: usize = 8;
/// Bytes from here on would make the first letters of the alphabet likelier than the others.
const FAIR_BELOW: u8 = 240;

/// A user code in its one spelling: eight capital letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserCode(String);

impl UserCode {
    /// Makes a code of random bytes; `None` when too few of them can be used. Of 32 bytes 30 can,
    /// on average.
    pub fn draw(random: &[u8]) -> Option<Self> {
        let letters: String = random
            .iter()
            .filter(|byte| **byte < FAIR_BELOW)
            .filter_map(|byte| ALPHABET.get(usize::from(byte % 20)))
            .take(LENGTH)
            .map(|letter| char::from(*letter))
            .collect();
        (letters.len() == LENGTH).then_some(Self(letters))
    }

    /// Reads what a person typed: in any case, with or without separators of any kind.
    pub fn parse(typed: &str) -> Option<Self> {
        let letters: String = typed
            .chars()
            .filter(|c| c.is_alphanumeric())
            .map(|c| c.to_ascii_uppercase())
            .take(LENGTH + 1)
            .collect();
        let valid = letters.len() == LENGTH && letters.bytes().all(|b| ALPHABET.contains(&b));
        valid.then_some(Self(letters))
    }

    /// The letters alone, as in addresses and rows.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserCode {
    /// As people read it: `WDJB-MJHT`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_at_checked(LENGTH / 2) {
            Some((first, second)) => write!(f, "{first}-{second}"),
            None => f.write_str(&self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8628 §6.1
    #[test]
    fn reads_every_spelling_of_a_code() {
        let code = UserCode("WDJBMJHT".to_owned());
        for typed in [
            "WDJB-MJHT",
            "wdjb-mjht",
            "WDJBMJHT",
            " wdjb mjht ",
            "W.D.J.B.M.J.H.T",
            "wdjb\u{2013}mjht",
        ] {
            assert_eq!(UserCode::parse(typed), Some(code.clone()), "{typed:?}");
        }
        assert_eq!(code.to_string(), "WDJB-MJHT");
    }

    #[test]
    fn reads_nothing_else() {
        for typed in [
            "",
            "WDJB-MJH",
            "WDJB-MJHTT",
            "WDJB-MJHA",
            "WDJB-MJH0",
            "WDJB-MJH\u{df}",
            "WDJB-MJH\u{ff34}",
        ] {
            assert_eq!(UserCode::parse(typed), None, "{typed:?}");
        }
    }

    /// RFC 8628 §5.1, §6.1
    #[test]
    fn every_letter_is_as_likely_as_the_others() {
        let mut counts = [0; 20];
        for byte in (0..=u8::MAX).filter(|byte| *byte < FAIR_BELOW) {
            let code = UserCode::draw(&[byte; LENGTH]).unwrap();
            let place = ALPHABET
                .iter()
                .position(|letter| code.as_str().as_bytes()[0] == *letter);
            counts[place.unwrap()] += 1;
        }
        assert_eq!(counts, [12; 20]);
        assert_eq!(UserCode::draw(&[u8::MAX; 32]), None);
        assert_eq!(UserCode::draw(&[0; LENGTH - 1]), None);
    }
}
