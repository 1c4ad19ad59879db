//! Building and signing the tokens of an answer.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::account::role::Memberships;
use crate::account::user::User;
use crate::flows::access_token::Draft;
use crate::flows::client_keys::{self, ClientKeysRefusal, Recipient};
use crate::flows::token::TokenAnswer;
use crate::flows::{App, Fault, personal};
use crate::keys::{KeyError, KeyRing, Plaintext, SigningSlot, TokenType};
use crate::protocol::claims::{AccessTokenClaims, IdTokenClaims, left_half_hash, opened_by};
use crate::protocol::client::Client;
use crate::protocol::client::subject::subject;
use crate::protocol::ids::{ClientId, RealmId, TokenId};
use crate::protocol::may_issue::{Parties, may_issue};
use crate::protocol::resource::Target;
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID};
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::{Family, NewFamily};
use crate::protocol::token::refresh_token::RefreshToken;

/// What the lines about issued tokens are filtered by in `log.level`: they stand in the log and not
/// in the record, since the token path writes once.
const TOKENS: &str = "vidimus::token";

/// A reserved place at the signing pool and the keys to sign with: taken before anything is spent.
pub(in crate::flows) struct Readiness {
    slot: SigningSlot,
    ring: Arc<KeyRing>,
    recipient: Option<Recipient>,
}

/// The key that ID tokens of a client are encrypted to (OIDC Core §10.2), if it has registered for
/// that. Looked for before a place at the signing pool is taken: the client may keep us waiting.
pub(in crate::flows) async fn recipient(
    app: &App,
    client: &Client,
    now: Timestamp,
) -> Result<Option<Recipient>, ClientKeysRefusal> {
    let Some(management) = client.metadata.id_token_encrypted_response_alg else {
        return Ok(None);
    };
    let wanted = (management, client.metadata.id_token_encrypted_response_enc);
    // A box, so that requests without encryption do not carry the room for this.
    let recipient = Box::pin(client_keys::recipient(app, client, wanted, now)).await;
    recipient.map(Some).inspect_err(|reason| {
        tracing::info!(client = %client.id, %reason, "an ID token cannot be encrypted");
    })
}

/// Takes a place at the signing pool; `None` when it is full.
pub(in crate::flows) async fn prepare(
    app: &App,
    client: &Client,
    recipient: Option<Recipient>,
    now: Timestamp,
) -> Result<Option<Readiness>, Fault> {
    let Ok(slot) = app.signing.reserve() else {
        return Ok(None);
    };
    let algorithm = client.metadata.id_token_signed_response_alg;
    let ring = app.keys.ring_for(&client.realm, algorithm, now).await?;
    Ok(Some(Readiness {
        slot,
        ring,
        recipient,
    }))
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
        admitted: match family {
            Some(family) => personal::is_admitted(app, client, &family.grant.user, now).await?,
            None => true,
        },
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
    client: &Client,
    issued: Issued<'_>,
    now: Timestamp,
) -> Result<TokenAnswer, Fault> {
    let Issued {
        family,
        target,
        generation,
    } = issued;
    let grant = &family.grant;
    let first = generation == 0;
    let wanted = Wanted {
        client,
        grant,
        target,
        access_token: true,
        id_token: target.scope.contains(OPENID).then_some(IdTokenContext {
            // OIDC Core §12.2: the ID token of a refresh has no nonce.
            nonce: grant.nonce.as_deref().filter(|_| first),
            code: None,
            state: None,
            carries_scope_claims: false,
        }),
    };
    let made = make(app, ready, wanted, now).await?;
    tracing::info!(
        target: TOKENS,
        event = "token.issued",
        realm = grant.realm.as_str(),
        user = grant.user.as_str(),
        client = grant.client.as_str(),
        session = grant.session.as_str(),
        generation,
        scope = %target.scope,
        "event"
    );
    let refresh_token = grant.refreshable.then(|| {
        let key = &app.macs.refresh_token;
        RefreshToken::write(key, &grant.realm, &grant.client, &grant.id, generation)
    });
    Ok(TokenAnswer {
        access_token: made
            .access_token
            .ok_or(Fault::Invariant("a wanted access token is made"))?,
        token_type: "Bearer",
        expires_in: target.lifetime.whole_seconds(),
        refresh_token: refresh_token.map(|token| token.expose().clone()),
        id_token: made.id_token,
        scope: target.scope.to_string(),
    })
}

