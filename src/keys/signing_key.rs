//! A signing key made, sealed for the record, and described for everybody (RFC 7517).

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::KeyPair as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::keys::jws::Algorithm;
use crate::keys::{KeyError, MasterKey, Purpose};
use crate::protocol::ids::{KeyId, RealmId};
use crate::protocol::signing_key::{KeyState, SigningKeyRecord};
use crate::protocol::time::Timestamp;

/// RFC 7518 §3.3 asks for 2,048 bits at least; more costs three times the work a token.
const RSA_BITS: u32 = 2048;

/// The members of a published key, and no others: nothing private has a field to be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicJwk {
    /// RFC 7517 §4.1.
    pub kty: String,
    /// RFC 7518 §6.3.1.1.
    pub n: String,
    /// RFC 7518 §6.3.1.2.
    pub e: String,
    /// RFC 7517 §4.5.
    pub kid: KeyId,
    /// RFC 7517 §4.2, always `sig`.
    #[serde(rename = "use")]
    pub key_use: String,
    /// RFC 7517 §4.4.
    pub alg: String,
}

/// Makes a key. Takes about 100 ms of CPU: call it off the runtime's threads.
///
/// The `kid` is the key's thumbprint (RFC 7638), so equal keys have equal names on every node.
/// An active key is stamped as active from `now`; the record sets the revision.
pub fn generate(
    realm: &RealmId,
    master: &MasterKey,
    state: KeyState,
    now: Timestamp,
) -> Result<SigningKeyRecord, KeyError> {
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
    let id = thumbprint(&n, &e)?;
    let jwk = PublicJwk {
        kty: "RSA".to_owned(),
        n,
        e,
        kid: id.clone(),
        key_use: "sig".to_owned(),
        alg: Algorithm::Rs256.name().to_owned(),
    };
    Ok(SigningKeyRecord {
        sealed_private: master.seal(Purpose::SealPrivateKeys, &place(realm, &id), &private)?,
        public_jwk: serde_json::to_string(&jwk)?,
        realm: realm.clone(),
        id,
        algorithm: Algorithm::Rs256.name().to_owned(),
        state,
        created_at: now,
        activated_at: (state == KeyState::Active).then_some(now),
        retiring_at: None,
        revision: 0,
    })
}

/// Unseals and parses the private half.
pub(super) fn private_half(
    record: &SigningKeyRecord,
    master: &MasterKey,
) -> Result<RsaKeyPair, KeyError> {
    let sealed_for = place(&record.realm, &record.id);
    let der = master.open(
        Purpose::SealPrivateKeys,
        &sealed_for,
        &record.sealed_private,
    )?;
    RsaKeyPair::from_pkcs8(&der).map_err(|rejected| unreadable(&record.id, &rejected.to_string()))
}

/// Parses the public half for publishing and for verifying.
pub(super) fn public_half(
    record: &SigningKeyRecord,
) -> Result<(PublicJwk, ParsedPublicKey), KeyError> {
    let unreadable = |problem: &str| unreadable(&record.id, problem);
    let jwk: PublicJwk =
        serde_json::from_str(&record.public_jwk).map_err(|error| unreadable(&error.to_string()))?;
    if jwk.kid != record.id || jwk.alg != record.algorithm || jwk.kty != "RSA" {
        return Err(unreadable("its public half does not match its row"));
    }
    let decode = |text: &str| {
        URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|error| unreadable(&error.to_string()))
    };
    let components = PublicKeyComponents {
        n: decode(&jwk.n)?,
        e: decode(&jwk.e)?,
    };
    let key = components
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .map_err(|rejected| unreadable(&rejected.to_string()))?;
    Ok((jwk, key))
}

/// RFC 7638 §3: SHA-256 over the required members in lexical order, without white space.
fn thumbprint(n: &str, e: &str) -> Result<KeyId, KeyError> {
    let members = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    KeyId::parse(URL_SAFE_NO_PAD.encode(Sha256::digest(members)))
        .map_err(|_invalid| KeyError::Library("name an RSA key"))
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

    /// RFC 7638 §3.1, the example.
    #[test]
    fn names_a_key_by_its_thumbprint() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        assert_eq!(
            thumbprint(n, "AQAB").unwrap().as_str(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn refuses_a_row_whose_public_half_has_another_name() {
        let master = MasterKey::generate(&crate::entropy::SeededEntropy::new(1)).unwrap();
        let now = Timestamp::from_unix_seconds(1);
        let realm = RealmId::default_realm();
        let mut key = generate(&realm, &master, KeyState::Active, now).unwrap();
        assert!(public_half(&key).is_ok());
        key.id = KeyId::parse("other").unwrap();
        assert!(public_half(&key).is_err());
        assert!(private_half(&key, &master).is_err());
    }
}
