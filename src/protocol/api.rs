//! APIs: the resource servers (RFC 6749 §1.1) that access tokens may be asked for.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::protocol::claims::LONGEST_LIFETIME;
use crate::protocol::client::Client;
use crate::protocol::ids::{InvalidId, RealmId};
use crate::protocol::plain_text::is_plain;
use crate::protocol::scope::{STANDARD, ScopeSet};
use crate::protocol::time::{Lifetime, Timestamp};

/// The longest identifier in bytes.
pub const IDENTIFIER_LIMIT: usize = 255;
/// The longest name in characters.
pub const NAME_LIMIT: usize = 100;
/// The shortest life of an access token that an API may ask for.
pub const SHORTEST_LIFETIME: Lifetime = Lifetime::seconds(30);

/// An API's identifier: what clients send as `resource` and what becomes `aud`.
///
/// An absolute URI without a fragment (RFC 8707 §2), compared byte by byte: nothing is normalized.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApiId(String);

impl ApiId {
    /// Validates and wraps the text.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
        let text = text.into();
        if is_absolute_uri(&text) {
            Ok(Self(text))
        } else {
            Err(InvalidId {
                kind: "API identifier: an absolute URI without a fragment, 255 bytes at most",
            })
        }
    }

    /// The text, as it is written in requests, tokens and rows.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 3986 §4.3 in the characters of §2: neither a space, which parts identifiers in the record,
/// nor a fragment passes.
fn is_absolute_uri(text: &str) -> bool {
    let is_uri_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
    let has_path = text
        .split_once(':')
        .is_some_and(|(_scheme, rest)| !rest.is_empty());
    text.len() <= IDENTIFIER_LIMIT
        && has_path
        && text.bytes().all(is_uri_byte)
        && Url::parse(text).is_ok()
}

impl TryFrom<String> for ApiId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl From<ApiId> for String {
    fn from(id: ApiId) -> Self {
        id.0
    }
}

impl fmt::Display for ApiId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The `typ` header of a JWT access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum AccessTokenType {
    /// RFC 9068 §2.1.
    #[default]
    #[serde(rename = "at+jwt")]
    AtJwt,
    /// For APIs whose library takes no other.
    #[serde(rename = "JWT")]
    Jwt,
}

/// Who can read an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenFormat {
    /// Everybody: a signed JWT, which the API verifies by itself.
    #[default]
    Jwt,
    /// Nobody but us: the API asks introspection (RFC 7662).
    Opaque,
}

/// What was registered of an API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiMetadata {
    /// For people.
    pub name: String,
    /// What can be allowed at it; never a scope that OpenID Connect has a meaning for.
    pub scope: ScopeSet,
    /// The `typ` of its access tokens when they are JWTs.
    pub access_token_type: AccessTokenType,
    /// The format of its access tokens.
    pub access_token_format: TokenFormat,
    /// The life of its access tokens in seconds; the configured one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<u32>,
}

/// Why an API cannot be registered like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiRefusal {
    /// The name is empty, too long or would not be shown as it is written.
    #[error(
        "an API needs a name of 1 to {NAME_LIMIT} characters that are shown as they are written"
    )]
    Name,
    /// Without a scope no client could be allowed to use it.
    #[error("an API needs a scope; clients that have one of its scopes may ask for it")]
    ScopeMissing,
    /// Nearly every client has these, and they open userinfo, not an API.
    #[error("the scope {0} belongs to OpenID Connect and cannot be an API's")]
    StandardScope(&'static str),
    /// Outside what may be configured.
    #[error("an access token lives 30 seconds at least and one day at most")]
    Lifetime,
}

impl ApiMetadata {
    /// Checks what an operator asks for.
    pub fn check(&self) -> Result<(), ApiRefusal> {
        let length = self.name.chars().count();
        if !(1..=NAME_LIMIT).contains(&length) || !is_plain(&self.name) {
            return Err(ApiRefusal::Name);
        }
        if self.scope.is_empty() {
            return Err(ApiRefusal::ScopeMissing);
        }
        if let Some(standard) = STANDARD.into_iter().find(|s| self.scope.contains(s)) {
            return Err(ApiRefusal::StandardScope(standard));
        }
        let lifetime = self.access_token_lifetime.map(Lifetime::seconds);
        if lifetime.is_some_and(|span| !(SHORTEST_LIFETIME..=LONGEST_LIFETIME).contains(&span)) {
            return Err(ApiRefusal::Lifetime);
        }
        Ok(())
    }
}

