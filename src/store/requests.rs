//! Authorization requests that are kept here (RFC 9126): the verbs over their rows.

use async_trait::async_trait;

use super::{Change, Effects, NewFamily, StoreResult};
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

pub use crate::protocol::authorize::PushedRequest;

/// What came of issuing the code that a kept request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedCode {
    /// The request is used, and its family is open.
    Issued,
    /// The request was used before, or is not there; nothing changed.
    RequestUsed,
    /// The session has ended meanwhile; nothing changed, the request is unused.
    SessionEnded,
}

/// The record of requests.
#[async_trait]
pub trait Requests {
    /// Keeps a request.
    async fn push_request(&self, request: &PushedRequest) -> StoreResult<()>;
    /// One request, expired or used though it may be.
    async fn pushed_request(
        &self,
        realm: &RealmId,
        id: &Digest,
    ) -> StoreResult<Option<PushedRequest>>;
    /// Uses a request up without a code; `NotFound`, and nothing is told, when it was used before,
    /// or is not there.
    async fn use_request(
        &self,
        realm: &RealmId,
        id: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Uses a request up and, in the same step, opens its family as [`super::Store::issue_code`]
    /// does.
    async fn issue_requested_code(
        &self,
        family: &NewFamily,
        request: &Digest,
    ) -> StoreResult<RequestedCode>;
}
