//! Which scope opens which claims about a person (OIDC Core §5.4).

use crate::protocol::scope::{GROUPS, ROLES, ScopeSet};

/// The scopes with the claims that each opens.
pub const CLAIM_SCOPES: [(&str, &[&str]); 6] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    (GROUPS, &[GROUPS]),
    (ROLES, &[ROLES]),
];

/// The claims that a scope opens.
pub fn opened_by(scope: &ScopeSet) -> impl Iterator<Item = &str> {
    CLAIM_SCOPES
        .iter()
        .filter(|(name, _)| scope.contains(name))
        .flat_map(|(_, claims)| claims.iter().copied())
}

/// Whether a claim is about the groups and roles of a person, and not about the account.
pub fn is_membership(claim: &str) -> bool {
    claim == GROUPS || claim == ROLES
}

/// Whether a client with this registered scope may be told a claim: groups and roles only when an
/// admin has given it their scope, however it asks.
pub fn may_be_told(registered: &ScopeSet, claim: &str) -> bool {
    !is_membership(claim) || registered.contains(claim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_roles_are_told_by_their_own_scope_only() {
        let scope = |text: &str| ScopeSet::parse(text).unwrap();
        assert!(opened_by(&scope("openid groups")).eq([GROUPS]));
        assert!(opened_by(&scope("openid roles")).eq([ROLES]));
        let plain = scope("openid profile email address phone offline_access");
        assert!(!opened_by(&plain).any(is_membership));
        assert!(may_be_told(&scope("openid"), "email"));
        assert!(may_be_told(&scope("openid groups"), GROUPS));
        assert!(!may_be_told(&scope("openid groups"), ROLES));
    }
}
