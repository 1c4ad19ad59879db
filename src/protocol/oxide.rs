//! The code, refresh and client-credentials decisions driven through oxide-auth's machines.
//!
//! The only file that names oxide-auth. Its machines order the steps of RFC 6749, compare client
//! and redirect URI, verify PKCE and hold the scope order. What they do otherwise than we need
//! (`docs/decisions/0002-oxide-auth.md`): they read the wall clock, so expiry is decided before
//! them and they are handed grants that never lapse; they answer `invalid_request` to an unknown
//! code, so they never see one; their lifetimes and narrowed grants are not kept.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else a machine of theirs asks for or answers is a refusal of ours"
)]

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use oxide_auth::code_grant::accesstoken::{self, Authorization as Credentials};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::code_grant::{
    authorization, client_credentials as machine_grant, refresh as machine_refresh,
};
use oxide_auth::primitives::grant::{Extensions, Grant, Value};
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};
use oxide_auth::primitives::scope::Scope;

use crate::protocol::authorize::AuthorizeRefusal;
use crate::protocol::client::{Client, GrantType};
use crate::protocol::device::NO_REDIRECT_URI;
use crate::protocol::params::Params;
use crate::protocol::redirect_uri::KnownRedirect;
use crate::protocol::scope::ScopeSet;
use crate::protocol::token::client_credentials::{self, ClientCredentialsRefusal};
use crate::protocol::token::code::{CodeRefusal, CodeRequest};
use crate::protocol::token::family::Family;
use crate::protocol::token::refresh::RefreshRefusal;

/// One request as the machines want to see it: parameters checked, client authenticated.
#[derive(Default)]
struct Request<'a> {
    client_id: &'a str,
    grant_type: &'static str,
    code: Option<&'a str>,
    redirect_uri: Option<&'a str>,
    response_type: Option<&'a str>,
    scope: Option<&'a str>,
    refresh_token: Option<&'a str>,
}

impl authorization::Request for Request<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(self.client_id.into())
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(Cow::from)
    }
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.map(Cow::from)
    }
    fn state(&self) -> Option<Cow<'_, str>> {
        None
    }
    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.response_type.map(Cow::from)
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl accesstoken::Request for Request<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        self.code.map(Cow::from)
    }
    fn authorization(&self) -> Credentials<'_> {
        Credentials::Username(self.client_id.into())
    }
    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.map(Cow::from)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(self.grant_type.into())
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl machine_refresh::Request for Request<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        self.refresh_token.map(Cow::from)
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(Cow::from)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(self.grant_type.into())
    }
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((self.client_id.into(), Cow::Borrowed(b"")))
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl machine_grant::Request for Request<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((self.client_id.into(), Cow::Borrowed(b"")))
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(Cow::from)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(self.grant_type.into())
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// Drives the authorization machine (RFC 6749 §4.1.1): its order, scope syntax, and the part
/// of the asked scope that is registered for the client.
pub(in crate::protocol) fn authorize(
    params: &Params,
    client: &Client,
    redirect: &KnownRedirect,
) -> Result<ScopeSet, AuthorizeRefusal> {
    use authorization::{Authorization, Error, Input, Output};
    let request = Request {
        client_id: client.id.as_str(),
        redirect_uri: Some(redirect.as_str()),
        // The machine knows the code flow alone; hybrid and implicit requests order alike.
        response_type: Some("code"),
        scope: params.get("scope"),
        ..Request::default()
    };
    let url = ExactUrl::new(redirect.as_str().to_owned())
        .map_err(|_not_a_url| AuthorizeRefusal::UnsupportedResponseType)?;
    let bound = BoundClient {
        client_id: Cow::Owned(client.id.as_str().to_owned()),
        redirect_uri: Cow::Owned(RegisteredUrl::Exact(url)),
    };
    let mut machine = Authorization::new(&request);
    if let Output::Err(_) = machine.advance(Input::None) {
        return Err(AuthorizeRefusal::UnsupportedResponseType);
    }
    if let Output::Err(error) = machine.advance(Input::Bound {
        request: &request,
        bound_client: bound,
    }) {
        return Err(match error {
            Error::Redirect(mut at) => match at.description().kind() {
                oxide_auth::code_grant::error::AuthorizationErrorType::InvalidScope => {
                    AuthorizeRefusal::MalformedScope
                }
                _ => AuthorizeRefusal::UnsupportedResponseType,
            },
            Error::Ignore | Error::PrimitiveError => AuthorizeRefusal::UnsupportedResponseType,
        });
    }
    let Output::Negotiate {
        bound_client,
        scope: Some(_),
    } = machine.advance(Input::Extended(Extensions::new()))
    else {
        return Err(AuthorizeRefusal::NoScopeAllowed);
    };
    // The machine's own set has no order; ours is kept as it was asked for.
    let asked = ScopeSet::parse(params.get("scope").unwrap_or_default())
        .map_err(|_invalid| AuthorizeRefusal::MalformedScope)?;
    let granted = asked.intersection(&client.metadata.scope);
    let pre_grant = PreGrant {
        client_id: bound_client.client_id.clone().into_owned(),
        redirect_uri: bound_client.redirect_uri.clone().into_owned(),
        scope: to_scope(&granted).ok_or(AuthorizeRefusal::NoScopeAllowed)?,
    };
    match machine.advance(Input::Negotiated {
        pre_grant,
        state: None,
    }) {
        Output::Ok { pre_grant, .. } => {
            from_scope(&pre_grant.scope, &granted).ok_or(AuthorizeRefusal::NoScopeAllowed)
        }
        _ => Err(AuthorizeRefusal::NoScopeAllowed),
    }
}

