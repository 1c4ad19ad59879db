//! The verbs over APIs.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::apis;
use crate::protocol::api::{Api, ApiId};
use crate::protocol::ids::RealmId;
use crate::store::{Apis, Change, Creation, Page, StoreResult};

#[async_trait]
impl Apis for Backend {
    async fn create_api(&self, api: &Api) -> StoreResult<Creation> {
        run!(self.write_one(api), |c| apis::create(c, &api))
    }

    async fn api(&self, realm: &RealmId, api: &ApiId) -> StoreResult<Option<Api>> {
        run!(self.read(realm, api), |c| apis::find(c, &realm, &api))
    }

    async fn list_apis(&self, realm: &RealmId, page: &Page) -> StoreResult<Vec<Api>> {
        run!(self.read(realm, page), |c| apis::list(c, &realm, &page))
    }

    async fn update_api(&self, api: &Api) -> StoreResult<Change> {
        run!(self.write_one(api), |c| apis::update(c, &api))
    }

    async fn delete_api(&self, realm: &RealmId, api: &ApiId) -> StoreResult<Change> {
        run!(self.write_one(realm, api), |c| apis::delete(
            c, &realm, &api
        ))
    }
}
