//! Userinfo (OIDC Core §5.3), and the check of a presented access token.

use std::sync::Arc;

use crate::account::claims::UserinfoClaims;
use crate::flows::{App, Fault, FlowError, revocations};
use crate::keys::TokenType;
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::client::Client;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::may_issue::{Parties, may_issue};
use crate::protocol::scope::{OPENID, ScopeSet};
use crate::protocol::time::Timestamp;

/// Why a presented access token was refused (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerRefusal {
    /// None was sent.
    TokenMissing,
    /// It was sent in two ways at once (RFC 6750 §2).
    TwoTokens,
    /// Not an access token of this realm, or altered.
    Invalid,
    /// It has lapsed.
    Expired,
    /// It was revoked, or a party to it no longer stands.
    Revoked,
    /// It does not have the `openid` scope (OIDC Core §5.3.1), or speaks for no person.
    InsufficientScope,
}

impl From<BearerRefusal> for OAuthError {
    fn from(refusal: BearerRefusal) -> Self {
        use BearerRefusal as R;
        use ErrorCode as C;
        match refusal {
            R::TokenMissing => Self::new(
                C::InvalidToken,
                "Send an access token in the Authorization header.",
            ),
            R::TwoTokens => Self::new(
                C::InvalidRequest,
                "The access token was sent in two ways at once.",
            ),
            R::Invalid => Self::new(C::InvalidToken, "This is no access token of this issuer."),
            R::Expired => Self::new(C::InvalidToken, "The access token has expired."),
            R::Revoked => Self::new(C::InvalidToken, "The access token has been revoked."),
            R::InsufficientScope => Self::new(
                C::InsufficientScope,
                "The access token needs the openid scope.",
            ),
        }
    }
}

/// A live access token and the client that it was issued to.
#[derive(Debug)]
pub(crate) struct LiveToken {
    pub(crate) claims: AccessTokenClaims,
    pub(crate) client: Arc<Client>,
}

/// Checks signature, issuer, expiry, revocation and the parties of a presented access token.
pub(crate) async fn check_token(
    app: &App,
    realm: &RealmId,
    token: &str,
    now: Timestamp,
) -> Result<LiveToken, FlowError<BearerRefusal>> {
    use BearerRefusal as R;
    let claims: AccessTokenClaims = app
        .keys
        .verify(realm, token, TokenType::AccessToken, now)
        .await?
        .map_err(|_refusal| FlowError::Refused(R::Invalid))?;
    let issuer = app.issuer(realm);
    if claims.iss != issuer.as_str() || claims.aud != issuer.as_str() {
        return Err(FlowError::Refused(R::Invalid));
    }
    if claims.exp <= now.unix_seconds() {
        return Err(FlowError::Refused(R::Expired));
    }
    let store = app.store.as_ref();
    let client = app
        .facts
        .client(store, realm, &claims.client_id, now)
        .await?;
    let client = client.ok_or(FlowError::Refused(R::Revoked))?;
    let realm_row = app.facts.realm(store, realm, now).await?;
    // A disabled user and an ended session have left marks that outlive every token.
    let parties = Parties {
        realm_enabled: realm_row.is_some_and(|realm| realm.disabled_at.is_none()),
        client: &client,
        user_enabled: None,
        session_stands: true,
        revoked: revocations::is_revoked(app, realm, &claims, now).await?,
    };
    may_issue(parties).map_err(|_standing| FlowError::Refused(R::Revoked))?;
    Ok(LiveToken { claims, client })
}

/// Answers with the claims that the token's scope opens, and the client that it was issued to.
pub async fn userinfo(
    app: &App,
    realm: &RealmId,
    token: &str,
) -> Result<(UserinfoClaims, Arc<Client>), FlowError<BearerRefusal>> {
    let now = app.now();
    let live = check_token(app, realm, token, now).await?;
    let scope = ScopeSet::parse(&live.claims.scope)
        .map_err(|_invalid| Fault::Invariant("a scope that we signed reads"))?;
    if live.claims.is_machine() || !scope.contains(OPENID) {
        return Err(FlowError::Refused(BearerRefusal::InsufficientScope));
    }
    let id = UserId::parse(live.claims.sub.clone())
        .map_err(|_invalid| Fault::Invariant("a subject that we signed is a user id"))?;
    let user = app.facts.user(app.store.as_ref(), realm, &id, now).await?;
    let parties = Parties {
        realm_enabled: true,
        client: &live.client,
        user_enabled: Some(user.as_ref().is_some_and(|user| user.disabled_at.is_none())),
        session_stands: true,
        revoked: false,
    };
    match (user, may_issue(parties)) {
        (Some(user), Ok(())) => Ok((UserinfoClaims::of(&user, &scope), live.client)),
        _ => Err(FlowError::Refused(BearerRefusal::Revoked)),
    }
}
