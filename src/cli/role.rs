//! `vidimus role`: what people are allowed in applications.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::desk::Desk;
use super::output::{Output, members, table};
use super::{Failure, FailureKind, client, group, user};
use crate::account::event::{Event, EventKind};
use crate::account::role::{Holder, Role};
use crate::entropy::random_text;
use crate::protocol::ids::{ClientId, RoleId, RoleName};
use crate::store::{Change, Creation, Effects};

const EXAMPLES: &str = "\
Examples:
  vidimus role create editor --description \"May change articles\"
  vidimus role create admin --client vid_abc --require-second-factor
  vidimus role grant editor --user ada
  vidimus role grant admin --client vid_abc --group staff

Applications that have the scope `roles` are told the names of the realm's roles and of their own.";

/// `role …`
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum RoleCommand {
    /// List the roles of the realm and of its clients
    List,
    /// Show a role and who has it
    Get(RoleArgs),
    /// Make a role, of the realm or of one client
    Create(RoleCreateArgs),
    /// Change a role
    Update(RoleUpdateArgs),
    /// Remove a role, from everybody who has it
    Delete(RoleArgs),
    /// Give a role to a person or a group
    Grant(RoleGrantArgs),
    /// Take a role from a person or a group
    Revoke(RoleGrantArgs),
}

/// Which role.
#[derive(Debug, Args)]
pub struct RoleArgs {
    /// The role's name
    pub role: String,
    /// The client whose role it is; left out for a role of the realm
    #[arg(long, value_name = "CLIENT_ID")]
    pub client: Option<String>,
}

/// `role create`
#[derive(Debug, Args)]
pub struct RoleCreateArgs {
    /// Which role.
    #[command(flatten)]
    pub role: RoleArgs,
    /// What it is for
    #[arg(long, default_value = "")]
    pub description: String,
    /// Whoever has it proves a second factor
    #[arg(long)]
    pub require_second_factor: bool,
}

/// `role update`
#[derive(Debug, Args)]
pub struct RoleUpdateArgs {
    /// Which role.
    #[command(flatten)]
    pub role: RoleArgs,
    /// What it is for
    #[arg(long)]
    pub description: Option<String>,
    /// Whether whoever has it proves a second factor
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    pub require_second_factor: Option<bool>,
}

/// `role grant`, `role revoke`
#[derive(Debug, Args)]
pub struct RoleGrantArgs {
    /// Which role.
    #[command(flatten)]
    pub role: RoleArgs,
    /// A person: user name, address or id
    #[arg(long, required_unless_present = "group", conflicts_with = "group")]
    pub user: Option<String>,
    /// A group, and so everybody in it
    #[arg(long)]
    pub group: Option<String>,
}

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: RoleCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        RoleCommand::List => {
            let roles = desk.store.list_roles(&desk.realm).await?;
            show(&roles, output)
        }
        RoleCommand::Get(arguments) => get(desk, &arguments, output).await,
        RoleCommand::Create(arguments) => create(desk, arguments, output).await,
        RoleCommand::Update(arguments) => update(desk, arguments, output).await,
        RoleCommand::Delete(arguments) => delete(desk, &arguments, output).await,
        RoleCommand::Grant(arguments) => {
            let role = find(desk, &arguments.role).await?;
            let holder = holder(desk, &arguments).await?;
            give(desk, &role, &holder, output).await
        }
        RoleCommand::Revoke(arguments) => {
            let role = find(desk, &arguments.role).await?;
            let holder = holder(desk, &arguments).await?;
            take(desk, &role, &holder, output).await
        }
    }
}

async fn get(desk: &Desk, arguments: &RoleArgs, output: &mut Output<'_>) -> Result<(), Failure> {
    let role = find(desk, arguments).await?;
    let holders = desk.store.holders(&desk.realm, &role.id).await?;
    let mut document = document(&role);
    if let Some(members) = document.as_object_mut() {
        members.insert("users".to_owned(), json!(holders.users));
        members.insert("groups".to_owned(), json!(holders.groups));
    }
    output.data(&document, members)
}

async fn create(
    desk: &Desk,
    arguments: RoleCreateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let (client, name) = key(desk, &arguments.role).await?;
    let role = Role {
        realm: desk.realm.clone(),
        id: new_id(desk)?,
        client,
        name,
        description: arguments.description,
        require_second_factor: arguments.require_second_factor,
        created_at: desk.clock.now(),
    };
    let effects = Effects::event(event(desk, EventKind::RoleCreated, &role));
    match desk.store.create_role(&role, &effects).await? {
        Creation::Created => output.data(&document(&role), members),
        Creation::NameTaken => Err(Failure::denied(
            "there is a role of that name, in the realm or in a client that is told of both",
        )),
    }
}

async fn update(
    desk: &Desk,
    arguments: RoleUpdateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut role = find(desk, &arguments.role).await?;
    if let Some(description) = arguments.description {
        role.description = description;
    }
    if let Some(required) = arguments.require_second_factor {
        role.require_second_factor = required;
    }
    let event = event(desk, EventKind::RoleChanged, &role).with(
        "require_second_factor",
        role.require_second_factor.to_string(),
    );
    let (store, now) = (&desk.store, desk.clock.now());
    match store
        .update_role(&role, &Effects::event(event), now)
        .await?
    {
        Change::Changed => output.data(&document(&role), members),
        Change::NotFound => Err(no_role(role.name.as_str())),
    }
}

