//! Compact JWS of others (RFC 7515 §3.1) with JSON claims (RFC 7519).

use std::fmt;

use aws_lc_rs::hmac;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::jwk_set::{JwkSet, signature_algorithm};
use crate::keys::jws::{Algorithm, Parts, decode, split};
use crate::secret::SecretString;

/// A longer token is refused unread.
pub const MAX_FOREIGN_BYTES: usize = 64 * 1024;
/// RFC 7518 §3.2: a key as long as the hash, at least.
const HMAC_SECRET_BYTES: usize = 32;
const HMAC_ALGORITHM: &str = "HS256";

/// Why a token of others is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ForeignRefusal {
    /// Longer than [`MAX_FOREIGN_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// Not three base64url parts, or header or claims are no JSON object with unique members
    /// (RFC 7515 §5.2, RFC 7519 §4).
    #[error("the token is not a compact JWS with JSON claims")]
    Malformed,
    /// It marks a header as critical; we understand none (RFC 7515 §4.1.11).
    #[error("the token has critical headers")]
    CriticalHeader,
    /// Its `alg` is not one that this client may use here (RFC 8725 §3.1).
    #[error("the token's algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// No key of the set has its `kid`, or none fits a token without one: the client may have new
    /// keys.
    #[error("the token was signed with an unknown key")]
    UnknownKey,
    /// The key that it names is not for this algorithm, or not for signatures.
    #[error("the token's key is not for its algorithm")]
    UnfitKey,
    /// The client's secret is too short for a MAC (RFC 7518 §3.2).
    #[error("the client's secret is too short")]
    ShortSecret,
    /// The signature does not match. A token without `kid` may have been signed with a new key.
    #[error("the token's signature does not match")]
    BadSignature,
    /// It has a signature, or names an algorithm, where an unsigned token was expected.
    #[error("the token is not unsigned")]
    NotUnsigned,
}

/// A token taken apart and not yet trusted.
#[derive(Debug)]
pub struct ForeignJws<'a> {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    claims: Map<String, Value>,
    signing_input: &'a str,
    signature: Vec<u8>,
}

/// The claims of a token whose signature matches. Issuer, audience and times are the caller's to
/// check.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedClaims {
    claims: Map<String, Value>,
}

impl VerifiedClaims {
    /// All claims.
    pub fn all(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The claims as a structure.
    pub fn read<C: DeserializeOwned>(self) -> Result<C, serde_json::Error> {
        serde_json::from_value(Value::Object(self.claims))
    }
}

impl<'a> ForeignJws<'a> {
    /// Takes a token apart; checks its form and no more.
    pub fn parse(compact: &'a str) -> Result<Self, ForeignRefusal> {
        use ForeignRefusal as R;
        if compact.len() > MAX_FOREIGN_BYTES {
            return Err(R::TooLong);
        }
        let Parts {
            header,
            signing_input,
            payload,
            signature,
        } = split(compact).ok_or(R::Malformed)?;
        let Unique(mut header) = object(&header)?;
        if header.contains_key("crit") {
            return Err(R::CriticalHeader);
        }
        let Unique(claims) = object(&decode(payload).ok_or(R::Malformed)?)?;
        Ok(Self {
            alg: text(&mut header, "alg")?.ok_or(R::Malformed)?,
            kid: text(&mut header, "kid")?,
            typ: text(&mut header, "typ")?,
            claims,
            signing_input,
            signature,
        })
    }

    /// The algorithm that the token says it has.
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The key that the token says it was signed with.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The type that the token says it is of.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// A claim as text, before anything is verified: to find out whose keys verify.
    pub fn unverified(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// Whether the token says itself that nobody signed it (RFC 7519 §6).
    pub fn is_unsigned(&self) -> bool {
        self.alg == "none" && self.signature.is_empty()
    }

    /// The claims of an unsigned token: they are as good as parameters in the address.
    pub fn unsigned_claims(self) -> Result<Map<String, Value>, ForeignRefusal> {
        if self.is_unsigned() {
            Ok(self.claims)
        } else {
            Err(ForeignRefusal::NotUnsigned)
        }
    }

    /// The claims, when a key of the set made the signature with an algorithm of `allowed`.
    pub fn verify(
        &self,
        set: &JwkSet,
        allowed: &[Algorithm],
    ) -> Result<VerifiedClaims, ForeignRefusal> {
        use ForeignRefusal as R;
        let algorithm = signature_algorithm(&self.alg)
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or(R::AlgorithmNotAllowed)?;
        let kid = self.kid();
        if kid.is_some_and(|kid| !set.names(kid)) {
            return Err(R::UnknownKey);
        }
        let mut refusal = kid.map_or(R::UnknownKey, |_kid| R::UnfitKey);
        for key in set.for_signature(algorithm, kid) {
            let Some(key) = key.verifier(algorithm) else {
                continue;
            };
            refusal = R::BadSignature;
            let input = self.signing_input.as_bytes();
            if key.verify_sig(input, &self.signature).is_ok() {
                return Ok(self.verified());
            }
        }
        Err(refusal)
    }

    /// The claims, when the signature is an HS256 MAC with the client's secret
    /// (`client_secret_jwt`, OIDC Core §9). Compared in constant time.
    pub fn verify_hmac(&self, secret: &SecretString) -> Result<VerifiedClaims, ForeignRefusal> {
        if self.alg != HMAC_ALGORITHM {
            return Err(ForeignRefusal::AlgorithmNotAllowed);
        }
        let secret = secret.expose().as_bytes();
        if secret.len() < HMAC_SECRET_BYTES {
            return Err(ForeignRefusal::ShortSecret);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        hmac::verify(&key, self.signing_input.as_bytes(), &self.signature)
            .map_err(|_unspecified| ForeignRefusal::BadSignature)?;
        Ok(self.verified())
    }

    fn verified(&self) -> VerifiedClaims {
        VerifiedClaims {
            claims: self.claims.clone(),
        }
    }
}

fn object(json: &[u8]) -> Result<Unique, ForeignRefusal> {
    serde_json::from_slice(json).map_err(|_syntax| ForeignRefusal::Malformed)
}

/// A header member that must be a text when it is there.
fn text(header: &mut Map<String, Value>, name: &str) -> Result<Option<String>, ForeignRefusal> {
    match header.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ForeignRefusal::Malformed),
    }
}

/// A JSON object none of whose members is there twice; `serde_json` itself keeps the last.
struct Unique(Map<String, Value>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Unique;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Unique, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member is there twice"));
                    }
                }
                Ok(Unique(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
