//! A client's key, and what it signs with it.

use josekit::jwk::KeyPair;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ed::{EdCurve, EdKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jws::alg::ecdsa::EcdsaJwsAlgorithm;
use josekit::jws::alg::eddsa::EddsaJwsAlgorithm;
use josekit::jws::alg::rsassa::RsassaJwsAlgorithm;
use josekit::jws::alg::rsassa_pss::RsassaPssJwsAlgorithm;
use josekit::jws::{JwsHeader, JwsSigner, serialize_compact};
use serde_json::{Value, json};
use vidimus::protocol::algorithm::SigningAlgorithm;

use super::encode_part;

/// A key of a client.
pub(crate) struct Signer {
    signer: Box<dyn JwsSigner>,
    jwk: Value,
}

impl Signer {
    pub(crate) fn new(algorithm: SigningAlgorithm) -> Self {
        let (pair, signer): (Box<dyn KeyPair>, Box<dyn JwsSigner>) = match algorithm {
            SigningAlgorithm::Rs256 => {
                let pair = RsaKeyPair::generate(2048).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = RsassaJwsAlgorithm::Rs256.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
            SigningAlgorithm::Ps256 => {
                let pair = RsaKeyPair::generate(2048).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = RsassaPssJwsAlgorithm::Ps256.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
            SigningAlgorithm::Es256 => {
                let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = EcdsaJwsAlgorithm::Es256.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
            SigningAlgorithm::EdDsa => {
                let pair = EdKeyPair::generate(EdCurve::Ed25519).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = EddsaJwsAlgorithm::Eddsa.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
        };
        let jwk = serde_json::to_value(pair.to_jwk_public_key()).unwrap();
        Self { signer, jwk }
    }

    /// The key set to register; its key has no `kid`.
    pub(crate) fn jwks(&self) -> Value {
        json!({"keys": [self.jwk]})
    }

    /// A token with these claims, and with a `typ` if one is named.
    pub(crate) fn sign(&self, typ: Option<&str>, claims: &Value) -> String {
        let mut header = JwsHeader::new();
        if let Some(typ) = typ {
            header.set_token_type(typ);
        }
        serialize_compact(claims.to_string().as_bytes(), &header, self.signer.as_ref()).unwrap()
    }
}

/// A token that nobody has signed.
pub(crate) fn unsigned(claims: &Value) -> String {
    let header = encode_part(&json!({"alg": "none"}));
    format!("{header}.{}.", encode_part(claims))
}
