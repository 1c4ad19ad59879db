//! Fast shared memory: the revocation index and rate counters.
//!
//! Losing all of it may cost speed and never turns a *no* into a *yes*: the index says when it
//! does not know, and the caller then asks the record.

use std::sync::Arc;

use async_trait::async_trait;

use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
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

/// What a counter says to one more attempt, which it has counted already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Go on.
    Admitted,
    /// Too many; try again after this span.
    Refused {
        /// When one more would be let through.
        retry_after: Lifetime,
    },
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

    /// Keeps the index whole. Called every 300 ms by each node with the marks that no node has
    /// published; asks for all unexpired marks through `all` when the index has lost its content
    /// and this node is the one to refill it.
    async fn uphold(
        &self,
        unpublished: &[StoredRevocation],
        all: &(dyn AllRevocations + Sync),
        now: Timestamp,
    ) -> Result<(), EphemeralError>;

    /// Counts one attempt against `key` and says whether it may go on.
    async fn admit(
        &self,
        key: &str,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admission, EphemeralError>;

    /// Whether the memory answers.
    async fn ping(&self) -> Result<(), EphemeralError>;

    /// Whether other nodes share this memory.
    fn is_shared(&self) -> bool;
}

/// Reads every unexpired mark from the record, when an index must be refilled.
#[async_trait]
pub trait AllRevocations {
    /// All unexpired marks.
    async fn all(&self) -> Result<Vec<StoredRevocation>, EphemeralError>;
}

/// Shared ephemeral memory.
pub type SharedEphemeral = Arc<dyn Ephemeral>;
