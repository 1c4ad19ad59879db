//! The four algorithms together, and the kinds of token that share a key.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::signing_key::generate;
use super::{Algorithm, ForeignJws, JwkSet, KeyError, KeyRing, MasterKey, TokenRefusal, TokenType};
use crate::entropy::SeededEntropy;
use crate::protocol::claims::{AccessTokenClaims, Audience, IdTokenClaims};
use crate::protocol::ids::{ClientId, RealmId, SessionId, TokenId};
use crate::protocol::signing_key::{KeyState, SigningKeyRecord};
use crate::protocol::time::Timestamp;

static MASTER: LazyLock<MasterKey> =
    LazyLock::new(|| MasterKey::generate(&SeededEntropy::new(1)).unwrap());
/// In an order in which a record may give them.
static KEYS: LazyLock<Vec<SigningKeyRecord>> = LazyLock::new(|| {
    Algorithm::ALL
        .into_iter()
        .rev()
        .flat_map(|algorithm| {
            [
                make(algorithm, KeyState::Retiring),
                make(algorithm, KeyState::Active),
            ]
        })
        .collect()
});

fn make(algorithm: Algorithm, state: KeyState) -> SigningKeyRecord {
    let now = Timestamp::from_unix_seconds(1);
    generate(&RealmId::default_realm(), &MASTER, algorithm, state, now).unwrap()
}

fn ring() -> KeyRing {
    KeyRing::from_records(&KEYS, &MASTER).unwrap()
}

fn header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

fn access_claims() -> AccessTokenClaims {
    AccessTokenClaims {
        iss: "https://id.example".to_owned(),
        sub: "ada".to_owned(),
        aud: Audience::One("https://id.example".to_owned()),
        client_id: ClientId::parse("notes").unwrap(),
        scope: "openid".to_owned(),
        iat: 1,
        exp: 2,
        jti: TokenId::parse("t").unwrap(),
        sid: Some(SessionId::parse("s").unwrap()),
        fam: None,
        userinfo_claims: Vec::new(),
    }
}

fn id_claims() -> IdTokenClaims {
    IdTokenClaims {
        iss: "https://id.example".to_owned(),
        sub: "ada".to_owned(),
        aud: ClientId::parse("notes").unwrap(),
        exp: 2,
        iat: 1,
        auth_time: 1,
        nonce: None,
        amr: vec!["pwd".to_owned()],
        sid: SessionId::parse("s").unwrap(),
        at_hash: None,
        acr: None,
        c_hash: None,
        s_hash: None,
        personal: serde_json::Map::new(),
    }
}

/// RFC 7518 §3.1: what is signed with one key verifies as that algorithm, for us and for others.
#[test]
fn signs_and_verifies_with_each_algorithm() {
    let ring = ring();
    let published = JwkSet::parse(&ring.jwks()).unwrap();
    for algorithm in Algorithm::ALL {
        let claims = access_claims();
        let token = ring
            .sign(algorithm, TokenType::AccessToken, &claims)
            .unwrap();
        let kid = ring.signer_id(algorithm).unwrap().as_str();
        let expected = json!({"alg": algorithm.name(), "typ": "at+jwt", "kid": kid});
        assert_eq!(header(&token), expected);
        assert_eq!(ring.verify(&token, TokenType::AccessToken), Ok(claims));
        let foreign = ForeignJws::parse(&token).unwrap();
        assert!(foreign.verify(&published, &[algorithm]).is_ok());
        let (body, signature) = token.rsplit_once('.').unwrap();
        let altered = format!("{body}.{}", signature.chars().rev().collect::<String>());
        let refused = ring.verify::<Value>(&altered, TokenType::AccessToken);
        assert!(refused.is_err(), "{algorithm:?}");
    }
}

/// RFC 8725 §3.1: RS256 and PS256 keys are both RSA keys, and neither verifies the other's.
#[test]
fn refuses_the_padding_of_another_algorithm() {
    let ring = ring();
    let of = |algorithm| ring.signer_id(algorithm).unwrap().as_str().to_owned();
    let token = ring
        .sign(Algorithm::Rs256, TokenType::AccessToken, &access_claims())
        .unwrap();
    let (_, rest) = token.split_once('.').unwrap();
    for (alg, kid, refusal) in [
        ("PS256", of(Algorithm::Rs256), TokenRefusal::WrongAlgorithm),
        ("RS256", of(Algorithm::Ps256), TokenRefusal::WrongAlgorithm),
        ("PS256", of(Algorithm::Ps256), TokenRefusal::BadSignature),
        ("ES256", of(Algorithm::Es256), TokenRefusal::BadSignature),
        ("EdDSA", of(Algorithm::EdDsa), TokenRefusal::BadSignature),
    ] {
        let header = json!({"alg": alg, "kid": kid, "typ": "at+jwt"}).to_string();
        let token = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
        let refused = ring.verify::<Value>(&token, TokenType::AccessToken);
        assert_eq!(refused, Err(refusal), "{alg}");
    }
}

