//! The applications that can act for a person, or that the person has allowed something.

use std::collections::BTreeMap;

use crate::flows::own::NamedApp;
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault};
use crate::protocol::client::Client;
use crate::protocol::ids::ClientId;
use crate::protocol::redirect_uri::origin_of;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;

/// A connected application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedApp {
    /// Which one.
    pub app: NamedApp,
    /// The host that its answers go to, if it has one.
    pub host: Option<String>,
    /// What it may do: what was allowed, and what it holds a grant for.
    pub scope: ScopeSet,
    /// Since when.
    pub since: Timestamp,
    /// When it last fetched tokens; none, when it can fetch none now.
    pub used_at: Option<Timestamp>,
    /// Whether it goes on when the person signs out.
    pub offline: bool,
    /// Whether nobody here has checked who runs it.
    pub unverified: bool,
}

/// What is known of an application before its client is read.
struct Connection {
    scope: ScopeSet,
    since: Timestamp,
    used_at: Option<Timestamp>,
    offline: bool,
}

/// All connected applications by name. What the person has allowed counts, and what can act for
/// them now, since first-party applications are allowed nothing and can.
pub async fn list(app: &App, live: &LiveSession) -> Result<Vec<ConnectedApp>, Fault> {
    let now = app.now();
    let user = &live.facts().user;
    let mut connections: BTreeMap<ClientId, Connection> = BTreeMap::new();
    for grant in app.store.grants_of_user(&user.realm, &user.id, now).await? {
        let connection = Connection {
            scope: grant.scope,
            since: grant.since,
            used_at: Some(grant.used_at),
            offline: grant.offline,
        };
        connections.insert(grant.client, connection);
    }
    for consent in app.store.consents(&user.realm, &user.id).await? {
        let joined = match connections.remove(&consent.client) {
            None => Connection {
                scope: consent.scope,
                since: consent.since,
                used_at: None,
                offline: false,
            },
            Some(grant) => Connection {
                scope: consent.scope.union(&grant.scope),
                since: consent.since.min(grant.since),
                ..grant
            },
        };
        connections.insert(consent.client, joined);
    }
    let mut apps = Vec::new();
    for (id, connection) in connections {
        let store = app.store.as_ref();
        let client = app.facts.client(store, &user.realm, &id, now).await?;
        apps.push(connected(&id, client.as_deref(), connection));
    }
    apps.sort_by(|a, b| (&a.app.name, &a.app.id).cmp(&(&b.app.name, &b.app.id)));
    Ok(apps)
}

fn connected(id: &ClientId, client: Option<&Client>, connection: Connection) -> ConnectedApp {
    let metadata = client.map(|client| &client.metadata);
    let redirect = metadata.and_then(|metadata| metadata.redirect_uris.first());
    let origin = redirect.and_then(|address| origin_of(address));
    ConnectedApp {
        app: NamedApp::of(id, client),
        host: origin.and_then(|origin| Some(origin.split_once("://")?.1.to_owned())),
        scope: connection.scope,
        since: connection.since,
        used_at: connection.used_at,
        offline: connection.offline,
        unverified: metadata.is_some_and(|metadata| metadata.unverified),
    }
}
