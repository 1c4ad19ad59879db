//! The verbs over APIs.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::apis;
use crate::account::event::Event;
use crate::protocol::api::{Api, ApiId};
use crate::protocol::ids::RealmId;
use crate::store::{Apis, Change, Creation, Page, StoreResult};

#[async_trait]
impl Apis for Backend {
    async fn create_api(&self, api: &Api, events: &[Event]) -> StoreResult<Creation> {
        run!(self.write_all(api, events), |c| {
            apis::create(c, &api, &events)
        })
    }

    async fn api(&self, realm: &RealmId, api: &ApiId) -> StoreResult<Option<Api>> {
        run!(self.read(realm, api), |c| apis::find(c, &realm, &api))
    }

    async fn list_apis(&self, realm: &RealmId, page: &Page) -> StoreResult<Vec<Api>> {
        run!(self.read(realm, page), |c| apis::list(c, &realm, &page))
    }

    async fn update_api(&self, api: &Api, events: &[Event]) -> StoreResult<Change> {
        run!(self.write_all(api, events), |c| {
            apis::update(c, &api, &events)
        })
    }

    async fn delete_api(
        &self,
        realm: &RealmId,
        api: &ApiId,
        events: &[Event],
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, api, events), |c| {
            apis::delete(c, &realm, &api, &events)
        })
    }
}
