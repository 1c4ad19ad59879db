//! A client looks at its registration, replaces it, or takes it back (RFC 7592 §2).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{RegisterRefusal, settings_of, understand};
use crate::account::event::{Caller, Event, EventKind};
use crate::flows::{App, Fault, FlowError, client_secret, revocations};
use crate::keys::KeyError;
use crate::protocol::client::registration::{RegistrationRefusal, own_members, renew};
use crate::protocol::client::{Client, SecretKind};
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::may_issue::{Parties, may_issue};
use crate::protocol::time::Timestamp;
use crate::secret::{Digest, SecretString};
use crate::store::{Change, Effects, RevocationMark};

/// RFC 7592 §2.2: what the server alone says must not be in an update.
const SERVERS_OWN: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// Whose registration, and the proof that it may be managed.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// The realm of the address.
    pub realm: &'a RealmId,
    /// The client of the address.
    pub client: &'a str,
    /// The registration access token.
    pub token: Option<&'a str>,
    /// Who asks, for the record.
    pub caller: &'a Caller,
}

/// Why a registration was not shown or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManageRefusal {
    /// No token was sent.
    TokenMissing,
    /// It is not the token of this client, or there is no such client: nobody is told which.
    TokenRefused,
    /// The client or its realm is switched off.
    Denied,
    /// `client_id` in the body is not the client of the address.
    OtherClient,
    /// `client_secret` in the body is not the client's.
    OtherSecret,
    /// A member that the server alone says.
    ServersOwn(&'static str),
    /// The metadata is not registered.
    Metadata(RegistrationRefusal),
}

/// A registration as it stands after an update.
#[derive(Debug)]
pub struct Updated {
    /// The client.
    pub client: Client,
    /// A new secret, when the new method needs one that the client does not have.
    pub secret: Option<SecretString>,
}

/// The client that the registration access token was issued for, read from the record itself.
pub async fn read(app: &App, presented: Presented<'_>) -> Result<Client, FlowError<ManageRefusal>> {
    let token = presented
        .token
        .ok_or(FlowError::Refused(ManageRefusal::TokenMissing))?;
    let client = match ClientId::parse(presented.client) {
        Ok(id) => app.store.client(presented.realm, &id).await?,
        Err(_invalid) => None,
    };
    let proven = |client: &Client| {
        let stored = client.registration_token.as_ref();
        stored.is_some_and(|stored| Digest::of(token).matches(stored))
    };
    let client = client
        .filter(proven)
        .ok_or(FlowError::Refused(ManageRefusal::TokenRefused))?;
    let now = app.now();
    let realm = app
        .facts
        .realm(app.store.as_ref(), presented.realm, now)
        .await?;
    let parties = Parties {
        realm_enabled: realm.is_some_and(|realm| realm.disabled_at.is_none()),
        client: &client,
        user_enabled: None,
        admitted: true,
        session_stands: true,
        revoked: false,
    };
    may_issue(parties).map_err(|_standing| FlowError::Refused(ManageRefusal::Denied))?;
    Ok(client)
}

/// Replaces the whole registration (RFC 7592 §2.2): what the request leaves out is gone.
pub async fn update(
    app: &App,
    presented: Presented<'_>,
    requested: &Map<String, Value>,
) -> Result<Updated, FlowError<ManageRefusal>> {
    use ManageRefusal as R;
    let mut client = read(app, presented).await?;
    if let Some(member) = SERVERS_OWN.into_iter().find(|m| requested.contains_key(*m)) {
        return Err(FlowError::Refused(R::ServersOwn(member)));
    }
    if requested.get("client_id").and_then(Value::as_str) != Some(client.id.as_str()) {
        return Err(FlowError::Refused(R::OtherClient));
    }
    if let Some(secret) = requested.get("client_secret")
        && !is_secret_of(app, &client, secret)?
    {
        return Err(FlowError::Refused(R::OtherSecret));
    }
    let settings = settings_of(app, presented.realm, app.now()).await?;
    let (before, old) = (client.metadata.secret_kind(), own_members(&client.metadata));
    let asked = understand(app, requested, settings)
        .await
        .map_err(|error| {
            error.map_refusal(|refusal| match refusal {
                RegisterRefusal::Metadata(refusal) => R::Metadata(refusal),
                // Nothing else comes of reading metadata.
                RegisterRefusal::Off
                | RegisterRefusal::TokenMissing
                | RegisterRefusal::TokenRefused
                | RegisterRefusal::SlowDown { .. }
                | RegisterRefusal::Full { .. } => R::Denied,
            })
        })?;
    client.metadata =
        renew(&client, asked).map_err(|refusal| FlowError::Refused(R::Metadata(refusal)))?;
    let secret = renew_secret(app, &mut client, before)?;
    let digest = Digest::of(presented.token.unwrap_or_default());
    let new = own_members(&client.metadata);
    let told = |kind| about(&client, kind, presented.caller, app.now());
    let changed = told(EventKind::ClientChanged).with_changes(&old.into(), &new.into());
    let mut events = vec![changed];
    if secret.is_some() {
        events.push(told(EventKind::ClientSecretReplaced));
    }
    let store = &app.store;
    match store
        .replace_registration(&client, &digest, &events)
        .await?
    {
        Change::Changed => Ok(Updated { client, secret }),
        // It was removed or switched off meanwhile.
        Change::NotFound => Err(FlowError::Refused(R::TokenRefused)),
    }
}

/// Takes the registration back, and every token with it (RFC 7592 §2.3).
pub async fn delete(app: &App, presented: Presented<'_>) -> Result<(), FlowError<ManageRefusal>> {
    let client = read(app, presented).await?;
    let now = app.now();
    let mark = RevocationMark::Client(client.id.clone());
    let deleted = about(&client, EventKind::ClientDeleted, presented.caller, now);
    let effects =
        Effects::marks([revocations::mark(presented.realm, mark, now)]).and_event(deleted);
    let change = app
        .store
        .delete_client(presented.realm, &client.id, &effects, now)
        .await?;
    if change == Change::NotFound {
        return Err(FlowError::Refused(ManageRefusal::TokenRefused));
    }
    revocations::announce(app, &effects.marks, now).await;
    Ok(())
}

/// What is told of a client that looks after itself.
fn about(client: &Client, kind: EventKind, caller: &Caller, now: Timestamp) -> Event {
    Event::new(&client.realm, kind, caller, now)
        .of_client(&client.id)
        .with("origin", client.origin.as_str())
}

/// A secret that is kept as a digest cannot become one that is kept sealed, nor the reverse.
fn renew_secret(
    app: &App,
    client: &mut Client,
    before: SecretKind,
) -> Result<Option<SecretString>, Fault> {
    let kind = client.metadata.secret_kind();
    if kind == before {
        return Ok(None);
    }
    let secret = match kind {
        SecretKind::None => None,
        SecretKind::Digest | SecretKind::Sealed => {
            Some(client_secret::generate(app.entropy.as_ref())?)
        }
    };
    client_secret::keep(client, secret.as_ref(), || {
        Ok::<_, KeyError>(Arc::clone(&app.master))
    })?;
    Ok(secret)
}

fn is_secret_of(app: &App, client: &Client, presented: &Value) -> Result<bool, Fault> {
    let Some(presented) = presented.as_str() else {
        return Ok(false);
    };
    client_secret::matches(client, presented, &app.master).map_err(Fault::from)
}
