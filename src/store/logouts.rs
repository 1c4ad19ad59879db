//! The outbox of back-channel logout: who is still to be told, and what everybody answered.

use async_trait::async_trait;

use super::{Change, StoreResult};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;

/// One client that is told that one session has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutDelivery {
    /// The realm of the session.
    pub realm: RealmId,
    /// The session that ended.
    pub session: SessionId,
    /// The client that took part in it.
    pub client: ClientId,
    /// Whose session it was.
    pub user: UserId,
    /// Where the client is told.
    pub uri: String,
    /// When the session ended.
    pub created_at: Timestamp,
    /// When the client is told next, or when the claim of a running attempt lapses; never when it
    /// is delivered or given up.
    pub next_attempt_at: Option<Timestamp>,
    /// How many attempts have begun.
    pub attempts: u32,
    /// When the client said that it has logged the person out.
    pub delivered_at: Option<Timestamp>,
    /// What came of the last attempt that ended.
    pub last_answer: Option<String>,
}

/// What came of the attempt that a claim allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutOutcome {
    /// What happened, in a few words.
    pub answer: String,
    /// When it was delivered, if it was.
    pub delivered_at: Option<Timestamp>,
    /// When to try again, if at all.
    pub next_attempt_at: Option<Timestamp>,
}

/// Which deliveries are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutFilter {
    /// Every one.
    All,
    /// Those that are given up, or whose last attempt failed.
    Failed,
}

/// The deliveries of all realms that are still to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogoutBacklog {
    /// No attempt has begun yet.
    pub waiting: u64,
    /// An attempt is under way, or the last one failed and there is another to come.
    pub retrying: u64,
}

/// The verbs of the outbox. The verbs that end sessions fill it, in their own transactions.
#[async_trait]
pub trait Logouts: Send + Sync {
    /// The clients that were given tokens in a session, by id, whether or not the tokens stand.
    async fn session_clients(
        &self,
        realm: &RealmId,
        session: &SessionId,
    ) -> StoreResult<Vec<Client>>;
    /// Deliveries that are due, the longest waiting first and at most `per_client` of one client,
    /// so that one that does not answer cannot fill the list.
    async fn due_logouts(
        &self,
        now: Timestamp,
        per_client: u32,
        limit: u32,
    ) -> StoreResult<Vec<LogoutDelivery>>;
    /// Begins the next attempt of a delivery as it was `seen`, if nobody else has and it is due;
    /// then its client's present address is the one to use. The claim lapses at `until`.
    async fn claim_logout(
        &self,
        seen: &LogoutDelivery,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<Option<LogoutDelivery>>;
    /// Writes down what came of a claimed attempt; `NotFound` when another attempt has begun since.
    async fn settle_logout(
        &self,
        claimed: &LogoutDelivery,
        outcome: &LogoutOutcome,
    ) -> StoreResult<Change>;
    /// Deliveries of a realm, the newest first, `limit` at most.
    async fn list_logouts(
        &self,
        realm: &RealmId,
        filter: LogoutFilter,
        limit: u32,
    ) -> StoreResult<Vec<LogoutDelivery>>;
    /// How many deliveries of all realms are still to be made.
    async fn logout_backlog(&self) -> StoreResult<LogoutBacklog>;
}
