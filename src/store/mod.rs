//! The record: what must survive, and the verbs over it.
//!
//! Owns: the [`Store`] trait, its outcomes, and the implementations (SQLite, which also serves as
//! the in-memory store, and Postgres). The only module that holds SQL. Refuses to know: HTTP,
//! signing, the wording of errors, the clock (every verb is handed `now`).
//!
//! The contract of every verb that changes something:
//! * it is atomic, and its conditions are part of the statement, so that of N concurrent callers
//!   exactly as many succeed as the condition allows;
//! * a lost race is an outcome, never an error;
//! * when it returns `Ok`, the change is durable: it survives `kill -9` and power loss;
//! * the realm is an argument of every look-up, so that crossing it cannot be forgotten.

mod apis;
pub mod conformance;
pub mod device;
mod effects;
pub mod ephemeral;
pub mod events;
pub mod factors;
mod fault;
mod links;
pub mod local;
mod logouts;
mod mails;
pub mod migrations;
mod open;
pub mod own;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod postgres;
pub mod profiles;
pub mod protection;
pub mod records;
pub mod redis;
pub mod registrations;
pub mod replays;
pub mod requests;
pub mod roles;
pub mod sqlite;
mod stream;
pub mod thefts;

use std::sync::Arc;

use async_trait::async_trait;

use crate::account::event::Event;
use crate::account::session::Session;
use crate::account::slow_down::Attempts;
use crate::account::user::{LoginName, User};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, FamilyId, KeyId, RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

pub use apis::Apis;
pub use device::DeviceAuthorizations;
pub use effects::{Effects, NewMail};
pub use events::{EventFilter, EventPage, EventPlace, Events, StoredEvent};
pub use factors::SignIns;
pub use links::{AddressStep, AddressUse, LinkUse, Links};
pub use logouts::{LogoutBacklog, LogoutDelivery, LogoutFilter, LogoutOutcome, Logouts};
pub use mails::{MailBacklog, MailCounts, MailFate, MailFilter, Mails, StoredMail};
pub use migrations::{MigrationStatus, Migrations, OpenError};
pub use open::{migration_status, open};
pub use own::{LiveGrant, OthersEnd, Own, OwnSession};
pub use passkeys::Passkeys;
pub use passwords::{PasswordChange, Passwords};
pub use people::{Consent, ConsentAnswer, People};
pub use profiles::{Amended, Profiles};
pub use protection::Protection;
pub use records::{
    CodeRedemption, Family, KeyState, LiveNode, NewFamily, Realm, Revocation, RevocationMark,
    SessionFacts, SigningKeyRecord, StoredRevocation, TokenRotation,
};
pub use registrations::{Admission, ClientRegistration, InitialAccessToken, Registrations};
pub use requests::Requests;
pub use roles::{Holders, Roles};
pub use thefts::Thefts;

pub use replays::{AssertionUse, Replays, UsedAssertion};

/// The record could not answer. Carries no business meaning.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer, or the outcome of a write is unknown.
    #[error("the record is unavailable: {0}")]
    Unavailable(String),
    /// A row does not read as what it should be.
    #[error("the record holds a row that cannot be read: {0}")]
    Corrupt(String),
}

/// The result of a verb.
pub type StoreResult<T> = Result<T, StoreError>;

/// A shared store.
pub type SharedStore = Arc<dyn Store>;

/// What came of creating something with a unique name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It is there now.
    Created,
    /// The name was taken; nothing changed.
    NameTaken,
}

/// What came of changing something that may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is changed.
    Changed,
    /// There is no such thing; nothing changed.
    NotFound,
}

/// What came of revoking a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FamilyRevocation {
    /// This call revoked it.
    Revoked,
    /// It was revoked before; the first revocation stands.
    AlreadyRevoked,
    /// There is no such family.
    Unknown,
}

/// What came of moving a signing key to its next state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTransition {
    /// This call moved it.
    Moved,
    /// Another node was faster, or the key was not in the expected state.
    Lost,
}

/// A page of a listing: rows after `after` (exclusive, by id), `limit` at most.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The last id of the page before.
    pub after: Option<String>,
    /// How many rows at most; 1 to 1,000.
    pub limit: u32,
}

