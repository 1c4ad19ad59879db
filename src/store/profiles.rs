//! What is known of a person.

use async_trait::async_trait;

use super::{Change, StoreResult};
use crate::account::user::User;

/// The verbs over profiles.
#[async_trait]
pub trait Profiles: Send + Sync + 'static {
    /// Replaces profile and `updated_at` of a user, and nothing else.
    async fn set_profile(&self, user: &User) -> StoreResult<Change>;
}
