//! One-time passwords by time (RFC 6238), as authenticator apps make them: HMAC-SHA-1, six digits,
//! thirty seconds.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::protocol::plain_text::plain_part;
use crate::protocol::time::Timestamp;
use crate::secret::{Secret, hmac_sha1};

/// A secret's length in bytes (RFC 4226 §4 R6 recommends 160 bits).
pub const SECRET_BYTES: usize = 20;
/// How long one password holds, in seconds.
pub const STEP_SECONDS: i64 = 30;
/// How many passwords before and after the present one are taken too, for clocks that are off
/// (RFC 6238 §5.2).
pub const DRIFT_STEPS: i64 = 1;
/// Authenticator apps that one person may have.
pub const DEVICES_LIMIT: u32 = 5;
/// The longest name of one, in characters.
pub const NAME_LIMIT: usize = 40;

const DIGITS: usize = 6;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an app and this server share.
pub type TotpSecret = Secret<[u8; SECRET_BYTES]>;

/// A password as it was typed.
#[derive(Clone)]
pub struct TotpCode([u8; DIGITS]);

impl TotpCode {
    /// Reads six digits; spaces and dashes between them make no difference.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'-')
            .take(DIGITS + 1)
            .collect();
        let digits: [u8; DIGITS] = digits.try_into().ok()?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then_some(Self(digits))
    }
}

impl fmt::Debug for TotpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[code]")
    }
}

/// The step of a moment (RFC 6238 §4.2).
pub const fn step_at(now: Timestamp) -> i64 {
    now.unix_seconds().div_euclid(STEP_SECONDS)
}

/// The password of a step (RFC 4226 §5.3), as its digits.
pub fn password(secret: &TotpSecret, step: i64) -> [u8; DIGITS] {
    let tag = hmac_sha1(secret.expose(), &step.to_be_bytes());
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
    let four = tag.iter().skip(offset).take(4);
    let number = four.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff;
    let mut rest = number % 1_000_000;
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits
}

/// The step that a password belongs to, if it is among those that hold now. All are compared,
/// each in constant time, so that the time taken tells nothing.
pub fn matching_step(secret: &TotpSecret, code: &TotpCode, now: Timestamp) -> Option<i64> {
    let present = step_at(now);
    let mut found = None;
    for step in present - DRIFT_STEPS..=present + DRIFT_STEPS {
        if bool::from(password(secret, step).ct_eq(&code.0)) {
            found = Some(step);
        }
    }
    found
}

/// The secret as people type it: base32 (RFC 4648 §6) in groups of four.
pub fn secret_text(secret: &TotpSecret) -> String {
    let mut text = String::new();
    for (place, letter) in base32(secret.expose()).enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

/// The address that an app reads from the picture: the issuer and the account are shown in it
/// (the "Key URI Format" of authenticator apps).
pub fn enrolment_uri(secret: &TotpSecret, issuer: &str, account: &str) -> String {
    let (issuer, account) = (escaped(issuer), escaped(account));
    let secret: String = base32(secret.expose()).collect();
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}\
         &algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )
}

/// A name for an app: what of a text is shown, of a bounded length; a plain one when nothing is left.
pub fn device_name(text: &str) -> String {
    let name = plain_part(text, NAME_LIMIT);
    if name.is_empty() {
        return "Authenticator app".to_owned();
    }
    name
}

/// Percent-encodes everything but unreserved characters (RFC 3986 §2.3): a space as `+` would be
/// shown as it is.
fn escaped(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for half in [byte >> 4, byte & 0x0f] {
                let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                encoded.push(digit.to_ascii_uppercase());
            }
        }
    }
    encoded
}

/// The bytes of a whole number of 40-bit groups as base32.
fn base32(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.chunks(5).flat_map(|chunk| {
        let bits = chunk
            .iter()
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        (0..8).rev().map(move |place| {
            let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
            char::from(BASE32.get(index).copied().unwrap_or(b'A'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        Secret::new(*b"12345678901234567890")
    }

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    /// RFC 4226 Appendix D, RFC 6238 Appendix B
    #[test]
    fn makes_the_passwords_of_the_specifications() {
        let by_count = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (count, expected) in by_count.iter().enumerate() {
            let step = i64::try_from(count).unwrap();
            assert_eq!(password(&secret(), step), expected.as_bytes());
        }
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(
                password(&secret(), step_at(at(seconds))),
                expected.as_bytes()
            );
        }
    }

    /// RFC 6238 §5.2
    #[test]
    fn takes_one_step_of_drift_and_no_more() {
        let code = TotpCode::parse("005 924").unwrap();
        let step = 1_234_567_890 / 30;
        for (moved, found) in [
            (-60, None),
            (-30, Some(step)),
            (0, Some(step)),
            (30, Some(step)),
            (60, None),
        ] {
            assert_eq!(
                matching_step(&secret(), &code, at(1_234_567_890 + moved)),
                found,
                "{moved}"
            );
        }
    }

    #[test]
    fn reads_six_digits_and_nothing_else() {
        assert!(TotpCode::parse("123456").is_some());
        assert!(TotpCode::parse(" 123-456 ").is_some());
        for text in ["", "12345", "1234567", "12345a", "１２３４５６", "-------"] {
            assert!(TotpCode::parse(text).is_none(), "{text}");
        }
        assert_eq!(format!("{:?}", TotpCode::parse("123456")), "Some([code])");
    }

    /// RFC 4648 §10
    #[test]
    fn writes_the_secret_for_eyes_and_for_cameras() {
        let text = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";
        assert_eq!(secret_text(&secret()), text);
        assert_eq!(
            enrolment_uri(&secret(), "Acme & Söhne", "ada@example.com"),
            "otpauth://totp/Acme%20%26%20S%C3%B6hne:ada@example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%26%20S%C3%B6hne\
             &algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn every_app_has_a_name() {
        assert_eq!(device_name("  Phone\n "), "Phone");
        assert_eq!(device_name(" \u{7} "), "Authenticator app");
        assert_eq!(device_name(&"x".repeat(100)).chars().count(), NAME_LIMIT);
    }
}