async fn delete(desk: &Desk, arguments: &RoleArgs, output: &mut Output<'_>) -> Result<(), Failure> {
    let role = find(desk, arguments).await?;
    let effects = Effects::event(event(desk, EventKind::RoleDeleted, &role));
    let (store, now) = (&desk.store, desk.clock.now());
    let deleted = store.delete_role(&desk.realm, &role.id, &effects, now);
    match deleted.await? {
        Change::Changed => output.talk(format_args!(
            "deleted {}; nobody has it any more",
            role.name
        )),
        Change::NotFound => Err(no_role(role.name.as_str())),
    }
}

/// Somebody who has roles, by the name that the command line gave.
pub(super) struct Named {
    pub(super) holder: Holder,
    pub(super) name: String,
}

async fn holder(desk: &Desk, arguments: &RoleGrantArgs) -> Result<Named, Failure> {
    match (&arguments.user, &arguments.group) {
        (Some(text), _) => {
            let user = user::find(desk, text).await?;
            Ok(Named {
                holder: Holder::User(user.id),
                name: user.username,
            })
        }
        (None, Some(text)) => group::holder(desk, text).await,
        (None, None) => Err(Failure::usage("give --user or --group")),
    }
}

/// Gives a role; whoever has it already keeps it.
pub(super) async fn give(
    desk: &Desk,
    role: &Role,
    named: &Named,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let effects = Effects::event(held(desk, EventKind::RoleGranted, role, named));
    let (store, now) = (&desk.store, desk.clock.now());
    let granted = store.grant_role(&desk.realm, &role.id, &named.holder, &effects, now);
    match granted.await? {
        Change::Changed => output.talk(format_args!("{} has the role {}", named.name, role.name)),
        Change::NotFound => output.talk(format_args!(
            "{} has the role {} already",
            named.name, role.name
        )),
    }
}

/// Takes a role away; it is an error when it was not there to be taken.
pub(super) async fn take(
    desk: &Desk,
    role: &Role,
    named: &Named,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let effects = Effects::event(held(desk, EventKind::RoleRevoked, role, named));
    let (store, now) = (&desk.store, desk.clock.now());
    let revoked = store.revoke_role(&desk.realm, &role.id, &named.holder, &effects, now);
    match revoked.await? {
        Change::Changed => output.talk(format_args!(
            "{} has the role {} no more",
            named.name, role.name
        )),
        Change::NotFound => Err(Failure::not_found(format!(
            "{} does not have the role {} by a grant of its own",
            named.name, role.name
        ))),
    }
}

fn event(desk: &Desk, kind: EventKind, role: &Role) -> Event {
    let event = Event::new(&desk.realm, kind, &desk.caller(), desk.clock.now())
        .with("role", role.name.as_str());
    match &role.client {
        Some(client) => event.of_client(client),
        None => event,
    }
}

fn held(desk: &Desk, kind: EventKind, role: &Role, named: &Named) -> Event {
    let event = event(desk, kind, role);
    match &named.holder {
        Holder::User(user) => event.of_user(user),
        Holder::Group(_) => event.with("group", named.name.as_str()),
    }
}

pub(super) async fn find(desk: &Desk, arguments: &RoleArgs) -> Result<Role, Failure> {
    let (client, name) = key(desk, arguments).await?;
    let role = desk.store.role(&desk.realm, client.as_ref(), &name).await?;
    role.ok_or_else(|| no_role(&arguments.role))
}

/// The client, which must be there, and the name.
async fn key(desk: &Desk, arguments: &RoleArgs) -> Result<(Option<ClientId>, RoleName), Failure> {
    let client = match &arguments.client {
        Some(text) => Some(client::find(desk, text).await?.id),
        None => None,
    };
    let name = RoleName::parse(arguments.role.as_str())
        .map_err(|invalid| Failure::usage(format!("{:?} is {invalid}", arguments.role)))?;
    Ok((client, name))
}

fn no_role(name: &str) -> Failure {
    Failure::not_found(format!(
        "there is no such role {name:?}; `vidimus role list` shows them"
    ))
}

fn new_id(desk: &Desk) -> Result<RoleId, Failure> {
    let text = format!("rol_{}", random_text::<16>(desk.entropy.as_ref())?);
    RoleId::parse(text).map_err(|invalid| Failure::new(FailureKind::Failed, invalid.to_string()))
}

pub(super) fn show(roles: &[Role], output: &mut Output<'_>) -> Result<(), Failure> {
    let documents: Vec<Value> = roles.iter().map(document).collect();
    let row = |role: &Role| {
        let client = role.client.as_ref().map(ToString::to_string);
        let strict = if role.require_second_factor {
            "second factor"
        } else {
            ""
        };
        vec![
            role.name.to_string(),
            client.unwrap_or_default(),
            strict.to_owned(),
            role.description.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = roles.iter().map(row).collect();
    output.data(&documents, |_| table(&rows))
}

fn document(role: &Role) -> Value {
    json!({
        "name": role.name,
        "client_id": role.client,
        "description": role.description,
        "require_second_factor": role.require_second_factor,
        "created_at": role.created_at.unix_seconds(),
    })
}
