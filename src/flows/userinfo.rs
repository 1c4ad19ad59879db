//! Userinfo (OIDC Core §5.3), and the check of a presented access token.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::flows::client_keys::{self, Recipient};
use crate::flows::{App, Fault, FlowError, access_token, personal, revocations};
use crate::keys::{Plaintext, TokenType};
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::claims::{AccessTokenClaims, opened_by};
use crate::protocol::client::{Client, SubjectType};
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
    /// A parameter was sent more than once (RFC 6749 §3.2).
    Repeated,
    /// Not an access token of this realm, or altered.
    Invalid,
    /// It is for APIs only, not for this server (RFC 9068 §4).
    OtherAudience,
    /// It has lapsed.
    Expired,
    /// It was revoked, or a party to it no longer stands.
    Revoked,
    /// It does not have the `openid` scope (OIDC Core §5.3.1), or speaks for no person.
    InsufficientScope,
    /// The client wants encrypted answers, and has no key to encrypt them to.
    NoEncryptionKey,
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
            R::Repeated => Self::new(C::InvalidRequest, "A parameter was sent more than once."),
            R::Invalid => Self::new(C::InvalidToken, "This is no access token of this issuer."),
            R::OtherAudience => Self::new(
                C::InvalidToken,
                "The access token is for an API; userinfo needs the openid scope.",
            ),
            R::Expired => Self::new(C::InvalidToken, "The access token has expired."),
            R::Revoked => Self::new(C::InvalidToken, "The access token has been revoked."),
            R::InsufficientScope => Self::new(
                C::InsufficientScope,
                "The access token needs the openid scope.",
            ),
            R::NoEncryptionKey => Self::new(
                C::InvalidRequest,
                "The client has no usable key for its userinfo_encrypted_response_alg.",
            ),
        }
    }
}

/// A live access token and the client that it was issued to.
#[derive(Debug)]
pub(crate) struct LiveToken {
    pub(crate) claims: AccessTokenClaims,
    pub(crate) client: Arc<Client>,
    /// The person that it speaks for; none for a machine.
    pub(crate) owner: Option<UserId>,
}

