//! What a person is asked to allow a client, and what their answer comes to.

use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::authorize::request::claim_named;
use crate::protocol::claims::CLAIM_SCOPES;
use crate::protocol::client::ClientMetadata;
use crate::protocol::scope::{OPENID, ScopeSet};

/// A request for consent, in tokens of [`AuthorizationRequest::needs_consent_for`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// What the client cannot do without: allowed with the rest, or nothing is.
    pub required: ScopeSet,
    /// What the person may leave out.
    pub choices: ScopeSet,
    /// What was allowed before and is not asked about again.
    pub known: ScopeSet,
}

/// What a person has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What the client may have now.
    pub now: ScopeSet,
    /// What is remembered as allowed.
    pub added: ScopeSet,
    /// What was left out, and is remembered no more where it was.
    pub left_out: ScopeSet,
}

impl Asking {
    /// What is to be asked for `wanted`, of which `consented` was allowed before.
    pub fn of(wanted: &ScopeSet, client: &ClientMetadata, consented: &ScopeSet) -> Self {
        let known = wanted.intersection(consented);
        let asked = wanted.filtered(|token| !known.contains(token));
        let must = |token: &str| token == OPENID || client.required_scope.contains(token);
        Self {
            required: asked.filtered(must),
            choices: asked.filtered(|token| !must(token)),
            known,
        }
    }

    /// What an Allow comes to with these boxes ticked. A box that was not offered is none. `None`
    /// when nothing is left: that is a Deny.
    pub fn answered(&self, ticked: impl Fn(&str) -> bool) -> Option<Allowed> {
        let chosen = self.choices.filtered(&ticked);
        let added = self.required.union(&chosen);
        let now = self.known.union(&added);
        (!now.is_empty()).then(|| Allowed {
            now,
            added,
            left_out: self.choices.filtered(|token| !ticked(token)),
        })
    }
}

impl AuthorizationRequest {
    /// What is to be asked of somebody who has consented to this. `prompt=consent` asks for all of
    /// it again (OIDC Core §3.1.2.1).
    pub fn asking(&self, client: &ClientMetadata, consented: &ScopeSet) -> Asking {
        let nothing = ScopeSet::default();
        let before = if self.prompt.consent {
            &nothing
        } else {
            consented
        };
        Asking::of(&self.needs_consent_for(), client, before)
    }

    /// The request for as much of it as a person allows (RFC 6749 §3.3): the client is told the
    /// scope that is left.
    #[must_use]
    pub fn narrowed_to(self, allowed: &ScopeSet) -> Self {
        let scope = self.scope.intersection(allowed);
        let opens = |claim: &str| {
            CLAIM_SCOPES
                .iter()
                .any(|(token, claims)| claims.contains(&claim) && scope.contains(token))
        };
        let personal = |claim: &str| CLAIM_SCOPES.iter().any(|(_, all)| all.contains(&claim));
        let single = |claim: &str| {
            allowed
                .iter()
                .any(|token| claim_named(token) == Some(claim))
        };
        let claims = self
            .claims
            .filtered(|claim| !personal(claim) || opens(claim) || single(claim));
        Self {
            scope,
            claims,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::authorize::next_step::tests::request;
    use crate::protocol::authorize::request::Prompt;
    use crate::protocol::claims::ClaimsRequest;

    fn scope(text: &str) -> ScopeSet {
        ScopeSet::parse(text).unwrap()
    }

    fn client(required: &str) -> ClientMetadata {
        ClientMetadata {
            required_scope: scope(required),
            ..ClientMetadata::default()
        }
    }

    fn asking(wanted: &str, required: &str, consented: &str) -> Asking {
        Asking::of(&scope(wanted), &client(required), &scope(consented))
    }

    #[test]
    fn everything_but_openid_is_a_choice_unless_the_client_needs_it() {
        let asking = asking("openid email phone claim:name", "phone address", "");
        assert_eq!(asking.required, scope("openid phone"));
        assert_eq!(asking.choices, scope("email claim:name"));
        assert_eq!(asking.known, ScopeSet::default());
    }

    #[test]
    fn asks_only_for_what_is_new() {
        let asking = asking("openid email phone", "email", "openid email address");
        assert_eq!(asking.required, ScopeSet::default());
        assert_eq!(asking.choices, scope("phone"));
        assert_eq!(asking.known, scope("openid email"));
        let allowed = asking.answered(|_| false).unwrap();
        assert_eq!(allowed.now, scope("openid email"));
        assert_eq!(allowed.added, ScopeSet::default());
        assert_eq!(allowed.left_out, scope("phone"));
    }

    /// RFC 6749 §3.3
    #[test]
    fn a_box_that_was_not_offered_allows_nothing() {
        let asking = asking("openid email phone", "", "");
        let forged = ["email", "groups", "admin", "claim:birthdate"];
        let allowed = asking.answered(|token| forged.contains(&token)).unwrap();
        assert_eq!(allowed.now, scope("openid email"));
        assert_eq!(allowed.left_out, scope("phone"));
    }

    #[test]
    fn an_allow_of_nothing_is_a_deny() {
        let asking = asking("notes:read notes:write", "", "");
        assert_eq!(asking.answered(|_| false), None);
        assert!(asking.answered(|token| token == "notes:read").is_some());
    }

    /// OIDC Core §3.1.2.1
    #[test]
    fn a_request_for_consent_asks_for_all_again() {
        let consented = scope("openid email");
        let asked = |consent| {
            let prompt = Prompt {
                consent,
                ..Prompt::default()
            };
            request(prompt, None)
                .asking(&client(""), &consented)
                .choices
        };
        assert_eq!(asked(false), ScopeSet::default());
        assert_eq!(asked(true), scope("email"));
    }

    /// OIDC Core §5.5: a claim that was asked for by itself goes with the box that it stood behind.
    #[test]
    fn what_is_left_out_is_left_out_everywhere() {
        let text = r#"{"userinfo":{"email":null,"name":null,"zoneinfo":null},
            "id_token":{"email":null,"acr":null,"birthdate":null}}"#;
        let mut full = request(Prompt::default(), None);
        full.scope = scope("openid email notes:read");
        full.claims = ClaimsRequest::parse(text).unwrap();
        let needed = full.needs_consent_for();
        let wanted = scope("openid email notes:read claim:name claim:zoneinfo claim:birthdate");
        assert!(needed.is_subset_of(&wanted) && wanted.is_subset_of(&needed));
        let narrow = full
            .clone()
            .narrowed_to(&scope("openid claim:name notes:write"));
        assert_eq!(narrow.scope, scope("openid"));
        assert!(narrow.claims.userinfo.keys().eq(["name"]));
        assert!(narrow.claims.id_token.keys().eq(["acr"]));
        let allowed = scope("openid claim:name");
        assert!(narrow.needs_consent_for().is_subset_of(&allowed));
        let whole = full.clone().narrowed_to(&needed);
        assert_eq!((whole.scope, whole.claims), (full.scope, full.claims));
    }
}
