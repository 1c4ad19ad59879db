//! Key sets, and signatures held against them.

use std::collections::BTreeSet;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Members that would tell a private or symmetric key (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A token whose signature was verified.
#[derive(Debug, Clone)]
pub(in super::super) struct Token {
    pub(in super::super) header: Map<String, Value>,
    pub(in super::super) claims: Map<String, Value>,
}

/// The keys of a set that breaks no rule.
pub(super) fn check_set(set: &Value) -> Vec<Value> {
    let keys = set["keys"].as_array().expect("a key set has keys").clone();
    assert!(!keys.is_empty(), "no key is published");
    let mut kids = BTreeSet::new();
    for key in &keys {
        let kid = key["kid"].as_str().unwrap_or_default().trim();
        assert!(!kid.is_empty(), "a key without kid: {key}");
        assert!(kids.insert(kid.to_owned()), "two keys are called {kid}");
        for member in PRIVATE {
            assert!(key[member].is_null(), "{member} is published: {key}");
        }
        for (member, value) in key.as_object().unwrap() {
            assert!(!value.is_null(), "{member} is null: {key}");
        }
        assert_eq!(key["use"], "sig", "{key}");
        check_structure(key);
    }
    keys
}

fn check_structure(key: &Value) {
    let text = |member: &str| key[member].as_str().unwrap_or_default();
    match (text("kty"), text("alg")) {
        ("RSA", "RS256" | "PS256") => {
            assert!(bytes(key, "n").len() >= 256, "{key}");
            assert!(!bytes(key, "e").is_empty(), "{key}");
        }
        ("EC", "ES256") => {
            assert_eq!(text("crv"), "P-256", "{key}");
            assert_eq!((bytes(key, "x").len(), bytes(key, "y").len()), (32, 32));
        }
        ("OKP", "EdDSA") => {
            assert_eq!(text("crv"), "Ed25519", "{key}");
            assert_eq!(bytes(key, "x").len(), 32);
        }
        other => panic!("the suite does not know {other:?}: {key}"),
    }
}

/// The bytes of a member.
fn bytes(key: &Value, member: &str) -> Vec<u8> {
    let text = key[member].as_str().unwrap_or_default();
    URL_SAFE_NO_PAD
        .decode(text)
        .unwrap_or_else(|_| panic!("{member} is not base64url: {key}"))
}

/// Verifies a token with the key of a set that its header names.
pub(super) fn verify(keys: &[Value], token: &str) -> Token {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        panic!("no JWS in compact form: {token}");
    };
    let object = |part: &str| -> Map<String, Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let verified = Token {
        header: object(header),
        claims: object(claims),
    };
    let kid = verified.header["kid"].as_str().expect("a kid");
    let key = keys.iter().find(|key| key["kid"] == kid);
    let key = key.unwrap_or_else(|| panic!("{kid} is not published"));
    assert_eq!(verified.header["alg"], key["alg"], "{key}");
    let message = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(
        is_signed_by(key, message.as_bytes(), &signature),
        "a wrong signature: {token}"
    );
    verified
}

fn is_signed_by(key: &Value, message: &[u8], signature: &[u8]) -> bool {
    let rsa = |parameters| {
        let components = PublicKeyComponents {
            n: bytes(key, "n"),
            e: bytes(key, "e"),
        };
        components.verify(parameters, message, signature).is_ok()
    };
    let other = |algorithm: &'static dyn VerificationAlgorithm, point: Vec<u8>| {
        UnparsedPublicKey::new(algorithm, point)
            .verify(message, signature)
            .is_ok()
    };
    match key["alg"].as_str().unwrap() {
        "RS256" => rsa(&RSA_PKCS1_2048_8192_SHA256),
        "PS256" => rsa(&RSA_PSS_2048_8192_SHA256),
        "ES256" => {
            let point = [vec![4], bytes(key, "x"), bytes(key, "y")].concat();
            other(&ECDSA_P256_SHA256_FIXED, point)
        }
        "EdDSA" => other(&ED25519, bytes(key, "x")),
        unknown => panic!("the suite does not know {unknown}"),
    }
}
