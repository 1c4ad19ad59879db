//! Which scope opens which claims about a person (OIDC Core §5.4).

use crate::protocol::scope::ScopeSet;

/// The scopes with the claims that each opens.
pub const CLAIM_SCOPES: [(&str, &[&str]); 4] = [
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
];

/// The claims that a scope opens.
pub fn opened_by(scope: &ScopeSet) -> impl Iterator<Item = &str> {
    CLAIM_SCOPES
        .iter()
        .filter(|(name, _)| scope.contains(name))
        .flat_map(|(_, claims)| claims.iter().copied())
}