/// RFC 7517 §4, RFC 7518 §6: RS256 first, each key with a name of its own and nothing private.
#[test]
fn publishes_every_key_with_its_kind() {
    let document: Value = serde_json::from_slice(&ring().jwks()).unwrap();
    let keys = document["keys"].as_array().unwrap();
    assert_eq!(keys.len(), KEYS.len());
    let kids: HashSet<&str> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    assert_eq!(kids.len(), keys.len());
    let algs: Vec<&str> = keys
        .iter()
        .map(|key| key["alg"].as_str().unwrap())
        .collect();
    assert_eq!(algs[..4], ["RS256", "PS256", "ES256", "EdDSA"]);
    let states: HashMap<&str, KeyState> = KEYS.iter().map(|k| (k.id.as_str(), k.state)).collect();
    for (place, key) in keys.iter().enumerate() {
        let active = states[key["kid"].as_str().unwrap()] == KeyState::Active;
        assert_eq!(active, place < 4);
        assert_eq!(key["use"], "sig");
        let mut members: Vec<&str> = key.as_object().unwrap().keys().map(|k| &**k).collect();
        members.sort_unstable();
        let (kty, expected): (&str, &[&str]) = match key["alg"].as_str().unwrap() {
            "ES256" => ("EC", &["alg", "crv", "kid", "kty", "use", "x", "y"]),
            "EdDSA" => ("OKP", &["alg", "crv", "kid", "kty", "use", "x"]),
            _ => ("RSA", &["alg", "e", "kid", "kty", "n", "use"]),
        };
        assert_eq!(
            (key["kty"].as_str().unwrap(), &members[..]),
            (kty, expected)
        );
    }
}

#[test]
fn needs_no_other_key_than_rs256() {
    let only = KEYS.iter().filter(|key| key.algorithm == "RS256");
    let only: Vec<SigningKeyRecord> = only.cloned().collect();
    let ring = KeyRing::from_records(&only, &MASTER).unwrap();
    assert!(ring.signs(Algorithm::Rs256) && !ring.signs(Algorithm::Es256));
    let missing = ring.sign(Algorithm::Es256, TokenType::IdToken, &id_claims());
    assert!(matches!(
        missing,
        Err(KeyError::NoActiveKey(Algorithm::Es256))
    ));
    let others = KEYS.iter().filter(|key| key.algorithm != "RS256");
    let others: Vec<SigningKeyRecord> = others.cloned().collect();
    let none = KeyRing::from_records(&others, &MASTER);
    assert!(matches!(none, Err(KeyError::NoActiveKey(Algorithm::Rs256))));
}

/// RFC 9068 §2.1 and what APIs of before it know.
#[test]
fn reads_an_access_token_of_either_header() {
    let ring = ring();
    let claims = access_claims();
    let plain = ring
        .sign(Algorithm::Es256, TokenType::PlainAccessToken, &claims)
        .unwrap();
    assert_eq!(header(&plain)["typ"], "JWT");
    let own = ring
        .sign(Algorithm::Es256, TokenType::AccessToken, &claims)
        .unwrap();
    for token in [plain, own] {
        for typ in [TokenType::AccessToken, TokenType::PlainAccessToken] {
            assert_eq!(ring.verify(&token, typ), Ok(claims.clone()));
        }
        for typ in [TokenType::IdToken, TokenType::LogoutToken] {
            let refused = ring.verify::<Value>(&token, typ);
            assert_eq!(refused, Err(TokenRefusal::WrongType), "{typ:?}");
        }
    }
}

/// RFC 8725 §3.11: even read without regard to the structure of the claims, an ID token is no
/// access token, though both may be a `JWT`.
#[test]
fn never_takes_an_id_token_for_an_access_token() {
    let ring = ring();
    let token = ring
        .sign(Algorithm::Rs256, TokenType::IdToken, &id_claims())
        .unwrap();
    assert_eq!(ring.verify(&token, TokenType::IdToken), Ok(id_claims()));
    for typ in [TokenType::AccessToken, TokenType::PlainAccessToken] {
        let refused = ring.verify::<Value>(&token, typ);
        assert_eq!(refused, Err(TokenRefusal::WrongType));
    }
    // The structures alone keep them apart as well.
    let (id, access) = (json!(id_claims()), json!(access_claims()));
    assert!(serde_json::from_value::<AccessTokenClaims>(id).is_err());
    assert!(serde_json::from_value::<IdTokenClaims>(access).is_err());
}

#[test]
fn asks_for_the_pool_for_rsa_only() {
    let inline = Algorithm::ALL.map(KeyRing::signs_inline);
    assert_eq!(inline, [false, false, true, true]);
}