/// A registered API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// Its realm.
    pub realm: RealmId,
    /// Its identifier.
    pub id: ApiId,
    /// What was registered.
    pub metadata: ApiMetadata,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When an admin switched it off.
    pub disabled_at: Option<Timestamp>,
}

impl Api {
    /// Whether a client may ask for the API: it is registered for one of the API's scopes.
    pub fn serves(&self, client: &Client) -> bool {
        let registered = &client.metadata.scope;
        self.realm == client.realm && self.metadata.scope.iter().any(|s| registered.contains(s))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    /// An API of the default realm.
    pub(crate) fn api(id: &str, scope: &str) -> Api {
        Api {
            realm: RealmId::default_realm(),
            id: ApiId::parse(id).unwrap(),
            metadata: ApiMetadata {
                name: "Notes".to_owned(),
                scope: ScopeSet::parse(scope).unwrap(),
                ..ApiMetadata::default()
            },
            created_at: Timestamp::from_unix_seconds(0),
            disabled_at: None,
        }
    }

    /// RFC 8707 §2, RFC 3986 §4.3
    #[test]
    fn an_identifier_is_an_absolute_uri_without_a_fragment() {
        let longest = format!("https://api.test/{}", "x".repeat(IDENTIFIER_LIMIT - 17));
        for text in [
            "https://api.test",
            "https://api.test/",
            "https://api.test:8443/v1?tenant=a%20b",
            "http://[::1]:8080/api",
            "urn:example:api",
            longest.as_str(),
        ] {
            assert_eq!(ApiId::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "api",
            "/api",
            "//api.test/",
            "api.test/v1",
            "https:",
            "https://",
            "https://api.test/#",
            "https://api.test/#part",
            "https://api.test/a b",
            " https://api.test/",
            "https://api.test/\n",
            "https://api.test/ü",
            "1https://api.test/",
            &format!("{longest}x"),
        ] {
            assert!(ApiId::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn checks_what_an_operator_asks_for() {
        let good = api("https://api.test/", "notes:read").metadata;
        let with = |change: fn(&mut ApiMetadata)| {
            let mut metadata = good.clone();
            change(&mut metadata);
            metadata.check()
        };
        assert_eq!(with(|_| {}), Ok(()));
        assert_eq!(with(|m| m.name.clear()), Err(ApiRefusal::Name));
        assert_eq!(with(|m| m.name = "x".repeat(101)), Err(ApiRefusal::Name));
        assert_eq!(
            with(|m| "a\tb".clone_into(&mut m.name)),
            Err(ApiRefusal::Name)
        );
        assert_eq!(
            with(|m| m.scope = ScopeSet::default()),
            Err(ApiRefusal::ScopeMissing)
        );
        assert_eq!(
            with(|m| m.scope = ScopeSet::parse("notes:read openid").unwrap()),
            Err(ApiRefusal::StandardScope("openid"))
        );
        let lives = |seconds| {
            let mut metadata = good.clone();
            metadata.access_token_lifetime = Some(seconds);
            metadata.check()
        };
        for (seconds, checked) in [
            (29, Err(ApiRefusal::Lifetime)),
            (30, Ok(())),
            (86_400, Ok(())),
            (86_401, Err(ApiRefusal::Lifetime)),
        ] {
            assert_eq!(lives(seconds), checked, "{seconds}");
        }
    }

    #[test]
    fn serves_clients_that_are_registered_for_one_of_its_scopes() {
        let web = client(ClientType::Web);
        assert!(api("https://api.test/", "other api").serves(&web));
        assert!(!api("https://api.test/", "other").serves(&web));
        let mut elsewhere = api("https://api.test/", "api");
        elsewhere.realm = RealmId::parse("elsewhere").unwrap();
        assert!(!elsewhere.serves(&web));
    }
}
