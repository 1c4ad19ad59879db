//! RP-initiated logout (OIDC RP-Initiated Logout §2), and the frames that tell other clients of it
//! (OIDC Front-Channel Logout §2).

use std::sync::Arc;

use crate::account::event::{Caller, Event, EventKind};
use crate::flows::session::{self, LiveSession};
use crate::flows::{App, Fault, revocations};
use crate::keys::TokenType;
use crate::protocol::claims::IdTokenClaims;
use crate::protocol::client::Client;
use crate::protocol::end_session::{LogoutStep, decide, return_address};
use crate::protocol::front_channel_logout::{LogoutFrame, frame};
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::params::Params;
use crate::protocol::redirect_uri::KnownRedirect;
use crate::protocol::time::Timestamp;
use crate::store::{Effects, RevocationMark};

/// A logout request that was understood.
#[derive(Debug)]
pub struct LogoutRequest {
    /// The client that asks, when it is known.
    pub client: Option<Arc<Client>>,
    /// Where to go afterwards, when that is proven.
    pub return_to: Option<KnownRedirect>,
    /// The `state` to take along (§3).
    pub state: Option<String>,
    /// What the client asked for could not be honoured; the person is told.
    pub problem: Option<LogoutProblem>,
    /// The session of the browser.
    pub session: Option<LiveSession>,
    /// What to do.
    pub step: LogoutStep,
}

/// What is wrong with a logout request; it never stops a person from signing out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutProblem {
    /// A parameter was sent twice.
    Repeated,
    /// The hint is not an ID token of this realm.
    BadHint,
    /// The hint was issued to another client than the one named (§2).
    OtherClient,
    /// The return address is not registered, or no client is named to whom it could be.
    UnregisteredReturnAddress,
}

impl LogoutProblem {
    /// The rule in words, for the client's developer.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Repeated => "A parameter was sent more than once.",
            Self::BadHint => "id_token_hint must be an ID token of this issuer, unaltered.",
            Self::OtherClient => "id_token_hint was not issued to the client in client_id.",
            Self::UnregisteredReturnAddress => {
                "post_logout_redirect_uri must equal a registered one of a client that is named by id_token_hint or client_id."
            }
        }
    }
}

/// Understands a logout request and decides whether the person must be asked.
pub async fn understand(
    app: &App,
    realm: &RealmId,
    params: &Params,
    cookie: Option<&str>,
) -> Result<LogoutRequest, Fault> {
    let now = app.now();
    let session = session::recognise(app, realm, cookie, None, now).await?;
    let hint = match params.get("id_token_hint") {
        Some(token) => read_hint(app, realm, token, now).await?,
        None => None,
    };
    let named = params
        .get("client_id")
        .and_then(|id| ClientId::parse(id).ok());
    let mut problem = params.has_repeats().then_some(LogoutProblem::Repeated);
    if params.get("id_token_hint").is_some() && hint.is_none() {
        problem = problem.or(Some(LogoutProblem::BadHint));
    }
    if let (Some(hint), Some(named)) = (&hint, &named)
        && hint.aud != *named
    {
        problem = problem.or(Some(LogoutProblem::OtherClient));
    }
    let client = match hint.as_ref().map(|hint| hint.aud.clone()).or(named) {
        Some(id) => {
            app.facts
                .client(app.store.as_ref(), realm, &id, now)
                .await?
        }
        None => None,
    };
    let requested = params.get("post_logout_redirect_uri");
    let return_to = match problem {
        None => return_address(client.as_deref(), requested),
        Some(_) => None,
    };
    if requested.is_some() && return_to.is_none() {
        problem = problem.or(Some(LogoutProblem::UnregisteredReturnAddress));
    }
    let step = decide_step(problem, hint.as_ref(), session.as_ref());
    let state = params.get("state").map(str::to_owned);
    Ok(LogoutRequest {
        client,
        return_to,
        state,
        problem,
        session,
        step,
    })
}

fn decide_step(
    problem: Option<LogoutProblem>,
    hint: Option<&IdTokenClaims>,
    session: Option<&LiveSession>,
) -> LogoutStep {
    let hint = hint.filter(|_| problem.is_none()).map(|hint| &hint.sid);
    let session = session.map(|live| &live.facts().session.id);
    decide(hint, session)
}

/// An ID token of ours, expired or not (§2).
async fn read_hint(
    app: &App,
    realm: &RealmId,
    token: &str,
    now: Timestamp,
) -> Result<Option<IdTokenClaims>, Fault> {
    let verified = app
        .keys
        .verify::<IdTokenClaims>(realm, token, TokenType::IdToken, now)
        .await?;
    let issuer = app.issuer(realm);
    Ok(verified.ok().filter(|claims| claims.iss == issuer.as_str()))
}

/// Ends the browser's session with all that descends from it.
pub async fn end(
    app: &App,
    realm: &RealmId,
    live: &LiveSession,
    caller: &Caller,
) -> Result<(), Fault> {
    let now = app.now();
    let id = &live.facts().session.id;
    let mark = RevocationMark::Session(id.clone());
    let event = Event::new(realm, EventKind::SessionEnded, caller, now)
        .of_user(&live.facts().user.id)
        .in_session(id);
    let effects = Effects::marks([revocations::mark(realm, mark, now)]).and_event(event);
    app.store.end_session(realm, id, &effects, now).await?;
    revocations::announce(app, &effects.marks, now).await;
    Ok(())
}

/// The frames that tell the clients of a session that it has ended.
pub async fn frames(
    app: &App,
    realm: &RealmId,
    live: &LiveSession,
) -> Result<Vec<LogoutFrame>, Fault> {
    let session = &live.facts().session.id;
    let issuer = app.issuer(realm);
    let clients = app.store.session_clients(realm, session).await?;
    let told = clients.iter().filter(|client| client.disabled_at.is_none());
    let frames = told.filter_map(|client| frame(&client.metadata, &issuer, session));
    Ok(frames.collect())
}
