//! What a person answers on the consent page.

use std::collections::BTreeSet;

use crate::account::event::{Event, EventKind};
use crate::flows::authorize::{self, Outcome, Pending, Visit};
use crate::flows::{App, Fault, interaction};
use crate::protocol::authorize::{AuthorizeRefusal, Interaction};
use crate::protocol::time::Timestamp;
use crate::store::{ConsentAnswer, Effects};

/// The two buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allow, with these boxes ticked. What was not offered is ignored.
    Approve(BTreeSet<String>),
    /// Deny.
    Deny,
}

/// Records a decision and goes on; a page that is out of date is simply shown again.
pub async fn decide(app: &App, visit: Visit<'_>, decision: Decision) -> Result<Outcome, Fault> {
    let now = app.now();
    let Some(interaction) = interaction::open(app, visit.realm, visit.params, now) else {
        return Ok(Outcome::BeginAnew);
    };
    let ticked = match decision {
        Decision::Approve(ticked) => ticked,
        // Whatever was consented to before: this person has just said no.
        Decision::Deny => {
            let understood = authorize::understand(app, visit, interaction, now).await?;
            return match understood {
                Ok(pending) => deny(app, visit, &pending, now).await,
                Err(outcome) => Ok(outcome),
            };
        }
    };
    let pending = match authorize::proceed(app, visit, interaction, now).await? {
        Outcome::Consent(pending) => pending,
        other @ (Outcome::Answer(..)
        | Outcome::Login(..)
        | Outcome::SignUp(..)
        | Outcome::SecondFactor(_)
        | Outcome::Refused(..)
        | Outcome::BeginAnew
        | Outcome::Kept(_)
        | Outcome::Busy) => return Ok(other),
    };
    let live = pending
        .session
        .as_ref()
        .ok_or(Fault::Invariant("consent has a session"))?;
    let (user, client) = (&live.facts().user.id, pending.addressee.client());
    let asking = pending.request.asking(&client.metadata, &live.consented());
    let Some(allowed) = asking.answered(|token| ticked.contains(token)) else {
        return deny(app, visit, &pending, now).await;
    };
    let client = &client.id;
    let event = Event::new(visit.realm, EventKind::ConsentGranted, visit.caller, now)
        .of_user(user)
        .of_client(client)
        .in_session(&live.facts().session.id)
        .with("scope", allowed.now.to_string());
    let answer = ConsentAnswer {
        realm: visit.realm.clone(),
        user: user.clone(),
        client: client.clone(),
        added: allowed.added,
        left_out: allowed.left_out,
        now,
    };
    let effects = Effects::event(event);
    app.store.record_consent(&answer, &effects).await?;
    let consented = Interaction {
        allowed: Some(allowed.now),
        ..pending.interaction.clone()
    };
    authorize::proceed(app, visit, consented, now).await
}

async fn deny(
    app: &App,
    visit: Visit<'_>,
    pending: &Pending,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    let event = Event::new(visit.realm, EventKind::ConsentDenied, visit.caller, now)
        .of_client(&pending.addressee.client().id)
        .with("scope", pending.request.scope.to_string());
    // The session may have ended while the page was open.
    let event = match &pending.session {
        Some(live) => event
            .of_user(&live.facts().user.id)
            .in_session(&live.facts().session.id),
        None => event,
    };
    let denied = (AuthorizeRefusal::Denied, Effects::event(event));
    authorize::refuse_telling(app, visit.realm, pending, denied, now).await
}
