//! Tokens and answers encrypted to a client (RFC 7516). Never compressed: `zip` tells lengths.

use josekit::jwe::alg::ecdh_es::EcdhEsJweAlgorithm;
use josekit::jwe::alg::rsaes::RsaesJweAlgorithm;
use josekit::jwe::{self, JweEncrypter, JweHeader};
use josekit::jwk::Jwk;
use josekit::{JoseError, Value};

use crate::keys::foreign::JwkSet;
use crate::keys::public_key::{KeyMembers, PublicKey};
use crate::protocol::algorithm::{ContentEncryption, KeyManagement};

/// What is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plaintext<'a> {
    /// A signed token; the header says so in `cty` (RFC 7519 §5.2).
    NestedJwt(&'a str),
    /// A JSON document.
    Json(&'a str),
}

/// Why nothing was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncryptRefusal {
    /// The client has no key that this key management can use.
    #[error("the client has no key for {}", .0.name())]
    NoKey(KeyManagement),
    /// The library did not take the key.
    #[error("the client's key cannot be encrypted to")]
    UnusableKey,
}

/// Encrypts to the first key of the client that fits, as a compact JWE (RFC 7516 §7.1). Keys of
/// `use` `enc` come before keys without a `use`.
pub fn encrypt_for(
    set: &JwkSet,
    management: KeyManagement,
    encryption: ContentEncryption,
    plaintext: Plaintext<'_>,
) -> Result<String, EncryptRefusal> {
    let (key, id) = set
        .for_encryption(management)
        .ok_or(EncryptRefusal::NoKey(management))?;
    let mut header = JweHeader::new();
    header.set_content_encryption(encryption.name());
    if let Some(id) = id {
        header.set_key_id(id);
    }
    let payload = match plaintext {
        Plaintext::NestedJwt(token) => {
            header.set_content_type("JWT");
            token
        }
        Plaintext::Json(document) => document,
    };
    encrypter(key, management)
        .and_then(|to| jwe::serialize_compact(payload.as_bytes(), &header, to.as_ref()))
        .map_err(|_jose| EncryptRefusal::UnusableKey)
}

fn encrypter(
    key: &PublicKey,
    management: KeyManagement,
) -> Result<Box<dyn JweEncrypter>, JoseError> {
    let jwk = jwk(key)?;
    Ok(match management {
        KeyManagement::RsaOaep256 => {
            Box::new(RsaesJweAlgorithm::RsaOaep256.encrypter_from_jwk(&jwk)?)
        }
        KeyManagement::EcdhEs => Box::new(EcdhEsJweAlgorithm::EcdhEs.encrypter_from_jwk(&jwk)?),
    })
}

/// The numbers and nothing else: what the client's key says about its use was read before.
fn jwk(key: &PublicKey) -> Result<Jwk, JoseError> {
    let (kty, members) = match key.members() {
        KeyMembers::Rsa { n, e } => ("RSA", vec![("n", n), ("e", e)]),
        KeyMembers::Ec { crv, x, y } => ("EC", vec![("crv", crv), ("x", x), ("y", y)]),
        KeyMembers::Okp { crv, x } => ("OKP", vec![("crv", crv), ("x", x)]),
    };
    let mut jwk = Jwk::new(kty);
    for (name, value) in members {
        jwk.set_parameter(name, Some(Value::String(value)))?;
    }
    Ok(jwk)
}

#[cfg(test)]
mod tests {
    use josekit::jwk::KeyPair;
    use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
    use josekit::jwk::alg::ecx::{EcxCurve, EcxKeyPair};
    use josekit::jwk::alg::rsa::RsaKeyPair;
    use serde_json::json;

    use super::*;

    fn pairs() -> Vec<(KeyManagement, Box<dyn KeyPair>)> {
        let ec = |curve| Box::new(EcKeyPair::generate(curve).unwrap());
        vec![
            (
                KeyManagement::RsaOaep256,
                Box::new(RsaKeyPair::generate(2048).unwrap()),
            ),
            (KeyManagement::EcdhEs, ec(EcCurve::P256)),
            (KeyManagement::EcdhEs, ec(EcCurve::P384)),
            (KeyManagement::EcdhEs, ec(EcCurve::P521)),
            (
                KeyManagement::EcdhEs,
                Box::new(EcxKeyPair::generate(EcxCurve::X25519).unwrap()),
            ),
        ]
    }

    fn public(pair: &dyn KeyPair, changes: &Value) -> Value {
        let mut jwk = serde_json::to_value(pair.to_jwk_public_key()).unwrap();
        let members = jwk.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        jwk
    }

