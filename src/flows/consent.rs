//! What a person answers on the consent page.

use crate::flows::authorize::{self, Outcome, Visit};
use crate::flows::{App, Fault, interaction};
use crate::protocol::authorize::{AuthorizeRefusal, Interaction};

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
    let pending = match authorize::proceed(app, visit, interaction, now).await? {
        Outcome::Consent(pending) => pending,
        other @ (Outcome::Answer(..)
        | Outcome::Login(..)
        | Outcome::Refused(..)
        | Outcome::BeginAnew) => return Ok(other),
    };
    if decision == Decision::Deny {
        let refusal = AuthorizeRefusal::Denied;
        return Ok(authorize::refuse(
            app,
            visit.realm,
            &pending.addressee,
            refusal,
        ));
    }
    let live = pending
        .session
        .as_ref()
        .ok_or(Fault::Invariant("consent has a session"))?;
    let (user, client) = (&live.facts().user.id, &pending.addressee.client().id);
    app.store
        .record_consent(visit.realm, user, client, &pending.request.scope, now)
        .await?;
    let consented = Interaction {
        consented: true,
        ..interaction
    };
    authorize::proceed(app, visit, consented, now).await
}
