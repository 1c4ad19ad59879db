//! The verbs over what has happened.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::events;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{EventFilter, EventPage, EventPlace, Events, StoreResult, StoredEvent};

#[async_trait]
impl Events for Backend {
    async fn events_of_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        page: EventPage,
    ) -> StoreResult<Vec<StoredEvent>> {
        run!(self.read(realm, user), |c| events::of_user(
            c,
            (&realm, &user),
            page
        ))
    }

    async fn list_events(
        &self,
        realm: &RealmId,
        filter: &EventFilter,
        place: EventPlace,
        limit: u32,
    ) -> StoreResult<Vec<StoredEvent>> {
        run!(self.read(realm, filter), |c| events::list(
            c, &realm, &filter, place, limit
        ))
    }

    async fn purge_events(&self, before: Timestamp, limit: u32) -> StoreResult<u64> {
        run!(self.write_one(), |c| events::purge(c, before, limit))
    }
}
