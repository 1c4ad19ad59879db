//! The record of APIs.

use async_trait::async_trait;

use super::{Change, Creation, Page, StoreResult};
use crate::account::event::Event;
use crate::protocol::api::{Api, ApiId};
use crate::protocol::ids::RealmId;

/// The verbs over APIs; [`super::Store`] has the contract.
#[async_trait]
pub trait Apis: Send + Sync {
    /// Registers an API.
    async fn create_api(&self, api: &Api, events: &[Event]) -> StoreResult<Creation>;
    /// One API.
    async fn api(&self, realm: &RealmId, api: &ApiId) -> StoreResult<Option<Api>>;
    /// APIs of a realm by identifier.
    async fn list_apis(&self, realm: &RealmId, page: &Page) -> StoreResult<Vec<Api>>;
    /// Replaces metadata and `disabled_at` of an API.
    async fn update_api(&self, api: &Api, events: &[Event]) -> StoreResult<Change>;
    /// Removes an API; tokens for it live on until they expire.
    async fn delete_api(
        &self,
        realm: &RealmId,
        api: &ApiId,
        events: &[Event],
    ) -> StoreResult<Change>;
}
