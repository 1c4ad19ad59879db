//! Identifiers. Each constructor validates, so that a value of the type is a valid one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that is no valid identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}")]
pub struct InvalidId {
    /// What it should have been.
    pub kind: &'static str,
}

/// RFC 3986 §2.3: letters, digits, `-`, `.`, `_` and `~` need no encoding anywhere in a URL.
pub fn is_unreserved(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// The longest address that can be a client identifier, in bytes.
const DOCUMENT_ADDRESS_LIMIT: usize = 255;

/// Whether a text can be the address of a client-ID document (draft-ietf-oauth-client-id-metadata-
/// document §3): `https`, a host and a path, without user, fragment or dot segments, and in the one
/// spelling that parsers agree on, since it is compared byte by byte.
fn is_document_address(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'\\' | b'<' | b'>');
    if !text.starts_with("https://")
        || text.len() > DOCUMENT_ADDRESS_LIMIT
        || !text.bytes().all(plain)
    {
        return false;
    }
    url::Url::parse(text).is_ok_and(|url| {
        url.as_str() == text
            && url.path().len() > 1
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Validates and wraps the text.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(InvalidId { kind: $kind }) }
            }

            /// The text, as it is written in requests and rows.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A realm's slug; it never changes, and every row carries it.
    RealmId, "realm slug (lower-case letters, digits and inner hyphens, 63 at most)",
    |t| !t.is_empty() && t.len() <= 63 && !t.starts_with('-') && !t.ends_with('-')
        && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);
text_id!(
    /// A client identifier (RFC 6749 §2.2): one that we gave, in unreserved characters, or the
    /// address of a client-ID document.
    ClientId, "client_id",
    |t| (!t.is_empty() && t.len() <= 128 && is_unreserved(t)) || is_document_address(t)
);
text_id!(
    /// Our name of a user; what a client sees is a subject derived from it.
    UserId, "user id", |t| !t.is_empty() && t.len() <= 64 && is_unreserved(t)
);
text_id!(
    /// One grant and all tokens that descend from it.
    FamilyId, "token family id", |t| !t.is_empty() && t.len() <= 64 && is_unreserved(t)
);
text_id!(
    /// A session's public name, the `sid` claim; knowing it opens nothing.
    SessionId, "session id", |t| !t.is_empty() && t.len() <= 64 && is_unreserved(t)
);
text_id!(
    /// A signing key's `kid` (RFC 7517 §4.5).
    KeyId, "key id", |t| !t.is_empty() && t.len() <= 64 && is_unreserved(t)
);
text_id!(
    /// A token's `jti` (RFC 7519 §4.1.7).
    TokenId, "token id", |t| !t.is_empty() && t.len() <= 64 && is_unreserved(t)
);

text_id!(
    /// Our name of a role.
    RoleId, "role id", |t| !t.is_empty() && t.len() <= 64 && is_unreserved(t)
);
text_id!(
    /// Our name of a group.
    GroupId, "group id", |t| !t.is_empty() && t.len() <= 64 && is_unreserved(t)
);
text_id!(
    /// A role as applications are told of it; compared byte by byte.
    RoleName, "role name (1 to 100 characters, no comma, no space at an end)", is_told_name
);
text_id!(
    /// A group as applications are told of it; compared byte by byte.
    GroupName, "group name (1 to 100 characters, no comma, no space at an end)", is_told_name
);

/// The longest name of a role or group in characters.
const TOLD_NAME_LIMIT: usize = 100;

/// Proxies tell names in one header with commas between them, so that a name with one would be two.
fn is_told_name(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && c != ',';
    !text.is_empty()
        && text.chars().count() <= TOLD_NAME_LIMIT
        && text.trim() == text
        && text.chars().all(plain)
}

impl ClientId {
    /// Whether it is the address of a document with the client's metadata.
    pub fn is_document(&self) -> bool {
        self.0.contains(':')
    }
}

impl RealmId {
    /// The realm whose issuer is the configured origin itself.
    pub fn default_realm() -> Self {
        Self("default".to_owned())
    }

    /// Whether this is the realm at the configured origin.
    pub fn is_default(&self) -> bool {
        self.0 == "default"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_identifier_is_unreserved_text_or_the_address_of_a_document() {
        for text in ["vid_abc-1.~", "c"] {
            assert!(!ClientId::parse(text).unwrap().is_document(), "{text}");
        }
        for text in [
            "https://app.example/client.json",
            "https://app.example:8443/oauth/client?v=1",
            "https://xn--bcher-kva.example/c",
        ] {
            assert!(ClientId::parse(text).unwrap().is_document(), "{text}");
        }
    }

    #[test]
    fn the_name_of_a_group_stays_one_name_wherever_it_is_told() {
        let limit = "x".repeat(TOLD_NAME_LIMIT);
        for name in ["admins", "/staff/Z\u{fc}rich", "night shift", &limit] {
            assert!(GroupName::parse(name).is_ok(), "{name}");
        }
        let long = format!("{limit}x");
        for name in ["", " admins", "admins ", "a,b", "a\nb", "a\u{85}b", &long] {
            assert!(GroupName::parse(name).is_err(), "{name:?}");
            assert!(RoleName::parse(name).is_err(), "{name:?}");
        }
    }

    /// draft-ietf-oauth-client-id-metadata-document §3
    #[test]
    fn refuses_addresses_that_parsers_read_differently() {
        let long = format!("https://app.example/{}", "x".repeat(255));
        for text in [
            "",
            "a b",
            "http://app.example/client.json",
            "https://app.example",
            "https://app.example/",
            "https://app.example/a#b",
            "https://app.example/a#",
            "https://user@app.example/a",
            "https://user:pw@app.example/a",
            "https://app.example/a/../b",
            "https://app.example/./b",
            "https://app.example/%2e%2e/b",
            "https://App.example/a",
            "https://app.example:443/a",
            "https://app.example\\@evil.example/a",
            "https://app.example/a\"b",
            "https:app.example/a",
            "https:///app.example/a",
            "https://0x7f000001/a",
            "https://b\u{fc}cher.example/a",
            &long,
        ] {
            assert!(ClientId::parse(text).is_err(), "{text}");
        }
    }
}
