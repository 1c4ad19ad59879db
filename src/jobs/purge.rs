//! Deletes rows that can no longer matter. Nothing depends on it: expiry is judged when read.

use crate::jobs::{JobContext, JobError, Turn};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{SharedStore, StoreResult};

const CLAIM: Lifetime = Lifetime::seconds(120);
const BATCH_ROWS: u32 = 1000;
/// A turn ends after this many batches, so that a large backlog does not hold the writer.
const BATCHES: u32 = 20;

/// One turn.
pub async fn run_once(context: JobContext) -> Result<Turn, JobError> {
    let (store, now) = (&context.store, context.clock.now());
    let until = now.plus(CLAIM);
    if !store.claim_job("purge", &context.node, now, until).await? {
        return Ok(Turn::Elsewhere);
    }
    // Events go also when a row that somebody holds has kept the rest.
    let cleaned = clean(store, now).await;
    let oldest = now.minus(context.events_kept);
    for _ in 0..BATCHES {
        if store.purge_events(oldest, BATCH_ROWS).await? < u64::from(BATCH_ROWS) {
            break;
        }
    }
    cleaned?;
    Ok(Turn::Taken)
}

async fn clean(store: &SharedStore, now: Timestamp) -> StoreResult<()> {
    for _ in 0..BATCHES {
        if store.purge(now, BATCH_ROWS).await? < u64::from(BATCH_ROWS) {
            break;
        }
    }
    Ok(())
}
