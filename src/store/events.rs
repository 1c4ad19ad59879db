//! Reading what has happened.

use async_trait::async_trait;

use super::StoreResult;
use crate::account::event::Event;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;

/// An event with its place in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its sequence number.
    pub sequence: i64,
    /// The event.
    pub event: Event,
}

/// A page of events, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPage {
    /// Nothing older than this.
    pub since: Timestamp,
    /// Only what stands before this place: the last one of the page before.
    pub before: Option<i64>,
    /// How many at most; 1 to 1,000.
    pub limit: u32,
}

/// The verbs over what has happened.
#[async_trait]
pub trait Events: Send + Sync + 'static {
    /// What happened to a user, or was done by them.
    async fn events_of_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        page: EventPage,
    ) -> StoreResult<Vec<StoredEvent>>;
}
