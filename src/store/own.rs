//! What people see, change and end of their own.

use async_trait::async_trait;

use super::{Change, Effects, Revocation, StoreResult};
use crate::account::event::Caller;
use crate::account::session::Session;
use crate::account::user::User;
use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// The session itself.
    pub session: Session,
    /// Where its last sign-in came from, as far as that is still known.
    pub caller: Caller,
    /// The clients that were given tokens in it, by id.
    pub clients: Vec<ClientId>,
}

/// A client that can act for a person now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveGrant {
    /// The client.
    pub client: ClientId,
    /// All that its grants reach.
    pub scope: ScopeSet,
    /// When the first of them was made.
    pub since: Timestamp,
    /// When one of them was last used to get tokens.
    pub used_at: Timestamp,
    /// Whether one of them goes on when the person signs out.
    pub offline: bool,
}

/// The end of all sessions of a person but one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OthersEnd {
    /// The realm of the person.
    pub realm: RealmId,
    /// Whose sessions.
    pub user: UserId,
    /// The one that stays. When it has ended itself, nothing is done.
    pub keep: SessionId,
    /// The cookie of the remembered device that asks, which stays remembered.
    pub device: Option<Digest>,
    /// Until when tokens of the others are refused.
    pub marked_until: Timestamp,
    /// The moment of the end.
    pub now: Timestamp,
}

/// The verbs of people over what is theirs. Each names its owner, so that nobody reaches what is
/// another's by its id.
#[async_trait]
#[expect(
    clippy::too_many_arguments,
    reason = "realm, owner, effects and now stand in every verb; `self` makes them six"
)]
pub trait Own: Send + Sync + 'static {
    /// The sessions of a user that nobody has ended and whose time has not run out, the last used
    /// one first; whether one lay unused for too long is for the caller to judge.
    async fn sessions_of_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> StoreResult<Vec<OwnSession>>;
    /// The clients that can act for a user now, by id.
    async fn grants_of_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> StoreResult<Vec<LiveGrant>>;
    /// Ends a session that is this user's and has not ended; with it ends what ends with every
    /// session ([`Store::end_session`](super::Store::end_session)).
    async fn end_own_session(
        &self,
        realm: &RealmId,
        user: &UserId,
        session: &SessionId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Ends the same way all sessions of a user but one, and those that are opened at the same
    /// time are either among them or come after. What would open others is void too: sign-ins in
    /// progress, and remembered devices but the one that asks. Answers the marks that were
    /// written, one for each session; `effects` are written when a session or device was there.
    async fn end_other_sessions(
        &self,
        end: &OthersEnd,
        effects: &Effects,
    ) -> StoreResult<Vec<Revocation>>;
    /// Replaces profile and `updated_at` of a user whose row is still as it was `seen`;
    /// `NotFound` when somebody was faster.
    async fn change_profile(
        &self,
        user: &User,
        seen: Timestamp,
        effects: &Effects,
    ) -> StoreResult<Change>;
}
