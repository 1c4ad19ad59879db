//! The verbs over what an operator knows of a person.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::profiles;
use crate::account::user::User;
use crate::store::{Amended, Effects, Profiles, StoreResult};

#[async_trait]
impl Profiles for Backend {
    async fn amend_user(
        &self,
        before: &User,
        after: &User,
        effects: &Effects,
    ) -> StoreResult<Amended> {
        run!(self.write_all(before, after, effects), |c| {
            profiles::amend(c, (&before, &after), &effects)
        })
    }
}
