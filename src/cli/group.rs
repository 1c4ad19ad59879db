//! `vidimus group`: people who belong together, and the roles that this gives them.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::desk::Desk;
use super::output::{Output, members, table};
use super::role::{self, Named, RoleArgs};
use super::{Failure, FailureKind, user};
use crate::account::event::{Event, EventKind};
use crate::account::role::{Group, Holder};
use crate::account::user::User;
use crate::entropy::random_text;
use crate::protocol::ids::{GroupId, GroupName};
use crate::store::{Change, Creation, Effects};

const EXAMPLES: &str = "\
Examples:
  vidimus group create staff --description \"Everybody who works here\"
  vidimus group add-member staff ada
  vidimus group grant staff editor
  vidimus group grant staff admin --client vid_abc

Applications that have the scope `groups` are told the names of a person's groups.";

/// `group …`
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum GroupCommand {
    /// List groups
    List,
    /// Show a group, its members and its roles
    Get {
        /// The group's name
        group: String,
    },
    /// Make a group
    Create {
        /// The name that applications are told; it cannot be changed
        group: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Change a group
    Update {
        /// The group's name
        group: String,
        /// What it is for
        #[arg(long)]
        description: String,
    },
    /// Remove a group; its members lose the roles that it gave them
    Delete {
        /// The group's name
        group: String,
    },
    /// Add a person to a group
    AddMember(MemberArgs),
    /// Take a person out of a group
    RemoveMember(MemberArgs),
    /// Give a role to a group, and so to everybody in it
    Grant(GroupRoleArgs),
    /// Take a role from a group
    Revoke(GroupRoleArgs),
}

/// A group and a person.
#[derive(Debug, Args)]
pub struct MemberArgs {
    /// The group's name
    pub group: String,
    /// The person: user name, address or id
    pub user: String,
}

/// A group and a role.
#[derive(Debug, Args)]
pub struct GroupRoleArgs {
    /// The group's name
    pub group: String,
    /// The role.
    #[command(flatten)]
    pub role: RoleArgs,
}

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: GroupCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        GroupCommand::List => list(desk, output).await,
        GroupCommand::Get { group } => get(desk, &group, output).await,
        GroupCommand::Create { group, description } => {
            create(desk, &group, description, output).await
        }
        GroupCommand::Update { group, description } => {
            update(desk, &group, description, output).await
        }
        GroupCommand::Delete { group } => delete(desk, &group, output).await,
        GroupCommand::AddMember(arguments) => add(desk, &arguments, output).await,
        GroupCommand::RemoveMember(arguments) => remove(desk, &arguments, output).await,
        GroupCommand::Grant(arguments) => {
            let role = role::find(desk, &arguments.role).await?;
            role::give(desk, &role, &holder(desk, &arguments.group).await?, output).await
        }
        GroupCommand::Revoke(arguments) => {
            let role = role::find(desk, &arguments.role).await?;
            role::take(desk, &role, &holder(desk, &arguments.group).await?, output).await
        }
    }
}

async fn list(desk: &Desk, output: &mut Output<'_>) -> Result<(), Failure> {
    let groups = desk.store.list_groups(&desk.realm).await?;
    let documents: Vec<Value> = groups.iter().map(document).collect();
    let row = |group: &Group| vec![group.name.to_string(), group.description.clone()];
    let rows: Vec<Vec<String>> = groups.iter().map(row).collect();
    output.data(&documents, |_| table(&rows))
}

async fn get(desk: &Desk, name: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let group = find(desk, name).await?;
    let people = desk.store.members(&desk.realm, &group.id).await?;
    let roles = desk.store.roles_of_group(&desk.realm, &group.id).await?;
    let roles: Vec<Value> = roles
        .iter()
        .map(|role| json!({"name": role.name, "client_id": role.client}))
        .collect();
    let mut document = document(&group);
    if let Some(members) = document.as_object_mut() {
        members.insert("members".to_owned(), json!(people));
        members.insert("roles".to_owned(), json!(roles));
    }
    output.data(&document, members)
}

