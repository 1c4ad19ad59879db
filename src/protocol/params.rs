//! Request parameters as RFC 6749 §3.1 and §3.2 read them.
//!
//! A parameter without a value counts as omitted; a parameter sent twice is an error, known or
//! not, but for the one that is made to be repeated. Generic form extractors keep one of the values silently, which is why we parse ourselves.

use std::collections::BTreeSet;

use url::form_urlencoded;

/// The one parameter that may be sent several times (RFC 8707 §2).
pub const RESOURCE: &str = "resource";

/// The decoded parameters of one request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Decodes `application/x-www-form-urlencoded` text.
    pub fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value of a parameter; the first, when it was repeated.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Every value of a parameter, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The parameters in order, those without a value too.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether a parameter was sent more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// Whether any parameter but [`RESOURCE`] was sent more than once (RFC 6749 §3.1, §3.2).
    pub fn has_repeats(&self) -> bool {
        let mut seen = BTreeSet::new();
        self.0
            .iter()
            .any(|(key, _)| key != RESOURCE && !seen.insert(key))
    }

    /// Whether a value holds a control character: RFC 6749 Appendix A allows none in any
    /// parameter, and not every database stores them.
    pub fn has_control_characters(&self) -> bool {
        self.0
            .iter()
            .any(|(_, value)| value.chars().any(char::is_control))
    }

    /// The parameters without those named, encoded again.
    pub fn encode_without(&self, names: &[&str]) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(
                self.0
                    .iter()
                    .filter(|(key, _)| !names.contains(&key.as_str())),
            )
            .finish()
    }
}

impl FromIterator<(String, String)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl std::fmt::Debug for Params {
    /// Names only: values may be codes, tokens or passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(key, _)| key))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_empty_value_as_omitted() {
        let params = Params::parse(b"state=&scope=openid+email");
        assert_eq!(params.get("state"), None);
        assert_eq!(params.get("scope"), Some("openid email"));
    }

    #[test]
    fn sees_repeats_of_known_and_unknown_parameters() {
        assert!(Params::parse(b"x=1&x=2").has_repeats());
        assert!(Params::parse(b"x=1&x=").has_repeats());
        assert!(!Params::parse(b"x=1&y=1").has_repeats());
    }

    /// RFC 8707 §2
    #[test]
    fn resource_alone_may_be_repeated() {
        let params = Params::parse(b"resource=urn:a&x=1&resource=&resource=urn:b");
        assert!(!params.has_repeats());
        assert!(params.all("resource").eq(["urn:a", "urn:b"]));
        assert!(Params::parse(b"resource=urn:a&Resource=1&Resource=2").has_repeats());
    }

    #[test]
    fn debug_output_holds_no_value() {
        assert!(!format!("{:?}", Params::parse(b"password=hunter2")).contains("hunter2"));
    }
}
