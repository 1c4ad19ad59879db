//! Loads keys that another process has changed: after an emergency rotation every moment counts, and
//! a heartbeat is a write, which cannot be made as often.

use crate::jobs::{JobContext, JobError};

/// One turn: one row is read when nothing has changed.
pub async fn run_once(context: JobContext) -> Result<(), JobError> {
    let now = context.clock.now();
    context.keys.refresh(now).await?;
    Ok(())
}
