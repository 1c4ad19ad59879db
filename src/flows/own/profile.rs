//! A person's own profile.

use crate::account::event::{Caller, Event, EventKind};
use crate::account::profile::{ClaimRefusal, set_claim};
use crate::account::user::User;
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, FlowError};
use crate::protocol::time::Lifetime;
use crate::store::{Change, Effects};

/// The claims that people set themselves (OIDC Core §5.1). An address as a whole is left to admins,
/// since its parts say the same.
pub const OWN_CLAIMS: &[&str] = &[
    "name",
    "given_name",
    "middle_name",
    "family_name",
    "nickname",
    "gender",
    "birthdate",
    "phone_number",
    "website",
    "profile",
    "picture",
    "locale",
    "zoneinfo",
    "address.street_address",
    "address.locality",
    "address.region",
    "address.postal_code",
    "address.country",
];

/// Why a profile was not changed.
#[derive(Debug, PartialEq, Eq)]
pub enum ProfileRefusal {
    /// These claims cannot have these values; nothing was changed.
    Claims(Vec<(&'static str, ClaimRefusal)>),
    /// Somebody else changed the account since it was read.
    ChangedMeanwhile,
}

/// Sets all own claims from what was typed; an empty text takes a claim away. A new phone number is
/// not a verified one.
pub async fn edit(
    app: &App,
    live: &LiveSession,
    typed: impl Fn(&str) -> String,
    caller: &Caller,
) -> Result<(), FlowError<ProfileRefusal>> {
    let before = &live.facts().user;
    let mut user = before.clone();
    let mut refused = Vec::new();
    let mut changed = Vec::new();
    for &claim in OWN_CLAIMS {
        let was = user.profile.clone();
        match set_claim(&mut user.profile, claim, typed(claim).trim()) {
            Ok(()) if user.profile == was => {}
            Ok(()) => changed.push(claim),
            Err(refusal) => refused.push((claim, refusal)),
        }
    }
    if !refused.is_empty() {
        return Err(FlowError::Refused(ProfileRefusal::Claims(refused)));
    }
    if user.profile.phone_number != before.profile.phone_number {
        user.profile.phone_number_verified = false;
    }
    if changed.is_empty() {
        return Ok(());
    }
    write(app, before, user, &changed, caller).await
}

async fn write(
    app: &App,
    before: &User,
    mut user: User,
    changed: &[&str],
    caller: &Caller,
) -> Result<(), FlowError<ProfileRefusal>> {
    let now = app.now();
    // Later than before even when the clock stands, since the moment guards the row.
    let next = before.updated_at.plus(Lifetime::from_millis(1));
    user.updated_at = now.max(next);
    let event = Event::new(&user.realm, EventKind::ProfileChanged, caller, now)
        .of_user(&user.id)
        .with("claims", changed.join(" "));
    let effects = Effects::event(event);
    let verb = app.store.change_profile(&user, before.updated_at, &effects);
    match verb.await.map_err(Fault::from)? {
        Change::Changed => Ok(()),
        Change::NotFound => Err(FlowError::Refused(ProfileRefusal::ChangedMeanwhile)),
    }
}
