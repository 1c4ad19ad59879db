//! Public keys as JWKs describe them (RFC 7518 §6, RFC 8037 §2), ours and those of clients.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    EcdsaVerificationAlgorithm, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaParameters,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::keys::KeyError;
use crate::keys::jws::Algorithm;
use crate::protocol::ids::KeyId;

/// RFC 7518 §3.3 asks for the lower end; the upper one bounds the work of a verification.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// No key in use has a longer public exponent; most have 65,537.
const RSA_EXPONENT_BYTES: usize = 4;
/// The length of an Ed25519 or X25519 public key (RFC 8032 §5.1.5, RFC 7748 §5).
const OKP_BYTES: usize = 32;

/// The members that describe a public key, and no others: nothing private has a field to be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum KeyMembers {
    /// RFC 7518 §6.3.1.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// RFC 7518 §6.2.1.
    #[serde(rename = "EC")]
    Ec {
        /// The curve.
        crv: String,
        /// The point's first coordinate.
        x: String,
        /// The point's second coordinate.
        y: String,
    },
    /// RFC 8037 §2.
    #[serde(rename = "OKP")]
    Okp {
        /// The curve.
        crv: String,
        /// The public key.
        x: String,
    },
}

impl KeyMembers {
    /// RFC 7638 §3: SHA-256 over the required members in lexical order, without white space.
    pub(super) fn thumbprint(&self) -> Result<KeyId, KeyError> {
        let members = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { crv, x, y } => {
                format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
        };
        KeyId::parse(URL_SAFE_NO_PAD.encode(Sha256::digest(members)))
            .map_err(|_invalid| KeyError::Library("name a key"))
    }
}

/// The curves of RFC 7518 §6.2.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    fn parse(name: &str) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521]
            .into_iter()
            .find(|curve| curve.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    const fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
        }
    }
}

/// A public key whose numbers are what its type asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point that lies on its curve.
    Ec {
        curve: Curve,
        x: Vec<u8>,
        y: Vec<u8>,
    },
    Ed25519 {
        x: Vec<u8>,
    },
    X25519 {
        x: Vec<u8>,
    },
}

impl PublicKey {
    /// `None` for a curve that we do not know and for numbers out of range: RFC 7517 §5 lets
    /// such a key be passed over.
    pub(super) fn read(members: &KeyMembers) -> Option<Self> {
        let key = match members {
            KeyMembers::Rsa { n, e } => {
                let (n, e) = (number(n)?, number(e)?);
                (is_modulus(&n) && is_exponent(&e)).then_some(Self::Rsa { n, e })?
            }
            KeyMembers::Ec { crv, x, y } => {
                let curve = Curve::parse(crv)?;
                let length = curve.coordinate_bytes();
                let (x, y) = (fixed(x, length)?, fixed(y, length)?);
                point_on(curve, &x, &y)?;
                Self::Ec { curve, x, y }
            }
            KeyMembers::Okp { crv, x } => {
                let x = fixed(x, OKP_BYTES)?;
                match crv.as_str() {
                    "Ed25519" => Self::Ed25519 { x },
                    "X25519" => Self::X25519 { x },
                    _ => return None,
                }
            }
        };
        Some(key)
    }

    /// What verifies signatures of `algorithm`; `None` when this key makes none.
    pub(super) fn verifier(&self, algorithm: Algorithm) -> Option<ParsedPublicKey> {
        match (algorithm, self) {
            (Algorithm::Rs256, Self::Rsa { n, e }) => rsa(n, e, &RSA_PKCS1_2048_8192_SHA256),
            (Algorithm::Ps256, Self::Rsa { n, e }) => rsa(n, e, &RSA_PSS_2048_8192_SHA256),
            (Algorithm::Es256, Self::Ec { curve, x, y }) if *curve == Curve::P256 => {
                point_on(*curve, x, y)
            }
            (Algorithm::EdDsa, Self::Ed25519 { x }) => ParsedPublicKey::new(&ED25519, x).ok(),
            _ => None,
        }
    }

    /// The key's members as we write them.
    pub(super) fn members(&self) -> KeyMembers {
        let text = |bytes: &Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa { n, e } => KeyMembers::Rsa {
                n: text(n),
                e: text(e),
            },
            Self::Ec { curve, x, y } => KeyMembers::Ec {
                crv: curve.name().to_owned(),
                x: text(x),
                y: text(y),
            },
            Self::Ed25519 { x } => KeyMembers::Okp {
                crv: "Ed25519".to_owned(),
                x: text(x),
            },
            Self::X25519 { x } => KeyMembers::Okp {
                crv: "X25519".to_owned(),
                x: text(x),
            },
        }
    }
}

