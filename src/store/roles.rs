//! Roles, groups, and who has them.

use async_trait::async_trait;

use super::{Change, Creation, Effects, StoreResult};
use crate::account::role::{Group, Holder, Memberships, Role};
use crate::account::user::User;
use crate::protocol::ids::{ClientId, GroupId, GroupName, RealmId, RoleId, RoleName, UserId};
use crate::protocol::time::Timestamp;

/// Who has a role by a grant of their own; what groups give is not repeated for their members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holders {
    /// People, by user name.
    pub users: Vec<String>,
    /// Groups, by name.
    pub groups: Vec<GroupName>,
}

/// The verbs over roles and groups. What hangs on a role, a group, a client or a user goes with it.
/// `effects` are written only when something has changed.
#[async_trait]
#[expect(
    clippy::too_many_arguments,
    reason = "realm, subject, object, effects and now; `self` makes them six"
)]
pub trait Roles: Send + Sync + 'static {
    /// Registers a role. `NameTaken` when there is one of its name where it would be taken for it:
    /// among the realm's own and all clients' for a role of the realm, among the realm's and that
    /// client's for a role of a client; and when that client is gone.
    async fn create_role(&self, role: &Role, effects: &Effects) -> StoreResult<Creation>;
    /// One role by its client and name.
    async fn role(
        &self,
        realm: &RealmId,
        client: Option<&ClientId>,
        name: &RoleName,
    ) -> StoreResult<Option<Role>>;
    /// All roles of a realm and of its clients, by name.
    async fn list_roles(&self, realm: &RealmId) -> StoreResult<Vec<Role>>;
    /// Replaces description and second-factor rule of a role.
    async fn update_role(
        &self,
        role: &Role,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Removes a role from everybody, and itself.
    async fn delete_role(
        &self,
        realm: &RealmId,
        role: &RoleId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Gives a role; `NotFound` when it is held already, or one of the two is gone.
    async fn grant_role(
        &self,
        realm: &RealmId,
        role: &RoleId,
        holder: &Holder,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Takes a role away again; `NotFound` when it is not held.
    async fn revoke_role(
        &self,
        realm: &RealmId,
        role: &RoleId,
        holder: &Holder,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Who has a role.
    async fn holders(&self, realm: &RealmId, role: &RoleId) -> StoreResult<Holders>;
    /// All roles of a person, their own and those of their groups, by name.
    async fn roles_of_user(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<Role>>;

    /// Registers a group.
    async fn create_group(&self, group: &Group, effects: &Effects) -> StoreResult<Creation>;
    /// One group by name.
    async fn group(&self, realm: &RealmId, name: &GroupName) -> StoreResult<Option<Group>>;
    /// All groups of a realm, by name.
    async fn list_groups(&self, realm: &RealmId) -> StoreResult<Vec<Group>>;
    /// Replaces the description of a group.
    async fn update_group(
        &self,
        group: &Group,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Removes a group; its members lose the roles that it gave them.
    async fn delete_group(
        &self,
        realm: &RealmId,
        group: &GroupId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Adds a person to a group; `NotFound` when they are in it already, or one of the two is gone.
    async fn add_member(
        &self,
        realm: &RealmId,
        group: &GroupId,
        user: &UserId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Takes a person out of a group; `NotFound` when they are not in it.
    async fn remove_member(
        &self,
        realm: &RealmId,
        group: &GroupId,
        user: &UserId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// The people in a group, by user name.
    async fn members(&self, realm: &RealmId, group: &GroupId) -> StoreResult<Vec<String>>;
    /// The roles that a group gives, by name.
    async fn roles_of_group(&self, realm: &RealmId, group: &GroupId) -> StoreResult<Vec<Role>>;

    /// A person with what a client may be told of their groups and roles, or with the realm's roles
    /// alone; one round trip.
    async fn member(
        &self,
        realm: &RealmId,
        user: &UserId,
        client: Option<&ClientId>,
    ) -> StoreResult<Option<(User, Memberships)>>;
}