/// What a family is issued.
pub(super) struct Issued<'a> {
    /// The family.
    pub(super) family: &'a Family,
    /// What the access token is for.
    pub(super) target: &'a Target,
    /// The generation of the refresh token.
    pub(super) generation: i64,
}

/// Which tokens of a grant are to be made.
pub(in crate::flows) struct Wanted<'a> {
    /// To whom.
    pub(in crate::flows) client: &'a Client,
    /// What was granted.
    pub(in crate::flows) grant: &'a NewFamily,
    /// What the access token is for.
    pub(in crate::flows) target: &'a Target,
    /// Whether an access token is among them.
    pub(in crate::flows) access_token: bool,
    /// What an ID token among them is to say.
    pub(in crate::flows) id_token: Option<IdTokenContext<'a>>,
}

/// What differs between the ID tokens of one grant.
pub(in crate::flows) struct IdTokenContext<'a> {
    /// The nonce to echo.
    pub(in crate::flows) nonce: Option<&'a str>,
    /// The code that it comes with (OIDC Core §3.3.2.11 `c_hash`).
    pub(in crate::flows) code: Option<&'a str>,
    /// The state that it comes with (FAPI 1.0 Advanced §5.1 `s_hash`).
    pub(in crate::flows) state: Option<&'a str>,
    /// Whether the claims of the granted scopes are in it.
    pub(in crate::flows) carries_scope_claims: bool,
}

/// The tokens made.
pub(in crate::flows) struct Made {
    /// The access token.
    pub(in crate::flows) access_token: Option<String>,
    /// The ID token.
    pub(in crate::flows) id_token: Option<String>,
}

