//! Authentication context classes (OIDC Core §2 `acr`): how strong a sign-in was, in one word.

use serde_json::Value;

use crate::protocol::claims::ClaimsRequest;
use crate::protocol::client::Client;
use crate::protocol::second_factor::{Demand, MULTIPLE, holds};

/// A sign-in with one proof.
pub const ONE_FACTOR: &str = "urn:vidimus:acr:1fa";
/// A sign-in with two proofs of different kinds.
pub const TWO_FACTORS: &str = "urn:vidimus:acr:2fa";

/// The classes that a sign-in with these methods (RFC 8176) reaches, strongest first.
pub fn reached(amr: &str) -> &'static [&'static str] {
    if holds(amr, MULTIPLE) {
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
    /// Whichever class the sign-in has is to be told, and none is wished for.
    any: bool,
}

impl AcrDemand {
    /// Reads `acr_values`, the `acr` of the `claims` parameter, and what the client registered
    /// (OIDC Core §5.5.1.1: the parameter is a wish, an essential claim is a demand).
    pub fn read(acr_values: Option<&str>, claims: &ClaimsRequest, client: &Client) -> Self {
        let claimed = claims.id_token.get("acr");
        let demand = claimed.cloned().flatten().unwrap_or_default();
        let named = demand.wanted().next().is_some();
        let essential = demand.essential && named;
        let texts = demand.wanted().filter_map(Value::as_str);
        let mut wanted: Vec<String> = texts.map(str::to_owned).collect();
        // A wish beside a demand would be met instead of it.
        if !essential {
            let words = acr_values.unwrap_or_default().split_whitespace();
            wanted.extend(words.map(str::to_owned));
        }
        if wanted.is_empty() && claimed.is_none() {
            wanted.clone_from(&client.metadata.default_acr_values);
        }
        let any = wanted.is_empty() && claimed.is_some() && !named;
        if any {
            wanted.extend([TWO_FACTORS, ONE_FACTOR].map(str::to_owned));
        }
        Self {
            wanted,
            essential,
            any,
        }
    }

    /// What the request asks of a sign-in: the most wanted class of ours is a wish; it must be
    /// reached where the client cannot do without and takes no weaker one.
    pub fn second_factor(&self) -> Demand {
        let known = |class: &&String| [ONE_FACTOR, TWO_FACTORS].contains(&class.as_str());
        let first = self.wanted.iter().find(known);
        let wished = !self.any && first.is_some_and(|class| class == TWO_FACTORS);
        let content_with_one = self.wanted.iter().any(|class| class == ONE_FACTOR);
        Demand::WISH
            .when(wished)
            .and(Demand::CLIENT.when(wished && self.essential && !content_with_one))
    }

    /// The class to be told in the ID token: the most wanted one that the sign-in reaches.
    pub fn answer(&self, amr: &str) -> Option<&'static str> {
        let reached = reached(amr);
        let mut wanted = self.wanted.iter();
        wanted.find_map(|wish| reached.iter().find(|class| *class == wish).copied())
    }

    /// Whether the client cannot do without a class that no sign-in here reaches.
    pub fn is_out_of_reach(&self) -> bool {
        self.essential && self.answer(MULTIPLE).is_none()
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
        assert!(!demand(Some("1 2"), "{}").is_out_of_reach());
        let claimed = demand(None, r#"{"id_token":{"acr":null}}"#);
        assert_eq!(claimed.answer("pwd"), Some(ONE_FACTOR));
        assert_eq!(claimed.answer("pwd otp mfa"), Some(TWO_FACTORS));
        assert_eq!(claimed.answer("pwd rba"), Some(ONE_FACTOR));
    }

    /// OIDC Core §5.5.1.1
    #[test]
    fn an_essential_class_that_nobody_reaches_is_unmet() {
        let strange = r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#;
        assert!(demand(None, strange).is_out_of_reach());
        let ours = r#"{"id_token":{"acr":{"essential":true,"value":"urn:vidimus:acr:1fa"}}}"#;
        assert!(!demand(None, ours).is_out_of_reach());
        let wish = r#"{"id_token":{"acr":{"values":["gold"]}}}"#;
        assert!(!demand(None, wish).is_out_of_reach());
    }

    /// OIDC Core §3.1.2.1: `acr_values` is a wish, in the order of preference.
    #[test]
    fn asks_for_a_second_factor_as_strongly_as_the_client() {
        let of = |acr_values, claims| demand(acr_values, claims).second_factor();
        assert_eq!(of(None, "{}"), Demand::NONE);
        assert_eq!(of(Some("gold"), "{}"), Demand::NONE);
        assert_eq!(of(Some("gold urn:vidimus:acr:2fa"), "{}"), Demand::WISH);
        let both = "urn:vidimus:acr:2fa urn:vidimus:acr:1fa";
        assert_eq!(of(Some(both), "{}"), Demand::WISH);
        let reversed = "urn:vidimus:acr:1fa urn:vidimus:acr:2fa";
        assert_eq!(of(Some(reversed), "{}"), Demand::NONE);
        assert_eq!(of(None, r#"{"id_token":{"acr":null}}"#), Demand::NONE);
        let one = r#"{"id_token":{"acr":{"essential":true,"value":"urn:vidimus:acr:1fa"}}}"#;
        assert_eq!(of(None, one), Demand::NONE);
        let two = r#"{"id_token":{"acr":{"essential":true,"value":"urn:vidimus:acr:2fa"}}}"#;
        assert_eq!(of(None, two), Demand::CLIENT);
        let either = r#"{"id_token":{"acr":{"essential":true,
            "values":["urn:vidimus:acr:2fa","urn:vidimus:acr:1fa"]}}}"#;
        assert_eq!(of(None, either), Demand::WISH);
    }

    /// OIDC Core §5.5.1.1: a class that is no text is one that nobody reaches, and a wish beside a
    /// demand is no way around it.
    #[test]
    fn an_essential_class_is_demanded_whatever_else_is_said() {
        for asked in [
            r#""value":5"#,
            r#""value":{"x":1}"#,
            r#""values":[5]"#,
            r#""values":["gold"]"#,
        ] {
            let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,{asked}}}}}}}"#);
            assert!(demand(None, &claims).is_out_of_reach(), "{asked}");
            let wish = Some("urn:vidimus:acr:1fa");
            assert!(demand(wish, &claims).is_out_of_reach(), "{asked}");
        }
        let nothing = r#"{"id_token":{"acr":{"essential":true,"values":[]}}}"#;
        assert!(!demand(None, nothing).is_out_of_reach());
        assert_eq!(demand(None, nothing).answer("pwd"), Some(ONE_FACTOR));
        let unreadable = r#"{"id_token":{"acr":{"values":[5]}}}"#;
        assert!(!demand(None, unreadable).is_out_of_reach());
    }
}