/// Drives the code machine (RFC 6749 §4.1.3) over a family that is live by our clock.
pub(in crate::protocol) fn redeem(
    request: &CodeRequest,
    family: &Family,
) -> Result<ScopeSet, CodeRefusal> {
    use accesstoken::{AccessToken, Input, Output};
    let view = Request {
        client_id: family.grant.client.as_str(),
        grant_type: GrantType::AuthorizationCode.as_str(),
        code: Some("presented"),
        redirect_uri: Some(&request.redirect_uri),
        ..Request::default()
    };
    let pkce = Pkce::optional();
    let mut grant = to_grant(family).ok_or(CodeRefusal::Inconsistent)?;
    if let Some(challenge) = &family.grant.code_challenge {
        let value = pkce
            .challenge(Some("S256".into()), Some(challenge.as_str().into()))
            .map_err(|()| CodeRefusal::Inconsistent)?;
        if let Some(value) = value {
            grant.extensions.set(&pkce, value);
        }
    }
    let mut machine = AccessToken::new(&view);
    machine.advance(Input::None);
    machine.advance(Input::Authenticated);
    let verified = match machine.advance(Input::Recovered(Some(Box::new(grant)))) {
        Output::Extend { extensions } => verify(&pkce, extensions, request)?,
        _ => return Err(CodeRefusal::Inconsistent),
    };
    match machine.advance(Input::Extended {
        access_extensions: verified,
    }) {
        Output::Issue { grant } => {
            from_scope(&grant.scope, &family.grant.scope).ok_or(CodeRefusal::Inconsistent)
        }
        _ => Err(CodeRefusal::Inconsistent),
    }
}

/// Lets oxide-auth compare what the request's verifier gave with the stored challenge. The hash
/// itself was taken when the request was read, so the stored value is handed over as `plain`.
fn verify(
    pkce: &Pkce,
    extensions: &mut Extensions,
    request: &CodeRequest,
) -> Result<Extensions, CodeRefusal> {
    let stored = extensions.remove(pkce).map(|value| match value {
        Value::Private(Some(encoded)) => {
            Value::Private(Some(format!("{}p", encoded.trim_end_matches('S'))))
        }
        other => other,
    });
    let presented = request
        .code_challenge
        .as_ref()
        .map(|challenge| challenge.as_str().into());
    pkce.verify(stored, presented)
        .map_err(|()| CodeRefusal::WrongVerifier)?;
    Ok(std::mem::take(extensions))
}

