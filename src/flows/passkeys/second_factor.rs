//! Proving the second factor with a passkey.

use std::net::IpAddr;

use serde_json::Value;

use super::{Holder, count, keep, noted, proven, relying_party, taken, unproven_event};
use crate::account::event::{Event, EventKind};
use crate::account::factors::SignInStep;
use crate::account::passkey::{CeremonyPurpose, methods};
use crate::flows::factors::standing_at;
use crate::flows::sign_in_steps::{
    AtStep, Progress, StepRefusal, Taking, Visitor, count_visitor, take,
};
use crate::flows::{App, FlowError};
use crate::passkeys::Assertion;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Lifetime;
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::factors::{Act, Ground};

/// Asks whoever is at that step for one of their passkeys.
pub async fn offer(
    app: &App,
    visitor: Visitor<'_>,
    address: IpAddr,
) -> Result<Value, FlowError<StepRefusal>> {
    let now = app.now();
    let realm = visitor.realm;
    if let Some(retry_after) = count(app, realm, address, now).await? {
        return Err(FlowError::Refused(StepRefusal::SlowDown { retry_after }));
    }
    let at = standing_at(app, visitor, SignInStep::SecondFactor, now).await?;
    let own = app.store.passkeys(realm, &at.user.id).await?;
    let party = relying_party(app, realm, now).await?;
    let Some(party) = party.filter(|_| !own.is_empty()) else {
        return Err(FlowError::Refused(StepRefusal::Wrong));
    };
    let named: Vec<Vec<u8>> = own.into_iter().map(|own| own.credential).collect();
    let begun = party.begin_proof(&named)?;
    keep(app, &begun, holder(realm, &at)?, now).await?;
    Ok(begun.options)
}

/// Takes the step with a passkey. Every attempt is counted before it is looked at.
pub async fn prove(
    app: &App,
    visitor: Visitor<'_>,
    answer: &str,
    remember: Option<Lifetime>,
) -> Result<Progress, FlowError<StepRefusal>> {
    let now = app.now();
    let realm = visitor.realm;
    let at = standing_at(app, visitor, SignInStep::SecondFactor, now).await?;
    count_visitor(app, visitor, &at.user.id, now).await?;
    let wrong = || FlowError::Refused(StepRefusal::Wrong);
    let assertion = Assertion::parse(answer).map_err(|_unreadable| wrong())?;
    let state = taken(app, assertion.challenge(), holder(realm, &at)?, now).await?;
    let state = state.ok_or_else(wrong)?;
    let owned = app
        .store
        .passkey_by_credential(realm, assertion.credential_id())
        .await?;
    // Only their own proves anything of a person who is known already.
    let owned = owned.filter(|owned| owned.user.id == at.user.id);
    let owned = owned.ok_or_else(wrong)?;
    let person = at.user.id.clone();
    let about = |kind| Event::new(realm, kind, visitor.caller, now).of_user(&person);
    match proven(app, realm, (&state, &assertion), &owned, now).await? {
        Ok(used) => {
            let event = about(EventKind::FactorProven).with("factor", "passkey");
            let taking = Taking {
                act: Act::UsePasskey(noted(&owned.passkey.id, &used)),
                method: Some(methods(used.synced)),
                remember,
                effects: Effects::event(event),
            };
            take(app, visitor, at, taking, now).await
        }
        Err(why) => {
            let event = unproven_event(about, EventKind::FactorRefused, &why);
            app.store.tell(&Effects::event(event), now).await?;
            Err(wrong())
        }
    }
}

/// The ceremony belongs to the sign-in or session whose step it is.
fn holder<'a>(realm: &'a RealmId, at: &'a AtStep) -> Result<Holder<'a>, FlowError<StepRefusal>> {
    let cookie: Digest = match at.ground {
        Ground::SignIn(cookie) | Ground::Session(cookie) => cookie,
        Ground::Passkey => return Err(FlowError::Refused(StepRefusal::Gone)),
    };
    Ok(Holder {
        realm,
        purpose: CeremonyPurpose::SecondFactor,
        cookie,
        user: Some(&at.user.id),
    })
}
