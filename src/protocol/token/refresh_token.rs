//! The text of a refresh token: `vrt_{family}.{generation}.{tag}`.
//!
//! The tag is an HMAC over realm, family, client and generation, so that a forged or mangled token
//! is refused before any query, every genuine older one is recognised, and the successor can be
//! given again to a client that lost the answer.

use crate::protocol::ids::{ClientId, FamilyId, RealmId};
use crate::secret::{MacKey, SecretString};

const PREFIX: &str = "vrt_";

/// A refresh token that we made: its tag was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The family that it belongs to.
    pub family: FamilyId,
    /// Its place in the family.
    pub generation: i64,
}

impl RefreshToken {
    /// Writes the token of one generation of a family.
    pub fn write(
        key: &MacKey,
        realm: &RealmId,
        client: &ClientId,
        family: &FamilyId,
        generation: i64,
    ) -> SecretString {
        let tag = key.tag_text(&parts(realm, client, family, &generation.to_be_bytes()));
        SecretString::new(format!("{PREFIX}{family}.{generation}.{tag}"))
    }

    /// Reads a token that was issued to `client` in `realm`; `None` for anything else, without
    /// telling which part was wrong.
    pub fn read(key: &MacKey, realm: &RealmId, client: &ClientId, text: &str) -> Option<Self> {
        let (family, generation, tag) = take_apart(text)?;
        key.verify_text(
            &parts(realm, client, &family, &generation.to_be_bytes()),
            tag,
        )
        .then_some(Self { family, generation })
    }

    /// Whether a text has the look of our refresh tokens; proves nothing.
    pub fn looks_like_one(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The family that a text names, unproven: for looking up whose tag to check it against.
    pub fn unproven_family(text: &str) -> Option<FamilyId> {
        take_apart(text).map(|(family, ..)| family)
    }
}

/// Family, generation and tag. A token has one text: its generation is written without sign and
/// leading zeros.
fn take_apart(text: &str) -> Option<(FamilyId, i64, &str)> {
    let (rest, tag) = text.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let (family, digits) = rest.rsplit_once('.')?;
    let family = FamilyId::parse(family).ok()?;
    let generation: i64 = digits.parse().ok().filter(|number| *number >= 0)?;
    (generation.to_string() == digits).then_some((family, generation, tag))
}

fn parts<'a>(
    realm: &'a RealmId,
    client: &'a ClientId,
    family: &'a FamilyId,
    generation: &'a [u8],
) -> [&'a [u8]; 4] {
    [
        realm.as_str().as_bytes(),
        client.as_str().as_bytes(),
        family.as_str().as_bytes(),
        generation,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_one_text_and_one_family() {
        let key = MacKey::new(&[7; 32]);
        let realm = RealmId::default_realm();
        let client = ClientId::parse("client").unwrap();
        let family = FamilyId::parse("fam.ily").unwrap();
        let text = RefreshToken::write(&key, &realm, &client, &family, 3);
        let text = text.expose();
        assert!(RefreshToken::read(&key, &realm, &client, text).is_some());
        assert_eq!(RefreshToken::unproven_family(text), Some(family));
        for other in [".03.", ".+3.", ".3 ."] {
            let other = text.replace(".3.", other);
            assert_eq!(RefreshToken::read(&key, &realm, &client, &other), None);
        }
    }

    #[test]
    fn is_read_only_with_every_binding_it_was_written_with() {
        let key = MacKey::new(&[7; 32]);
        let realm = RealmId::default_realm();
        let other_realm = RealmId::parse("other").unwrap();
        let client = ClientId::parse("client").unwrap();
        let other_client = ClientId::parse("other").unwrap();
        let family = FamilyId::parse("fam").unwrap();
        let text = RefreshToken::write(&key, &realm, &client, &family, 3);
        let text = text.expose();
        let read = RefreshToken::read(&key, &realm, &client, text);
        assert_eq!(
            read,
            Some(RefreshToken {
                family,
                generation: 3
            })
        );
        assert_eq!(RefreshToken::read(&key, &other_realm, &client, text), None);
        assert_eq!(RefreshToken::read(&key, &realm, &other_client, text), None);
        assert_eq!(
            RefreshToken::read(&MacKey::new(&[8; 32]), &realm, &client, text),
            None
        );
        assert_eq!(
            RefreshToken::read(&key, &realm, &client, &text.replace(".3.", ".4.")),
            None
        );
        for mangled in ["", "vrt_", "vrt_fam.3", "vrt_fam.-1.x", "fam.3.x"] {
            assert_eq!(
                RefreshToken::read(&key, &realm, &client, mangled),
                None,
                "{mangled}"
            );
        }
    }
}
