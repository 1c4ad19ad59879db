//! What must never be accepted twice.

use async_trait::async_trait;

use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::StoreResult;

pub use crate::protocol::client::assertion::AssertionUse;

/// A client's assertion that is about to be used (RFC 7523 §3 `jti`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedAssertion {
    /// The realm of the request.
    pub realm: RealmId,
    /// The client that made it.
    pub client: ClientId,
    /// The digest of its `jti`.
    pub id: Digest,
    /// From when on it is refused in any case, so that the row need not outlive it.
    pub expires_at: Timestamp,
}

/// The memory of what was used once.
#[async_trait]
pub trait Replays: Send + Sync {
    /// Spends an assertion, in one statement: of all that present it, on whichever node, one is
    /// told that this is its first use.
    async fn spend_assertion(&self, assertion: &UsedAssertion) -> StoreResult<AssertionUse>;
}
