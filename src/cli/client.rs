//! `vidimus client`: registering applications.

use serde_json::{Value, json};

use super::arguments::{ClientCommand, ClientCreateArgs, ClientUpdateArgs};
use super::desk::Desk;
use super::output::{Output, members, table};
use super::{Failure, FailureKind};
use crate::entropy::random_text;
use crate::protocol::client::registration::{Application, RegistrationRefusal, register};
use crate::protocol::client::{Client, ClientMetadata, ClientType, IntrospectionRight};
use crate::protocol::ids::ClientId;
use crate::protocol::scope::ScopeSet;
use crate::secret::{Digest, Secret, SecretString};
use crate::store::{Change, Creation, Page, RevocationMark};

/// Clients read from the record at a time.
const PAGE: u32 = 500;

impl From<RegistrationRefusal> for Failure {
    fn from(refusal: RegistrationRefusal) -> Self {
        Self::usage(refusal.to_string())
    }
}

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: ClientCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        ClientCommand::Create(arguments) => create(desk, arguments, output).await,
        ClientCommand::List => list(desk, output).await,
        ClientCommand::Get { client_id } => {
            let client = find(desk, &client_id).await?;
            output.data(&document(&client, None)?, members)
        }
        ClientCommand::Update(arguments) => update(desk, arguments, output).await,
        ClientCommand::Delete { client_id } => delete(desk, &client_id, output).await,
    }
}

async fn create(
    desk: &Desk,
    arguments: ClientCreateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let metadata = register(Application {
        client_type: arguments.client_type.into(),
        name: arguments.name,
        redirect_uris: arguments.redirect_uri,
        post_logout_redirect_uris: arguments.post_logout_redirect_uri,
        scope: parse_scope(&arguments.scope)?,
        first_party: arguments.first_party,
        introspection: if arguments.may_introspect {
            IntrospectionRight::Realm
        } else {
            IntrospectionRight::Own
        },
        keeps_secret: arguments.with_secret,
    })?;
    let secret = if metadata.is_public() {
        None
    } else {
        Some(new_secret(desk)?)
    };
    let client = Client::registered_by_admin(
        desk.realm.clone(),
        new_id(desk)?,
        secret.as_ref().map(|text| Digest::of(text.expose())),
        metadata,
        desk.clock.now(),
    );
    match desk.store.create_client(&client).await? {
        Creation::Created => {}
        Creation::NameTaken => {
            let message = "the new client_id is taken; try again";
            return Err(Failure::new(FailureKind::Failed, message));
        }
    }
    output.data(&document(&client, secret.as_ref())?, members)?;
    tell_secret(secret.as_ref(), output)
}

async fn list(desk: &Desk, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut documents = Vec::new();
    let mut rows = Vec::new();
    let mut page = Page {
        after: None,
        limit: PAGE,
    };
    loop {
        let clients = desk.store.list_clients(&desk.realm, &page).await?;
        for client in &clients {
            let document = document(client, None)?;
            let kind = document.get("client_type").and_then(Value::as_str);
            rows.push(vec![
                client.id.to_string(),
                kind.unwrap_or_default().to_owned(),
                client.metadata.client_name.clone(),
                if client.disabled_at.is_some() {
                    "disabled"
                } else {
                    ""
                }
                .to_owned(),
            ]);
            documents.push(document);
        }
        match clients.last() {
            Some(last) => page.after = Some(last.id.to_string()),
            None => break,
        }
    }
    output.data(&documents, |_| table(&rows))
}

async fn update(
    desk: &Desk,
    arguments: ClientUpdateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut client = find(desk, &arguments.client_id).await?;
    let now = desk.clock.now();
    let switched_off = arguments.disable && client.disabled_at.is_none();
    if arguments.disable {
        client.disabled_at = client.disabled_at.or(Some(now));
    } else if arguments.enable {
        client.disabled_at = None;
    }
    let secret = if arguments.rotate_secret {
        if client.metadata.is_public() {
            return Err(Failure::denied(
                "this client keeps no secret, so there is none to rotate",
            ));
        }
        let secret = new_secret(desk)?;
        client.secret = Some(Digest::of(secret.expose()));
        Some(secret)
    } else {
        None
    };
    client.metadata = changed(client.metadata, arguments)?;
    if desk.store.update_client(&client).await? == Change::NotFound {
        return Err(no_client(client.id.as_str()));
    }
    if switched_off {
        let marks = desk.marks(RevocationMark::Client(client.id.clone()), now);
        desk.store.record_revocations(&marks, now).await?;
        desk.settle().await?;
    }
    output.data(&document(&client, secret.as_ref())?, members)?;
    tell_secret(secret.as_ref(), output)
}

