//! Issuer identifiers and the URLs under them; from configuration, never from a request.

use std::fmt;

use crate::protocol::ids::RealmId;

/// A realm's issuer identifier (OIDC Core §2 `iss`), without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer(String);

impl Issuer {
    /// The issuer of a realm under the configured origin, whose own issuer is the default realm's.
    pub fn of_realm(configured: &str, realm: &RealmId) -> Self {
        if realm.is_default() {
            Self(configured.to_owned())
        } else {
            Self(format!("{configured}/realms/{realm}"))
        }
    }

    /// The text, as it stands in tokens.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of an endpoint, whose path begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
