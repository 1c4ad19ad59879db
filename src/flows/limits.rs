//! Counting attempts before they are looked at.

use crate::account::slow_down::Pace;
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
