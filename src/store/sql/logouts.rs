//! The verbs of the logout outbox.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::logouts;
use crate::protocol::client::Client;
use crate::protocol::ids::{RealmId, SessionId};
use crate::protocol::time::Timestamp;
use crate::store::{
    Change, LogoutBacklog, LogoutDelivery, LogoutFilter, LogoutOutcome, Logouts, StoreResult,
};

#[async_trait]
impl Logouts for Backend {
    async fn session_clients(
        &self,
        realm: &RealmId,
        session: &SessionId,
    ) -> StoreResult<Vec<Client>> {
        run!(self.read(realm, session), |c| logouts::clients_of(
            c, &realm, &session
        ))
    }

    async fn due_logouts(
        &self,
        now: Timestamp,
        per_client: u32,
        limit: u32,
    ) -> StoreResult<Vec<LogoutDelivery>> {
        run!(self.read(), |c| logouts::due(c, now, per_client, limit))
    }

    async fn claim_logout(
        &self,
        seen: &LogoutDelivery,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<Option<LogoutDelivery>> {
        run!(self.write_one(seen), |c| logouts::claim(
            c, &seen, now, until
        ))
    }

    async fn settle_logout(
        &self,
        claimed: &LogoutDelivery,
        outcome: &LogoutOutcome,
    ) -> StoreResult<Change> {
        run!(self.write_one(claimed, outcome), |c| logouts::settle(
            c, &claimed, &outcome
        ))
    }

    async fn list_logouts(
        &self,
        realm: &RealmId,
        filter: LogoutFilter,
        limit: u32,
    ) -> StoreResult<Vec<LogoutDelivery>> {
        run!(self.read(realm), |c| logouts::list(
            c, &realm, filter, limit
        ))
    }

    async fn logout_backlog(&self) -> StoreResult<LogoutBacklog> {
        run!(self.read(), |c| logouts::backlog(c))
    }
}
