//! `vidimus client`: registering applications.

use serde_json::{Map, Value, json};

use super::arguments::{ClientCommand, ClientCreateArgs, ClientUpdateArgs, TypeArg};
use super::desk::Desk;
use super::output::{Output, members, table};
use super::{Failure, FailureKind, backend};
use crate::account::event::{Event, EventKind};
use crate::config::Config;
use crate::entropy::random_text;
use crate::flows::client_secret;
use crate::keys::KeyError;
use crate::protocol::client::registration::{
    Author, RegistrationRefusal, Terms, own_members, register,
};
use crate::protocol::client::{
    Client, ClientMetadata, ClientOrigin, ClientType, IntrospectionRight, SecretKind,
};
use crate::protocol::ids::ClientId;
use crate::secret::SecretString;
use crate::store::{Change, Creation, Effects, Page, RevocationMark};

/// Clients read from the record at a time.
const PAGE: u32 = 500;

impl From<RegistrationRefusal> for Failure {
    fn from(refusal: RegistrationRefusal) -> Self {
        Self::usage(refusal.to_string())
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new(FailureKind::Failed, error.to_string())
    }
}

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    config: &Config,
    command: ClientCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        ClientCommand::Create(arguments) => create(desk, config, arguments, output).await,
        ClientCommand::List => list(desk, output).await,
        ClientCommand::Get { client_id } => {
            let client = find(desk, &client_id).await?;
            output.data(&document(&client, None), members)
        }
        ClientCommand::Update(arguments) => update(desk, config, arguments, output).await,
        ClientCommand::Delete { client_id } => delete(desk, &client_id, output).await,
    }
}

async fn create(
    desk: &Desk,
    config: &Config,
    arguments: ClientCreateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let metadata = register(&requested(&arguments)?, terms(desk).await?)?;
    let id = new_id(desk)?;
    let now = desk.clock.now();
    let mut client = Client::registered_by_admin(desk.realm.clone(), id, None, metadata, now);
    let secret = give_secret(desk, config, &mut client).await?;
    let created = desk.event(EventKind::ClientCreated).of_client(&client.id);
    let told = [created.with("origin", client.origin.as_str())];
    match desk.store.create_client(&client, &told).await? {
        Creation::Created => {}
        Creation::NameTaken => {
            let message = "the new client_id is taken; try again";
            return Err(Failure::new(FailureKind::Failed, message));
        }
    }
    output.data(&document(&client, secret.as_ref()), members)?;
    tell_secret(secret.as_ref(), output)
}

/// The request that the command line stands for. What is told by a flag of its own stands above a
/// file, and `--set` above all.
fn requested(arguments: &ClientCreateArgs) -> Result<Map<String, Value>, Failure> {
    let mut request = Map::new();
    arguments.metadata.apply(&mut request)?;
    let mut tell = |member: &str, value: Value| {
        request.entry(member).or_insert(value);
    };
    if let Some(kind) = arguments.client_type {
        tell("client_type", json!(ClientType::from(kind)));
    }
    if arguments.with_secret {
        // The types other than device leave no choice.
        if arguments.client_type != Some(TypeArg::Device) {
            return Err(Failure::usage(
                "only a device client may be given a secret by choice",
            ));
        }
        tell("token_endpoint_auth_method", json!("client_secret_basic"));
    }
    if let Some(name) = &arguments.name {
        tell("client_name", json!(name));
    }
    for (member, uris) in [
        ("redirect_uris", &arguments.redirect_uri),
        (
            "post_logout_redirect_uris",
            &arguments.post_logout_redirect_uri,
        ),
    ] {
        if !uris.is_empty() {
            tell(member, json!(uris));
        }
    }
    if !arguments.scope.is_empty() {
        tell("scope", json!(arguments.scope.join(" ")));
    }
    if !arguments.allowed_group.is_empty() {
        tell("allowed_groups", json!(arguments.allowed_group));
    }
    if !arguments.required_scope.is_empty() {
        tell("required_scope", json!(arguments.required_scope.join(" ")));
    }
    if arguments.first_party {
        tell("first_party", json!(true));
    }
    if arguments.require_second_factor {
        tell("require_second_factor", json!(true));
    }
    if arguments.may_introspect {
        tell("introspection", json!(IntrospectionRight::Realm));
    }
    Ok(request)
}

/// What holds in the realm for a client that an admin registers.
async fn terms(desk: &Desk) -> Result<Terms, Failure> {
    let realm = desk.store.realm(&desk.realm).await?;
    let settings = realm.map(|realm| realm.settings).unwrap_or_default();
    Ok(Terms::of(Author::Admin, settings))
}

