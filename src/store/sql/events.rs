//! The verbs over what has happened.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::events;
use crate::protocol::ids::{RealmId, UserId};
use crate::store::{EventPage, Events, StoreResult, StoredEvent};

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
}
