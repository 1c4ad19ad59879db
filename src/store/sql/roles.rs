//! The verbs over roles and groups.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::{groups, roles};
use crate::account::role::{Group, Holder, Memberships, Role};
use crate::account::user::User;
use crate::protocol::ids::{ClientId, GroupId, GroupName, RealmId, RoleId, RoleName, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{Change, Creation, Effects, Holders, Roles, StoreResult};

#[async_trait]
impl Roles for Backend {
    async fn create_role(&self, role: &Role, effects: &Effects) -> StoreResult<Creation> {
        run!(self.write_all(role, effects), |c| roles::create(
            c, &role, &effects
        ))
    }

    async fn role(
        &self,
        realm: &RealmId,
        client: Option<&ClientId>,
        name: &RoleName,
    ) -> StoreResult<Option<Role>> {
        let client = client.cloned();
        run!(self.read(realm, name), |c| roles::find(
            c,
            &realm,
            client.as_ref(),
            &name
        ))
    }

    async fn list_roles(&self, realm: &RealmId) -> StoreResult<Vec<Role>> {
        run!(self.read(realm), |c| roles::list(c, &realm))
    }

    async fn update_role(
        &self,
        role: &Role,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(role, effects), |c| roles::update(
            c, &role, &effects, now
        ))
    }

    async fn delete_role(
        &self,
        realm: &RealmId,
        role: &RoleId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, role, effects), |c| roles::delete(
            c, &realm, &role, &effects, now
        ))
    }

    async fn grant_role(
        &self,
        realm: &RealmId,
        role: &RoleId,
        holder: &Holder,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, role, holder, effects), |c| {
            roles::grant(c, (&realm, &role), &holder, &effects, now)
        })
    }

    async fn revoke_role(
        &self,
        realm: &RealmId,
        role: &RoleId,
        holder: &Holder,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, role, holder, effects), |c| {
            roles::revoke(c, (&realm, &role), &holder, &effects, now)
        })
    }

    async fn holders(&self, realm: &RealmId, role: &RoleId) -> StoreResult<Holders> {
        run!(self.read(realm, role), |c| roles::holders(c, &realm, &role))
    }

    async fn roles_of_user(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<Role>> {
        run!(self.read(realm, user), |c| roles::of_user(c, &realm, &user))
    }

    async fn create_group(&self, group: &Group, effects: &Effects) -> StoreResult<Creation> {
        run!(self.write_all(group, effects), |c| groups::create(
            c, &group, &effects
        ))
    }

    async fn group(&self, realm: &RealmId, name: &GroupName) -> StoreResult<Option<Group>> {
        run!(self.read(realm, name), |c| groups::find(c, &realm, &name))
    }

    async fn list_groups(&self, realm: &RealmId) -> StoreResult<Vec<Group>> {
        run!(self.read(realm), |c| groups::list(c, &realm))
    }

    async fn update_group(
        &self,
        group: &Group,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(group, effects), |c| groups::update(
            c, &group, &effects, now
        ))
    }

    async fn delete_group(
        &self,
        realm: &RealmId,
        group: &GroupId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, group, effects), |c| {
            groups::delete(c, &realm, &group, &effects, now)
        })
    }

    async fn add_member(
        &self,
        realm: &RealmId,
        group: &GroupId,
        user: &UserId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, group, user, effects), |c| {
            groups::add_member(c, (&realm, &group), &user, &effects, now)
        })
    }

    async fn remove_member(
        &self,
        realm: &RealmId,
        group: &GroupId,
        user: &UserId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, group, user, effects), |c| {
            groups::remove_member(c, (&realm, &group), &user, &effects, now)
        })
    }

    async fn members(&self, realm: &RealmId, group: &GroupId) -> StoreResult<Vec<String>> {
        run!(self.read(realm, group), |c| groups::members(
            c, &realm, &group
        ))
    }

    async fn roles_of_group(&self, realm: &RealmId, group: &GroupId) -> StoreResult<Vec<Role>> {
        run!(self.read(realm, group), |c| groups::roles(
            c, &realm, &group
        ))
    }

    async fn member(
        &self,
        realm: &RealmId,
        user: &UserId,
        client: Option<&ClientId>,
    ) -> StoreResult<Option<(User, Memberships)>> {
        let client = client.cloned();
        run!(self.read(realm, user), |c| groups::member(
            c,
            &realm,
            &user,
            client.as_ref()
        ))
    }
}
