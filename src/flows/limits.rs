//! Counting attempts before they are looked at.

use std::net::IpAddr;

use crate::account::slow_down::{Pace, SUBSCRIBERS_IN_48, address_key, wide_address_key};
use crate::flows::{App, Fault};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::ephemeral::{Admission, Quota};

/// Counts one attempt against a key; how long to wait, if it may not go on. When the shared memory
/// does not answer, this process counts by itself.
pub(crate) async fn count(
    app: &App,
    key: &str,
    quota: Quota,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    let admission = match app.ephemeral.admit(key, quota, now).await {
        Ok(admission) => admission,
        Err(_no_answer) => app.fallback.admit(key, quota, now).await?,
    };
    Ok(match admission {
        Admission::Admitted => None,
        Admission::Refused { retry_after } => Some(retry_after),
    })
}

/// Counts one guess at whatever lets somebody in: a password, a code, a recovery code. There is one
/// count for an address in a realm over all paths, so that no path has guesses of its own; IPv6
/// counts by /64 and by /48. How long to wait, if it may not go on.
pub(crate) async fn count_guess(
    app: &App,
    realm: &RealmId,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    let quota = app.settings.sign_ins_per_address;
    let key = format!("guess:{realm}:{}", address_key(address));
    if let Some(wait) = count(app, &key, quota, now).await? {
        return Ok(Some(wait));
    }
    match wide_address_key(address) {
        None => Ok(None),
        Some(wide) => {
            let key = format!("guess:{realm}:{wide}");
            count(app, &key, of_many(quota), now).await
        }
    }
}

/// What the subscribers of one network have together.
fn of_many(quota: Quota) -> Quota {
    let faster = quota.interval.millis() / i64::from(SUBSCRIBERS_IN_48);
    Quota {
        burst: quota.burst.saturating_mul(SUBSCRIBERS_IN_48),
        interval: Lifetime::from_millis(u32::try_from(faster.max(1)).unwrap_or(u32::MAX)),
    }
}

/// How often a lost race for a counter is tried again; beyond that somebody is hammering.
const COUNTING_TRIES: u32 = 3;

/// Counts one attempt against an account's key in the record, where every node sees it and nothing
/// takes it back; how long to wait, if it may not go on.
pub(crate) async fn count_account(
    app: &App,
    (realm, key): (&RealmId, &str),
    pace: Pace,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    for _ in 0..COUNTING_TRIES {
        let seen = app.store.login_attempts(realm, key).await?;
        if let Some(retry_after) = pace.wait(seen, now) {
            return Ok(Some(retry_after));
        }
        let counted = pace.one_more(seen, now);
        if app
            .store
            .count_login_attempt(realm, key, seen, counted)
            .await?
        {
            return Ok(None);
        }
    }
    Ok(Some(Lifetime::seconds(1)))
}
