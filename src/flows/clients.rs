//! The client that a request names: one of the record, or a document at its own address
//! (draft-ietf-oauth-client-id-metadata-document).

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::account::event::{Caller, Event, EventKind};
use crate::flows::registration::check_keys;
use crate::flows::{App, Fault, limits};
use crate::outgoing::{FetchError, Fetched, Limits};
use crate::protocol::client::registration::{Author, Terms, register, renew};
use crate::protocol::client::{Client, ClientMetadata, ClientOrigin};
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::redirect_uri::origin_of;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::ephemeral::Quota;
use crate::store::{Admission, Change, ClientRegistration, Realm};

/// The largest document.
const LIMIT_BYTES: usize = 32 * 1024;
/// How long a document is believed, whatever it says.
const SHORTEST: Lifetime = Lifetime::seconds(5 * 60);
const LONGEST: Lifetime = Lifetime::seconds(24 * 3600);
/// How long one is believed that says nothing.
const USUAL: Lifetime = Lifetime::seconds(3600);
/// How long a document serves that cannot be had for the moment.
const STALE_FOR: Lifetime = Lifetime::seconds(24 * 3600);
/// Fetches from one host: nobody can use this server to knock at another's door.
const PER_HOST: Quota = Quota {
    burst: 10,
    interval: Lifetime::seconds(10),
};
/// Uses are noted this often.
const NOTED_EVERY: Lifetime = Lifetime::seconds(24 * 3600);

/// What an identifier leads to.
#[derive(Debug, Clone)]
pub enum Named {
    /// A client, switched on or off.
    Client(Arc<Client>),
    /// Nobody whom we know.
    Nobody,
    /// A document that must not be fetched before this has passed.
    Later(Lifetime),
}

impl From<Option<Arc<Client>>> for Named {
    fn from(known: Option<Arc<Client>>) -> Self {
        known.map_or(Self::Nobody, Self::Client)
    }
}

/// The client of an identifier.
pub async fn find(
    app: &App,
    realm: &RealmId,
    id: &ClientId,
    now: Timestamp,
) -> Result<Named, Fault> {
    let store = app.store.as_ref();
    let known = app.facts.client(store, realm, id, now).await?;
    if !id.is_document() {
        return Ok(known.into());
    }
    let Some(row) = app.facts.realm(store, realm, now).await? else {
        return Ok(Named::Nobody);
    };
    if !row.settings.client_id_documents {
        return Ok(Named::Nobody);
    }
    if let Some(client) = known.filter(|client| stands(client, now)) {
        return Ok(Named::Client(client));
    }
    // What is remembered may be a second old, and the document may have come since.
    let known = app.store.client(realm, id).await?;
    if let Some(client) = known.as_ref().filter(|client| stands(client, now)) {
        return Ok(Named::Client(
            app.facts.remember_client(client.clone(), now),
        ));
    }
    // Rare, and large: it must not make every authorization request larger.
    Box::pin(fetch(app, &row, id, known, now)).await
}

/// Notes that a client which came without an admin is in use, so that it is not cleaned away.
pub async fn note_use(app: &App, client: &Client, now: Timestamp) {
    let unless = now.minus(NOTED_EVERY);
    if client.origin == ClientOrigin::Admin || client.last_used_at.is_some_and(|used| used > unless)
    {
        return;
    }
    let store = &app.store;
    let noted = store.note_client_use(&client.realm, &client.id, now, unless);
    // What has been issued is issued: the next use is noted instead.
    if let Err(error) = noted.await {
        tracing::warn!(%error, client = %client.id, "a use of a client was not noted");
    }
}

/// Whether a client needs no new look at its document. One that is switched off gets none.
fn stands(client: &Client, now: Timestamp) -> bool {
    client.disabled_at.is_some() || client.fresh_until.is_none_or(|until| now < until)
}

async fn fetch(
    app: &App,
    realm: &Realm,
    id: &ClientId,
    known: Option<Client>,
    now: Timestamp,
) -> Result<Named, Fault> {
    let terms = Terms::of(Author::Document, realm.settings);
    let (reason, error) = match ask(app, &realm.id, id, now).await? {
        Ok(document) => match read(&document, (id, known.as_ref()), terms) {
            Ok(metadata) => {
                let kept = document.max_age.unwrap_or(USUAL);
                let until = now.plus(kept.clamp(SHORTEST, LONGEST));
                let fetched = new_client(&realm.id, id, metadata, until, now);
                return Ok(keep(app, fetched, known, now).await?.into());
            }
            Err(reason) => (reason, None),
        },
        Err(error) => (error.to_string(), Some(error)),
    };
    tracing::info!(realm = %realm.id, client = %id, reason, "a client-ID document is not usable");
    let serves = |client: &Client| {
        let until = client.fresh_until.unwrap_or(client.created_at);
        error.is_some_and(is_passing) && now < until.plus(STALE_FOR)
    };
    Ok(match known.filter(serves) {
        Some(client) => Named::Client(Arc::new(client)),
        None if error == Some(FetchError::Busy) => Named::Later(PER_HOST.interval),
        None => Named::Nobody,
    })
}

