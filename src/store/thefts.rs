//! Refresh tokens that came a second time: the verb that ends what they put in doubt.

use async_trait::async_trait;

use super::{Effects, Revocation, StoreResult};
use crate::account::event::Event;
use crate::protocol::ids::{FamilyId, RealmId, SessionId};
use crate::protocol::time::Timestamp;

/// A token that is in two hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theft {
    /// The realm of the family.
    pub realm: RealmId,
    /// The family of the token.
    pub family: FamilyId,
    /// The session in which it was granted.
    pub session: SessionId,
    /// What is told of the session, if it ends with this.
    pub session_ended: Event,
    /// Until when tokens are refused.
    pub marked_until: Timestamp,
    /// The moment of the end.
    pub now: Timestamp,
}

/// The record of thefts.
#[async_trait]
pub trait Thefts {
    /// Revokes the family of a stolen token, once. While its session lives, that ends too, with
    /// every family that was granted in it, whether or not it would outlive the session, and its
    /// clients are addressed ([`Logouts`](super::Logouts)). A session that is over takes nothing
    /// along: what outlives it was not in the thief's reach.
    ///
    /// Answers the marks that were written, one for each family and one for the session, and
    /// writes `effects`; nothing of it when it is not this call that revokes the family.
    async fn end_stolen_family(
        &self,
        theft: &Theft,
        effects: &Effects,
    ) -> StoreResult<Vec<Revocation>>;
}