fn rsa(n: &[u8], e: &[u8], parameters: &'static RsaParameters) -> Option<ParsedPublicKey> {
    PublicKeyComponents { n, e }
        .to_parsed_public_key(parameters)
        .ok()
}

fn point_on(curve: Curve, x: &[u8], y: &[u8]) -> Option<ParsedPublicKey> {
    // SEC 1 §2.3.3: an uncompressed point.
    let point = [&[4], x, y].concat();
    ParsedPublicKey::new(curve.verification(), point).ok()
}

/// RFC 7518 §2, `Base64urlUInt`: no leading zeros; some programs write one all the same.
fn number(text: &str) -> Option<Vec<u8>> {
    let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Some(bytes)
}

/// RFC 7518 §6.2.1.2: a coordinate has its full length.
fn fixed(text: &str, length: usize) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    (bytes.len() == length).then_some(bytes)
}

fn is_modulus(n: &[u8]) -> bool {
    let unused = n.first().map_or(0, |byte| byte.leading_zeros());
    let unused = usize::try_from(unused).unwrap_or_default();
    let bits = n.len().saturating_mul(8).saturating_sub(unused);
    RSA_BITS.contains(&bits) && is_odd(n)
}

/// With the exponent 1 everything would be its own signature.
fn is_exponent(e: &[u8]) -> bool {
    e.len() <= RSA_EXPONENT_BYTES && is_odd(e) && e != [1]
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn okp(crv: &str, x: &str) -> KeyMembers {
        KeyMembers::Okp {
            crv: crv.to_owned(),
            x: x.to_owned(),
        }
    }

    /// RFC 7638 §3.1, the example.
    #[test]
    fn names_an_rsa_key_by_its_thumbprint() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let members = KeyMembers::Rsa {
            n: n.to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(
            members.thumbprint().unwrap().as_str(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        assert_eq!(PublicKey::read(&members).unwrap().members(), members);
    }

    /// RFC 8037 Appendix A.3, the example.
    #[test]
    fn names_an_ed25519_key_by_its_thumbprint() {
        let members = okp("Ed25519", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(
            members.thumbprint().unwrap().as_str(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        assert_eq!(PublicKey::read(&members).unwrap().members(), members);
    }

    #[test]
    fn passes_over_numbers_out_of_range() {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let rsa = |n: &[u8], e: &[u8]| KeyMembers::Rsa {
            n: text(n),
            e: text(e),
        };
        let modulus = [0xff; 256];
        assert!(PublicKey::read(&rsa(&modulus, &[1, 0, 1])).is_some());
        let padded = [&[0], &modulus[..]].concat();
        assert!(PublicKey::read(&rsa(&padded, &[3])).is_some());
        let even = [&modulus[..255], &[0xfe]].concat();
        let short = [&[0x7f], &modulus[..255]].concat();
        for (n, e) in [
            (&modulus[..255], &[3][..]),
            (&short, &[3]),
            (&even, &[3]),
            (&[], &[3]),
            (&[0xff; 1025], &[3]),
            (&modulus, &[]),
            (&modulus, &[0]),
            (&modulus, &[1]),
            (&modulus, &[2]),
            (&modulus, &[1, 0, 0, 0, 1]),
        ] {
            assert!(PublicKey::read(&rsa(n, e)).is_none(), "{} {e:?}", n.len());
        }
        let ec = |crv: &str, x: &[u8], y: &[u8]| KeyMembers::Ec {
            crv: crv.to_owned(),
            x: text(x),
            y: text(y),
        };
        let off_curve = ec("P-256", &[1; 32], &[1; 32]);
        let short = ec("P-256", &[1; 31], &[1; 32]);
        let unknown = ec("secp256k1", &[1; 32], &[1; 32]);
        for members in [
            off_curve,
            short,
            unknown,
            okp("Ed448", &text(&[1; 57])),
            okp("X25519", &text(&[1; 31])),
            okp("Ed25519", "="),
        ] {
            assert!(PublicKey::read(&members).is_none(), "{members:?}");
        }
    }
}
