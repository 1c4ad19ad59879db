//! Clients that come without an admin: those that register themselves, and those that are documents.

use async_trait::async_trait;

use super::{Change, StoreResult};
use crate::account::event::Event;
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// A token with which clients may be registered (RFC 7591 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// Where it may be used.
    pub realm: RealmId,
    /// Its name for admins; knowing it opens nothing.
    pub id: String,
    /// The digest of the token.
    pub digest: Digest,
    /// What it is for, in an admin's words.
    pub note: String,
    /// How many more clients it registers.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it may be used.
    pub expires_at: Timestamp,
}

/// What must hold for a client to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The initial access token that is spent on it, where one is asked for.
    pub initial_access_token: Option<Digest>,
    /// How many clients of this origin the realm may have.
    pub limit: u32,
}

/// What came of registering a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientRegistration {
    /// It is registered, and the token is spent on it.
    Registered,
    /// There is a client of that identifier; nothing changed.
    NameTaken,
    /// The token is unknown, expired or used up; nothing changed.
    TokenRefused,
    /// The realm has as many clients of this origin as it may have; nothing changed.
    Full,
}

/// The verbs over them.
#[async_trait]
pub trait Registrations: Send + Sync + 'static {
    /// Registers a client and spends its token in one step. The limit is part of the insertion.
    async fn register_client(
        &self,
        client: &Client,
        admission: &Admission,
        events: &[Event],
    ) -> StoreResult<ClientRegistration>;
    /// Replaces metadata and secrets of a client that registered itself, if its registration access
    /// token is still this one and no admin has switched it off.
    async fn replace_registration(
        &self,
        client: &Client,
        token: &Digest,
        events: &[Event],
    ) -> StoreResult<Change>;
    /// Replaces metadata and `fresh_until` of a client that is a document.
    async fn renew_document(&self, client: &Client) -> StoreResult<Change>;
    /// Notes a use of a client that came without an admin, unless one was noted after `unless`.
    async fn note_client_use(
        &self,
        realm: &RealmId,
        client: &ClientId,
        now: Timestamp,
        unless: Timestamp,
    ) -> StoreResult<()>;
    /// Adds an initial access token.
    async fn create_initial_access_token(
        &self,
        token: &InitialAccessToken,
        events: &[Event],
    ) -> StoreResult<()>;
    /// The initial access tokens of a realm, oldest first.
    async fn list_initial_access_tokens(
        &self,
        realm: &RealmId,
    ) -> StoreResult<Vec<InitialAccessToken>>;
    /// Withdraws an initial access token.
    async fn delete_initial_access_token(
        &self,
        realm: &RealmId,
        id: &str,
        events: &[Event],
    ) -> StoreResult<Change>;
}
