//! Authentication context classes (OIDC Core §2 `acr`): how strong a sign-in was, in one word.

use serde_json::Value;

use crate::protocol::claims::ClaimsRequest;
use crate::protocol::client::Client;

/// A sign-in with one proof.
pub const ONE_FACTOR: &str = "urn:vidimus:acr:1fa";
/// A sign-in with two proofs of different kinds.
pub const TWO_FACTORS: &str = "urn:vidimus:acr:2fa";

/// The classes that a sign-in with these methods (RFC 8176) reaches, strongest first.
pub fn reached(amr: &str) -> &'static [&'static str] {
    if amr.split_whitespace().count() > 1 {
        &[TWO_FACTORS, ONE_FACTOR]
    } else {
        &[ONE_FACTOR]
    }
}

/// Which classes a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcrDemand {
    wanted: Vec<String>,
    essential: bool,
}

impl AcrDemand {
    /// Reads `acr_values`, the `acr` of the `claims` parameter, and what the client registered
    /// (OIDC Core §5.5.1.1: the parameter is a wish, an essential claim is a demand).
    pub fn read(acr_values: Option<&str>, claims: &ClaimsRequest, client: &Client) -> Self {
        let claimed = claims.id_token.get("acr");
        let demand = claimed.cloned().flatten().unwrap_or_default();
        let mut wanted: Vec<String> = demand
            .wanted()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let essential = demand.essential && !wanted.is_empty();
        let words = acr_values.unwrap_or_default().split_whitespace();
        wanted.extend(words.map(str::to_owned));
        if wanted.is_empty() && claimed.is_none() {
            wanted.clone_from(&client.metadata.default_acr_values);
        }
        if wanted.is_empty() && claimed.is_some() {
            wanted.extend([TWO_FACTORS, ONE_FACTOR].map(str::to_owned));
        }
        Self { wanted, essential }
    }

    /// The class to be told in the ID token: the most wanted one that the sign-in reaches.
    pub fn answer(&self, amr: &str) -> Option<&'static str> {
        let reached = reached(amr);
        let mut wanted = self.wanted.iter();
        wanted.find_map(|wish| reached.iter().find(|class| *class == wish).copied())
    }

    /// Whether a sign-in falls short of a class that the client cannot do without.
    pub fn is_unmet_by(&self, amr: &str) -> bool {
        self.essential && self.answer(amr).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    fn demand(acr_values: Option<&str>, claims: &str) -> AcrDemand {
        let claims = ClaimsRequest::parse(claims).unwrap();
        AcrDemand::read(acr_values, &claims, &client(ClientType::Web))
    }

    /// OIDC Core §3.1.2.1: `acr_values` is a wish; what was not asked for is not told.
    #[test]
    fn tells_the_class_of_the_sign_in_when_it_was_asked_for() {
        assert_eq!(demand(None, "{}").answer("pwd"), None);
        assert_eq!(demand(Some("1 2"), "{}").answer("pwd"), None);
        let listed = demand(Some("urn:vidimus:acr:1fa 2"), "{}");
        assert_eq!(listed.answer("pwd"), Some(ONE_FACTOR));
        assert!(!demand(Some("1 2"), "{}").is_unmet_by("pwd"));
        let claimed = demand(None, r#"{"id_token":{"acr":null}}"#);
        assert_eq!(claimed.answer("pwd"), Some(ONE_FACTOR));
        assert_eq!(claimed.answer("pwd otp"), Some(TWO_FACTORS));
    }

    /// OIDC Core §5.5.1.1
    #[test]
    fn an_essential_class_that_is_not_reached_is_unmet() {
        let strange = r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#;
        assert!(demand(None, strange).is_unmet_by("pwd"));
        let ours = r#"{"id_token":{"acr":{"essential":true,"value":"urn:vidimus:acr:1fa"}}}"#;
        assert!(!demand(None, ours).is_unmet_by("pwd"));
        let wish = r#"{"id_token":{"acr":{"values":["gold"]}}}"#;
        assert!(!demand(None, wish).is_unmet_by("pwd"));
    }
}
