//! The key sets of clients.
//!
//! The input is a document.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use vidimus::keys::{Algorithm, ForeignJws, JwkSet, MAX_SET_BYTES, Plaintext, encrypt_for};
use vidimus::protocol::algorithm::{ContentEncryption, KeyManagement};

/// Members that give a key away (RFC 7518 §6), and the kind that is nothing but a secret.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Reads one document.
pub(crate) fn run(data: &[u8]) {
    let Ok(set) = JwkSet::parse(data) else {
        return;
    };
    assert!(data.len() <= MAX_SET_BYTES);
    let document: Value = serde_json::from_slice(data).expect("a key set is JSON");
    let keys = document["keys"].as_array().expect("a key set has keys");
    assert!(keys.len() <= 100);
    for key in keys {
        let members = key.as_object().expect("a key is an object");
        assert!(PRIVATE.iter().all(|name| !members.contains_key(*name)));
        assert!(members.get("kty") != Some(&Value::from("oct")));
    }
    assert!(set.is_empty() || !keys.is_empty());
    let written = document.to_string();
    assert_eq!(JwkSet::parse(written.as_bytes()).as_ref(), Ok(&set));
    assert_eq!(JwkSet::from_value(&document).as_ref(), Ok(&set));
    check_encryption(&set, data.len());
    check_signatures(&set);
}

fn check_encryption(set: &JwkSet, length: usize) {
    for management in KeyManagement::ALL {
        let encryption = ContentEncryption::default();
        let Ok(token) = encrypt_for(set, management, encryption, Plaintext::Json("{}")) else {
            continue;
        };
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 5, "RFC 7516 §7.1");
        // The longest is an RSA key of 8,192 bits; the header has the `kid` of the key.
        assert!(token.len() <= 4 * length + 4096, "{}", token.len());
        let header = URL_SAFE_NO_PAD.decode(parts[0]).expect("base64url");
        let header: Value = serde_json::from_slice(&header).expect("JSON");
        assert_eq!(header["alg"], management.name());
        assert!(header.get("zip").is_none());
    }
}

/// A signature that nobody made is verified by no key, whatever the key is.
fn check_signatures(set: &JwkSet) {
    let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"somebody"}"#);
    for algorithm in Algorithm::ALL {
        let header = format!(r#"{{"alg":"{}"}}"#, algorithm.name());
        let header = URL_SAFE_NO_PAD.encode(header);
        for length in [0, 64, 256, 257, 512] {
            let signature = URL_SAFE_NO_PAD.encode(vec![1; length]);
            let token = format!("{header}.{claims}.{signature}");
            let token = ForeignJws::parse(&token).expect("a token in form");
            assert!(token.verify(set, &Algorithm::ALL).is_err());
        }
    }
}
