//! Hashes that other systems made. They are verified, never made; whoever signs in with one has an
//! argon2id hash afterwards.
//!
//! Owns: the texts in which such hashes are kept, and what each may cost at most. A row that asks
//! for more is refused when it is imported, and again when it is read.

mod bcrypt;
pub mod keycloak;
mod pbkdf2;
mod scrypt;

pub(super) use self::bcrypt::Bcrypt;
pub(super) use self::pbkdf2::Pbkdf2;
pub(super) use self::scrypt::Scrypt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding is written by some and left out by others.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes of a salt, and of what a function has put out.
const SALT: std::ops::RangeInclusive<usize> = 8..=64;
const OUTPUT: std::ops::RangeInclusive<usize> = 16..=64;

/// Base64 in either of its usual alphabets for hashes: passlib writes a point for the plus.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.replace('.', "+")).ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let digits: Vec<u8> = text
        .bytes()
        .map(|byte| digit(&byte))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| (high << 4) | low);
    rest.is_empty().then(|| bytes.collect())
}

/// A number without sign, blank or leading zero.
fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

/// A salt and an output of a possible length.
struct Parts {
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Parts {
    fn of(salt: Vec<u8>, output: Vec<u8>) -> Option<Self> {
        let possible = SALT.contains(&salt.len()) && OUTPUT.contains(&output.len());
        possible.then_some(Self { salt, output })
    }
}

#[cfg(test)]
mod tests {
    use crate::account::password::{
        HashKind, HashMemory, PasswordCost, PasswordHashError, kind_of, needs_rehash, verify,
    };

    const PASSWORD: &str = "correct-horse-battery";
    const COST: PasswordCost = PasswordCost {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };

    /// Written by Django 5.2, passlib 1.7, Werkzeug 3.1, argon2-cffi 25.1 and bcrypt 4.0.
    const WRITTEN: [(HashKind, &str); 19] = [
        (
            HashKind::Pbkdf2,
            "pbkdf2_sha256$1000$2fNJATaTTH4EZzrOKQ7kTI$rrzSK7lShYpHHrtxi+DLwgvKRAtXSfsxmjB4WOWHdaA=",
        ),
        (
            HashKind::Pbkdf2,
            "pbkdf2_sha1$1000$L6enJUJBmyqSq68EX6L2oa$FIsQRrXdSktyCoAHbCC1sRaFWFA=",
        ),
        (
            HashKind::Pbkdf2,
            "pbkdf2:sha512:1000$3dNTBmsB5EWe211W$30b70ead90b2acffcff49dfb609bde72518b9647c00c39d61b089f86a097c933fbb479884d81f06049569a72ab7a8ee136559092896252aa867d15002a7db460",
        ),
        (
            HashKind::Pbkdf2,
            "$pbkdf2-sha256$1000$tvY.R8gZI8QYo5TS.h9jjA$MJXgKC8.7bCjUnFQC/7BiMtgrXM6n5oAWMapdVOXxNw",
        ),
        (
            HashKind::Pbkdf2,
            "$pbkdf2-sha256$i=1000,l=32$tvY+R8gZI8QYo5TS+h9jjA$MJXgKC8+7bCjUnFQC/7BiMtgrXM6n5oAWMapdVOXxNw",
        ),
        (
            HashKind::Pbkdf2,
            "$pbkdf2-sha256$i=1000$tvY+R8gZI8QYo5TS+h9jjA$MJXgKC8+7bCjUnFQC/7BiMtgrXM6n5oAWMapdVOXxNw",
        ),
        (
            HashKind::Pbkdf2,
            "$pbkdf2$1000$NcZY6z2HsBbiHOPc.3.vtQ$ziUjj5D/o.3UHapFe9IJSswb6W8",
        ),
        (
            HashKind::Pbkdf2,
            "$pbkdf2-sha512$1000$QiillBKC0FrrXYvR.n8v5Q$DJgOeFustKI2eV7jgeGezHBqhzrqLBKbYFfpft5YaM1F9mqPKW7yGPPuBfmSzR2.EFy8nM2lpdlN2Pck3grmrg",
        ),
        (
            HashKind::Scrypt,
            "scrypt$16$QE6ZH2wXuccaGQ1kDRks6d$8$2$mVJGQkZtaSJACmd14vtphWKBQkPcM9rzQ9XkXa4a9v69QtXHQCGnXhziPh4pf+aA+t6V0e1HzgpmmRZvVUa9lA==",
        ),
        (
            HashKind::Scrypt,
            "scrypt:16:8:1$JWktIu9SojW4G1Y2$f28ee67c964eea21db3ca5ca5971b202f1101f07c3dc91f09d8822a63bcea6d2d50b8d9cc06ac6d31bea81def2184d91af211e36b18f3a901a13bf88161ca6ff",
        ),
        (
            HashKind::Scrypt,
            "$scrypt$ln=4,r=8,p=1$Meb837uXEmLsfY/ROieE8A$8Wst5CGX1vYtTt4FsJtwY2YTcVttD6S53c/up/giq0c",
        ),
        (
            HashKind::Bcrypt,
            "$2a$04$/Sl1wiKpIy/SE0sNPn4UWuf6cbtACHYS7F9V8cmqHlTL/hOi4lFCa",
        ),
        (
            HashKind::Bcrypt,
            "$2b$04$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS",
        ),
        (
            HashKind::Bcrypt,
            "$2y$04$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS",
        ),
        (
            HashKind::Bcrypt,
            "bcrypt$$2b$04$eFNsZgdlBj0Xk4UUGmxcZO6wZxn4zLMCAiDaoRJt9kKrPpQwJoiQi",
        ),
        (
            HashKind::Argon2,
            "argon2$argon2id$v=19$m=64,t=1,p=2$bVpyaE8wUERhTUZEZElpU1JzNUlZTA$39p821bN9lFHwWxby9cP6IbL8gV6xtNoaBQpRC9R+gY",
        ),
        (
            HashKind::Argon2,
            "$argon2i$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$q021LlWa6ixSiKHXrb+YxlHPKPSgZGpDMVd4xAm9tBU",
        ),
        (
            HashKind::Argon2,
            "$argon2i$v=16$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6kfVeZ3fcsnufnbV9Tjlr9+Pf3OVSoWK",
        ),
        (
            HashKind::Argon2,
            "$argon2id$v=19$m=128,t=3,p=4$MDEyMzQ1Njc$G/opGeUfx/jjemKj4nDgeg",
        ),
    ];

