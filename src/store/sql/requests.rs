//! The verbs over authorization requests that are kept.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::requests;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::requests::{PushedRequest, RequestedCode, Requests};
use crate::store::{Change, Effects, NewFamily, StoreResult};

#[async_trait]
impl Requests for Backend {
    async fn push_request(&self, request: &PushedRequest) -> StoreResult<()> {
        run!(self.write_one(request), |c| requests::push(c, &request))
    }

    async fn pushed_request(
        &self,
        realm: &RealmId,
        id: &Digest,
    ) -> StoreResult<Option<PushedRequest>> {
        run!(self.read(realm, id), |c| requests::find(c, &realm, &id))
    }

    async fn use_request(
        &self,
        realm: &RealmId,
        id: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, id, effects), |c| {
            requests::spend_alone(c, (&realm, &id), &effects, now)
        })
    }

    async fn issue_requested_code(
        &self,
        family: &NewFamily,
        request: &Digest,
    ) -> StoreResult<RequestedCode> {
        run!(self.write_all(family, request), |c| requests::issue_code(
            c, &family, &request
        ))
    }
}