/// Whether the document may well be there in a moment.
fn is_passing(error: FetchError) -> bool {
    match error {
        FetchError::Busy
        | FetchError::Timeout
        | FetchError::Unreachable
        | FetchError::Unresolvable => true,
        FetchError::Status(status) => status >= 500,
        FetchError::InvalidUrl
        | FetchError::NotHttps
        | FetchError::AddressNotAllowed
        | FetchError::Tls(_)
        | FetchError::Redirect
        | FetchError::Malformed
        | FetchError::TooLarge => false,
    }
}

async fn ask(
    app: &App,
    realm: &RealmId,
    id: &ClientId,
    now: Timestamp,
) -> Result<Result<Fetched, FetchError>, Fault> {
    let host = origin_of(id.as_str()).unwrap_or_default();
    let key = format!("client-document:{realm}:{host}");
    if limits::count(app, &key, PER_HOST, now).await?.is_some() {
        return Ok(Err(FetchError::Busy));
    }
    let limits = Limits {
        body_bytes: LIMIT_BYTES,
        ..Limits::default()
    };
    let outgoing = app.outgoing.within(limits);
    Ok(outgoing.get(id.as_str(), "application/json").await)
}

/// draft-ietf-oauth-client-id-metadata-document §4: the document says that it is this client, and
/// holds no secret.
fn read(
    document: &Fetched,
    (id, known): (&ClientId, Option<&Client>),
    terms: Terms,
) -> Result<ClientMetadata, String> {
    let is_json = |kind: &String| {
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    };
    if !document.content_type.as_ref().is_some_and(is_json) {
        return Err("it is not application/json".to_owned());
    }
    let members: Map<String, Value> = serde_json::from_slice(&document.bytes)
        .map_err(|_other| "it is no JSON object".to_owned())?;
    if members.get("client_id").and_then(Value::as_str) != Some(id.as_str()) {
        return Err("its client_id is not its own address".to_owned());
    }
    for member in ["client_secret", "client_secret_expires_at"] {
        if members.contains_key(member) {
            return Err(format!("{member} must not be in a client-ID document"));
        }
    }
    let metadata = register(&members, terms).map_err(|refusal| refusal.to_string())?;
    check_keys(&metadata).map_err(|refusal| refusal.to_string())?;
    match known {
        None => Ok(metadata),
        Some(known) => renew(known, metadata).map_err(|refusal| refusal.to_string()),
    }
}

fn new_client(
    realm: &RealmId,
    id: &ClientId,
    metadata: ClientMetadata,
    until: Timestamp,
    now: Timestamp,
) -> Client {
    let mut client = Client::registered_by_admin(realm.clone(), id.clone(), None, metadata, now);
    client.origin = ClientOrigin::Document;
    client.fresh_until = Some(until);
    client
}

/// Writes a fetched document down: over the one before, or as a new client.
async fn keep(
    app: &App,
    fetched: Client,
    known: Option<Client>,
    now: Timestamp,
) -> Result<Option<Arc<Client>>, Fault> {
    let current = match known {
        Some(known) => Client {
            metadata: fetched.metadata.clone(),
            fresh_until: fetched.fresh_until,
            ..known
        },
        None => fetched.clone(),
    };
    if app.store.renew_document(&current).await? == Change::Changed {
        return Ok(Some(app.facts.remember_client(current, now)));
    }
    let admission = Admission {
        initial_access_token: None,
        limit: app.settings.registration.clients_limit,
    };
    let created = Event::new(
        &fetched.realm,
        EventKind::ClientCreated,
        &Caller::default(),
        now,
    )
    .of_client(&fetched.id)
    .with("origin", fetched.origin.as_str());
    match app
        .store
        .register_client(&fetched, &admission, &[created])
        .await?
    {
        ClientRegistration::Registered => Ok(Some(app.facts.remember_client(fetched, now))),
        // Somebody else's request has brought it.
        ClientRegistration::NameTaken => {
            let read = app.store.client(&fetched.realm, &fetched.id).await?;
            Ok(read.map(|client| app.facts.remember_client(client, now)))
        }
        ClientRegistration::Full | ClientRegistration::TokenRefused => {
            tracing::warn!(realm = %fetched.realm, "the realm takes no more client-ID documents");
            Ok(None)
        }
    }
}
