//! Fast shared memory: the revocation index and rate counters.
//!
//! Losing all of it may cost speed and never turns a *no* into a *yes*: the index says when it
//! does not know, and the caller then asks the record.

use std::sync::Arc;

use async_trait::async_trait;

use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::records::{Revocation, RevocationMark, StoredRevocation};

/// The shared memory did not answer in time (50 ms at most).
#[derive(Debug, thiserror::Error)]
#[error("the shared memory did not answer: {0}")]
pub struct EphemeralError(pub String);

/// What the index knows of some marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexAnswer {
    /// The index is whole: for each asked mark, the `not_after` that stands, if any.
    Known(Vec<Option<Timestamp>>),
    /// The index has lost its content or is being refilled: ask the record.
    Lost,
}

/// A limit in the shape of GCRA: `burst` at once, then one per `interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many are let through at once.
    pub burst: u32,
    /// How long one more takes to become free.
    pub interval: Lifetime,
}

/// How many different ones may be noted under a key within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// With so many it is enough.
    pub limit: u32,
    /// How long one is kept in mind.
    pub window: Lifetime,
}

/// What a counter says to one more attempt, which it has counted already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Go on.
    Admitted {
        /// Whether the counter was at rest: nothing was counted for as long as it remembers.
        first: bool,
    },
    /// Too many; try again after this span.
    Refused {
        /// When one more would be let through.
        retry_after: Lifetime,
    },
}

impl Admission {
    /// Whether it may not go on.
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// Redis, or its stand-in inside the process.
#[async_trait]
pub trait Ephemeral: Send + Sync + 'static {
    /// One round trip: what stands for each of `marks`, in order.
    ///
    /// A false "nothing stands" would let a revoked token pass, so doubt is [`IndexAnswer::Lost`]
    /// or an error; a false "stands" would only log somebody out.
    async fn standing(
        &self,
        realm: &RealmId,
        marks: &[RevocationMark],
        now: Timestamp,
    ) -> Result<IndexAnswer, EphemeralError>;

    /// Publishes marks; they are visible to every node when this returns.
    async fn publish(
        &self,
        revocations: &[Revocation],
        now: Timestamp,
    ) -> Result<(), EphemeralError>;

    /// Keeps the index whole; each node calls it every 300 ms. Publishes the marks that no node has
    /// published, and refills the index from the record when it has lost its content and this
    /// node is the one to do so.
    async fn uphold(
        &self,
        record: &(dyn RevocationSource + Sync),
        now: Timestamp,
    ) -> Result<(), EphemeralError>;

    /// Counts one attempt against `key` and says whether it may go on.
    async fn admit(
        &self,
        key: &str,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admission, EphemeralError>;

    /// Notes one of many under a key. True when with it enough different ones were noted within the
    /// window; then the count begins anew, so that one of a crowd is told so.
    async fn note(
        &self,
        key: &str,
        member: &Digest,
        spread: Spread,
        now: Timestamp,
    ) -> Result<bool, EphemeralError>;
}

/// The record's side of [`Ephemeral::uphold`]. The index itself reads it, because its promise
/// depends on *when* it is read.
#[async_trait]
pub trait RevocationSource {
    /// Marks that no node has published, oldest first.
    async fn unpublished(&self) -> Result<Vec<StoredRevocation>, EphemeralError>;
    /// All unexpired marks.
    async fn all(&self) -> Result<Vec<StoredRevocation>, EphemeralError>;
    /// Notes that these sequence numbers are published.
    async fn mark_published(&self, sequences: &[i64]) -> Result<(), EphemeralError>;
}

/// How long the index may be believed after the record was last read for it.
///
/// The invariant that this and [`REVOCATION_FALLBACK_WAIT`] hold together: *an epoch that is
/// believed at a moment T was renewed by a node that read the record later than T minus the
/// lease, and had published every unpublished mark it found there.* So a mark that was committed
/// and could not be published is in every index that is still believed once the lease has passed.
pub const EPOCH_LEASE: Lifetime = Lifetime::from_millis(1000);

/// How long the acknowledgement of a revocation waits when publishing it failed: the lease, and a
/// margin for clocks that run at different speeds. See [`EPOCH_LEASE`].
pub const REVOCATION_FALLBACK_WAIT: Lifetime = Lifetime::from_millis(1500);

/// Publishes marks that the record holds already, and returns when no node can miss them.
pub async fn publish_before_acknowledging(
    ephemeral: &dyn Ephemeral,
    revocations: &[Revocation],
    now: Timestamp,
) {
    if let Err(error) = ephemeral.publish(revocations, now).await {
        tracing::warn!(%error, "a revocation is acknowledged late: it could not be published");
        tokio::time::sleep(REVOCATION_FALLBACK_WAIT.to_std()).await;
    }
}

/// Shared ephemeral memory.
pub type SharedEphemeral = Arc<dyn Ephemeral>;
