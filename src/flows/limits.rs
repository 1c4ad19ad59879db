//! Counting attempts before they are looked at.

use crate::flows::{App, Fault};
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
