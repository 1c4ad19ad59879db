//! Clients that register themselves (RFC 7591, OIDC Registration) and look after their registration
//! (RFC 7592).

pub mod manage;
mod sector;

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::account::event::{Caller, Event, EventKind};
use crate::account::slow_down::address_key;
use crate::flows::{App, Fault, FlowError, client_secret, limits};
use crate::keys::{JwkSet, KeyError};
use crate::protocol::client::registration::{Author, RegistrationRefusal, Terms, register};
use crate::protocol::client::{Client, ClientMetadata, ClientOrigin, SecretKind};
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::realm::{RealmSettings, RegistrationMode};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::{Admission, ClientRegistration};

/// A realm that is full may have room when unused clients have been cleaned away.
const FULL_RETRY: Lifetime = Lifetime::seconds(3600);
/// How often a new identifier is drawn; 128 random bits are never drawn twice.
const DRAWS: u32 = 2;

/// What somebody asks to register.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The realm of the address.
    pub realm: &'a RealmId,
    /// The presented initial access token.
    pub token: Option<&'a str>,
    /// Where the request came from.
    pub address: IpAddr,
    /// The requested metadata.
    pub metadata: &'a Map<String, Value>,
    /// Who asks, for the record.
    pub caller: &'a Caller,
}

/// A client that has just been registered.
#[derive(Debug)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// Its secret, told once.
    pub secret: Option<SecretString>,
    /// Its registration access token (RFC 7592 §3).
    pub token: SecretString,
}

/// Why a client was not registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterRefusal {
    /// The realm has no registration endpoint.
    Off,
    /// The realm wants an initial access token, and none was sent.
    TokenMissing,
    /// The initial access token is unknown, expired or used up.
    TokenRefused,
    /// Too many registrations from this address.
    SlowDown {
        /// For how long to wait.
        retry_after: Lifetime,
    },
    /// The realm has as many such clients as it may have.
    Full {
        /// When it may be worth another try.
        retry_after: Lifetime,
    },
    /// The metadata is not registered.
    Metadata(RegistrationRefusal),
}

/// Registers a client.
pub async fn register_client(
    app: &App,
    asked: Asked<'_>,
) -> Result<Registered, FlowError<RegisterRefusal>> {
    let now = app.now();
    let settings = settings_of(app, asked.realm, now).await?;
    let initial_access_token = match (settings.registration, asked.token) {
        (RegistrationMode::Off, _) => return refused(RegisterRefusal::Off),
        (RegistrationMode::Open, _) => None,
        (RegistrationMode::InitialAccessToken, None) => {
            return refused(RegisterRefusal::TokenMissing);
        }
        (RegistrationMode::InitialAccessToken, Some(token)) => Some(Digest::of(token)),
    };
    count_address(app, &asked, now).await?;
    let metadata = understand(app, asked.metadata, settings).await?;
    let admission = Admission {
        initial_access_token,
        limit: app.settings.registration.clients_limit,
    };
    for _ in 0..DRAWS {
        let registered = new_client(app, asked.realm, metadata.clone(), now)?;
        let client = &registered.client;
        let created = Event::new(asked.realm, EventKind::ClientCreated, asked.caller, now)
            .of_client(&client.id)
            .with("origin", client.origin.as_str());
        match app
            .store
            .register_client(client, &admission, &[created])
            .await?
        {
            ClientRegistration::Registered => return Ok(registered),
            ClientRegistration::NameTaken => {}
            ClientRegistration::TokenRefused => return refused(RegisterRefusal::TokenRefused),
            ClientRegistration::Full => {
                tracing::warn!(realm = %asked.realm, "the realm takes no more registered clients");
                let retry_after = FULL_RETRY;
                return refused(RegisterRefusal::Full { retry_after });
            }
        }
    }
    Err(Fault::Invariant("a drawn identifier is new").into())
}

fn refused<T>(refusal: RegisterRefusal) -> Result<T, FlowError<RegisterRefusal>> {
    Err(FlowError::Refused(refusal))
}

async fn settings_of(app: &App, realm: &RealmId, now: Timestamp) -> Result<RealmSettings, Fault> {
    let row = app.facts.realm(app.store.as_ref(), realm, now).await?;
    Ok(row.map(|realm| realm.settings).unwrap_or_default())
}

/// Counted before anything is looked at, so that trying costs as much as succeeding.
async fn count_address(
    app: &App,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Result<(), FlowError<RegisterRefusal>> {
    let key = format!("register:{}:{}", asked.realm, address_key(asked.address));
    let quota = app.settings.registration.per_address;
    match limits::count(app, &key, quota, now).await? {
        None => Ok(()),
        Some(retry_after) => refused(RegisterRefusal::SlowDown { retry_after }),
    }
}

/// The pure rule, and what it takes to know that the sector document vouches for the client.
async fn understand(
    app: &App,
    requested: &Map<String, Value>,
    settings: RealmSettings,
) -> Result<ClientMetadata, FlowError<RegisterRefusal>> {
    let no = |refusal| FlowError::Refused(RegisterRefusal::Metadata(refusal));
    let metadata = register(requested, Terms::of(Author::Client, settings)).map_err(no)?;
    check_keys(&metadata).map_err(no)?;
    Box::pin(sector::check(app, &metadata)).await.map_err(no)?;
    Ok(metadata)
}

/// Keys that nothing can be verified with would only show when the client first needs them.
pub(crate) fn check_keys(metadata: &ClientMetadata) -> Result<(), RegistrationRefusal> {
    let Some(set) = &metadata.jwks else {
        return Ok(());
    };
    let usable = JwkSet::from_value(set).is_ok_and(|set| !set.is_empty());
    usable.then_some(()).ok_or(RegistrationRefusal::Keys(
        "has no key that can be used here",
    ))
}

fn new_client(
    app: &App,
    realm: &RealmId,
    metadata: ClientMetadata,
    now: Timestamp,
) -> Result<Registered, Fault> {
    let id = ClientId::parse(format!("vid_{}", app.random_text::<16>()?))
        .map_err(|_invalid| Fault::Invariant("random text is a client identifier"))?;
    let token = SecretString::new(format!("vrt_{}", app.random_text::<32>()?));
    let secret = match metadata.secret_kind() {
        SecretKind::None => None,
        SecretKind::Digest | SecretKind::Sealed => {
            Some(client_secret::generate(app.entropy.as_ref())?)
        }
    };
    let mut client = Client::registered_by_admin(realm.clone(), id, None, metadata, now);
    client.origin = ClientOrigin::Registered;
    client.registration_token = Some(Digest::of(token.expose()));
    client_secret::keep(&mut client, secret.as_ref(), || {
        Ok::<_, KeyError>(Arc::clone(&app.master))
    })?;
    Ok(Registered {
        client,
        secret,
        token,
    })
}
