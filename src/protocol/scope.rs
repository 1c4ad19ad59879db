//! Scopes as RFC 6749 §3.3 writes them: an unordered set, here kept in the order of first mention.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// OIDC Core §3.1.2.1: asks for OpenID Connect itself.
pub const OPENID: &str = "openid";
/// OIDC Core §11: asks for a grant that outlives the session.
pub const OFFLINE_ACCESS: &str = "offline_access";
/// Our scope: the groups that a person is in.
pub const GROUPS: &str = "groups";
/// Our scope: the roles that a person has in the realm and in the client.
pub const ROLES: &str = "roles";
/// What the server itself gives a meaning to.
pub const STANDARD: [&str; 8] = [
    OPENID,
    "profile",
    "email",
    "address",
    "phone",
    OFFLINE_ACCESS,
    GROUPS,
    ROLES,
];
/// What a client may have that no admin has looked at: groups and roles tell of an organisation
/// as much as of a person, so that they are an admin's to give.
pub const FOR_ANYBODY: [&str; 6] = [
    OPENID,
    "profile",
    "email",
    "address",
    "phone",
    OFFLINE_ACCESS,
];

/// A set of scope tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopeSet(Vec<String>);

/// A scope with a character outside RFC 6749 §3.3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a scope holds a character that RFC 6749 section 3.3 does not allow")]
pub struct InvalidScope;

impl ScopeSet {
    /// Parses a space-separated list; repeats are folded.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        let mut seen = BTreeSet::new();
        let mut tokens: Vec<String> = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            // RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E
            if !token
                .bytes()
                .all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
            {
                return Err(InvalidScope);
            }
            if seen.insert(token) {
                tokens.push(token.to_owned());
            }
        }
        Ok(Self(tokens))
    }

    /// Whether one token is in the set.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|own| own == token)
    }

    /// Whether every token of `self` is in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|token| other.contains(token))
    }

    /// The tokens that both hold, in the order of `self`.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.filtered(|token| other.contains(token))
    }

    /// The tokens that are wanted, in the order of `self`.
    #[must_use]
    pub fn filtered(&self, wanted: impl Fn(&str) -> bool) -> Self {
        let tokens = self.0.iter().filter(|token| wanted(token));
        Self(tokens.cloned().collect())
    }

    /// The set without one token.
    #[must_use]
    pub fn without(mut self, token: &str) -> Self {
        self.0.retain(|own| own != token);
        self
    }

    /// The tokens that either holds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut tokens = self.0.clone();
        tokens.extend(
            other
                .0
                .iter()
                .filter(|token| !self.contains(token))
                .cloned(),
        );
        Self(tokens)
    }

    /// The tokens in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl TryFrom<String> for ScopeSet {
    type Error = InvalidScope;
    fn try_from(text: String) -> Result<Self, InvalidScope> {
        Self::parse(&text)
    }
}

impl From<ScopeSet> for String {
    fn from(scope: ScopeSet) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_repeats_and_keeps_order() {
        let scope = ScopeSet::parse("openid  email openid").unwrap();
        assert_eq!(scope.to_string(), "openid email");
    }

    #[test]
    fn refuses_quotes_and_controls() {
        for text in ["a\"b", "a\\b", "a\tb", "ä"] {
            assert_eq!(ScopeSet::parse(text), Err(InvalidScope), "{text}");
        }
    }
}
