//! What userinfo says of a person (OIDC Core §5.1, §5.4). A claim without a value is left out.

use serde::Serialize;

use crate::account::user::User;
use crate::protocol::scope::ScopeSet;

/// The userinfo answer (OIDC Core §5.3.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UserinfoClaims {
    /// The subject.
    pub sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoneinfo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

impl UserinfoClaims {
    /// The claims of the scopes that were granted (OIDC Core §5.4).
    pub fn of(user: &User, scope: &ScopeSet) -> Self {
        let mut claims = Self {
            sub: user.id.as_str().to_owned(),
            ..Self::default()
        };
        if scope.contains("profile") {
            let profile = user.profile.clone();
            claims.name = profile.name;
            claims.given_name = profile.given_name;
            claims.family_name = profile.family_name;
            claims.nickname = profile.nickname;
            claims.preferred_username = Some(user.username.clone());
            claims.profile = profile.profile;
            claims.picture = profile.picture;
            claims.website = profile.website;
            claims.zoneinfo = profile.zoneinfo;
            claims.locale = profile.locale;
            claims.updated_at = Some(user.updated_at.unix_seconds());
        }
        if scope.contains("email") {
            claims.email.clone_from(&user.email);
            claims.email_verified = user.email.is_some().then_some(user.email_verified);
        }
        claims
    }
}
