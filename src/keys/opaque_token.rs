//! Access tokens that nobody but us can read: their claims, sealed with the master key.
//!
//! Nothing is stored for them, and they need no signature: what opens was sealed by a node of this
//! deployment, for this realm.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::keys::jws::MAX_TOKEN_BYTES;
use crate::keys::{KeyError, MasterKey, Purpose, TokenRefusal};
use crate::protocol::ids::RealmId;

/// For secret scanners, and for telling it from a JWT.
const PREFIX: &str = "vat_";

/// Seals claims into a token of a realm.
pub fn seal_opaque_token<C: Serialize>(
    master: &MasterKey,
    realm: &RealmId,
    claims: &C,
) -> Result<String, KeyError> {
    let plain = serde_json::to_vec(claims)?;
    let sealed = master.seal(Purpose::OpaqueToken, &place(realm), &plain)?;
    Ok(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed)))
}

/// The claims of a token that [`seal_opaque_token`] made for the same realm. Expiry and audience
/// are the caller's to check.
pub fn open_opaque_token<C: DeserializeOwned>(
    master: &MasterKey,
    realm: &RealmId,
    text: &str,
) -> Result<C, TokenRefusal> {
    if text.len() > MAX_TOKEN_BYTES {
        return Err(TokenRefusal::TooLong);
    }
    let sealed = text
        .strip_prefix(PREFIX)
        .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok())
        .ok_or(TokenRefusal::Malformed)?;
    let plain = master
        .open(Purpose::OpaqueToken, &place(realm), &sealed)
        .map_err(|_does_not_open| TokenRefusal::BadSignature)?;
    serde_json::from_slice(&plain).map_err(|_syntax| TokenRefusal::UnreadableClaims)
}

/// Whether a text has the look of our opaque access tokens; proves nothing.
pub fn looks_opaque(text: &str) -> bool {
    text.starts_with(PREFIX)
}

fn place(realm: &RealmId) -> String {
    format!("access_token:{realm}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::entropy::SeededEntropy;

    fn master(seed: u64) -> MasterKey {
        MasterKey::generate(&SeededEntropy::new(seed)).unwrap()
    }

    fn realm(slug: &str) -> RealmId {
        RealmId::parse(slug).unwrap()
    }

    #[test]
    fn opens_with_its_key_in_its_realm_only() {
        let token = seal_opaque_token(&master(1), &realm("a"), &json!({"sub": "u"})).unwrap();
        let open = |seed, slug| open_opaque_token::<Value>(&master(seed), &realm(slug), &token);
        assert_eq!(open(1, "a"), Ok(json!({"sub": "u"})));
        assert_eq!(open(1, "b"), Err(TokenRefusal::BadSignature));
        assert_eq!(open(2, "a"), Err(TokenRefusal::BadSignature));
    }

    #[test]
    fn shows_nothing_and_is_never_the_same_twice() {
        let claims = json!({"sub": "somebody@example.test", "scope": "notes:read"});
        let seal = || seal_opaque_token(&master(1), &realm("a"), &claims).unwrap();
        let token = seal();
        assert!(looks_opaque(&token));
        assert_ne!(token, seal());
        let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX).unwrap());
        let text = String::from_utf8_lossy(&bytes.unwrap()).into_owned();
        for word in ["sub", "somebody", "scope", "notes"] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn refuses_what_was_altered_cut_or_made_elsewhere() {
        let token = seal_opaque_token(&master(1), &realm("a"), &json!({"sub": "u"})).unwrap();
        let open = |text: &str| open_opaque_token::<Value>(&master(1), &realm("a"), text);
        for at in PREFIX.len()..token.len() {
            let mut altered = token.clone();
            let other = if token.as_bytes()[at] == b'A' {
                "B"
            } else {
                "A"
            };
            altered.replace_range(at..=at, other);
            assert!(open(&altered).is_err(), "{at}");
            assert!(open(token.get(..at).unwrap()).is_err(), "cut at {at}");
        }
        let long = format!("{PREFIX}{}", "A".repeat(MAX_TOKEN_BYTES));
        assert_eq!(open(&long), Err(TokenRefusal::TooLong));
        for text in ["", "vat_", "x", "vat_=", &token.replace("vat_", "")] {
            assert!(open(text).is_err(), "{text}");
        }
    }
}
