//! Reading what has happened.

use async_trait::async_trait;

use super::StoreResult;
use crate::account::event::{Event, EventKind};
use crate::protocol::ids::{ClientId, RealmId, UserId};
use crate::protocol::time::Timestamp;

/// An event with its place in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its sequence number. Numbers are given out in order, and yet an event can appear after one
    /// with a greater number, since transactions end in any order.
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

/// Which events are wanted: those that have all that is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// About this user.
    pub user: Option<UserId>,
    /// About this client.
    pub client: Option<ClientId>,
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// Nothing older than this.
    pub since: Option<Timestamp>,
    /// Only what is older than this.
    pub until: Option<Timestamp>,
}

impl EventFilter {
    /// Whether an event is wanted.
    pub fn wants(&self, event: &Event) -> bool {
        (self.user.is_none() || self.user == event.user)
            && (self.client.is_none() || self.client == event.client)
            && self.kind.is_none_or(|kind| kind == event.kind)
            && self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
    }
}

/// From which place of the record a page goes on, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPlace {
    /// The newest first, from before this sequence number; `i64::MAX` begins with the newest.
    Before(i64),
    /// The oldest first, from after this sequence number; 0 begins with the oldest.
    After(i64),
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
    /// What happened in a realm; 1,000 at most.
    async fn list_events(
        &self,
        realm: &RealmId,
        filter: &EventFilter,
        place: EventPlace,
        limit: u32,
    ) -> StoreResult<Vec<StoredEvent>>;
    /// Deletes up to `limit` events older than `before`; returns how many.
    async fn purge_events(&self, before: Timestamp, limit: u32) -> StoreResult<u64>;
}