/// The record. See the module's contract.
#[async_trait]
#[expect(
    clippy::too_many_arguments,
    reason = "realm, subject, effects and now stand in every verb; `self` makes them six"
)]
pub trait Store:
    Apis
    + DeviceAuthorizations
    + Events
    + Links
    + Logouts
    + Mails
    + Own
    + Passkeys
    + Passwords
    + People
    + Profiles
    + Protection
    + Registrations
    + Replays
    + Requests
    + Roles
    + SignIns
    + Thefts
    + Send
    + Sync
    + 'static
{
    // ---- realms -------------------------------------------------------------------------------

    /// Registers a realm. The default realm is there from the first migration.
    async fn create_realm(&self, realm: &Realm, events: &[Event]) -> StoreResult<Creation>;
    /// One realm.
    async fn realm(&self, realm: &RealmId) -> StoreResult<Option<Realm>>;
    /// Replaces name, settings, `disabled_at` and `terms_url` of a realm.
    async fn update_realm(&self, realm: &Realm, events: &[Event]) -> StoreResult<Change>;
    /// All realms by slug.
    async fn list_realms(&self) -> StoreResult<Vec<Realm>>;

    // ---- users --------------------------------------------------------------------------------

    /// Registers a user; `NameTaken` when user name or address is taken in the realm, as either.
    async fn create_user(&self, user: &User, effects: &Effects) -> StoreResult<Creation>;
    /// One user by id.
    async fn user(&self, realm: &RealmId, user: &UserId) -> StoreResult<Option<User>>;
    /// One user by canonical user name or address.
    async fn user_by_login(&self, realm: &RealmId, login: &LoginName) -> StoreResult<Option<User>>;
    /// Users of a realm by id.
    async fn list_users(&self, realm: &RealmId, page: &Page) -> StoreResult<Vec<User>>;
    /// Replaces the hash of an unchanged password (rehash at login); ends nothing. Does nothing
    /// when `old` is no longer the stored hash.
    async fn rehash_password(
        &self,
        realm: &RealmId,
        user: &UserId,
        old: &str,
        new: &str,
    ) -> StoreResult<()>;

    // ---- failed logins ------------------------------------------------------------------------

    /// The attempts that stand against an account key.
    async fn login_attempts(&self, realm: &RealmId, account: &str)
    -> StoreResult<Option<Attempts>>;
    /// Counts an attempt before its password is looked at, if what stands is still what was
    /// `seen`; false when another attempt was faster. Commits by itself: a fault later must not
    /// take it back.
    async fn count_login_attempt(
        &self,
        realm: &RealmId,
        account: &str,
        seen: Option<Attempts>,
        counted: Attempts,
    ) -> StoreResult<bool>;
    /// Forgets the failures of an account after a good login.
    async fn clear_login_attempts(&self, realm: &RealmId, account: &str) -> StoreResult<()>;

    // ---- clients ------------------------------------------------------------------------------

    /// Registers a client.
    async fn create_client(&self, client: &Client, events: &[Event]) -> StoreResult<Creation>;
    /// One client.
    async fn client(&self, realm: &RealmId, client: &ClientId) -> StoreResult<Option<Client>>;
    /// Clients of a realm by id.
    async fn list_clients(&self, realm: &RealmId, page: &Page) -> StoreResult<Vec<Client>>;
    /// Replaces secrets, metadata, `fresh_until` and `disabled_at` of a client.
    async fn update_client(&self, client: &Client, events: &[Event]) -> StoreResult<Change>;
    /// Removes a client, revokes its families and writes `effects`, in one step.
    async fn delete_client(
        &self,
        realm: &RealmId,
        client: &ClientId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;

    // ---- sessions and consent -----------------------------------------------------------------

    /// Opens a session, or renews the live one with its id and user (the same person has signed in
    /// again: the cookie, `auth_time` and limits change), if the user stands, the password hash is
    /// still the one that was verified, and it need not be changed; `NotFound` otherwise.
    async fn open_session(
        &self,
        session: &Session,
        verified: &str,
        effects: &Effects,
    ) -> StoreResult<Change>;
    /// The session of a cookie with its user, and what that user has consented to for `client`;
    /// one round trip. Ended and expired sessions are returned too: the caller judges.
    async fn session_facts(
        &self,
        realm: &RealmId,
        cookie: &Digest,
        client: Option<&ClientId>,
    ) -> StoreResult<Option<SessionFacts>>;
    /// Notes that a session was used.
    async fn touch_session(
        &self,
        realm: &RealmId,
        session: &SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;
    /// Ends a session, revokes its families that have no `offline_access`, addresses the clients
    /// that want to be told ([`Logouts`]), and writes `effects`.
    async fn end_session(
        &self,
        realm: &RealmId,
        session: &SessionId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Adds to what a user has consented to for a client, and forgets what was left out this time.
    async fn record_consent(&self, answer: &ConsentAnswer, effects: &Effects) -> StoreResult<()>;

    // ---- token families -----------------------------------------------------------------------

    /// Opens a family in the state "code issued"; if its session has ended meanwhile, nothing, so
    /// that the code is worth nothing: `NotFound`.
    async fn issue_code(&self, family: &NewFamily) -> StoreResult<Change>;
    /// Spends a code and starts its family, in one statement, if every binding of `redemption`
    /// holds, the code is unspent and unexpired, the family is not revoked, and user and session
    /// stand. `None` changes nothing: the caller reads [`Store::family_by_code`] to learn why.
    async fn redeem_code(&self, redemption: &CodeRedemption) -> StoreResult<Option<Family>>;
    /// The family of a code, spent or not.
    async fn family_by_code(&self, realm: &RealmId, code: &Digest) -> StoreResult<Option<Family>>;
    /// Counts a wrong PKCE verifier; the code is burnt when `limit` is reached. Returns the count.
    async fn count_wrong_verifier(
        &self,
        realm: &RealmId,
        family: &FamilyId,
        limit: u32,
        now: Timestamp,
    ) -> StoreResult<u32>;
    /// Moves a family from the presented generation to the next, in one statement, if client and
    /// generation match, the family is neither revoked nor expired, user and session stand, and it
    /// names no API or its APIs were judged.
    /// `None` changes nothing: the caller reads [`Store::family`] to learn why.
    async fn rotate_family(&self, rotation: &TokenRotation) -> StoreResult<Option<Family>>;
    /// One family.
    async fn family(&self, realm: &RealmId, family: &FamilyId) -> StoreResult<Option<Family>>;
    /// Revokes a family, once, and writes `effects` in the same step; where it is not this call that
    /// revokes it, the marks alone.
    async fn revoke_family(
        &self,
        realm: &RealmId,
        family: &FamilyId,
        reason: &str,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<FamilyRevocation>;

    // ---- revocation marks ---------------------------------------------------------------------

    /// Records marks that revoke access tokens only (a single `jti`, say).
    async fn record_revocations(&self, marks: &[Revocation], now: Timestamp) -> StoreResult<()>;
    /// The marks that stand for any of `marks`, straight from the record.
    async fn standing_revocations(
        &self,
        realm: &RealmId,
        marks: &[RevocationMark],
        now: Timestamp,
    ) -> StoreResult<Vec<Revocation>>;
    /// Every unexpired mark, to fill an index from.
    async fn all_revocations(&self, now: Timestamp) -> StoreResult<Vec<StoredRevocation>>;
    /// Marks recorded after `sequence`, oldest first (for the single-process index).
    async fn revocations_after(&self, sequence: i64) -> StoreResult<Vec<StoredRevocation>>;
    /// Marks that no node has published yet, oldest first.
    async fn unpublished_revocations(&self, now: Timestamp) -> StoreResult<Vec<StoredRevocation>>;
    /// Notes that marks are published.
    async fn mark_published(&self, sequences: &[i64]) -> StoreResult<()>;

    // ---- signing keys and nodes ---------------------------------------------------------------

    /// Adds a signing key; `NameTaken` when the realm has one in the same state and algorithm
    /// already (at most one pending and one active a realm and algorithm).
    async fn add_signing_key(
        &self,
        key: &SigningKeyRecord,
        events: &[Event],
    ) -> StoreResult<Creation>;
    /// All keys of a realm that are not retired, oldest first.
    async fn signing_keys(&self, realm: &RealmId) -> StoreResult<Vec<SigningKeyRecord>>;
    /// Makes a pending key active and the active one (if any) retiring, in one step.
    async fn activate_key(
        &self,
        realm: &RealmId,
        key: &KeyId,
        events: &[Event],
        now: Timestamp,
    ) -> StoreResult<KeyTransition>;
    /// Moves a key to `retired` and forgets its private half.
    async fn retire_key(
        &self,
        realm: &RealmId,
        key: &KeyId,
        events: &[Event],
        now: Timestamp,
    ) -> StoreResult<KeyTransition>;
    /// Grows with every change of any signing key.
    async fn key_revision(&self) -> StoreResult<i64>;
    /// Realms that have signing keys: those that the rotation job looks after.
    async fn realms_with_keys(&self) -> StoreResult<Vec<RealmId>>;
    /// A node says that it lives and up to which key revision it has loaded keys.
    async fn heartbeat(&self, node: &str, key_revision: i64, now: Timestamp) -> StoreResult<()>;
    /// The nodes heard of since `since`.
    async fn live_nodes(&self, since: Timestamp) -> StoreResult<Vec<LiveNode>>;
    /// A node says goodbye.
    async fn forget_node(&self, node: &str) -> StoreResult<()>;

    // ---- settings, jobs, health ---------------------------------------------------------------

    /// Stores a server-wide value unless one is there; returns the one that stands.
    async fn setting_or_insert(&self, name: &str, value: &[u8]) -> StoreResult<Vec<u8>>;
    /// Takes a job's turn until `until`; false while another node holds it.
    async fn claim_job(
        &self,
        job: &str,
        node: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool>;
    /// Deletes up to `limit` rows of each kind that can no longer matter, and forgets the content of
    /// so many mails that have expired; returns how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> StoreResult<u64>;
    /// Whether the record answers and takes writes.
    async fn ping(&self) -> StoreResult<()>;
    /// Finishes pending writes and closes the connections.
    async fn close(&self);
}
