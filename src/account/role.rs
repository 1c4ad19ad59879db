//! Roles and groups: what people are allowed in applications, which are told the names.
//!
//! A role is the realm's, and every client is told of it, or one client's, and nobody else is. A
//! group holds people, and may hold roles for them.

use crate::protocol::ids::{ClientId, GroupId, GroupName, RealmId, RoleId, RoleName, UserId};
use crate::protocol::time::Timestamp;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its realm.
    pub realm: RealmId,
    /// Our name of it.
    pub id: RoleId,
    /// The client whose role it is; none for a role of the realm.
    pub client: Option<ClientId>,
    /// What clients are told. No role of the realm has the name of a client's role, so that no
    /// client can take one for the other.
    pub name: RoleName,
    /// What it is for, for admins.
    pub description: String,
    /// Whether whoever has it must prove a second factor.
    pub require_second_factor: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its realm.
    pub realm: RealmId,
    /// Our name of it.
    pub id: GroupId,
    /// What clients are told.
    pub name: GroupName,
    /// What it is for, for admins.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Who has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A person.
    User(UserId),
    /// A group, and so everybody in it.
    Group(GroupId),
}

/// What one client may be told of a person's groups and roles, each in the order of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memberships {
    /// The groups that the person is in.
    pub groups: Vec<GroupName>,
    /// The person's roles in the realm and in that client, their own and those of their groups.
    pub roles: Vec<RoleName>,
}