/// Gives a client a new secret, if it proves itself with one.
async fn give_secret(
    desk: &Desk,
    config: &Config,
    client: &mut Client,
) -> Result<Option<SecretString>, Failure> {
    let kind = client.metadata.secret_kind();
    let secret = match kind {
        SecretKind::None => None,
        SecretKind::Digest | SecretKind::Sealed => {
            Some(client_secret::generate(desk.entropy.as_ref())?)
        }
    };
    let master = match kind {
        SecretKind::Sealed => Some(backend::master_key(config, desk.store.as_ref()).await?),
        SecretKind::None | SecretKind::Digest => None,
    };
    let missing = || {
        Failure::new(
            FailureKind::Failed,
            "the master key is needed to seal a secret",
        )
    };
    client_secret::keep(client, secret.as_ref(), || master.ok_or_else(missing))?;
    Ok(secret)
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
            let document = document(client, None);
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
    config: &Config,
    arguments: ClientUpdateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut client = find(desk, &arguments.client_id).await?;
    let (now, old) = (desk.clock.now(), document(&client, None));
    let switched_off = arguments.disable && client.disabled_at.is_none();
    if arguments.disable {
        client.disabled_at = client.disabled_at.or(Some(now));
    } else if arguments.enable {
        client.disabled_at = None;
    }
    let before = client.metadata.secret_kind();
    client.metadata = register(&changed(&client.metadata, &arguments)?, terms(desk).await?)?;
    let kind = client.metadata.secret_kind();
    if arguments.rotate_secret && kind == SecretKind::None {
        return Err(Failure::denied(
            "this client keeps no secret, so there is none to rotate",
        ));
    }
    // A digest cannot be sealed, nor the reverse: another way of keeping it takes a new secret.
    let secret = if arguments.rotate_secret || kind != before {
        give_secret(desk, config, &mut client).await?
    } else {
        None
    };
    let told = told(desk, &client, &old, secret.is_some());
    if desk.store.update_client(&client, &told).await? == Change::NotFound {
        return Err(no_client(client.id.as_str()));
    }
    if switched_off {
        let marks = desk.marks(RevocationMark::Client(client.id.clone()), now);
        desk.store.record_revocations(&marks, now).await?;
        desk.settle().await?;
    }
    output.data(&document(&client, secret.as_ref()), members)?;
    tell_secret(secret.as_ref(), output)
}

/// What is told of a client that was changed.
fn told(desk: &Desk, client: &Client, old: &Value, new_secret: bool) -> Vec<Event> {
    let event = |kind| desk.event(kind).of_client(&client.id);
    let changed = event(EventKind::ClientChanged).with_changes(old, &document(client, None));
    let replaced = new_secret.then(|| event(EventKind::ClientSecretReplaced));
    let changed = Some(changed).filter(|event| !event.detail.is_empty());
    changed.into_iter().chain(replaced).collect()
}

/// The registration request of a client as it stands, with what the command line replaces.
fn changed(
    old: &ClientMetadata,
    arguments: &ClientUpdateArgs,
) -> Result<Map<String, Value>, Failure> {
    let mut request = own_members(old);
    let mut tell = |member: &str, value: Value| {
        request.insert(member.to_owned(), value);
    };
    if let Some(name) = &arguments.name {
        tell("client_name", json!(name));
    }
    if !arguments.redirect_uri.is_empty() {
        tell("redirect_uris", json!(arguments.redirect_uri));
    }
    if !arguments.post_logout_redirect_uri.is_empty() {
        let uris = json!(arguments.post_logout_redirect_uri);
        tell("post_logout_redirect_uris", uris);
    }
    if !arguments.scope.is_empty() {
        tell("scope", json!(arguments.scope.join(" ")));
    }
    if arguments.for_everybody || !arguments.allowed_group.is_empty() {
        tell("allowed_groups", json!(arguments.allowed_group));
    }
    if !arguments.required_scope.is_empty() {
        tell("required_scope", json!(arguments.required_scope.join(" ")));
    }
    if let Some(first_party) = arguments.first_party {
        tell("first_party", json!(first_party));
    }
    if let Some(required) = arguments.require_second_factor {
        tell("require_second_factor", json!(required));
    }
    arguments.metadata.apply(&mut request)?;
    Ok(request)
}

async fn delete(desk: &Desk, client_id: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let client = parse_id(client_id)?;
    let now = desk.clock.now();
    let marks = desk.marks(RevocationMark::Client(client.clone()), now);
    let deleted = desk.event(EventKind::ClientDeleted).of_client(&client);
    let effects = Effects::marks(marks).and_event(deleted);
    let change = desk
        .store
        .delete_client(&desk.realm, &client, &effects, now)
        .await?;
    desk.settle().await?;
    match change {
        Change::Changed => output.talk(format_args!("deleted {client} and revoked its tokens")),
        Change::NotFound => Err(no_client(client_id)),
    }
}

pub(super) async fn find(desk: &Desk, client_id: &str) -> Result<Client, Failure> {
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

/// 128 random bits; an identifier is public, so this is for uniqueness only.
fn new_id(desk: &Desk) -> Result<ClientId, Failure> {
    let text = format!("vid_{}", random_text::<16>(desk.entropy.as_ref())?);
    ClientId::parse(text).map_err(|invalid| Failure::new(FailureKind::Failed, invalid.to_string()))
}

/// RFC 7591 §3.2.1: the metadata, the identifier and, once, the secret.
fn document(client: &Client, secret: Option<&SecretString>) -> Value {
    let mut document = own_members(&client.metadata);
    let mut tell = |member: &str, value: Value| {
        document.insert(member.to_owned(), value);
    };
    tell("client_id", json!(client.id));
    let issued_at = client.created_at.unix_seconds();
    tell("client_id_issued_at", json!(issued_at));
    if client.origin != ClientOrigin::Admin {
        tell("origin", json!(client.origin.as_str()));
    }
    if let Some(used_at) = client.last_used_at {
        tell("last_used_at", json!(used_at.unix_seconds()));
    }
    if let Some(disabled_at) = client.disabled_at {
        tell("disabled_at", json!(disabled_at.unix_seconds()));
    }
    if let Some(secret) = secret {
        tell("client_secret", json!(secret.expose()));
        tell("client_secret_expires_at", json!(0));
    }
    Value::Object(document)
}

fn tell_secret(secret: Option<&SecretString>, output: &mut Output<'_>) -> Result<(), Failure> {
    match secret {
        Some(_) => {
            output.talk("Keep the client_secret now: it is stored as a digest and not shown again.")
        }
        None => Ok(()),
    }
}
