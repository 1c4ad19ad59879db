//! Introspection (RFC 7662).

use crate::flows::userinfo::{LiveToken, check_token};
use crate::flows::{App, Fault, FlowError, personal};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::client::subject::subject;
use crate::protocol::ids::RealmId;
use crate::protocol::introspection::{IntrospectionAnswer, IntrospectionRefusal, may_learn};
use crate::protocol::params::Params;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::protocol::token::family::Family;
use crate::protocol::token::refresh::{Presented, place};
use crate::protocol::token::refresh_token::RefreshToken;

/// Answers whether a token may be used now, to a client that may know.
pub async fn introspect(
    app: &App,
    asking: &AuthenticatedClient,
    params: &Params,
) -> Result<IntrospectionAnswer, FlowError<IntrospectionRefusal>> {
    use IntrospectionRefusal as R;
    let asking = asking.client();
    if asking.metadata.is_public() {
        return Err(FlowError::Refused(R::PublicClient));
    }
    if params.has_repeats() {
        return Err(FlowError::Refused(R::Repeated));
    }
    // token_type_hint only speeds up a search (RFC 7662 §2.1); the text itself tells us.
    let token = params
        .get("token")
        .ok_or(FlowError::Refused(R::TokenMissing))?;
    let now = app.now();
    if RefreshToken::looks_like_one(token) {
        return Ok(refresh_token(app, asking, token, now).await?);
    }
    match check_token(app, &asking.realm, token, now).await {
        Ok(LiveToken { claims, .. }) if may_learn(asking, &claims.client_id) => {
            Ok(IntrospectionAnswer::access_token(claims))
        }
        Ok(_) | Err(FlowError::Refused(_)) => Ok(IntrospectionAnswer::inactive()),
        Err(other) => Err(other.map_refusal(|_refusal| R::TokenMissing)),
    }
}

async fn refresh_token(
    app: &App,
    asking: &Client,
    text: &str,
    now: Timestamp,
) -> Result<IntrospectionAnswer, Fault> {
    let Some((token, family)) = find_family(app, &asking.realm, text).await? else {
        return Ok(IntrospectionAnswer::inactive());
    };
    let store = app.store.as_ref();
    let owner = app
        .facts
        .client(store, &asking.realm, &family.grant.client, now)
        .await?;
    let Some(owner) = owner.filter(|client| client.disabled_at.is_none()) else {
        return Ok(IntrospectionAnswer::inactive());
    };
    // Without a grace: a token that was rotated is no longer active.
    let placed = place(&token, &owner, Some(&family), Lifetime::ZERO, now);
    let admitted = personal::is_admitted(app, &owner, &family.grant.user, now).await?;
    if placed == Ok(Presented::Live) && admitted && may_learn(asking, &family.grant.client) {
        let issuer = app.issuer(&asking.realm);
        let subject = subject(&owner, &family.grant.user, &app.macs.pairwise_subject);
        let answer = IntrospectionAnswer::refresh_token(&family, subject, issuer.as_str());
        Ok(answer)
    } else {
        Ok(IntrospectionAnswer::inactive())
    }
}

/// The family of a genuine refresh token, whichever client it was issued to.
pub(crate) async fn find_family(
    app: &App,
    realm: &RealmId,
    text: &str,
) -> Result<Option<(RefreshToken, Family)>, Fault> {
    let Some(id) = RefreshToken::unproven_family(text) else {
        return Ok(None);
    };
    let Some(family) = app.store.family(realm, &id).await? else {
        return Ok(None);
    };
    let key = &app.macs.refresh_token;
    let token = RefreshToken::read(key, realm, &family.grant.client, text);
    Ok(token.map(|token| (token, family)))
}