    fn matches(password: &str, stored: &str) -> bool {
        let verified = verify(password, stored, &COST, &mut HashMemory::default());
        verified
            .unwrap_or_else(|error| panic!("{error}: {stored}"))
            .is_some()
    }

    #[test]
    fn verifies_what_other_systems_wrote() {
        for (kind, stored) in WRITTEN {
            assert_eq!(kind_of(stored), Ok(kind), "{stored}");
            assert!(matches(PASSWORD, stored), "{stored}");
            for wrong in ["correct-horse-batterz", "", "Correct-horse-battery"] {
                assert!(!matches(wrong, stored), "{wrong:?} {stored}");
            }
            assert!(needs_rehash(stored, &COST), "{stored}");
        }
    }

    /// As the systems that made the hashes did: bytes of UTF-8, and no more than 72 of them.
    #[test]
    fn bcrypt_looks_at_bytes_and_at_72_of_them() {
        let accents = "$2b$04$re0aT7/KFsSPPbAC.wE3lONorldxzRMFN6AW8jhEeu.qlNfi3w1Q2";
        assert!(matches("pässwörd-ßtraße", accents));
        let long = "$2b$04$TIwr0QvRZpwEhBzIGnxCE.btAiCvud31SjFMcSNFVMa/U7Vn4f.lG";
        assert!(matches(&"x".repeat(80), long) && matches(&"x".repeat(72), long));
        assert!(!matches(&"x".repeat(71), long));
    }

