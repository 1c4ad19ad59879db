//! The `claims` parameter (OIDC Core §5.5): single claims asked for, beside what scopes open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest parameter that is read, in bytes.
pub const CLAIMS_LIMIT: usize = 4 * 1024;

/// A `claims` parameter that is not what OIDC Core §5.5 describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claims parameter is not a JSON object as OIDC Core section 5.5 describes it")]
pub struct MalformedClaims;

/// Which claims are asked for, and where. Unknown members are ignored (§5.5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// At the userinfo endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, Option<ClaimDemand>>,
    /// In the ID token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, Option<ClaimDemand>>,
}

/// How one claim is asked for (§5.5.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClaimDemand {
    /// Whether the app says that it cannot do without.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The value that it wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The values that it would take, most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

impl ClaimDemand {
    /// Whether a value meets the demand; without wishes every value does.
    pub fn accepts(&self, value: &Value) -> bool {
        match (&self.value, self.values.is_empty()) {
            (None, true) => true,
            (wanted, _) => wanted.as_ref() == Some(value) || self.values.contains(value),
        }
    }

    /// The values that are wanted, most wanted first.
    pub fn wanted(&self) -> impl Iterator<Item = &Value> {
        self.value.iter().chain(&self.values)
    }
}

impl ClaimsRequest {
    /// Reads the parameter.
    pub fn parse(text: &str) -> Result<Self, MalformedClaims> {
        if text.len() > CLAIMS_LIMIT {
            return Err(MalformedClaims);
        }
        Self::from_text(text)
    }

    /// Reads [`ClaimsRequest::to_text`] back, which may be longer than the parameter was: `1e15`
    /// is written with all its digits.
    pub fn from_text(text: &str) -> Result<Self, MalformedClaims> {
        // An array would be read as an object without names.
        if !text.trim_start().starts_with('{') {
            return Err(MalformedClaims);
        }
        serde_json::from_str(text).map_err(|_syntax| MalformedClaims)
    }

    /// The same without the claims that are not wanted.
    #[must_use]
    pub fn filtered(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        self.userinfo.retain(|name, _| wanted(name));
        self.id_token.retain(|name, _| wanted(name));
        self
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The parameter as it is kept with a grant; `None` when nothing is asked for.
    pub fn to_text(&self) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        serde_json::to_string(self).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OIDC Core §5.5.1
    #[test]
    fn reads_the_three_shapes_of_a_demand() {
        let text = r#"{"userinfo":{"name":null,"email":{"essential":true}},
            "id_token":{"acr":{"values":["a","b"]},"sub":{"value":"x"}},"other":{"y":null}}"#;
        let claims = ClaimsRequest::parse(text).unwrap();
        assert_eq!(claims.userinfo["name"], None);
        assert!(claims.userinfo["email"].as_ref().unwrap().essential);
        let acr = claims.id_token["acr"].as_ref().unwrap();
        assert!(acr.accepts(&Value::from("b")) && !acr.accepts(&Value::from("c")));
        let sub = claims.id_token["sub"].as_ref().unwrap();
        assert!(sub.accepts(&Value::from("x")) && !sub.accepts(&Value::from("y")));
        let kept = ClaimsRequest::from_text(&claims.to_text().unwrap()).unwrap();
        assert_eq!(kept, claims);
        assert_eq!(ClaimsRequest::default().to_text(), None);
    }

    #[test]
    fn refuses_what_is_no_claims_request() {
        for text in [
            "",
            "[]",
            "null",
            r#"{"userinfo":[]}"#,
            r#"{"id_token":{"a":1}}"#,
        ] {
            assert_eq!(ClaimsRequest::parse(text), Err(MalformedClaims), "{text}");
        }
        let long = format!(r#"{{"userinfo":{{"{}":null}}}}"#, "x".repeat(CLAIMS_LIMIT));
        assert_eq!(ClaimsRequest::parse(&long), Err(MalformedClaims));
    }

    #[test]
    fn reads_back_what_has_grown_when_it_was_written() {
        let values = vec!["1e15"; 600].join(",");
        let text = format!(r#"{{"userinfo":{{"x":{{"values":[{values}]}}}}}}"#);
        let claims = ClaimsRequest::parse(&text).unwrap();
        let kept = claims.to_text().unwrap();
        assert!(kept.len() > CLAIMS_LIMIT);
        assert_eq!(ClaimsRequest::from_text(&kept), Ok(claims));
    }
}
