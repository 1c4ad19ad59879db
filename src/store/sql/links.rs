//! The verbs over one-time links.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::{effects, links};
use crate::account::link::{Link, LinkPurpose};
use crate::account::user::User;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::{AddressStep, AddressUse, Effects, LinkUse, Links, PasswordChange, StoreResult};

#[async_trait]
impl Links for Backend {
    async fn link(&self, realm: &RealmId, digest: &Digest) -> StoreResult<Option<Link>> {
        run!(self.read(realm, digest), |c| links::find(
            c, &realm, &digest
        ))
    }

    async fn link_in_slot(
        &self,
        realm: &RealmId,
        purpose: LinkPurpose,
        slot: &str,
    ) -> StoreResult<Option<Link>> {
        run!(self.read(realm, slot), |c| links::find_in_slot(
            c, &realm, purpose, &slot
        ))
    }

    async fn write_effects(&self, effects: &Effects, now: Timestamp) -> StoreResult<()> {
        run!(self.write_all(effects), |c| effects::write(
            c, &effects, now
        ))
    }

    async fn create_user_by_link(
        &self,
        digest: &Digest,
        purpose: LinkPurpose,
        user: &User,
        effects: &Effects,
    ) -> StoreResult<LinkUse> {
        run!(self.write_all(digest, user, effects), |c| {
            links::create_user(c, (&digest, purpose), &user, &effects)
        })
    }

    async fn reset_password_by_link(
        &self,
        digest: &Digest,
        change: &PasswordChange,
    ) -> StoreResult<LinkUse> {
        run!(self.write_all(digest, change), |c| links::reset_password(
            c, &digest, &change
        ))
    }

    async fn change_address_by_link(&self, step: &AddressStep) -> StoreResult<AddressUse> {
        run!(self.write_all(step), |c| links::change_address(c, &step))
    }

    async fn restore_by_link(
        &self,
        realm: &RealmId,
        digest: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<LinkUse> {
        run!(self.write_all(realm, digest, effects), |c| links::restore(
            c,
            (&realm, &digest),
            &effects,
            now
        ))
    }

    async fn lock_by_link(
        &self,
        realm: &RealmId,
        digest: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<LinkUse> {
        run!(self.write_all(realm, digest, effects), |c| links::lock(
            c,
            (&realm, &digest),
            &effects,
            now
        ))
    }
}
