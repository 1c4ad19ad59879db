//! Keeps the revocation index whole: publishes what the record holds and nobody has published.

use async_trait::async_trait;

use crate::jobs::{JobContext, JobError};
use crate::protocol::time::Timestamp;
use crate::store::ephemeral::{EphemeralError, RevocationSource};
use crate::store::{SharedStore, StoreError, StoredRevocation};

/// One turn.
pub async fn run_once(context: JobContext) -> Result<(), JobError> {
    let now = context.clock.now();
    let record = Record {
        store: context.store,
        now,
    };
    Ok(context.ephemeral.uphold(&record, now).await?)
}

struct Record {
    store: SharedStore,
    now: Timestamp,
}

#[async_trait]
impl RevocationSource for Record {
    async fn unpublished(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
        let found = self.store.unpublished_revocations(self.now).await;
        found.map_err(|error| failed(&error))
    }

    async fn all(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
        let found = self.store.all_revocations(self.now).await;
        found.map_err(|error| failed(&error))
    }

    async fn mark_published(&self, sequences: &[i64]) -> Result<(), EphemeralError> {
        let marked = self.store.mark_published(sequences).await;
        marked.map_err(|error| failed(&error))
    }
}

fn failed(error: &StoreError) -> EphemeralError {
    EphemeralError(error.to_string())
}