/// Drives the refresh machine (RFC 6749 §6) over a family that is live by our clock.
pub(in crate::protocol) fn refresh(
    requested: Option<&str>,
    family: &Family,
) -> Result<ScopeSet, RefreshRefusal> {
    use machine_refresh::{Error, Input, Output, Refresh};
    let view = Request {
        client_id: family.grant.client.as_str(),
        grant_type: GrantType::RefreshToken.as_str(),
        refresh_token: Some("presented"),
        scope: requested,
        ..Request::default()
    };
    let grant = to_grant(family).ok_or(RefreshRefusal::Unknown)?;
    let mut machine = Refresh::new(&view);
    machine.advance(Input::Authenticated { scope: None });
    let recovered = Input::Recovered {
        scope: requested.map(Cow::from),
        grant: Some(Box::new(grant)),
    };
    match machine.advance(recovered) {
        Output::Refresh { grant, .. } => {
            let order = match requested {
                Some(text) => {
                    ScopeSet::parse(text).map_err(|_invalid| RefreshRefusal::MalformedScope)?
                }
                None => family.grant.scope.clone(),
            };
            from_scope(&grant.scope, &order).ok_or(RefreshRefusal::Unknown)
        }
        Output::Err(Error::Invalid(_))
            if requested.is_some_and(|r| r.parse::<Scope>().is_err()) =>
        {
            Err(RefreshRefusal::MalformedScope)
        }
        Output::Err(Error::Invalid(_)) if requested.is_some() => Err(RefreshRefusal::ScopeWidened),
        _ => Err(RefreshRefusal::Unknown),
    }
}

/// Drives the client-credentials machine (RFC 6749 §4.4) for an authenticated client.
pub(in crate::protocol) fn client_credentials(
    requested: Option<&str>,
    client: &Client,
) -> Result<ScopeSet, ClientCredentialsRefusal> {
    use ClientCredentialsRefusal as R;
    use machine_grant::{ClientCredentials, Input, Output};
    let view = Request {
        client_id: client.id.as_str(),
        grant_type: GrantType::ClientCredentials.as_str(),
        scope: requested,
        ..Request::default()
    };
    let nowhere = RegisteredUrl::Exact(
        ExactUrl::new("urn:vidimus:none".to_owned()).map_err(|_not_a_url| R::Inconsistent)?,
    );
    let bound_client = BoundClient {
        client_id: Cow::Owned(client.id.as_str().to_owned()),
        redirect_uri: Cow::Owned(nowhere.clone()),
    };
    let mut machine = ClientCredentials::new(&view);
    if let Output::Err(_) = machine.advance(Input::None) {
        return Err(R::MalformedScope);
    }
    machine.advance(Input::Authenticated);
    machine.advance(Input::Bound { bound_client });
    let allowed = client_credentials::allowed(client);
    let Output::Negotiate { scope: asked, .. } = machine.advance(Input::Extended {
        extensions: Extensions::new(),
    }) else {
        return Err(R::Inconsistent);
    };
    let limit = to_scope(&allowed);
    let scope = match (asked, &limit) {
        (Some(asked), Some(limit)) if limit.priviledged_to(&asked) => asked,
        (None, Some(limit)) => limit.clone(),
        (Some(_), _) => return Err(R::ScopeNotAllowed),
        (None, None) => return Ok(ScopeSet::default()),
    };
    let pre_grant = PreGrant {
        client_id: client.id.as_str().to_owned(),
        redirect_uri: nowhere,
        scope,
    };
    match machine.advance(Input::Negotiated { pre_grant }) {
        Output::Ok { pre_grant, .. } => {
            from_scope(&pre_grant.scope, &allowed).ok_or(R::Inconsistent)
        }
        _ => Err(R::Inconsistent),
    }
}

/// Our family as their grant: never lapsing, since expiry was judged by our clock.
fn to_grant(family: &Family) -> Option<Grant> {
    // A device is never redirected to, which their grant cannot say. That no code is redeemed
    // under this name is decided before their machine is asked.
    let redirect_uri = match family.grant.redirect_uri.as_str() {
        NO_REDIRECT_URI => "device:",
        registered => registered,
    };
    Some(Grant {
        owner_id: family.grant.user.as_str().to_owned(),
        client_id: family.grant.client.as_str().to_owned(),
        scope: to_scope(&family.grant.scope)?,
        redirect_uri: redirect_uri.parse().ok()?,
        until: DateTime::<Utc>::MAX_UTC,
        extensions: Extensions::new(),
    })
}

/// Their scope cannot be empty.
fn to_scope(scope: &ScopeSet) -> Option<Scope> {
    (!scope.is_empty())
        .then(|| scope.to_string().parse().ok())
        .flatten()
}

/// Their scope has no order; ours is taken from `order`.
fn from_scope(scope: &Scope, order: &ScopeSet) -> Option<ScopeSet> {
    let text: Vec<&str> = order
        .iter()
        .filter(|token| scope.iter().any(|own| own == *token))
        .collect();
    ScopeSet::parse(&text.join(" ")).ok()
}
