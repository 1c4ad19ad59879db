//! Answering an authorization request, across all of its pages.

mod issue;
mod understand;

use std::sync::Arc;

use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, interaction};
use crate::protocol::authorize::{
    Addressee, AddresseeRefusal, AuthorizationAnswer, AuthorizationRequest, AuthorizeRefusal,
    Interaction, LoginReason, SignedIn, Step, next_step,
};
use crate::protocol::client::Client;
use crate::protocol::client::subject::subject;
use crate::protocol::ids::{RealmId, SessionId};
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;

pub(crate) use understand::understand;

/// One visit to any page of an authorization request.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The realm of the address.
    pub realm: &'a RealmId,
    /// The request's parameters, with or without our interaction parameter.
    pub params: &'a Params,
    /// The session cookie.
    pub cookie: Option<&'a str>,
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
}

/// What the browser gets.
#[derive(Debug)]
pub enum Outcome {
    /// Back to the client.
    Answer(AuthorizationAnswer, Option<AuthorizeRefusal>),
    /// The login page.
    Login(Box<Pending>, LoginReason),
    /// The consent page.
    Consent(Box<Pending>),
    /// The error page: nobody can be answered.
    Refused(AddresseeRefusal, Option<Arc<Client>>),
    /// The page's interaction is missing or too old, or the session has just ended: begin the
    /// request anew.
    BeginAnew,
    /// The signing queue is full; nothing was issued.
    Busy,
}

/// Takes a request that has just arrived.
pub async fn begin(app: &App, visit: Visit<'_>) -> Result<Outcome, Fault> {
    let now = app.now();
    proceed(
        app,
        visit,
        Interaction {
            started_at: now,
            signed_in: None,
            consented: false,
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
    let pending = match understand(app, visit, interaction, now).await? {
        Ok(pending) => pending,
        Err(outcome) => return Ok(outcome),
    };
    let client = Arc::clone(pending.addressee.client());
    let signed_in = pending.session.as_ref().map(|live| {
        let session = &live.facts().session;
        SignedIn {
            auth_time: session.auth_time,
            session: session.id.clone(),
            amr: session.amr.clone(),
            subject: subject(&client, &session.user, &app.macs.pairwise_subject),
            consented: live.consented(),
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
        (Step::Consent, _) => Ok(Outcome::Consent(Box::new(pending))),
        (Step::Refuse(refusal), _) => Ok(refuse(app, visit.realm, &pending.addressee, refusal)),
        (Step::Issue, Some(live)) => issue::issue(app, visit.realm, &pending, live, now).await,
        (Step::Issue, None) => Err(Fault::Invariant("a code is issued to a signed-in person")),
    }
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
