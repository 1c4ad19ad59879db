//! A signing key made, sealed for the record, and described for everybody (RFC 7517).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, ParsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::KeyPair as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keys::jws::Algorithm;
use crate::keys::public_key::{KeyMembers, PublicKey};
use crate::keys::signer::Signer;
use crate::keys::{KeyError, MasterKey, Purpose};
use crate::protocol::ids::{KeyId, RealmId};
use crate::protocol::signing_key::{KeyState, SigningKeyRecord};
use crate::protocol::time::Timestamp;

/// RFC 7518 §3.3 asks for 2,048 bits at least; more costs three times the work a token.
const RSA_BITS: u32 = 2048;

/// A published key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicJwk {
    /// `kty` and what it asks for.
    #[serde(flatten)]
    pub key: KeyMembers,
    /// RFC 7517 §4.5.
    pub kid: KeyId,
    /// RFC 7517 §4.2, always `sig`.
    #[serde(rename = "use")]
    pub key_use: String,
    /// RFC 7517 §4.4.
    pub alg: String,
}

/// Makes a key. An RSA key takes about 100 ms of CPU: call it off the runtime's threads.
///
/// The `kid` is the key's thumbprint (RFC 7638), so equal keys have equal names on every node.
/// An active key is stamped as active from `now`; the record sets the revision.
pub fn generate(
    realm: &RealmId,
    master: &MasterKey,
    algorithm: Algorithm,
    state: KeyState,
    now: Timestamp,
) -> Result<SigningKeyRecord, KeyError> {
    let (private, key) = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 => make_rsa()?,
        Algorithm::Es256 => make_p256()?,
        Algorithm::EdDsa => make_ed25519()?,
    };
    let id = key.thumbprint()?;
    let jwk = PublicJwk {
        key,
        kid: id.clone(),
        key_use: "sig".to_owned(),
        alg: algorithm.name().to_owned(),
    };
    Ok(SigningKeyRecord {
        sealed_private: master.seal(Purpose::SealPrivateKeys, &place(realm, &id), &private)?,
        public_jwk: serde_json::to_string(&jwk)?,
        realm: realm.clone(),
        id,
        algorithm: algorithm.name().to_owned(),
        state,
        created_at: now,
        activated_at: (state == KeyState::Active).then_some(now),
        retiring_at: None,
        revision: 0,
    })
}

/// A private key as PKCS#8, and its public half.
type Made = (Zeroizing<Vec<u8>>, KeyMembers);

fn make_rsa() -> Result<Made, KeyError> {
    let pair = josekit::jwk::alg::rsa::RsaKeyPair::generate(RSA_BITS)
        .map_err(|_jose| KeyError::Library("make an RSA key"))?;
    let private = Zeroizing::new(pair.to_der_private_key());
    let public = pair.to_jwk_public_key();
    let member = |name: &str| {
        public
            .parameter(name)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
            .ok_or(KeyError::Library("describe an RSA key"))
    };
    let (n, e) = (member("n")?, member("e")?);
    Ok((private, KeyMembers::Rsa { n, e }))
}

fn make_p256() -> Result<Made, KeyError> {
    let failed = || KeyError::Library("make a P-256 key");
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
        .map_err(|_unspecified| failed())?;
    let private = pair.to_pkcs8v1().map_err(|_unspecified| failed())?;
    // SEC 1 §2.3.3: one byte for the form, then both coordinates.
    let point = pair.public_key().as_ref();
    let (_form, coordinates) = point.split_first().ok_or_else(failed)?;
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    let members = KeyMembers::Ec {
        crv: "P-256".to_owned(),
        x: URL_SAFE_NO_PAD.encode(x),
        y: URL_SAFE_NO_PAD.encode(y),
    };
    Ok((Zeroizing::new(private.as_ref().to_vec()), members))
}

fn make_ed25519() -> Result<Made, KeyError> {
    let failed = |_unspecified| KeyError::Library("make an Ed25519 key");
    let pair = Ed25519KeyPair::generate().map_err(failed)?;
    let private = pair.to_pkcs8().map_err(failed)?;
    let members = KeyMembers::Okp {
        crv: "Ed25519".to_owned(),
        x: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
    };
    Ok((Zeroizing::new(private.as_ref().to_vec()), members))
}

/// Unseals and parses the private half.
pub(super) fn private_half(
    record: &SigningKeyRecord,
    master: &MasterKey,
) -> Result<Signer, KeyError> {
    let sealed_for = place(&record.realm, &record.id);
    let der = master.open(
        Purpose::SealPrivateKeys,
        &sealed_for,
        &record.sealed_private,
    )?;
    Signer::from_pkcs8(algorithm_of(record)?, record.id.clone(), &der)
        .map_err(|problem| unreadable(&record.id, &problem))
}

/// Parses the public half for publishing and for verifying.
pub(super) fn public_half(
    record: &SigningKeyRecord,
) -> Result<(PublicJwk, ParsedPublicKey), KeyError> {
    let unreadable = |problem: &str| unreadable(&record.id, problem);
    let jwk: PublicJwk =
        serde_json::from_str(&record.public_jwk).map_err(|error| unreadable(&error.to_string()))?;
    if jwk.kid != record.id || jwk.alg != record.algorithm {
        return Err(unreadable("its public half does not match its row"));
    }
    let algorithm = algorithm_of(record)?;
    let key = PublicKey::read(&jwk.key)
        .and_then(|key| key.verifier(algorithm))
        .ok_or_else(|| unreadable("its public half is no key of its algorithm"))?;
    Ok((jwk, key))
}

/// The algorithm of a row.
pub(super) fn algorithm_of(record: &SigningKeyRecord) -> Result<Algorithm, KeyError> {
    Algorithm::parse(&record.algorithm)
        .ok_or_else(|| unreadable(&record.id, "its algorithm is unknown"))
}

fn place(realm: &RealmId, key: &KeyId) -> String {
    format!("signing_key:sealed_private:{realm}/{key}")
}

fn unreadable(key: &KeyId, problem: &str) -> KeyError {
    KeyError::UnreadableKey {
        key: key.clone(),
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    fn master() -> MasterKey {
        MasterKey::generate(&SeededEntropy::new(1)).unwrap()
    }

    fn key(algorithm: Algorithm) -> SigningKeyRecord {
        let now = Timestamp::from_unix_seconds(1);
        let realm = RealmId::default_realm();
        generate(&realm, &master(), algorithm, KeyState::Active, now).unwrap()
    }

    #[test]
    fn refuses_a_row_whose_public_half_has_another_name() {
        let mut key = key(Algorithm::Rs256);
        assert!(public_half(&key).is_ok());
        key.id = KeyId::parse("other").unwrap();
        assert!(public_half(&key).is_err());
        assert!(private_half(&key, &master()).is_err());
    }

    /// RFC 8725 §3.1: a key belongs to one algorithm.
    #[test]
    fn refuses_a_row_of_another_algorithm() {
        for algorithm in Algorithm::ALL {
            let mut key = key(algorithm);
            assert!(public_half(&key).is_ok());
            assert!(private_half(&key, &master()).is_ok());
            let other = Algorithm::ALL.into_iter().find(|one| *one != algorithm);
            other.unwrap().name().clone_into(&mut key.algorithm);
            assert!(public_half(&key).is_err(), "{algorithm:?}");
            "HS256".clone_into(&mut key.algorithm);
            assert!(public_half(&key).is_err(), "{algorithm:?}");
            assert!(private_half(&key, &master()).is_err(), "{algorithm:?}");
        }
    }
}
