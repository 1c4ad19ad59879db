//! The verbs over accounts' states and withdrawn consent.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::people;
use crate::account::user::AccountSwitch;
use crate::protocol::ids::{ClientId, RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{Change, Consent, Effects, People, StoreResult};

#[async_trait]
impl People for Backend {
    async fn switch_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        switch: AccountSwitch,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, user, effects), |c| people::switch(
            c,
            (&realm, &user),
            switch,
            &effects,
            now
        ))
    }

    async fn consents(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<Consent>> {
        run!(self.read(realm, user), |c| people::consents(
            c, &realm, &user
        ))
    }

    async fn withdraw_consent(
        &self,
        realm: &RealmId,
        user: &UserId,
        client: &ClientId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, user, client, effects), |c| {
            people::withdraw(c, (&realm, &user), &client, &effects, now)
        })
    }
}