    fn set(keys: &[Value]) -> JwkSet {
        JwkSet::from_value(&json!({"keys": keys})).unwrap()
    }

    fn decrypt(pair: &dyn KeyPair, management: KeyManagement, token: &str) -> (String, JweHeader) {
        let jwk = pair.to_jwk_private_key();
        let (plain, header) = match management {
            KeyManagement::RsaOaep256 => {
                let decrypter = RsaesJweAlgorithm::RsaOaep256.decrypter_from_jwk(&jwk);
                jwe::deserialize_compact(token, &decrypter.unwrap()).unwrap()
            }
            KeyManagement::EcdhEs => {
                let decrypter = EcdhEsJweAlgorithm::EcdhEs.decrypter_from_jwk(&jwk);
                jwe::deserialize_compact(token, &decrypter.unwrap()).unwrap()
            }
        };
        (String::from_utf8(plain).unwrap(), header)
    }

    /// RFC 7516 §7.1, RFC 7519 §5.2.
    #[test]
    fn encrypts_what_the_client_decrypts() {
        for (management, pair) in pairs() {
            let keys = set(&[public(pair.as_ref(), &json!({"kid": "k", "use": "enc"}))]);
            for encryption in ContentEncryption::ALL {
                let nested = Plaintext::NestedJwt("a.b.c");
                let token = encrypt_for(&keys, management, encryption, nested).unwrap();
                let (plain, header) = decrypt(pair.as_ref(), management, &token);
                assert_eq!(plain, "a.b.c");
                assert_eq!(header.algorithm(), Some(management.name()));
                assert_eq!(header.content_encryption(), Some(encryption.name()));
                assert_eq!(header.content_type(), Some("JWT"));
                assert_eq!(header.key_id(), Some("k"));
                assert_eq!(header.compression(), None);
            }
        }
    }

    #[test]
    fn says_nothing_of_a_nested_token_about_a_document() {
        let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
        let keys = set(&[public(&pair, &json!({}))]);
        let encryption = ContentEncryption::default();
        let document = Plaintext::Json("{}");
        let token = encrypt_for(&keys, KeyManagement::EcdhEs, encryption, document).unwrap();
        let (plain, header) = decrypt(&pair, KeyManagement::EcdhEs, &token);
        assert_eq!(plain, "{}");
        assert_eq!((header.content_type(), header.key_id()), (None, None));
    }

    /// RFC 7517 §4.2, RFC 7517 §4.3, RFC 7517 §4.4.
    #[test]
    fn chooses_a_key_that_is_for_encryption() {
        let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
        let key = |changes| public(&pair, &changes);
        let encrypt = |keys: &[Value]| {
            let (encryption, plain) = (ContentEncryption::default(), Plaintext::Json("{}"));
            encrypt_for(&set(keys), KeyManagement::EcdhEs, encryption, plain)
                .map(|token| decrypt(&pair, KeyManagement::EcdhEs, &token).1)
                .map(|header| header.key_id().map(str::to_owned))
        };
        let chosen = encrypt(&[
            key(json!({"kid": "sig", "use": "sig"})),
            key(json!({"kid": "es", "alg": "ES256"})),
            key(json!({"kid": "ops", "key_ops": ["verify"]})),
            key(json!({"kid": "any"})),
            key(json!({"kid": "enc", "use": "enc", "alg": "ECDH-ES", "key_ops": ["deriveKey"]})),
        ]);
        assert_eq!(chosen, Ok(Some("enc".to_owned())));
        // Browsers write no operation for a public key of a key agreement.
        let any = encrypt(&[key(json!({"kid": "any", "key_ops": []}))]);
        assert_eq!(any, Ok(Some("any".to_owned())));
        let ed25519 = json!({"kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43)});
        for unfit in [
            key(json!({"use": "sig"})),
            key(json!({"alg": "ES256"})),
            key(json!({"key_ops": ["verify"]})),
            ed25519,
        ] {
            let refused = Err(EncryptRefusal::NoKey(KeyManagement::EcdhEs));
            assert_eq!(encrypt(&[unfit]), refused);
        }
    }

    /// RFC 7748 §6.1: a key that makes every secret zero.
    #[test]
    fn refuses_a_key_without_contribution() {
        let zero = json!({"kty": "OKP", "crv": "X25519", "x": "A".repeat(43)});
        let encryption = ContentEncryption::default();
        let plain = Plaintext::Json("{}");
        let refused = encrypt_for(&set(&[zero]), KeyManagement::EcdhEs, encryption, plain);
        assert_eq!(refused, Err(EncryptRefusal::UnusableKey));
    }
}