/// Builds and signs tokens of a grant.
pub(in crate::flows) async fn make(
    app: &App,
    ready: Readiness,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<Made, Fault> {
    let Wanted {
        client,
        grant,
        target,
        ..
    } = wanted;
    let subject = subject(client, &grant.user, &app.macs.pairwise_subject);
    let access = if wanted.access_token {
        let claims = AccessTokenClaims {
            sub: subject.clone(),
            sid: (!grant.scope.contains(OFFLINE_ACCESS)).then(|| grant.session.clone()),
            fam: Some(grant.id.clone()),
            userinfo_claims: grant.claims.userinfo.keys().cloned().collect(),
            ..access_claims(app, &grant.realm, &grant.client, target, now)?
        };
        Some(Draft::new(app, client, target, claims)?)
    } else {
        None
    };
    let id_token = match &wanted.id_token {
        Some(context) => Some(id_token_claims(app, &wanted, context, subject, now).await?),
        None => None,
    };
    sign(ready, client, access, id_token).await
}

async fn id_token_claims(
    app: &App,
    wanted: &Wanted<'_>,
    context: &IdTokenContext<'_>,
    subject: String,
    now: Timestamp,
) -> Result<IdTokenClaims, Fault> {
    let (client, grant) = (wanted.client, wanted.grant);
    let algorithm = client.metadata.id_token_signed_response_alg;
    let hash = |text: &str| left_half_hash(algorithm, text);
    Ok(IdTokenClaims {
        iss: app.issuer(&grant.realm).as_str().to_owned(),
        sub: subject,
        aud: grant.client.clone(),
        exp: now.plus(app.settings.id_lifetime).unix_seconds(),
        iat: now.unix_seconds(),
        auth_time: grant.auth_time.unix_seconds(),
        nonce: context.nonce.map(str::to_owned),
        acr: grant.acr.clone(),
        amr: grant.amr.split(' ').map(str::to_owned).collect(),
        sid: grant.session.clone(),
        at_hash: None,
        c_hash: context.code.map(hash),
        s_hash: context.state.map(hash),
        personal: about_person(app, wanted, context, now).await?,
    })
}

/// The claims about the person that belong into the ID token; the record is asked only when there
/// are any.
async fn about_person(
    app: &App,
    wanted: &Wanted<'_>,
    context: &IdTokenContext<'_>,
    now: Timestamp,
) -> Result<Map<String, Value>, Fault> {
    let grant = wanted.grant;
    let compatibility = wanted.client.metadata.compatibility;
    let mut names: Vec<&str> = grant.claims.id_token.keys().map(String::as_str).collect();
    if context.carries_scope_claims || compatibility.wants_claims_in_id_token {
        names.extend(opened_by(&wanted.target.scope));
    }
    if names.is_empty() {
        return Ok(Map::new());
    }
    let person =
        personal::person(app, wanted.client, &grant.user, names.iter().copied(), now).await?;
    let told = |(user, memberships): (Arc<User>, Option<Memberships>)| {
        personal::told(
            wanted.client,
            (&user, memberships.as_ref()),
            names.iter().copied(),
        )
    };
    Ok(person.map(told).unwrap_or_default())
}

/// Signs the access token of a machine, whose subject is itself (RFC 9068 §2.2).
pub(super) async fn for_machine(
    app: &App,
    ready: Readiness,
    client: &Client,
    target: &Target,
    now: Timestamp,
) -> Result<TokenAnswer, Fault> {
    let claims = access_claims(app, &client.realm, &client.id, target, now)?;
    let access = Draft::new(app, client, target, claims)?;
    let made = sign(ready, client, Some(access), None).await?;
    tracing::info!(
        target: TOKENS,
        event = "token.issued",
        realm = client.realm.as_str(),
        client = client.id.as_str(),
        scope = %target.scope,
        "event"
    );
    Ok(TokenAnswer {
        access_token: made
            .access_token
            .ok_or(Fault::Invariant("a wanted access token is made"))?,
        token_type: "Bearer",
        expires_in: target.lifetime.whole_seconds(),
        refresh_token: None,
        id_token: None,
        scope: target.scope.to_string(),
    })
}

/// The claims of an access token whose subject is the client itself.
fn access_claims(
    app: &App,
    realm: &RealmId,
    client: &ClientId,
    target: &Target,
    now: Timestamp,
) -> Result<AccessTokenClaims, Fault> {
    let issuer = app.issuer(realm);
    Ok(AccessTokenClaims {
        iss: issuer.as_str().to_owned(),
        sub: client.as_str().to_owned(),
        aud: target.audience.clone(),
        client_id: client.clone(),
        scope: target.scope.to_string(),
        iat: now.unix_seconds(),
        exp: now.plus(target.lifetime).unix_seconds(),
        jti: TokenId::parse(app.random_text::<16>()?)
            .map_err(|_invalid| Fault::Invariant("random text is a token id"))?,
        sid: None,
        fam: None,
        userinfo_claims: Vec::new(),
    })
}

/// Makes the signatures in one visit to the pool; the ID token binds the access token by
/// `at_hash`, so it comes second.
async fn sign(
    ready: Readiness,
    client: &Client,
    access: Option<Draft>,
    id_token: Option<IdTokenClaims>,
) -> Result<Made, Fault> {
    let Readiness {
        slot,
        ring,
        recipient,
    } = ready;
    if let (Some(access_token), None) = (access.as_ref().and_then(Draft::unsigned), &id_token) {
        return Ok(Made {
            access_token: Some(access_token.to_owned()),
            id_token: None,
        });
    }
    let algorithm = client.metadata.id_token_signed_response_alg;
    let signed = slot.run(move |()| -> Result<_, KeyError> {
        let access_token = access.map(|draft| draft.finish(&ring)).transpose()?;
        let id_token = id_token
            .map(|mut claims| {
                claims.at_hash = access_token
                    .as_deref()
                    .map(|token| left_half_hash(algorithm, token));
                let token = ring.sign(algorithm, TokenType::IdToken, &claims)?;
                // OIDC Core §10.2: signed first, then encrypted.
                match &recipient {
                    Some(recipient) => recipient.encrypt(Plaintext::NestedJwt(&token)),
                    None => Ok(token),
                }
            })
            .transpose()?;
        Ok(Made {
            access_token,
            id_token,
        })
    });
    Ok(signed.await??)
}
