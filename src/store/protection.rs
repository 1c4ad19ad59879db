//! Known devices, banned addresses, and attempts that are counted without looking.

use async_trait::async_trait;

use super::{Change, Effects, StoreResult};
use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// A browser that is known from now on; written with the sign-in that was completed on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDevice {
    /// The realm.
    pub realm: RealmId,
    /// To whom.
    pub user: UserId,
    /// The digest of its cookie.
    pub cookie: Digest,
    /// The session that was opened on it.
    pub session: SessionId,
    /// When.
    pub seen_at: Timestamp,
}

/// What is known of a browser and a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceFacts {
    /// Whether the person has completed a sign-in on it.
    pub known: bool,
    /// Whether anybody of the realm has.
    pub shared: bool,
    /// How many devices of the person are known.
    pub devices: u32,
}

/// An address prefix from which nobody may try anything for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// The prefix, as [`crate::account::slow_down::address_key`] writes it.
    pub prefix: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// The verbs that protect sign-ins.
#[async_trait]
pub trait Protection: Send + Sync + 'static {
    /// What is known of the browser of a cookie. A false "known" gives a stranger a count of
    /// attempts that is not everybody's; a false "not known" sends its owner a mail.
    async fn device_facts(
        &self,
        realm: &RealmId,
        user: &UserId,
        cookie: Option<&Digest>,
        now: Timestamp,
    ) -> StoreResult<DeviceFacts>;
    /// The password hash that a number draws from those of a realm, as evenly as chance has spread
    /// them; `None` when there is none. The same number draws the same account, until one that it
    /// draws instead is made, or that account is gone or has no password any more.
    async fn drawn_hash(&self, realm: &RealmId, number: i64) -> StoreResult<Option<String>>;
    /// Counts an attempt in a row under a key, before it is looked at, and gives its number; one
    /// older than `forgotten` ends the row. Commits by itself: a fault later must not take it back.
    async fn count_in_a_row(
        &self,
        realm: &RealmId,
        key: &str,
        forgotten: Timestamp,
        now: Timestamp,
    ) -> StoreResult<u32>;
    /// Forgets the attempts under some keys, after a good one.
    async fn forget_attempts(&self, realm: &RealmId, keys: &[String]) -> StoreResult<()>;
    /// Bans a prefix and writes `effects`; one that is banned for longer stays so: `NotFound`.
    async fn ban(&self, realm: &RealmId, ban: &Ban, effects: &Effects) -> StoreResult<Change>;
    /// Until when a prefix is banned.
    async fn banned_until(
        &self,
        realm: &RealmId,
        prefix: &str,
        now: Timestamp,
    ) -> StoreResult<Option<Timestamp>>;
    /// The bans that stand, by prefix.
    async fn bans(&self, realm: &RealmId, now: Timestamp) -> StoreResult<Vec<Ban>>;
    /// Lifts a ban that stands and writes `effects`.
    async fn lift_ban(
        &self,
        realm: &RealmId,
        prefix: &str,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
}
