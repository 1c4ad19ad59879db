//! The verbs over profiles.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::users;
use crate::account::user::User;
use crate::store::{Change, Profiles, StoreResult};

#[async_trait]
impl Profiles for Backend {
    async fn set_profile(&self, user: &User) -> StoreResult<Change> {
        run!(self.write_one(user), |c| users::set_profile(c, &user))
    }
}
