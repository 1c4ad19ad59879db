//! Resource indicators (RFC 8707): the APIs that a request names, and the access token for them.

use std::sync::Arc;

use crate::protocol::api::{AccessTokenType, Api, ApiId, TokenFormat};
use crate::protocol::claims::Audience;
use crate::protocol::client::Client;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::issuer::Issuer;
use crate::protocol::params::{Params, RESOURCE};
use crate::protocol::scope::{OPENID, STANDARD, ScopeSet};
use crate::protocol::time::Lifetime;

/// How many APIs one request may name: each is looked up.
pub const RESOURCE_LIMIT: usize = 8;

/// Why an access token for the named APIs was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetRefusal {
    /// RFC 8707 §2: not an absolute URI, or one with a fragment.
    Malformed,
    /// More than [`RESOURCE_LIMIT`].
    TooMany,
    /// No such API in the realm, or it is switched off.
    Unknown,
    /// The client is registered for none of the API's scopes.
    NotAllowed,
    /// RFC 8707 §2.2: not among the resources of the grant.
    NotGranted,
    /// One token cannot be a JWT and opaque.
    FormatsDiffer,
}

impl From<TargetRefusal> for OAuthError {
    fn from(refusal: TargetRefusal) -> Self {
        use TargetRefusal as R;
        let description = match refusal {
            R::Malformed => "resource must be an absolute URI without a fragment.",
            R::TooMany => "A request may name at most 8 resources.",
            R::Unknown => "A resource is not registered here, or is switched off.",
            R::NotAllowed => "This client is not registered for any scope of a resource.",
            R::NotGranted => "A resource is not among those of the authorization request.",
            R::FormatsDiffer => {
                "The resources want tokens of different formats; ask for one at a time."
            }
        };
        Self::new(ErrorCode::InvalidTarget, description)
    }
}

/// The APIs that a request names; a repeat of one counts once.
pub fn requested(params: &Params) -> Result<Vec<ApiId>, TargetRefusal> {
    let mut resources = Vec::new();
    for text in params.all(RESOURCE) {
        let id = ApiId::parse(text).map_err(|_invalid| TargetRefusal::Malformed)?;
        if resources.contains(&id) {
            continue;
        }
        if resources.len() == RESOURCE_LIMIT {
            return Err(TargetRefusal::TooMany);
        }
        resources.push(id);
    }
    Ok(resources)
}

/// The APIs of one token of a grant: those that the request names, which must be a part of what
/// was granted; all of them when it names none (RFC 8707 §2.2).
pub fn narrow(requested: &[ApiId], granted: &[String]) -> Result<Vec<ApiId>, TargetRefusal> {
    if requested.is_empty() {
        let all = granted.iter().map(|text| ApiId::parse(text.as_str()));
        return all
            .collect::<Result<_, _>>()
            .map_err(|_invalid| TargetRefusal::Unknown);
    }
    let is_granted = |id: &ApiId| granted.iter().any(|own| own == id.as_str());
    if requested.iter().all(is_granted) {
        Ok(requested.to_vec())
    } else {
        Err(TargetRefusal::NotGranted)
    }
}

/// Whether a client may be given tokens for an API that was looked up.
pub fn admit(api: Option<Arc<Api>>, client: &Client) -> Result<Arc<Api>, TargetRefusal> {
    let api = api
        .filter(|api| api.disabled_at.is_none())
        .ok_or(TargetRefusal::Unknown)?;
    if api.serves(client) {
        Ok(api)
    } else {
        Err(TargetRefusal::NotAllowed)
    }
}

/// What an access token is for, and what it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its `aud`.
    pub audience: Audience,
    /// What it allows.
    pub scope: ScopeSet,
    /// Its `typ`, when it is a JWT.
    pub token_type: AccessTokenType,
    /// Whether it is a JWT.
    pub format: TokenFormat,
    /// How long it lives.
    pub lifetime: Lifetime,
}

