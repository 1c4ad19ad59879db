//! Roles, and who has them.

use super::super::Row;
use super::rows::{column, held_by_user, moment, parsed};
use super::{
    Answer, Change, Connection, Creation, Timestamp, Verdict, change, creation, effects, sql,
};
use crate::account::role::{Holder, Role};
use crate::protocol::ids::{ClientId, GroupName, RealmId, RoleId, RoleName, UserId};
use crate::store::fault::Fault;
use crate::store::{Effects, Holders};

macro_rules! role_columns {
    () => {
        "role.realm, role.id, role.client_id, role.name, role.description,
         role.require_second_factor, role.created_at"
    };
}

pub(super) use role_columns;

pub(super) fn role(row: &Row) -> Answer<Role> {
    let client: Option<String> = column(row, "client_id")?;
    Ok(Role {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: parsed(row, "id", RoleId::parse)?,
        client: client
            .map(ClientId::parse)
            .transpose()
            .map_err(|_invalid| Fault::corrupt("client_id"))?,
        name: parsed(row, "name", RoleName::parse)?,
        description: column(row, "description")?,
        require_second_factor: column(row, "require_second_factor")?,
        created_at: moment(row, "created_at")?,
    })
}

/// Writes what goes with a change that has happened.
pub(super) async fn told(
    c: &mut Connection<'_>,
    changed: Change,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    if changed == Change::Changed {
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}

/// Names of the realm and of clients are looked at under the realm's lock, so that of two that
/// would be taken for each other one is made.
pub(in super::super) async fn create(
    c: &mut Connection<'_>,
    role: &Role,
    effects: &Effects,
) -> Answer<Verdict<Creation>> {
    c.execute(sql("UPDATE realm SET name = name WHERE id = $1").bind(role.realm.as_str()))
        .await?;
    let query = sql(
        "INSERT INTO role (realm, id, client_id, name, description, require_second_factor,
             created_at)
         SELECT $1, $2, $3, $4, $5, $6, $7
         WHERE NOT EXISTS (SELECT 1 FROM role WHERE role.realm = $1 AND role.name = $4
                 AND ($3 IS NULL OR role.client_id IS NULL OR role.client_id = $3))
           AND ($3 IS NULL OR EXISTS
                 (SELECT 1 FROM client WHERE client.realm = $1 AND client.id = $3))
         ON CONFLICT DO NOTHING",
    )
    .bind(role.realm.as_str())
    .bind(role.id.as_str())
    .bind(role.client.as_ref().map(ClientId::as_str))
    .bind(role.name.as_str())
    .bind(role.description.as_str())
    .bind(role.require_second_factor)
    .bind(role.created_at.unix_millis());
    let created = creation(c.execute(query).await?);
    if created == Creation::Created {
        effects::record(c, effects, role.created_at).await?;
    }
    Ok(Verdict::Keep(created))
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    client: Option<&ClientId>,
    name: &RoleName,
) -> Answer<Option<Role>> {
    let query = sql(concat!(
        "SELECT ",
        role_columns!(),
        " FROM role WHERE role.realm = $1 AND role.name = $2
            AND role.client_id IS NOT DISTINCT FROM $3"
    ))
    .bind(realm.as_str())
    .bind(name.as_str())
    .bind(client.map(ClientId::as_str));
    c.optional(query).await?.as_ref().map(role).transpose()
}

pub(in super::super) async fn list(c: &mut Connection<'_>, realm: &RealmId) -> Answer<Vec<Role>> {
    let query = sql(concat!(
        "SELECT ",
        role_columns!(),
        " FROM role WHERE role.realm = $1 ORDER BY role.name, role.id"
    ))
    .bind(realm.as_str());
    c.all(query).await?.iter().map(role).collect()
}

pub(in super::super) async fn update(
    c: &mut Connection<'_>,
    role: &Role,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql(
        "UPDATE role SET description = $3, require_second_factor = $4
         WHERE realm = $1 AND id = $2",
    )
    .bind(role.realm.as_str())
    .bind(role.id.as_str())
    .bind(role.description.as_str())
    .bind(role.require_second_factor);
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn delete(
    c: &mut Connection<'_>,
    realm: &RealmId,
    role: &RoleId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM role WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(role.as_str());
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn grant(
    c: &mut Connection<'_>,
    (realm, role): (&RealmId, &RoleId),
    holder: &Holder,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let (query, holder) = match holder {
        Holder::User(user) => (
            sql("INSERT INTO user_role (realm, user_id, role_id, granted_at)
                 SELECT users.realm, users.id, role.id, $4
                 FROM users JOIN role ON role.realm = users.realm
                 WHERE users.realm = $1 AND role.id = $2 AND users.id = $3
                 ON CONFLICT DO NOTHING"),
            user.as_str(),
        ),
        Holder::Group(group) => (
            sql(
                "INSERT INTO group_role (realm, group_id, role_id, granted_at)
                 SELECT user_group.realm, user_group.id, role.id, $4
                 FROM user_group JOIN role ON role.realm = user_group.realm
                 WHERE user_group.realm = $1 AND role.id = $2 AND user_group.id = $3
                 ON CONFLICT DO NOTHING",
            ),
            group.as_str(),
        ),
    };
    let query = query
        .bind(realm.as_str())
        .bind(role.as_str())
        .bind(holder)
        .bind(now.unix_millis());
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn revoke(
    c: &mut Connection<'_>,
    (realm, role): (&RealmId, &RoleId),
    holder: &Holder,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let (query, holder) = match holder {
        Holder::User(user) => (
            sql("DELETE FROM user_role WHERE realm = $1 AND role_id = $2 AND user_id = $3"),
            user.as_str(),
        ),
        Holder::Group(group) => (
            sql("DELETE FROM group_role WHERE realm = $1 AND role_id = $2 AND group_id = $3"),
            group.as_str(),
        ),
    };
    let query = query.bind(realm.as_str()).bind(role.as_str()).bind(holder);
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn holders(
    c: &mut Connection<'_>,
    realm: &RealmId,
    role: &RoleId,
) -> Answer<Holders> {
    let users = sql("SELECT users.username FROM user_role JOIN users
           ON users.realm = user_role.realm AND users.id = user_role.user_id
         WHERE user_role.realm = $1 AND user_role.role_id = $2 ORDER BY users.username")
    .bind(realm.as_str())
    .bind(role.as_str());
    let users = c.all(users).await?;
    let groups = sql("SELECT user_group.name FROM group_role JOIN user_group
           ON user_group.realm = group_role.realm AND user_group.id = group_role.group_id
         WHERE group_role.realm = $1 AND group_role.role_id = $2 ORDER BY user_group.name")
    .bind(realm.as_str())
    .bind(role.as_str());
    let groups = c.all(groups).await?;
    Ok(Holders {
        users: users
            .iter()
            .map(|row| column(row, "username"))
            .collect::<Answer<_>>()?,
        groups: groups
            .iter()
            .map(|row| parsed(row, "name", GroupName::parse))
            .collect::<Answer<_>>()?,
    })
}

pub(in super::super) async fn of_user(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<Vec<Role>> {
    let query = sql(concat!(
        "SELECT ",
        role_columns!(),
        " FROM users JOIN role ON ",
        held_by_user!(),
        " WHERE users.realm = $1 AND users.id = $2 ORDER BY role.name, role.id"
    ))
    .bind(realm.as_str())
    .bind(user.as_str());
    c.all(query).await?.iter().map(role).collect()
}
