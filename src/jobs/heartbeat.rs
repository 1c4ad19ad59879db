//! Loads changed keys, and tells the other nodes that this one lives and what it has loaded.

use crate::jobs::{JobContext, JobError};
use crate::keys::KeySchedule;
use crate::protocol::time::Lifetime;

/// How often: as the schedule says, but several times within the life of a cached JWKS document.
pub fn cadence(schedule: &KeySchedule) -> Lifetime {
    let quarter = u32::try_from(schedule.jwks_max_age.millis() / 4).unwrap_or(u32::MAX);
    schedule.heartbeat.min(Lifetime::from_millis(quarter))
}

/// One turn. A node that cannot load keys sends no heartbeat: it drops off the list of live nodes
/// just when its rings are too old to be used.
pub async fn run_once(context: JobContext) -> Result<(), JobError> {
    let now = context.clock.now();
    let revision = context.keys.refresh(now).await?;
    Ok(context
        .store
        .heartbeat(&context.node, revision, now)
        .await?)
}