impl Target {
    /// The token for this server's own endpoints, of a request that names no API.
    pub fn own(issuer: &Issuer, granted: ScopeSet, lifetime: Lifetime) -> Self {
        Self {
            audience: Audience::One(issuer.as_str().to_owned()),
            scope: granted,
            token_type: AccessTokenType::default(),
            format: TokenFormat::default(),
            lifetime,
        }
    }

    /// The token for some APIs (RFC 8707 §2.2): of what was granted the scopes that they know.
    /// With `openid` it is for userinfo as well. It lives as long as the most careful API allows,
    /// where an API that says nothing is content with `lifetime`.
    pub fn of_apis(
        apis: &[Arc<Api>],
        issuer: &Issuer,
        granted: &ScopeSet,
        lifetime: Lifetime,
    ) -> Result<Self, TargetRefusal> {
        let mut formats = apis.iter().map(|api| api.metadata.access_token_format);
        let format = formats.next().unwrap_or_default();
        if formats.any(|other| other != format) {
            return Err(TargetRefusal::FormatsDiffer);
        }
        let known = |token: &str| {
            STANDARD.contains(&token) || apis.iter().any(|api| api.metadata.scope.contains(token))
        };
        let scope = granted.filtered(known);
        let mut audience: Vec<String> = apis.iter().map(|api| api.id.as_str().to_owned()).collect();
        if scope.contains(OPENID) {
            audience.push(issuer.as_str().to_owned());
        }
        let wants_jwt = |api: &Arc<Api>| api.metadata.access_token_type == AccessTokenType::Jwt;
        let lifetimes = apis.iter().map(|api| {
            let own = api.metadata.access_token_lifetime;
            own.map_or(lifetime, Lifetime::seconds)
        });
        Ok(Self {
            audience: Audience::of(audience),
            scope,
            token_type: if apis.iter().any(wants_jwt) {
                AccessTokenType::Jwt
            } else {
                AccessTokenType::AtJwt
            },
            format,
            lifetime: lifetimes.min().unwrap_or(lifetime),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::api::tests::api;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::ids::RealmId;
    use crate::protocol::time::Timestamp;

    const DEFAULT: Lifetime = Lifetime::seconds(900);

    fn ids(texts: &[&str]) -> Vec<ApiId> {
        texts.iter().map(|t| ApiId::parse(*t).unwrap()).collect()
    }

    fn of(apis: &[Api], granted: &str) -> Result<Target, TargetRefusal> {
        let apis: Vec<_> = apis.iter().cloned().map(Arc::new).collect();
        let issuer = Issuer::of_realm("https://id.test", &RealmId::default_realm());
        Target::of_apis(&apis, &issuer, &ScopeSet::parse(granted).unwrap(), DEFAULT)
    }

    /// RFC 8707 §2
    #[test]
    fn reads_every_resource_and_refuses_what_is_no_absolute_uri() {
        let read = |query: &str| requested(&Params::parse(query.as_bytes()));
        assert_eq!(read("scope=a&resource="), Ok(vec![]));
        assert_eq!(
            read("resource=https://a.test&x=1&resource=urn:b&resource=urn:b"),
            Ok(ids(&["https://a.test", "urn:b"]))
        );
        for query in ["resource=a", "resource=/a", "resource=https://a.test/%23b"] {
            assert_eq!(read(query), Err(TargetRefusal::Malformed), "{query}");
        }
        let many = |count: usize| {
            let parts: Vec<_> = (0..count).map(|n| format!("resource=urn:{n}")).collect();
            read(&parts.join("&"))
        };
        assert_eq!(many(RESOURCE_LIMIT).unwrap().len(), RESOURCE_LIMIT);
        assert_eq!(many(RESOURCE_LIMIT + 1), Err(TargetRefusal::TooMany));
    }

    /// RFC 8707 §2.2
    #[test]
    fn narrows_what_was_granted_and_never_widens_it() {
        let granted = ["urn:a".to_owned(), "urn:b".to_owned()];
        assert_eq!(narrow(&[], &granted), Ok(ids(&["urn:a", "urn:b"])));
        assert_eq!(narrow(&ids(&["urn:b"]), &granted), Ok(ids(&["urn:b"])));
        for wide in [&["urn:c"][..], &["urn:a", "urn:c"], &["urn:A"]] {
            assert_eq!(narrow(&ids(wide), &granted), Err(TargetRefusal::NotGranted));
        }
        assert_eq!(narrow(&[], &[]), Ok(vec![]));
        assert_eq!(
            narrow(&ids(&["urn:a"]), &[]),
            Err(TargetRefusal::NotGranted)
        );
    }

    /// RFC 8707 §2
    #[test]
    fn admits_a_registered_client_to_an_api_that_is_switched_on() {
        let web = client(ClientType::Web);
        let good = Arc::new(api("urn:a", "api"));
        assert_eq!(admit(Some(good.clone()), &web), Ok(good.clone()));
        assert_eq!(admit(None, &web), Err(TargetRefusal::Unknown));
        let off = Api {
            disabled_at: Some(Timestamp::from_unix_seconds(1)),
            ..(*good).clone()
        };
        assert_eq!(admit(Some(off.into()), &web), Err(TargetRefusal::Unknown));
        let closed = Some(Arc::new(api("urn:a", "other")));
        assert_eq!(admit(closed, &web), Err(TargetRefusal::NotAllowed));
    }

    /// RFC 9068 §2.2, RFC 8707 §2.2
    #[test]
    fn a_token_is_for_its_apis_and_for_userinfo_with_openid() {
        let (a, b) = (api("urn:a", "a:read a:write"), api("urn:b", "b:read"));
        let one = of(std::slice::from_ref(&a), "a:read b:read other").unwrap();
        assert_eq!(one.audience, Audience::One("urn:a".to_owned()));
        assert_eq!(one.scope.to_string(), "a:read");
        let both = of(&[a.clone(), b], "b:read a:read").unwrap();
        let audience = ["urn:a", "urn:b"].map(str::to_owned).to_vec();
        assert_eq!(both.audience, Audience::Many(audience));
        assert_eq!(both.scope.to_string(), "b:read a:read");
        let person = of(&[a], "openid email a:read b:read").unwrap();
        let audience = ["urn:a", "https://id.test"].map(str::to_owned).to_vec();
        assert_eq!(person.audience, Audience::Many(audience));
        assert_eq!(person.scope.to_string(), "openid email a:read");
    }

    #[test]
    fn a_token_looks_as_its_apis_want_it() {
        let plain = api("urn:a", "a");
        let mut jwt = api("urn:b", "b");
        jwt.metadata.access_token_type = AccessTokenType::Jwt;
        let mut opaque = api("urn:c", "c");
        opaque.metadata.access_token_format = TokenFormat::Opaque;
        let kind = |apis: &[Api]| of(apis, "a").map(|t| (t.format, t.token_type));
        let (at, j) = (AccessTokenType::AtJwt, AccessTokenType::Jwt);
        assert_eq!(
            kind(std::slice::from_ref(&plain)),
            Ok((TokenFormat::Jwt, at))
        );
        let both = [plain.clone(), jwt.clone()];
        assert_eq!(kind(&both), Ok((TokenFormat::Jwt, j)));
        assert_eq!(
            kind(std::slice::from_ref(&opaque)),
            Ok((TokenFormat::Opaque, at))
        );
        let mixed = [plain, jwt, opaque];
        assert_eq!(kind(&mixed), Err(TargetRefusal::FormatsDiffer));
    }

    #[test]
    fn the_most_careful_api_says_how_long_a_token_lives() {
        let with = |id, seconds| {
            let mut api = api(id, "a");
            api.metadata.access_token_lifetime = seconds;
            api
        };
        let lifetime = |apis: &[Api]| of(apis, "a").unwrap().lifetime.whole_seconds();
        assert_eq!(lifetime(&[with("urn:a", None)]), 900);
        assert_eq!(lifetime(&[with("urn:a", Some(3_600))]), 3_600);
        let both = [with("urn:a", Some(3_600)), with("urn:b", Some(60))];
        assert_eq!(lifetime(&both), 60);
        assert_eq!(
            lifetime(&[with("urn:a", Some(3_600)), with("urn:b", None)]),
            900
        );
    }
}
