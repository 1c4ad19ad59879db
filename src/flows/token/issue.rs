//! Building and signing the tokens of an answer.

use std::sync::Arc;

use crate::flows::token::TokenAnswer;
use crate::flows::{App, Fault};
use crate::keys::{KeyError, KeyRing, SigningSlot, TokenType};
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::claims::{AccessTokenClaims, IdTokenClaims, left_half_hash};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId, TokenId};
use crate::protocol::may_issue::{Parties, may_issue};
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID, ScopeSet};
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::Family;
use crate::protocol::token::refresh_token::RefreshToken;

/// A reserved place at the signing pool and the keys to sign with: taken before anything is spent.
pub(super) struct Readiness {
    slot: SigningSlot,
    ring: Arc<KeyRing>,
}

/// Takes a place at the signing pool; `None` when it is full.
pub(super) async fn prepare(
    app: &App,
    client: &Client,
    now: Timestamp,
) -> Result<Option<Readiness>, Fault> {
    let Ok(slot) = app.signing.reserve() else {
        return Ok(None);
    };
    let ring = app.keys.ring(&client.realm, now).await?;
    Ok(Some(Readiness { slot, ring }))
}

/// Whether realm, client, user and session still stand (within a second).
pub(super) async fn stands(
    app: &App,
    client: &Client,
    family: Option<&Family>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let realm = app
        .facts
        .realm(app.store.as_ref(), &client.realm, now)
        .await?;
    let parties = Parties {
        realm_enabled: realm.is_some_and(|realm| realm.disabled_at.is_none()),
        client,
        user_enabled: family.map(|family| family.owner_stands),
        session_stands: family.is_none_or(|family| family.owner_stands),
        revoked: family.is_some_and(|family| family.revoked_at.is_some()),
    };
    Ok(may_issue(parties).is_ok())
}

/// Signs the tokens of a family: access token, ID token for `openid`, and the refresh token of
/// `generation`.
pub(super) async fn for_family(
    app: &App,
    ready: Readiness,
    issued: Issued<'_>,
    now: Timestamp,
) -> Result<TokenAnswer, Fault> {
    let Issued {
        family,
        scope,
        generation,
    } = issued;
    let first = generation == 0;
    let grant = &family.grant;
    let access = AccessTokenClaims {
        sub: grant.user.as_str().to_owned(),
        sid: (!grant.scope.contains(OFFLINE_ACCESS)).then(|| grant.session.clone()),
        fam: Some(grant.id.clone()),
        ..access_claims(app, &grant.realm, &grant.client, scope, now)?
    };
    let id_token = scope.contains(OPENID).then(|| IdTokenClaims {
        iss: access.iss.clone(),
        sub: access.sub.clone(),
        aud: grant.client.clone(),
        exp: now.plus(app.settings.id_lifetime).unix_seconds(),
        iat: now.unix_seconds(),
        auth_time: grant.auth_time.unix_seconds(),
        // OIDC Core §12.2: the ID token of a refresh has no nonce.
        nonce: grant.nonce.clone().filter(|_| first),
        amr: grant.amr.split(' ').map(str::to_owned).collect(),
        sid: grant.session.clone(),
        at_hash: None,
    });
    let refresh_token = grant.refreshable.then(|| {
        let key = &app.macs.refresh_token;
        RefreshToken::write(key, &grant.realm, &grant.client, &grant.id, generation)
    });
    let (access_token, id_token) = sign(ready, access, id_token).await?;
    Ok(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: app.settings.access_lifetime.whole_seconds(),
        refresh_token: refresh_token.map(|token| token.expose().clone()),
        id_token,
        scope: scope.to_string(),
    })
}

/// What a family is issued.
pub(super) struct Issued<'a> {
    /// The family.
    pub(super) family: &'a Family,
    /// The scope of the access token.
    pub(super) scope: &'a ScopeSet,
    /// The generation of the refresh token.
    pub(super) generation: i64,
}

/// Signs the access token of a machine, whose subject is itself (RFC 9068 §2.2).
pub(super) async fn for_machine(
    app: &App,
    ready: Readiness,
    client: &Client,
    scope: &ScopeSet,
    now: Timestamp,
) -> Result<TokenAnswer, Fault> {
    let claims = access_claims(app, &client.realm, &client.id, scope, now)?;
    let (access_token, _) = sign(ready, claims, None).await?;
    Ok(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: app.settings.access_lifetime.whole_seconds(),
        refresh_token: None,
        id_token: None,
        scope: scope.to_string(),
    })
}

/// The claims of an access token whose subject is the client itself.
fn access_claims(
    app: &App,
    realm: &RealmId,
    client: &ClientId,
    scope: &ScopeSet,
    now: Timestamp,
) -> Result<AccessTokenClaims, Fault> {
    let issuer = app.issuer(realm);
    Ok(AccessTokenClaims {
        iss: issuer.as_str().to_owned(),
        sub: client.as_str().to_owned(),
        aud: issuer.as_str().to_owned(),
        client_id: client.clone(),
        scope: scope.to_string(),
        iat: now.unix_seconds(),
        exp: now.plus(app.settings.access_lifetime).unix_seconds(),
        jti: TokenId::parse(app.random_text::<16>()?)
            .map_err(|_invalid| Fault::Invariant("random text is a token id"))?,
        sid: None,
        fam: None,
    })
}

/// Makes both signatures in one visit to the pool; the ID token binds the access token by
/// `at_hash`, so it comes second.
async fn sign(
    ready: Readiness,
    access: AccessTokenClaims,
    id_token: Option<IdTokenClaims>,
) -> Result<(String, Option<String>), Fault> {
    let Readiness { slot, ring } = ready;
    let algorithm = SigningAlgorithm::default();
    let signed = slot.run(move |()| -> Result<_, KeyError> {
        let access_token = ring.sign(algorithm, TokenType::AccessToken, &access)?;
        let id_token = id_token
            .map(|mut claims| {
                claims.at_hash = Some(left_half_hash(algorithm, &access_token));
                ring.sign(algorithm, TokenType::IdToken, &claims)
            })
            .transpose()?;
        Ok((access_token, id_token))
    });
    Ok(signed.await??)
}
