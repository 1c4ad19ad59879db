//! `at_hash`, `c_hash` and their like: what binds another value to a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256, Sha512};

use crate::protocol::algorithm::SigningAlgorithm;

/// OIDC Core §3.1.3.6: the left half of the hash that the algorithm signs with. Ed25519 hashes with
/// SHA-512 (RFC 8032 §5.1).
pub fn left_half_hash(algorithm: SigningAlgorithm, text: &str) -> String {
    match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 | SigningAlgorithm::Es256 => {
            left_half::<Sha256>(text)
        }
        SigningAlgorithm::EdDsa => left_half::<Sha512>(text),
    }
}

fn left_half<H: Digest>(text: &str) -> String {
    let hash = H::digest(text);
    let (left, _right) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OIDC Core §A.3, the example.
    #[test]
    fn hashes_as_the_specification_shows() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        for algorithm in SigningAlgorithm::ALL {
            let hash = left_half_hash(algorithm, token);
            let short = algorithm != SigningAlgorithm::EdDsa;
            assert_eq!(hash == "77QmUPtjPfzWtF2AnpK9RQ", short, "{algorithm:?}");
        }
    }

    /// RFC 8032 §5.1: 32 of the 64 bytes of SHA-512.
    #[test]
    fn hashes_with_sha_512_for_eddsa() {
        // The first half of the digest of the empty text (FIPS 180-4).
        let hash = left_half_hash(SigningAlgorithm::EdDsa, "");
        let bytes = URL_SAFE_NO_PAD.decode(hash).unwrap();
        assert_eq!(bytes.len(), 32);
        assert_eq!(bytes[..4], [0xcf, 0x83, 0xe1, 0x35]);
        assert_eq!(bytes[28..], [0xd3, 0x6c, 0xe9, 0xce]);
    }
}