/// Checks signature, issuer, expiry, revocation and the parties of a presented access token;
/// whether it is for the caller is the caller's to check.
pub(crate) async fn check_token(
    app: &App,
    realm: &RealmId,
    token: &str,
    now: Timestamp,
) -> Result<LiveToken, FlowError<BearerRefusal>> {
    use BearerRefusal as R;
    let claims = access_token::read(app, realm, token, now)
        .await?
        .map_err(|_refusal| FlowError::Refused(R::Invalid))?;
    if claims.iss != app.issuer(realm).as_str() {
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
    let owner = owner(app, &client, &claims, now).await?;
    let realm_row = app.facts.realm(store, realm, now).await?;
    // A user who stands no more, withdrawn consent and an ended session have left marks that
    // outlive every token.
    let parties = Parties {
        realm_enabled: realm_row.is_some_and(|realm| realm.disabled_at.is_none()),
        client: &client,
        user_enabled: None,
        admitted: match &owner {
            Some(owner) => personal::is_admitted(app, &client, owner, now).await?,
            None => true,
        },
        session_stands: true,
        revoked: revocations::is_revoked(app, realm, &claims, owner.as_ref(), now).await?,
    };
    may_issue(parties).map_err(|_standing| FlowError::Refused(R::Revoked))?;
    Ok(LiveToken {
        claims,
        client,
        owner,
    })
}

/// The user that a token speaks for: its subject itself, or whom the record names behind a
/// pairwise one.
async fn owner(
    app: &App,
    client: &Client,
    claims: &AccessTokenClaims,
    now: Timestamp,
) -> Result<Option<UserId>, FlowError<BearerRefusal>> {
    let Some(family) = &claims.fam else {
        return Ok(None);
    };
    let gone = FlowError::Refused(BearerRefusal::Revoked);
    match client.metadata.subject_type {
        SubjectType::Public => match UserId::parse(claims.sub.clone()) {
            Ok(owner) => Ok(Some(owner)),
            Err(_no_user_id) => Err(gone),
        },
        SubjectType::Pairwise => {
            let store = app.store.as_ref();
            let owner = app.facts.owner(store, &client.realm, family, now).await?;
            owner.map(|owner| Some((*owner).clone())).ok_or(gone)
        }
    }
}

/// What userinfo answers.
#[derive(Debug)]
pub enum UserinfoAnswer {
    /// JSON (OIDC Core §5.3.2).
    Plain(Map<String, Value>),
    /// A signed or encrypted JWT, for a client that registered so.
    Jwt(String),
}

/// Answers with the claims that the token's scope opens and those that were asked for one by one,
/// and tells the client that the token was issued to.
pub async fn userinfo(
    app: &App,
    realm: &RealmId,
    token: &str,
) -> Result<(UserinfoAnswer, Arc<Client>), FlowError<BearerRefusal>> {
    let now = app.now();
    let LiveToken {
        claims,
        client,
        owner,
    } = check_token(app, realm, token, now).await?;
    if !claims.aud.contains(app.issuer(realm).as_str()) {
        return Err(FlowError::Refused(BearerRefusal::OtherAudience));
    }
    let scope = ScopeSet::parse(&claims.scope)
        .map_err(|_invalid| Fault::Invariant("a scope that we signed reads"))?;
    let owner = owner
        .filter(|_| scope.contains(OPENID))
        .ok_or(FlowError::Refused(BearerRefusal::InsufficientScope))?;
    let names = || opened_by(&scope).chain(claims.userinfo_claims.iter().map(String::as_str));
    let person = personal::person(app, &client, &owner, names(), now).await?;
    let parties = Parties {
        realm_enabled: true,
        client: &client,
        user_enabled: Some(person.as_ref().is_some_and(|(user, _)| user.stands())),
        admitted: true,
        session_stands: true,
        revoked: false,
    };
    let (Some((user, memberships)), Ok(())) = (person, may_issue(parties)) else {
        return Err(FlowError::Refused(BearerRefusal::Revoked));
    };
    let mut answer = personal::told(&client, (&user, memberships.as_ref()), names());
    answer.insert("sub".to_owned(), claims.sub.into());
    let answer = protect(app, &client, answer, now).await?;
    Ok((answer, client))
}

/// OIDC Core §5.3.2: plain, signed, encrypted, or signed and then encrypted.
async fn protect(
    app: &App,
    client: &Client,
    answer: Map<String, Value>,
    now: Timestamp,
) -> Result<UserinfoAnswer, FlowError<BearerRefusal>> {
    let recipient = recipient(app, client, now).await?;
    let signed_with = client.metadata.userinfo_signed_response_alg;
    Ok(match (signed_with, recipient) {
        (None, None) => UserinfoAnswer::Plain(answer),
        (Some(algorithm), None) => {
            UserinfoAnswer::Jwt(sign(app, client, algorithm, answer, now).await?)
        }
        (Some(algorithm), Some(recipient)) => {
            let token = sign(app, client, algorithm, answer, now).await?;
            UserinfoAnswer::Jwt(recipient.encrypt(Plaintext::NestedJwt(&token))?)
        }
        (None, Some(recipient)) => {
            let json = Value::Object(answer).to_string();
            UserinfoAnswer::Jwt(recipient.encrypt(Plaintext::Json(&json))?)
        }
    })
}

async fn recipient(
    app: &App,
    client: &Client,
    now: Timestamp,
) -> Result<Option<Recipient>, FlowError<BearerRefusal>> {
    let Some(management) = client.metadata.userinfo_encrypted_response_alg else {
        return Ok(None);
    };
    let wanted = (management, client.metadata.userinfo_encrypted_response_enc);
    match Box::pin(client_keys::recipient(app, client, wanted, now)).await {
        Ok(recipient) => Ok(Some(recipient)),
        Err(reason) => {
            tracing::info!(client = %client.id, %reason, "userinfo cannot be encrypted");
            Err(FlowError::Refused(BearerRefusal::NoEncryptionKey))
        }
    }
}

/// OIDC Core §5.3.2: a signed answer says who made it and for whom.
async fn sign(
    app: &App,
    client: &Client,
    algorithm: SigningAlgorithm,
    mut answer: Map<String, Value>,
    now: Timestamp,
) -> Result<String, FlowError<BearerRefusal>> {
    let issuer = app.issuer(&client.realm);
    answer.insert("iss".to_owned(), issuer.as_str().into());
    answer.insert("aud".to_owned(), client.id.as_str().into());
    let slot = app.signing.reserve().map_err(|_full| FlowError::busy())?;
    let ring = app.keys.ring_for(&client.realm, algorithm, now).await?;
    let signed = slot.run(move |()| ring.sign(algorithm, TokenType::Userinfo, &answer));
    Ok(signed.await??)
}
