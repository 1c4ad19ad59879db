//! Whose answer alone is wanted, as the client knows them (OIDC Core §3.1.2.1 `id_token_hint`,
//! §5.5.1 `sub`).

use serde_json::Value;

use crate::protocol::claims::{ClaimDemand, ClaimsRequest, MalformedClaims};

/// The subjects that every demand of a request takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectDemand {
    /// `None` while nobody is named: anybody will do.
    taken: Option<Vec<String>>,
}

impl SubjectDemand {
    /// Reads what the `claims` parameter says of `sub`. Asked for without a value it demands
    /// nothing; a subject that is no text is nobody's.
    pub fn read(claims: &ClaimsRequest) -> Result<Self, MalformedClaims> {
        let named = [&claims.id_token, &claims.userinfo];
        let mut demands = named
            .into_iter()
            .filter_map(|from| from.get("sub")?.as_ref());
        demands.try_fold(Self::default(), Self::and_claim)
    }

    fn and_claim(self, demand: &ClaimDemand) -> Result<Self, MalformedClaims> {
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(MalformedClaims);
        let texts = |values: &[Value]| values.iter().map(text).collect::<Result<Vec<_>, _>>();
        let one = texts(demand.value.as_slice())?;
        let several = texts(&demand.values)?;
        let given = [one, several].into_iter().filter(|named| !named.is_empty());
        Ok(given.fold(self, Self::and))
    }

    /// The same with one more demand: that it is one of these.
    #[must_use]
    pub fn and(self, named: Vec<String>) -> Self {
        let taken = match self.taken {
            None => named,
            Some(mut taken) => {
                taken.retain(|subject| named.contains(subject));
                taken
            }
        };
        Self { taken: Some(taken) }
    }

    /// Whether an answer about this subject is wanted.
    pub fn is_met_by(&self, subject: &str) -> bool {
        match &self.taken {
            None => true,
            Some(taken) => taken.iter().any(|one| one == subject),
        }
    }

    /// Whether the demands contradict each other, so that nobody meets them.
    pub fn is_contradictory(&self) -> bool {
        self.taken.as_ref().is_some_and(Vec::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(claims: &str) -> SubjectDemand {
        SubjectDemand::read(&ClaimsRequest::parse(claims).unwrap()).unwrap()
    }

    /// OIDC Core §5.5.1
    #[test]
    fn asked_for_without_a_value_it_demands_nothing() {
        for claims in [
            "{}",
            r#"{"id_token":{"sub":null}}"#,
            r#"{"id_token":{"sub":{"essential":true,"values":[]}},"userinfo":{"sub":null}}"#,
        ] {
            assert_eq!(demand(claims), SubjectDemand::default(), "{claims}");
            assert!(demand(claims).is_met_by("bob"));
            assert!(!demand(claims).is_contradictory());
        }
    }

    /// OIDC Core §3.1.2.2, §5.5.1
    #[test]
    fn every_demand_must_be_met() {
        let several = demand(r#"{"id_token":{"sub":{"values":["ada","bob"]}}}"#);
        assert!(several.is_met_by("ada") && several.is_met_by("bob"));
        assert!(!several.is_met_by("eve"));
        let hinted = several.and(vec!["bob".to_owned()]);
        assert!(hinted.is_met_by("bob") && !hinted.is_met_by("ada"));
        let nobody = hinted.and(vec!["eve".to_owned()]);
        assert!(nobody.is_contradictory());
        for claims in [
            r#"{"id_token":{"sub":{"value":"ada"}},"userinfo":{"sub":{"value":"bob"}}}"#,
            r#"{"userinfo":{"sub":{"value":"ada","values":["bob"]}}}"#,
        ] {
            assert!(demand(claims).is_contradictory(), "{claims}");
        }
    }
}
