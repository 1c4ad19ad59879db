//! Session management (OIDC Session Management 1.0): values from which a client's page can tell,
//! without a request, that the browser's session is another one.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::protocol::ids::{ClientId, RealmId};
use crate::secret::Digest;

/// The browser state of a session (§4.2), readable by the script of our own frame: new with each
/// sign-in, the same on every node, and no way back to the session's cookie.
pub fn browser_state(realm: &RealmId, cookie: &Digest) -> String {
    let mut hash = Sha256::new();
    hash.update(b"vidimus browser state\0");
    hash.update(realm.as_str());
    hash.update(b"\0");
    hash.update(cookie.as_bytes());
    hexadecimal(&hash.finalize())
}

/// The `session_state` of an authorization response (§3): a hash over client, the origin that it
/// is answered at, browser state and salt, and the salt. The frame's script computes the same.
pub fn compute(client: &ClientId, origin: &str, browser_state: &str, salt: &str) -> String {
    let text = format!("{client} {origin} {browser_state} {salt}");
    format!("{}.{salt}", hexadecimal(&Sha256::digest(text.as_bytes())))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Session Management §3: no space, since the frame's message is split at one.
    #[test]
    fn is_a_hash_and_its_salt_and_depends_on_every_part() {
        let client = ClientId::parse("client").unwrap();
        let state = compute(&client, "https://rp.test", "state", "salt");
        // printf 'client https://rp.test state salt' | sha256sum
        let hash = "c739ea439ca7956b15bc78e136348affc4217c0220005f240f8a37900ca3d4e1";
        assert_eq!(state, format!("{hash}.salt"));
        let other = ClientId::parse("other").unwrap();
        for changed in [
            compute(&other, "https://rp.test", "state", "salt"),
            compute(&client, "https://rp.test:8443", "state", "salt"),
            compute(&client, "https://rp.test", "other", "salt"),
            compute(&client, "https://rp.test", "state", "pepper"),
        ] {
            assert_ne!(changed, state);
            assert!(!changed.contains(' '));
        }
    }

    #[test]
    fn the_browser_state_is_another_one_in_each_session_and_realm() {
        let realm = RealmId::default_realm();
        let state = browser_state(&realm, &Digest::of("cookie"));
        assert_eq!(state, browser_state(&realm, &Digest::of("cookie")));
        assert_ne!(state, browser_state(&realm, &Digest::of("next")));
        let acme = RealmId::parse("acme").unwrap();
        assert_ne!(state, browser_state(&acme, &Digest::of("cookie")));
    }
}