/// The metadata with what the command line replaces, checked like a new registration.
fn changed(old: ClientMetadata, new: ClientUpdateArgs) -> Result<ClientMetadata, Failure> {
    let keeps_secret = old.client_type == ClientType::Device && !old.is_public();
    let or_old = |new: Vec<String>, old: Vec<String>| if new.is_empty() { old } else { new };
    Ok(register(Application {
        client_type: old.client_type,
        name: new.name.unwrap_or(old.client_name),
        redirect_uris: or_old(new.redirect_uri, old.redirect_uris),
        post_logout_redirect_uris: or_old(
            new.post_logout_redirect_uri,
            old.post_logout_redirect_uris,
        ),
        scope: parse_scope(&new.scope)?.or(Some(old.scope)),
        first_party: new.first_party.unwrap_or(old.first_party),
        introspection: old.introspection,
        keeps_secret,
    })?)
}

async fn delete(desk: &Desk, client_id: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let client = parse_id(client_id)?;
    let now = desk.clock.now();
    let marks = desk.marks(RevocationMark::Client(client.clone()), now);
    let change = desk
        .store
        .delete_client(&desk.realm, &client, &marks, now)
        .await?;
    desk.settle().await?;
    match change {
        Change::Changed => output.talk(format_args!("deleted {client} and revoked its tokens")),
        Change::NotFound => Err(no_client(client_id)),
    }
}

async fn find(desk: &Desk, client_id: &str) -> Result<Client, Failure> {
    let client = desk
        .store
        .client(&desk.realm, &parse_id(client_id)?)
        .await?;
    client.ok_or_else(|| no_client(client_id))
}

fn parse_id(client_id: &str) -> Result<ClientId, Failure> {
    ClientId::parse(client_id).map_err(|_invalid| no_client(client_id))
}

fn no_client(client_id: &str) -> Failure {
    Failure::not_found(format!("there is no client {client_id:?} in this realm"))
}

fn parse_scope(scope: &[String]) -> Result<Option<ScopeSet>, Failure> {
    if scope.is_empty() {
        return Ok(None);
    }
    let parsed = ScopeSet::parse(&scope.join(" "));
    parsed
        .map(Some)
        .map_err(|invalid| Failure::usage(invalid.to_string()))
}

/// 128 random bits; an identifier is public, so this is for uniqueness only.
fn new_id(desk: &Desk) -> Result<ClientId, Failure> {
    let text = format!("vid_{}", random_text::<16>(desk.entropy.as_ref())?);
    ClientId::parse(text).map_err(|invalid| Failure::new(FailureKind::Failed, invalid.to_string()))
}

/// 256 random bits in unreserved characters, because many clients forget to encode others for
/// HTTP Basic; the prefix is for secret scanners.
fn new_secret(desk: &Desk) -> Result<SecretString, Failure> {
    let text = random_text::<32>(desk.entropy.as_ref())?;
    Ok(Secret::new(format!("vcs_{text}")))
}

/// RFC 7591 §3.2.1: the metadata, the identifier and, once, the secret.
fn document(client: &Client, secret: Option<&SecretString>) -> Result<Value, Failure> {
    let mut value = serde_json::to_value(&client.metadata).map_err(std::io::Error::from)?;
    if let Some(members) = value.as_object_mut() {
        members.insert("client_id".to_owned(), json!(client.id));
        let issued_at = client.created_at.unix_seconds();
        members.insert("client_id_issued_at".to_owned(), json!(issued_at));
        if let Some(disabled_at) = client.disabled_at {
            members.insert("disabled_at".to_owned(), json!(disabled_at.unix_seconds()));
        }
        if let Some(secret) = secret {
            members.insert("client_secret".to_owned(), json!(secret.expose()));
            members.insert("client_secret_expires_at".to_owned(), json!(0));
        }
    }
    Ok(value)
}

fn tell_secret(secret: Option<&SecretString>, output: &mut Output<'_>) -> Result<(), Failure> {
    match secret {
        Some(_) => {
            output.talk("Keep the client_secret now: it is stored as a digest and not shown again.")
        }
        None => Ok(()),
    }
}
