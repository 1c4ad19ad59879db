//! Passwords: the verbs that replace them, and what is remembered of those before.

use async_trait::async_trait;

use super::{Change, Effects, StoreResult};
use crate::account::password::NewPasswordHash;
use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// A new password for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// The realm of the account.
    pub realm: RealmId,
    /// Whose password.
    pub user: UserId,
    /// The new hash.
    pub hash: NewPasswordHash,
    /// The hash that the person has just proven to know the password of: it must still be there,
    /// and the account stand. Nothing when somebody else answers for the change.
    pub proven: Option<String>,
    /// The session in which it happens; it goes on, with what was granted in it.
    pub spared: Option<SparedSession>,
    /// Whether the new password must be changed at the next sign-in.
    pub must_change: bool,
    /// How many of the last passwords are remembered, the new one among them.
    pub history: u8,
    /// What goes with it: the marks that refuse the account's access tokens, at least.
    pub effects: Effects,
    /// The moment.
    pub now: Timestamp,
}

/// A session that outlives a change of the password. The person has proven who they are in it, so
/// that `auth_time` becomes the moment of the change, and its cookie another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparedSession {
    /// Its name.
    pub id: SessionId,
    /// The digest of the cookie's new value.
    pub cookie: Digest,
}

/// The verbs over passwords.
#[async_trait]
#[expect(
    clippy::too_many_arguments,
    reason = "realm, user, effects and now stand in every verb; `self` makes them six"
)]
pub trait Passwords: Send + Sync + 'static {
    /// Replaces a password and, in the same step, ends all sessions and families of the user but
    /// those of the spared session, and writes the effects. `NotFound` changes nothing: there is no
    /// such user, or what was proven no longer stands, or the spared session has ended.
    async fn change_password(&self, change: &PasswordChange) -> StoreResult<Change>;
    /// The hashes that are remembered, the present one first, the others from the latest on.
    async fn past_passwords(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<String>>;
    /// Says whether the present password must be changed at the next sign-in; if so, sign-ins in
    /// progress are void, so that none of them slips past. `NotFound` writes no effects: there is no
    /// such user.
    async fn set_must_change_password(
        &self,
        realm: &RealmId,
        user: &UserId,
        must_change: bool,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
}
