//! The outbox of mail: what waits, what was sent, and what came of each attempt.

use async_trait::async_trait;

use super::{Change, StoreResult};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;

/// One mail as the record has it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredMail {
    /// The realm whose name it carries.
    pub realm: RealmId,
    /// Its name.
    pub id: String,
    /// Whom it is about, if there is an account.
    pub user: Option<UserId>,
    /// Which mail it is.
    pub kind: String,
    /// What it says and to whom, sealed; forgotten when it is sent or of no use any more.
    pub sealed: Option<Vec<u8>>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
    /// When it is sent next, or when the claim of a running attempt lapses; never when it is sent
    /// or given up.
    pub next_attempt_at: Option<Timestamp>,
    /// How many attempts have begun.
    pub attempts: u32,
    /// When a mail server took it.
    pub sent_at: Option<Timestamp>,
    /// What came of the last attempt that ended.
    pub last_answer: Option<String>,
}

impl std::fmt::Debug for StoredMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            realm,
            id,
            kind,
            attempts,
            next_attempt_at,
            sent_at,
            last_answer,
            ..
        } = self;
        write!(
            f,
            "StoredMail({kind} {id} of {realm}, {attempts} attempts, next {next_attempt_at:?}, \
             sent {sent_at:?}, {last_answer:?})"
        )
    }
}

/// What becomes of a mail after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFate {
    /// A mail server took it at this moment. Its content is forgotten.
    Sent(Timestamp),
    /// It is tried again at this moment.
    Again(Timestamp),
    /// Nobody tries any more. Its content stays until it expires, so that an operator can have it
    /// tried again.
    GivenUp,
}

/// Which mails are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFilter {
    /// Every one.
    All,
    /// Those that wait.
    Waiting,
    /// Those that are given up, or whose last attempt failed.
    Failed,
}

/// How many mails of a realm are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailCounts {
    /// They are sent when their time comes.
    pub waiting: u64,
    /// A mail server took them.
    pub sent: u64,
    /// Nobody tries any more.
    pub given_up: u64,
}

/// What lies in the outbox of all realms together. Nothing of it says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailBacklog {
    /// No attempt has begun yet.
    pub waiting: u64,
    /// An attempt is under way, or the last one failed and there is another to come.
    pub retrying: u64,
    /// Nobody tries any more; an operator may have them tried again.
    pub given_up: u64,
}

/// The verbs of the outbox. It is filled by the changes that mails tell of ([`super::Effects`]).
#[async_trait]
pub trait Mails: Send + Sync {
    /// Mails that are due and not expired, the longest waiting first, `limit` at most.
    async fn due_mails(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<StoredMail>>;
    /// Begins the next attempt of a mail as it was `seen`, if nobody else has, it is due and
    /// not expired. The claim lapses at `until`.
    async fn claim_mail(
        &self,
        seen: &StoredMail,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<Option<StoredMail>>;
    /// Writes down what came of a claimed attempt; `NotFound` when another attempt has begun since.
    /// That the mail was sent is written down all the same, so that there is no further attempt.
    async fn settle_mail(
        &self,
        claimed: &StoredMail,
        fate: MailFate,
        answer: &str,
    ) -> StoreResult<Change>;
    /// Has a mail that is given up and not expired tried again now; `NotFound` when it is not so.
    async fn retry_mail(&self, realm: &RealmId, id: &str, now: Timestamp) -> StoreResult<Change>;
    /// The same with every such mail of a realm; how many there were.
    async fn retry_mails(&self, realm: &RealmId, now: Timestamp) -> StoreResult<u64>;
    /// Mails of a realm, the newest first, `limit` at most.
    async fn list_mails(
        &self,
        realm: &RealmId,
        filter: MailFilter,
        limit: u32,
    ) -> StoreResult<Vec<StoredMail>>;
    /// How many mails of a realm are in each state, of those that are not purged.
    async fn count_mails(&self, realm: &RealmId) -> StoreResult<MailCounts>;
    /// How many mails of all realms wait.
    async fn waiting_mails(&self) -> StoreResult<u64>;
    /// What lies in the outbox of all realms. Reads what is still to be sent, however many mails
    /// were sent before.
    async fn mail_backlog(&self) -> StoreResult<MailBacklog>;
}