async fn create(
    desk: &Desk,
    name: &str,
    description: String,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let group = Group {
        realm: desk.realm.clone(),
        id: new_id(desk)?,
        name: parse_name(name)?,
        description,
        created_at: desk.clock.now(),
    };
    let effects = Effects::event(event(desk, EventKind::GroupCreated, &group));
    match desk.store.create_group(&group, &effects).await? {
        Creation::Created => output.data(&document(&group), members),
        Creation::NameTaken => Err(Failure::denied("there is a group of that name")),
    }
}

async fn update(
    desk: &Desk,
    name: &str,
    description: String,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let group = Group {
        description,
        ..find(desk, name).await?
    };
    let effects = Effects::event(event(desk, EventKind::GroupChanged, &group));
    let (store, now) = (&desk.store, desk.clock.now());
    match store.update_group(&group, &effects, now).await? {
        Change::Changed => output.data(&document(&group), members),
        Change::NotFound => Err(no_group(name)),
    }
}

async fn delete(desk: &Desk, name: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let group = find(desk, name).await?;
    let effects = Effects::event(event(desk, EventKind::GroupDeleted, &group));
    let (store, now) = (&desk.store, desk.clock.now());
    let deleted = store.delete_group(&desk.realm, &group.id, &effects, now);
    match deleted.await? {
        Change::Changed => output.talk(format_args!("deleted {name} and the roles that it gave")),
        Change::NotFound => Err(no_group(name)),
    }
}

async fn add(desk: &Desk, arguments: &MemberArgs, output: &mut Output<'_>) -> Result<(), Failure> {
    let (group, user) = both(desk, arguments).await?;
    let event = event(desk, EventKind::MemberAdded, &group).of_user(&user.id);
    let (store, now) = (&desk.store, desk.clock.now());
    let effects = Effects::event(event);
    let added = store.add_member(&desk.realm, &group.id, &user.id, &effects, now);
    let (person, name) = (&user.username, &group.name);
    match added.await? {
        Change::Changed => output.talk(format_args!("{person} is in {name}")),
        Change::NotFound => output.talk(format_args!("{person} is in {name} already")),
    }
}

async fn remove(
    desk: &Desk,
    arguments: &MemberArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let (group, user) = both(desk, arguments).await?;
    let event = event(desk, EventKind::MemberRemoved, &group).of_user(&user.id);
    let (store, now) = (&desk.store, desk.clock.now());
    let effects = Effects::event(event);
    let removed = store.remove_member(&desk.realm, &group.id, &user.id, &effects, now);
    let (person, name) = (&user.username, &group.name);
    match removed.await? {
        Change::Changed => output.talk(format_args!("{person} is in {name} no more")),
        Change::NotFound => Err(Failure::not_found(format!("{person} is not in {name}"))),
    }
}

async fn both(desk: &Desk, arguments: &MemberArgs) -> Result<(Group, User), Failure> {
    let group = find(desk, &arguments.group).await?;
    Ok((group, user::find(desk, &arguments.user).await?))
}

/// A group as somebody who has roles.
pub(super) async fn holder(desk: &Desk, name: &str) -> Result<Named, Failure> {
    let group = find(desk, name).await?;
    Ok(Named {
        holder: Holder::Group(group.id),
        name: group.name.to_string(),
    })
}

async fn find(desk: &Desk, name: &str) -> Result<Group, Failure> {
    let group = desk.store.group(&desk.realm, &parse_name(name)?).await?;
    group.ok_or_else(|| no_group(name))
}

fn parse_name(name: &str) -> Result<GroupName, Failure> {
    GroupName::parse(name).map_err(|invalid| Failure::usage(format!("{name:?} is {invalid}")))
}

fn no_group(name: &str) -> Failure {
    Failure::not_found(format!("there is no group {name:?} in this realm"))
}

fn event(desk: &Desk, kind: EventKind, group: &Group) -> Event {
    Event::new(&desk.realm, kind, &desk.caller(), desk.clock.now())
        .with("group", group.name.as_str())
}

fn new_id(desk: &Desk) -> Result<GroupId, Failure> {
    let text = format!("grp_{}", random_text::<16>(desk.entropy.as_ref())?);
    GroupId::parse(text).map_err(|invalid| Failure::new(FailureKind::Failed, invalid.to_string()))
}

fn document(group: &Group) -> Value {
    json!({
        "name": group.name,
        "description": group.description,
        "created_at": group.created_at.unix_seconds(),
    })
}
