//! Counting what is typed at the steps of a sign-in, before it is looked at.

use crate::account::event::Caller;
use crate::account::slow_down::SECOND_FACTORS;
use crate::flows::sign_in_steps::{StepRefusal, Visitor};
use crate::flows::{App, Fault, FlowError, limits, opening};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// Counts an attempt of a visitor, as [`count_attempt`]; the address of a known device does not
/// matter.
pub(crate) async fn count_visitor(
    app: &App,
    visitor: Visitor<'_>,
    user: &UserId,
    now: Timestamp,
) -> Result<(), FlowError<StepRefusal>> {
    let nowhere = Caller::default();
    let known = opening::is_known(app, visitor, user, now).await?;
    let caller = if known { &nowhere } else { visitor.caller };
    count_attempt(app, visitor.realm, (caller, user), now).await
}

/// Counts an attempt of a visitor that costs a hash and guesses nothing: by the address, or on a
/// device that is known by itself, as its sign-ins are.
pub(crate) async fn count_cost(
    app: &App,
    visitor: Visitor<'_>,
    user: &UserId,
    now: Timestamp,
) -> Result<(), FlowError<StepRefusal>> {
    let realm = visitor.realm;
    let known = opening::is_known(app, visitor, user, now).await?;
    let wait = match (visitor.known.filter(|_| known), visitor.caller.address) {
        (Some(cookie), _) => {
            let device = format!("DEVICE {user} {}", Digest::of(cookie).to_hex());
            let key = format!("guess:{realm}:{device}");
            limits::count(app, &key, app.settings.sign_ins_per_address, now).await?
        }
        (None, Some(address)) => limits::count_guess(app, realm, address, now).await?,
        (None, None) => None,
    };
    match wait {
        None => Ok(()),
        Some(retry_after) => Err(FlowError::Refused(StepRefusal::SlowDown { retry_after })),
    }
}

/// Counts an attempt at a step before it is looked at: one count for the address over all that can
/// be guessed, and one for the person over all paths and nodes. Its key is in capitals, which no
/// login name has.
pub(crate) async fn count_attempt(
    app: &App,
    realm: &RealmId,
    (caller, user): (&Caller, &UserId),
    now: Timestamp,
) -> Result<(), FlowError<StepRefusal>> {
    let slower = |retry_after| FlowError::Refused(StepRefusal::SlowDown { retry_after });
    if let Some(address) = caller.address
        && let Some(wait) = limits::count_guess(app, realm, address, now).await?
    {
        return Err(slower(wait));
    }
    let key = attempts_key(user);
    match limits::count_account(app, (realm, &key), SECOND_FACTORS, now).await? {
        None => Ok(()),
        Some(wait) => Err(slower(wait)),
    }
}

/// Forgets the wrong attempts of a person after a good one.
pub(crate) async fn forget_attempts(
    app: &App,
    realm: &RealmId,
    user: &UserId,
) -> Result<(), Fault> {
    let key = attempts_key(user);
    Ok(app.store.clear_login_attempts(realm, &key).await?)
}

fn attempts_key(user: &UserId) -> String {
    format!("SECOND FACTOR {user}")
}
