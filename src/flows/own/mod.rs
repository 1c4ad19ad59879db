//! What people see, change and end of their own. Each use case is handed the live session of the
//! person, and reaches what is theirs only.

pub mod activity;
pub mod address;
pub mod apps;
pub mod data;
pub mod delete;
pub mod profile;
pub mod sessions;

use crate::flows::{App, Fault};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::time::Timestamp;

/// An application by the name that people know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedApp {
    /// The client.
    pub id: ClientId,
    /// Its registered name; its id once it is removed.
    pub name: String,
}

impl NamedApp {
    /// The name of a client, if it is still registered.
    fn of(id: &ClientId, client: Option<&Client>) -> Self {
        Self {
            id: id.clone(),
            name: client.map_or_else(
                || id.to_string(),
                |client| client.metadata.client_name.clone(),
            ),
        }
    }

    /// The name of a client by its id.
    async fn by_id(
        app: &App,
        realm: &RealmId,
        id: &ClientId,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let store = app.store.as_ref();
        let client = app.facts.client(store, realm, id, now).await?;
        Ok(Self::of(id, client.as_deref()))
    }
}
