//! What a person answers on the consent page.

use crate::account::event::{Event, EventKind};
use crate::flows::authorize::{self, Outcome, Visit};
use crate::flows::{App, Fault, interaction};
use crate::protocol::authorize::{AuthorizeRefusal, Interaction};
use crate::store::Effects;

/// The two buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Allow.
    Approve,
    /// Deny.
    Deny,
}

/// Records a decision and goes on; a page that is out of date is simply shown again.
pub async fn decide(app: &App, visit: Visit<'_>, decision: Decision) -> Result<Outcome, Fault> {
    let now = app.now();
    let Some(interaction) = interaction::open(app, visit.realm, visit.params, now) else {
        return Ok(Outcome::BeginAnew);
    };
    if decision == Decision::Deny {
        // Whatever was consented to before: this person has just said no.
        let understood = authorize::understand(app, visit, interaction, now).await?;
        return Ok(match understood {
            Ok(pending) => {
                let refusal = AuthorizeRefusal::Denied;
                authorize::refuse_pending(app, visit.realm, &pending, refusal, now).await?
            }
            Err(outcome) => outcome,
        });
    }
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
    let (user, client) = (&live.facts().user.id, &pending.addressee.client().id);
    let scope = pending.request.needs_consent_for();
    let event = Event::new(visit.realm, EventKind::ConsentGranted, visit.caller, now)
        .of_user(user)
        .of_client(client)
        .in_session(&live.facts().session.id)
        .with("scope", scope.to_string());
    app.store
        .record_consent(
            visit.realm,
            user,
            client,
            &scope,
            &Effects::event(event),
            now,
        )
        .await?;
    let consented = Interaction {
        consented: true,
        ..pending.interaction.clone()
    };
    authorize::proceed(app, visit, consented, now).await
}
