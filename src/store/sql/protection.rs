//! The verbs that protect sign-ins.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::{protection, users};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::protection::{Ban, DeviceFacts, Protection};
use crate::store::{Change, Effects, StoreResult};

#[async_trait]
impl Protection for Backend {
    async fn device_facts(
        &self,
        realm: &RealmId,
        user: &UserId,
        cookie: Option<&Digest>,
        now: Timestamp,
    ) -> StoreResult<DeviceFacts> {
        let cookie = cookie.copied();
        run!(self.read(realm, user), |c| protection::device_facts(
            c,
            (&realm, &user),
            cookie.as_ref(),
            now
        ))
    }

    async fn count_in_a_row(
        &self,
        realm: &RealmId,
        key: &str,
        forgotten: Timestamp,
        now: Timestamp,
    ) -> StoreResult<u32> {
        run!(self.write_one(realm, key), |c| protection::count_in_a_row(
            c,
            (&realm, &key),
            forgotten,
            now
        ))
    }

    async fn forget_attempts(&self, realm: &RealmId, keys: &[String]) -> StoreResult<()> {
        run!(self.write_all(realm, keys), |c| {
            protection::forget_attempts(c, &realm, &keys)
        })
    }

    async fn drawn_hash(&self, realm: &RealmId, number: i64) -> StoreResult<Option<String>> {
        run!(self.read(realm), |c| users::drawn_hash(c, &realm, number))
    }

    async fn ban(&self, realm: &RealmId, ban: &Ban, effects: &Effects) -> StoreResult<Change> {
        run!(self.write_all(realm, ban, effects), |c| protection::ban(
            c, &realm, &ban, &effects
        ))
    }

    async fn banned_until(
        &self,
        realm: &RealmId,
        prefix: &str,
        now: Timestamp,
    ) -> StoreResult<Option<Timestamp>> {
        run!(self.read(realm, prefix), |c| protection::banned_until(
            c,
            (&realm, &prefix),
            now
        ))
    }

    async fn bans(&self, realm: &RealmId, now: Timestamp) -> StoreResult<Vec<Ban>> {
        run!(self.read(realm), |c| protection::bans(c, &realm, now))
    }

    async fn lift_ban(
        &self,
        realm: &RealmId,
        prefix: &str,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, prefix, effects), |c| {
            protection::lift_ban(c, (&realm, &prefix), &effects, now)
        })
    }
}
