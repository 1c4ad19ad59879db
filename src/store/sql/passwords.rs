//! The verbs over passwords.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::passwords;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{Change, Effects, PasswordChange, Passwords, StoreResult};

#[async_trait]
impl Passwords for Backend {
    async fn change_password(&self, change: &PasswordChange) -> StoreResult<Change> {
        run!(self.write_all(change), |c| passwords::change(c, &change))
    }

    async fn past_passwords(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<String>> {
        run!(self.read(realm, user), |c| passwords::past(
            c, &realm, &user
        ))
    }

    async fn set_must_change_password(
        &self,
        realm: &RealmId,
        user: &UserId,
        must_change: bool,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, user, effects), |c| {
            passwords::set_must_change(c, (&realm, &user), must_change, &effects, now)
        })
    }
}
