//! The states of an account, and consent that was taken back.

use async_trait::async_trait;

use super::{Change, Effects, StoreResult};
use crate::account::user::AccountSwitch;
use crate::protocol::ids::{ClientId, RealmId, UserId};
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;

/// What a person has allowed one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The client.
    pub client: ClientId,
    /// Everything that was allowed.
    pub scope: ScopeSet,
    /// When the first of it was allowed.
    pub since: Timestamp,
}

/// What a person has answered a client that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentAnswer {
    /// The realm of both.
    pub realm: RealmId,
    /// The person.
    pub user: UserId,
    /// The client.
    pub client: ClientId,
    /// What is allowed, beside what was before.
    pub added: ScopeSet,
    /// What was left out: it is not allowed any more, if it was before.
    pub left_out: ScopeSet,
    /// When.
    pub now: Timestamp,
}

/// The verbs over accounts' states and withdrawn consent.
#[async_trait]
#[expect(
    clippy::too_many_arguments,
    reason = "realm, user, effects and now stand in every verb; `self` makes them six"
)]
pub trait People: Send + Sync + 'static {
    /// Moves an account to another state. What denies also ends all sessions and families of the
    /// user, in the same step. `NotFound` when there is no such user, or when a deletion that is
    /// to be undone is not there or is too old.
    async fn switch_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        switch: AccountSwitch,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// What a user has allowed, by client.
    async fn consents(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<Consent>>;
    /// Forgets what a user has allowed a client, and makes every grant to it up to now worthless;
    /// also one that is being issued by somebody who has read the consent before. `NotFound` when
    /// there is no such user.
    async fn withdraw_consent(
        &self,
        realm: &RealmId,
        user: &UserId,
        client: &ClientId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
}