    #[test]
    fn refuses_what_no_thread_should_compute() {
        let output = "A".repeat(86);
        for stored in [
            "$argon2id$v=19$m=262145,t=1,p=1$MDEyMzQ1Njc$G/opGeUfx/jjemKj4nDgeg".to_owned(),
            "$argon2id$v=19$m=4294967295,t=1,p=1$MDEyMzQ1Njc$G/opGeUfx/jjemKj4nDgeg".to_owned(),
            "$argon2i$v=19$m=64,t=17,p=1$MDEyMzQ1Njc$G/opGeUfx/jjemKj4nDgeg".to_owned(),
            "$argon2i$v=19$m=1024,t=1,p=17$MDEyMzQ1Njc$G/opGeUfx/jjemKj4nDgeg".to_owned(),
            "$2b$16$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS".to_owned(),
            "$2b$31$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS".to_owned(),
            "$2b$03$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS".to_owned(),
            format!("$pbkdf2-sha256$i=2500001$tvY+R8gZI8QYo5TS+h9jjA${output}"),
            format!("$pbkdf2-sha512$i=5000001$tvY+R8gZI8QYo5TS+h9jjA${output}"),
            format!("$scrypt$ln=19,r=8,p=1$tvY+R8gZI8QYo5TS+h9jjA${output}"),
            format!("$scrypt$ln=17,r=8,p=9$tvY+R8gZI8QYo5TS+h9jjA${output}"),
            format!("$scrypt$ln=63,r=4294967295,p=1$tvY+R8gZI8QYo5TS+h9jjA${output}"),
            format!("$scrypt$ln=200,r=8,p=1$tvY+R8gZI8QYo5TS+h9jjA${output}"),
        ] {
            assert_eq!(kind_of(&stored), Err(PasswordHashError::Cost), "{stored}");
            let verified = verify(PASSWORD, &stored, &COST, &mut HashMemory::default());
            assert!(verified.is_err(), "{stored}");
        }
    }

    #[test]
    fn refuses_what_is_no_hash() {
        let bcrypt = "$2b$04$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS";
        for stored in [
            "",
            "x",
            PASSWORD,
            "$1$abcdefgh$abcdefghijklmnopqrstuv",
            "$6$abcdefgh$abcdefgh",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "{SSHA}abcdefgh",
            "$argon2d$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xU9Yj1Of80jmVcw4vSDei9dKvOkrEUqFivM3agI/Tlk",
            "$argon2id$v=18$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xU9Yj1Of80jmVcw4vSDei9dKvOkrEUqFivM3agI/Tlk",
            "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg",
            "$argon2id$v=19$m=64,t=0,p=1$MDEyMzQ1Njc$G/opGeUfx/jjemKj4nDgeg",
            "$2x$04$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS",
            "$2b$4$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS",
            "$2b$+4$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS",
            "$2b$04$äöüäöüäöüäöüäöüäöü",
            bcrypt.trim_end_matches('S'),
            &format!("{bcrypt}A"),
            "pbkdf2_sha256$0$2fNJATaTTH4EZzrOKQ7kTI$rrzSK7lShYpHHrtxi+DLwgvKRAtXSfsxmjB4WOWHdaA=",
            "pbkdf2_sha256$+9$2fNJATaTTH4EZzrOKQ7kTI$rrzSK7lShYpHHrtxi+DLwgvKRAtXSfsxmjB4WOWHdaA=",
            "pbkdf2_md5$1000$2fNJATaTTH4EZzrOKQ7kTI$rrzSK7lShYpHHrtxi+DLwgvKRAtXSfsxmjB4WOWHdaA=",
            "pbkdf2_sha256$1000$short$rrzSK7lShYpHHrtxi+DLwgvKRAtXSfsxmjB4WOWHdaA=",
            "pbkdf2_sha256$1000$2fNJATaTTH4EZzrOKQ7kTI$rrzS",
            "$pbkdf2-sha256$i=1000,l=16$tvY+R8gZI8QYo5TS+h9jjA$MJXgKC8+7bCjUnFQC/7BiMtgrXM6n5oAWMapdVOXxNw",
            "$pbkdf2-sha256$l=32$tvY+R8gZI8QYo5TS+h9jjA$MJXgKC8+7bCjUnFQC/7BiMtgrXM6n5oAWMapdVOXxNw",
            "$pbkdf2-sha256$i=1,x=2$tvY+R8gZI8QYo5TS+h9jjA$MJXgKC8+7bCjUnFQC/7BiMtgrXM6n5oAWMapdVOXxNw",
            "pbkdf2:sha512:1000$3dNTBmsB5EWe211W$30b70ead90b2acffcff49dfb609bde7",
            "$scrypt$ln=4,r=8$Meb837uXEmLsfY/ROieE8A$8Wst5CGX1vYtTt4FsJtwY2YTcVttD6S53c/up/giq0c",
            "scrypt$17$QE6ZH2wXuccaGQ1kDRks6d$8$2$mVJGQkZtaSJACmd14vtphWKBQkPcM9rzQ9XkXa4a9v69QtXHQCGnXhziPh4pf+aA+t6V0e1HzgpmmRZvVUa9lA==",
            &format!("$2b${}", "0".repeat(1000)),
        ] {
            assert_eq!(
                kind_of(stored),
                Err(PasswordHashError::Unreadable),
                "{stored}"
            );
        }
    }
}
