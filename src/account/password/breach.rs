//! Passwords known from breaches: what may be told of a password to somebody who knows many, and
//! what their answers mean.
//!
//! Follows the range protocol of Pwned Passwords. Five hexadecimal digits of the SHA-1 leave the
//! server, which about a thousand known passwords and countless others share; the answer lists the
//! other thirty-five digits of those that are known. Files are lists of whole digests in the same
//! form, sorted.

use std::cmp::Ordering;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Digits of the digest that are told.
const PREFIX: usize = 5;

/// The SHA-1 of a password in upper-case hexadecimal. Never logged: it is as good as the password.
pub struct BreachDigest(String);

/// What is known of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreachVerdict {
    /// Nobody was asked.
    NotAsked,
    /// It is not among the known ones.
    Unlisted,
    /// It is known.
    Known,
    /// Whoever was asked did not answer.
    NoAnswer,
}

impl BreachDigest {
    /// Of a password.
    pub fn of(password: &str) -> Self {
        use std::fmt::Write as _;
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let mut text = String::with_capacity(40);
        for byte in digest.as_ref() {
            // Writing to a string does not fail.
            write!(text, "{byte:02X}").ok();
        }
        Self(text)
    }

    #[cfg(test)]
    pub(crate) fn reveal(&self) -> String {
        self.0.clone()
    }

    /// What may be told.
    pub fn prefix(&self) -> &str {
        self.0.get(..PREFIX).unwrap_or_default()
    }

    /// Whether an answer lists this digest. Padding has the count 0.
    pub fn is_in_answer(&self, answer: &str) -> bool {
        let suffix = self.0.get(PREFIX..).unwrap_or_default();
        answer.lines().any(|line| {
            let (listed, count) = line.trim_end().split_once(':').unwrap_or((line, ""));
            listed.eq_ignore_ascii_case(suffix) && count != "0"
        })
    }

    /// Where this digest stands beside a line of a sorted file.
    pub fn compare(&self, line: &[u8]) -> Ordering {
        let digits = line.split(|byte| *byte == b':').next().unwrap_or(line);
        let digits = digits.trim_ascii().to_ascii_uppercase();
        self.0.as_bytes().cmp(digits.as_slice())
    }
}

/// Whether a line can be one of such a file.
pub fn is_digest_line(line: &[u8]) -> bool {
    let digits = line
        .split(|byte| *byte == b':')
        .next()
        .unwrap_or(line)
        .trim_ascii();
    digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the range protocol's documentation: SHA-1 of `password`.
    #[test]
    fn tells_five_digits_and_finds_the_others_in_the_answer() {
        let digest = BreachDigest::of("password");
        assert_eq!(digest.prefix(), "5BAA6");
        let known = "1E4C9B93F3F0682250B6CF8331B7EE68FD8:3861493";
        let other = "003D68EB55068C33ACE09247EE4C639306B:3";
        for (answer, found) in [
            (format!("{other}\r\n{known}\r\n"), true),
            (known.to_ascii_lowercase(), true),
            (format!("{other}\r\n"), false),
            (known.replace("3861493", "0"), false),
            (String::new(), false),
        ] {
            assert_eq!(digest.is_in_answer(&answer), found, "{answer:?}");
        }
    }

    #[test]
    fn knows_its_place_among_the_lines_of_a_file() {
        let digest = BreachDigest::of("password");
        let own = b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10\r\n";
        assert_eq!(digest.compare(own), Ordering::Equal);
        assert_eq!(digest.compare(&own.to_ascii_lowercase()), Ordering::Equal);
        assert_eq!(digest.compare(b"5BAA7"), Ordering::Less);
        assert_eq!(digest.compare(b"5BAA5F"), Ordering::Greater);
        assert!(is_digest_line(own) && !is_digest_line(b"password\n"));
    }
}
