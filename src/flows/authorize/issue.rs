//! Issuing what an authorization request asks for: a code, and in the hybrid and implicit flows
//! tokens beside it or instead of it (OIDC Core §3.1.2.5, §3.2.2.5, §3.3.2.5).

use crate::flows::authorize::{Outcome, Pending, passing, refuse_pending};
use crate::flows::client_keys::{ClientKeysRefusal, Recipient};
use crate::flows::session::{self, LiveSession};
use crate::flows::token::issue::{self, Readiness};
use crate::flows::{App, Fault, audience, clients, session_state};
use crate::metrics::Outcome as Counted;
use crate::protocol::authorize::{
    AuthorizationAnswer, AuthorizeRefusal, Parameters, PassingRefusal,
};
use crate::protocol::client::{Client, GrantType};
use crate::protocol::ids::{FamilyId, RealmId};
use crate::protocol::resource::Target;
use crate::protocol::response_type::ResponseType;
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::ends_at;
use crate::secret::{Digest, SecretString};
use crate::store::requests::RequestedCode;
use crate::store::{Change, NewFamily};

/// Opens a token family in the state "code issued", and answers.
pub(super) async fn issue(
    app: &App,
    realm: &RealmId,
    pending: &Pending,
    live: &LiveSession,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    if !session::may_be_issued(app, pending.addressee.client(), live, now).await? {
        let refusal = AuthorizeRefusal::Denied;
        return refuse_pending(app, realm, pending, refusal, now).await;
    }
    let response_type = pending.request.response_type;
    let ready = if response_type.is_front_channel() {
        let (client, request) = (pending.addressee.client(), &pending.request);
        let scope = request.scope.clone();
        let target = audience::target(app, client, &request.resources, scope, now).await?;
        let target = match target {
            Ok(target) => target,
            Err(refusal) => {
                let refusal = AuthorizeRefusal::Target(refusal);
                return refuse_pending(app, realm, pending, refusal, now).await;
            }
        };
        let Ok(recipient) = recipient(app, client, response_type, now).await else {
            let refusal = AuthorizeRefusal::NoEncryptionKey;
            return refuse_pending(app, realm, pending, refusal, now).await;
        };
        match issue::prepare(app, client, recipient, now).await? {
            Some(ready) => Some((ready, target)),
            None => return Ok(Outcome::Busy),
        }
    } else {
        None
    };
    let code = SecretString::new(format!("vac_{}", app.random_text::<32>()?));
    let family = new_family(app, pending, live, Digest::of(code.expose()), now)?;
    match record(app, pending, &family).await? {
        RequestedCode::Issued => {}
        RequestedCode::SessionEnded => return Ok(Outcome::BeginAnew),
        RequestedCode::RequestUsed => {
            let client = pending.addressee.client();
            return Ok(passing::nobody(client, PassingRefusal::UsedRequest));
        }
    }
    clients::note_use(app, pending.addressee.client(), now).await;
    let mut granted: Parameters = Vec::new();
    if response_type.code {
        granted.push(("code", code.expose().clone()));
    }
    if let Some(ready) = ready {
        let code = response_type.code.then_some(code.expose().as_str());
        granted.extend(front_channel(app, ready, pending, (&family, code), now).await?);
        app.metrics
            .asked_for_tokens(GrantType::Implicit, Counted::Accepted);
    }
    let cookie = &live.facts().session.cookie;
    let state = session_state::of_answer(app, realm, &pending.addressee, cookie, now).await?;
    granted.extend(state.map(|state| ("session_state", state)));
    let issuer = app.issuer(realm);
    let answer = AuthorizationAnswer::success(&pending.addressee, &issuer, granted);
    Ok(Outcome::Answer(answer, None))
}

/// Records the family; a kept request is used up in the same step.
async fn record(app: &App, pending: &Pending, family: &NewFamily) -> Result<RequestedCode, Fault> {
    if let Some(request) = &pending.pushed {
        return Ok(app.store.issue_requested_code(family, request).await?);
    }
    Ok(match app.store.issue_code(family).await? {
        Change::Changed => RequestedCode::Issued,
        Change::NotFound => RequestedCode::SessionEnded,
    })
}

/// Whom an ID token among the answer is encrypted to.
async fn recipient(
    app: &App,
    client: &Client,
    response_type: ResponseType,
    now: Timestamp,
) -> Result<Option<Recipient>, ClientKeysRefusal> {
    if response_type.id_token {
        issue::recipient(app, client, now).await
    } else {
        Ok(None)
    }
}

/// The tokens that pass through the browser.
async fn front_channel(
    app: &App,
    (ready, target): (Readiness, Target),
    pending: &Pending,
    (family, code): (&NewFamily, Option<&str>),
    now: Timestamp,
) -> Result<Parameters, Fault> {
    let ResponseType {
        id_token, token, ..
    } = pending.request.response_type;
    let client = pending.addressee.client();
    let wanted = issue::Wanted {
        client,
        grant: family,
        target: &target,
        access_token: token,
        id_token: id_token.then_some(issue::IdTokenContext {
            nonce: family.nonce.as_deref(),
            code,
            state: pending.addressee.state(),
            // OIDC Core §5.4: without an access token there is no userinfo to ask.
            carries_scope_claims: !token && code.is_none(),
        }),
    };
    let made = issue::make(app, ready, wanted, now).await?;
    let mut parameters: Parameters = Vec::new();
    if let Some(access_token) = made.access_token {
        parameters.push(("access_token", access_token));
        parameters.push(("token_type", "Bearer".to_owned()));
        let seconds = target.lifetime.whole_seconds();
        parameters.push(("expires_in", seconds.to_string()));
        parameters.push(("scope", target.scope.to_string()));
    }
    if let Some(id_token) = made.id_token {
        parameters.push(("id_token", id_token));
    }
    Ok(parameters)
}

fn new_family(
    app: &App,
    pending: &Pending,
    live: &LiveSession,
    code: Digest,
    now: Timestamp,
) -> Result<NewFamily, Fault> {
    let client = pending.addressee.client();
    let request = &pending.request;
    let session = &live.facts().session;
    let scope = request.scope.clone();
    let limit = now.plus(app.settings.refresh_lifetime);
    let expires_at = ends_at(&scope, session.expires_at, limit);
    let id = FamilyId::parse(app.random_text::<16>()?)
        .map_err(|_invalid| Fault::Invariant("random text is a family id"))?;
    Ok(NewFamily {
        realm: client.realm.clone(),
        id,
        client: client.id.clone(),
        user: session.user.clone(),
        session: session.id.clone(),
        code,
        code_expires_at: now.plus(app.settings.code_lifetime),
        redirect_uri: pending.addressee.redirect().as_str().to_owned(),
        code_challenge: request
            .code_challenge
            .as_ref()
            .map(|c| c.as_str().to_owned()),
        nonce: request.nonce.clone(),
        auth_time: session.auth_time,
        amr: session.amr.clone(),
        acr: request.acr.answer(&session.amr).map(str::to_owned),
        claims: request.claims.clone(),
        resources: request.resources.iter().map(ToString::to_string).collect(),
        without_code: !request.response_type.code,
        refreshable: request.response_type.code && client.metadata.allows(GrantType::RefreshToken),
        scope,
        expires_at,
        created_at: now,
    })
}
