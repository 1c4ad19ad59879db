//! Private keys, parsed once, as josekit wants to see them. The signatures are those of aws-lc-rs.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair, RsaSignatureEncoding,
};
use josekit::JoseError;
use josekit::jws::{JwsAlgorithm, JwsSigner};

use crate::keys::jws::Algorithm;
use crate::protocol::ids::KeyId;

/// The length of an ES256 or Ed25519 signature (RFC 7518 §3.4, RFC 8032 §5.1.6).
const CURVE_SIGNATURE_BYTES: usize = 64;

/// The active key of one algorithm.
#[derive(Clone)]
pub(super) struct Signer {
    algorithm: Algorithm,
    id: KeyId,
    key: PrivateKey,
}

#[derive(Clone)]
enum PrivateKey {
    Rsa {
        key: Arc<RsaKeyPair>,
        padding: &'static RsaSignatureEncoding,
    },
    Ec(Arc<EcdsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
}

impl Signer {
    /// Parses a PKCS#8 private key; what is wrong with it comes back as text.
    pub(super) fn from_pkcs8(algorithm: Algorithm, id: KeyId, der: &[u8]) -> Result<Self, String> {
        let key = match algorithm {
            Algorithm::Rs256 => rsa(der, &RSA_PKCS1_SHA256)?,
            Algorithm::Ps256 => rsa(der, &RSA_PSS_SHA256)?,
            Algorithm::Es256 => {
                let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der);
                PrivateKey::Ec(Arc::new(key.map_err(|rejected| rejected.to_string())?))
            }
            Algorithm::EdDsa => {
                let key = Ed25519KeyPair::from_pkcs8(der);
                PrivateKey::Ed25519(Arc::new(key.map_err(|rejected| rejected.to_string())?))
            }
        };
        Ok(Self { algorithm, id, key })
    }

    /// What it signs with.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its `kid`.
    pub(super) fn id(&self) -> &KeyId {
        &self.id
    }
}

fn rsa(der: &[u8], padding: &'static RsaSignatureEncoding) -> Result<PrivateKey, String> {
    let key = RsaKeyPair::from_pkcs8(der).map_err(|rejected| rejected.to_string())?;
    let key = Arc::new(key);
    Ok(PrivateKey::Rsa { key, padding })
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} signer {}]", self.algorithm.name(), self.id)
    }
}

impl JwsAlgorithm for Algorithm {
    fn name(&self) -> &str {
        (*self).name()
    }

    fn box_clone(&self) -> Box<dyn JwsAlgorithm> {
        Box::new(*self)
    }
}

impl JwsSigner for Signer {
    fn algorithm(&self) -> &dyn JwsAlgorithm {
        &self.algorithm
    }

    fn key_id(&self) -> Option<&str> {
        Some(self.id.as_str())
    }

    fn signature_len(&self) -> usize {
        match &self.key {
            PrivateKey::Rsa { key, .. } => key.public_modulus_len(),
            PrivateKey::Ec(_) | PrivateKey::Ed25519(_) => CURVE_SIGNATURE_BYTES,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        let failed =
            |_unspecified| JoseError::InvalidSignature(anyhow::anyhow!(self.algorithm.name()));
        let random = SystemRandom::new();
        match &self.key {
            PrivateKey::Rsa { key, padding } => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*padding, &random, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
            PrivateKey::Ec(key) => {
                let signature = key.sign(&random, message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
            PrivateKey::Ed25519(key) => {
                let signature = key.try_sign(message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    fn box_clone(&self) -> Box<dyn JwsSigner> {
        Box::new(self.clone())
    }
}
