//! The verbs over clients that come without an admin.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::registrations;
use crate::account::event::Event;
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::{
    Admission, Change, ClientRegistration, InitialAccessToken, Registrations, StoreResult,
};

#[async_trait]
impl Registrations for Backend {
    async fn register_client(
        &self,
        client: &Client,
        admission: &Admission,
        events: &[Event],
    ) -> StoreResult<ClientRegistration> {
        run!(self.write_all(client, admission, events), |c| {
            registrations::register(c, &client, &admission, &events)
        })
    }

    async fn replace_registration(
        &self,
        client: &Client,
        token: &Digest,
        events: &[Event],
    ) -> StoreResult<Change> {
        run!(self.write_all(client, token, events), |c| {
            registrations::replace(c, &client, &token, &events)
        })
    }

    async fn renew_document(&self, client: &Client) -> StoreResult<Change> {
        run!(self.write_one(client), |c| registrations::renew_document(
            c, &client
        ))
    }

    async fn note_client_use(
        &self,
        realm: &RealmId,
        client: &ClientId,
        now: Timestamp,
        unless: Timestamp,
    ) -> StoreResult<()> {
        run!(self.write_one(realm, client), |c| registrations::note_use(
            c,
            (&realm, &client),
            now,
            unless
        ))
    }

    async fn create_initial_access_token(
        &self,
        token: &InitialAccessToken,
        events: &[Event],
    ) -> StoreResult<()> {
        run!(self.write_all(token, events), |c| {
            registrations::create_token(c, &token, &events)
        })
    }

    async fn list_initial_access_tokens(
        &self,
        realm: &RealmId,
    ) -> StoreResult<Vec<InitialAccessToken>> {
        run!(self.read(realm), |c| registrations::list_tokens(c, &realm))
    }

    async fn delete_initial_access_token(
        &self,
        realm: &RealmId,
        id: &str,
        events: &[Event],
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, id, events), |c| {
            registrations::delete_token(c, &realm, &id, &events)
        })
    }
}
