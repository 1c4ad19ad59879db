//! Answering an authorization request, across all of its pages.

mod issue;
mod passing;
pub(crate) mod request_object;
mod understand;

use std::sync::Arc;

use crate::account::event::Caller;
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, interaction};
use crate::protocol::authorize::{
    Addressee, AddresseeRefusal, AuthorizationAnswer, AuthorizationRequest, AuthorizeRefusal,
    Interaction, LoginReason, Passing, SignedIn, Step, demand_of, next_step,
};
use crate::protocol::client::Client;
use crate::protocol::client::subject::subject;
use crate::protocol::ids::{RealmId, SessionId};
use crate::protocol::params::Params;
use crate::protocol::second_factor::Demand;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::Effects;

pub(crate) use understand::{check, understand};

/// One visit to any page of an authorization request.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The realm of the address.
    pub realm: &'a RealmId,
    /// The request's parameters, with or without our interaction parameter.
    pub params: &'a Params,
    /// The session cookie.
    pub cookie: Option<&'a str>,
    /// Where the request came from.
    pub caller: &'a Caller,
}

/// A request that was understood.
#[derive(Debug)]
pub struct Pending {
    /// Where answers go.
    pub addressee: Addressee,
    /// What is asked for.
    pub request: AuthorizationRequest,
    /// Since when.
    pub interaction: Interaction,
    /// Who is signed in.
    pub session: Option<LiveSession>,
    /// What the realm asks of every sign-in.
    pub realm_demand: Demand,
    /// The kept request that it comes from, which is answered once (RFC 9126 §4).
    pub pushed: Option<Digest>,
}

impl Pending {
    /// What is asked of whoever signs in for this request.
    pub fn demand(&self) -> Demand {
        demand_of(&self.request, self.addressee.client()).and(self.realm_demand)
    }
}

/// What the browser gets.
#[derive(Debug)]
pub enum Outcome {
    /// Back to the client.
    Answer(AuthorizationAnswer, Option<AuthorizeRefusal>),
    /// The login page.
    Login(Box<Pending>, LoginReason),
    /// The page on which an account is made.
    SignUp(Box<Pending>),
    /// The page that asks for the second factor.
    SecondFactor(Box<Pending>),
    /// The consent page.
    Consent(Box<Pending>),
    /// The error page: nobody can be answered.
    Refused(AddresseeRefusal, Option<Arc<Client>>),
    /// The page's interaction is missing or too old, or the session has just ended: begin the
    /// request anew.
    BeginAnew,
    /// The request was fetched and is kept under these parameters from now on: take it up there.
    Kept(Params),
    /// Too much is under way; nothing was issued.
    Busy,
}

/// Takes a request that has just arrived.
pub async fn begin(app: &App, visit: Visit<'_>) -> Result<Outcome, Fault> {
    let now = app.now();
    if let Ok(Passing::Reference(uri)) = Passing::of(visit.params) {
        return passing::fetch(app, visit, uri, now).await;
    }
    proceed(
        app,
        visit,
        Interaction {
            started_at: now,
            signed_in: None,
            allowed: None,
        },
        now,
    )
    .await
}

/// Takes up a request at one of its pages.
pub async fn resume(app: &App, visit: Visit<'_>) -> Result<Outcome, Fault> {
    let now = app.now();
    match interaction::open(app, visit.realm, visit.params, now) {
        Some(interaction) => proceed(app, visit, interaction, now).await,
        None => Ok(Outcome::BeginAnew),
    }
}

/// Takes up a request at its login page, on which `session` has just been opened or renewed.
pub async fn resume_signed_in(
    app: &App,
    visit: Visit<'_>,
    session: SessionId,
) -> Result<Outcome, Fault> {
    let now = app.now();
    match interaction::open(app, visit.realm, visit.params, now) {
        Some(interaction) => {
            let interaction = Interaction {
                signed_in: Some(session),
                ..interaction
            };
            proceed(app, visit, interaction, now).await
        }
        None => Ok(Outcome::BeginAnew),
    }
}

/// Understands a request and takes its next step.
pub(crate) async fn proceed(
    app: &App,
    visit: Visit<'_>,
    interaction: Interaction,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    let mut pending = match understand(app, visit, interaction, now).await? {
        Ok(pending) => pending,
        Err(outcome) => return Ok(outcome),
    };
    if let Some(allowed) = &pending.interaction.allowed {
        pending.request = pending.request.narrowed_to(allowed);
    }
    let client = Arc::clone(pending.addressee.client());
    let signed_in = pending.session.as_ref().map(|live| {
        let session = &live.facts().session;
        SignedIn {
            auth_time: session.auth_time,
            session: session.id.clone(),
            amr: session.amr.clone(),
            subject: subject(&client, &session.user, &app.macs.pairwise_subject),
            consented: live.consented(),
            has_factor: live.facts().has_factor,
            demand: pending.realm_demand.and(live.role_demand()),
        }
    });
    let step = next_step(
        &pending.request,
        &client,
        signed_in.as_ref(),
        &pending.interaction,
        now,
    );
    match (step, &pending.session) {
        (Step::Login(reason), _) => Ok(Outcome::Login(Box::new(pending), reason)),
        (Step::SignUp, _) => Ok(Outcome::SignUp(Box::new(pending))),
        (Step::SecondFactor, _) => Ok(Outcome::SecondFactor(Box::new(pending))),
        (Step::Consent, _) => Ok(Outcome::Consent(Box::new(pending))),
        (Step::Refuse(refusal), _) => {
            refuse_pending(app, visit.realm, &pending, refusal, now).await
        }
        (Step::Issue, Some(live)) => issue::issue(app, visit.realm, &pending, live, now).await,
        (Step::Issue, None) => Err(Fault::Invariant("a code is issued to a signed-in person")),
    }
}

/// The last answer to a request that was understood.
async fn refuse_pending(
    app: &App,
    realm: &RealmId,
    pending: &Pending,
    refusal: AuthorizeRefusal,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    refuse_telling(app, realm, pending, (refusal, Effects::NONE), now).await
}

/// The same, with what is told of it in the same step.
pub(crate) async fn refuse_telling(
    app: &App,
    realm: &RealmId,
    pending: &Pending,
    (refusal, effects): (AuthorizeRefusal, Effects),
    now: Timestamp,
) -> Result<Outcome, Fault> {
    let (addressee, pushed) = (&pending.addressee, pending.pushed.as_ref());
    let once = passing::answer_once(app, realm, pushed, &effects, now).await?;
    Ok(match once {
        Ok(()) => refuse(app, realm, addressee, refusal),
        Err(used) => passing::nobody(addressee.client(), used),
    })
}

/// The answer that carries a refusal.
pub(crate) fn refuse(
    app: &App,
    realm: &RealmId,
    addressee: &Addressee,
    refusal: AuthorizeRefusal,
) -> Outcome {
    let answer = AuthorizationAnswer::error(addressee, &app.issuer(realm), refusal.into());
    Outcome::Answer(answer, Some(refusal))
}
