//! Revocation at a client's wish (RFC 7009).

use crate::account::event::{Caller, EventKind};
use crate::flows::introspect::find_family;
use crate::flows::revocations::Cause;
use crate::flows::{App, Fault, FlowError, access_token as tokens, revocations};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;
use crate::protocol::token::refresh_token::RefreshToken;
use crate::store::{Effects, RevocationMark};

/// Why a revocation was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeRefusal {
    /// RFC 7009 §2.1
    TokenMissing,
    /// A parameter was sent twice.
    Repeated,
    /// RFC 7009 §2.1: issued to another client.
    OtherClient,
}

impl From<RevokeRefusal> for OAuthError {
    fn from(refusal: RevokeRefusal) -> Self {
        use ErrorCode as C;
        use RevokeRefusal as R;
        match refusal {
            R::TokenMissing => Self::new(C::InvalidRequest, "token is missing."),
            R::Repeated => Self::new(C::InvalidRequest, "A parameter was sent more than once."),
            R::OtherClient => {
                Self::new(C::InvalidGrant, "This token was issued to another client.")
            }
        }
    }
}

/// Revokes a token. An unknown or expired one counts as revoked (RFC 7009 §2.2).
pub async fn revoke(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    caller: &Caller,
) -> Result<(), FlowError<RevokeRefusal>> {
    if params.has_repeats() {
        return Err(FlowError::Refused(RevokeRefusal::Repeated));
    }
    let token = params
        .get("token")
        .ok_or(FlowError::Refused(RevokeRefusal::TokenMissing))?;
    let now = app.now();
    if RefreshToken::looks_like_one(token) {
        refresh_token(app, client.client(), token, caller, now).await
    } else {
        access_token(app, client.client(), token, caller, now).await
    }
}

/// RFC 7009 §2.1: with the refresh token goes everything of the same grant.
async fn refresh_token(
    app: &App,
    client: &Client,
    text: &str,
    caller: &Caller,
    now: Timestamp,
) -> Result<(), FlowError<RevokeRefusal>> {
    let Some((_, family)) = find_family(app, &client.realm, text).await? else {
        return Ok(());
    };
    if family.grant.client != client.id {
        return Err(FlowError::Refused(RevokeRefusal::OtherClient));
    }
    revocations::revoke_family(app, &family, by_client(caller), now).await?;
    Ok(())
}

async fn access_token(
    app: &App,
    client: &Client,
    text: &str,
    caller: &Caller,
    now: Timestamp,
) -> Result<(), FlowError<RevokeRefusal>> {
    let Ok(claims) = tokens::read(app, &client.realm, text, now).await? else {
        return Ok(());
    };
    if claims.client_id != client.id {
        return Err(FlowError::Refused(RevokeRefusal::OtherClient));
    }
    let mark = revocations::mark(&client.realm, RevocationMark::Token(claims.jti), now);
    let event = by_client(caller).event(&client.realm, now);
    let effects = Effects::marks([mark]).and_event(event.of_client(&client.id));
    app.store
        .write_effects(&effects, now)
        .await
        .map_err(Fault::from)?;
    revocations::announce(app, &effects.marks, now).await;
    Ok(())
}

const fn by_client(caller: &Caller) -> Cause<'_> {
    Cause {
        kind: EventKind::TokenRevoked,
        reason: "revoked by client",
        caller,
    }
}
