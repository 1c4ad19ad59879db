//! Groups, and what a person is through them.

use super::super::Row;
use super::roles::{role, role_columns, told};
use super::rows::{self, column, held_by_user, moment, parsed, user_columns};
use super::{
    Answer, Change, Connection, Creation, Timestamp, Verdict, change, creation, effects, sql,
};
use crate::account::role::{Group, Memberships, Role};
use crate::account::user::User;
use crate::protocol::ids::{ClientId, GroupId, GroupName, RealmId, RoleName, UserId};
use crate::store::Effects;
use crate::store::fault::Fault;

fn group(row: &Row) -> Answer<Group> {
    Ok(Group {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: parsed(row, "id", GroupId::parse)?,
        name: parsed(row, "name", GroupName::parse)?,
        description: column(row, "description")?,
        created_at: moment(row, "created_at")?,
    })
}

pub(in super::super) async fn create(
    c: &mut Connection<'_>,
    group: &Group,
    effects: &Effects,
) -> Answer<Verdict<Creation>> {
    let query = sql(
        "INSERT INTO user_group (realm, id, name, description, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(group.realm.as_str())
    .bind(group.id.as_str())
    .bind(group.name.as_str())
    .bind(group.description.as_str())
    .bind(group.created_at.unix_millis());
    let created = creation(c.execute(query).await?);
    if created == Creation::Created {
        effects::record(c, effects, group.created_at).await?;
    }
    Ok(Verdict::Keep(created))
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    name: &GroupName,
) -> Answer<Option<Group>> {
    let query = sql(
        "SELECT realm, id, name, description, created_at FROM user_group
         WHERE realm = $1 AND name = $2",
    )
    .bind(realm.as_str())
    .bind(name.as_str());
    c.optional(query).await?.as_ref().map(group).transpose()
}

pub(in super::super) async fn list(c: &mut Connection<'_>, realm: &RealmId) -> Answer<Vec<Group>> {
    let query = sql(
        "SELECT realm, id, name, description, created_at FROM user_group
         WHERE realm = $1 ORDER BY name",
    )
    .bind(realm.as_str());
    c.all(query).await?.iter().map(group).collect()
}

pub(in super::super) async fn update(
    c: &mut Connection<'_>,
    group: &Group,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE user_group SET description = $3 WHERE realm = $1 AND id = $2")
        .bind(group.realm.as_str())
        .bind(group.id.as_str())
        .bind(group.description.as_str());
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn delete(
    c: &mut Connection<'_>,
    realm: &RealmId,
    group: &GroupId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM user_group WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(group.as_str());
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn add_member(
    c: &mut Connection<'_>,
    (realm, group): (&RealmId, &GroupId),
    user: &UserId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql(
        "INSERT INTO group_member (realm, user_id, group_id, added_at)
         SELECT users.realm, users.id, user_group.id, $4
         FROM users JOIN user_group ON user_group.realm = users.realm
         WHERE users.realm = $1 AND user_group.id = $2 AND users.id = $3
         ON CONFLICT DO NOTHING",
    )
    .bind(realm.as_str())
    .bind(group.as_str())
    .bind(user.as_str())
    .bind(now.unix_millis());
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn remove_member(
    c: &mut Connection<'_>,
    (realm, group): (&RealmId, &GroupId),
    user: &UserId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM group_member WHERE realm = $1 AND group_id = $2 AND user_id = $3")
        .bind(realm.as_str())
        .bind(group.as_str())
        .bind(user.as_str());
    let changed = change(c.execute(query).await?);
    told(c, changed, effects, now).await
}

pub(in super::super) async fn members(
    c: &mut Connection<'_>,
    realm: &RealmId,
    group: &GroupId,
) -> Answer<Vec<String>> {
    let query = sql("SELECT users.username FROM group_member JOIN users
           ON users.realm = group_member.realm AND users.id = group_member.user_id
         WHERE group_member.realm = $1 AND group_member.group_id = $2 ORDER BY users.username")
    .bind(realm.as_str())
    .bind(group.as_str());
    let rows = c.all(query).await?;
    rows.iter().map(|row| column(row, "username")).collect()
}

pub(in super::super) async fn roles(
    c: &mut Connection<'_>,
    realm: &RealmId,
    group: &GroupId,
) -> Answer<Vec<Role>> {
    let query = sql(concat!(
        "SELECT ",
        role_columns!(),
        " FROM group_role JOIN role
            ON role.realm = group_role.realm AND role.id = group_role.role_id
          WHERE group_role.realm = $1 AND group_role.group_id = $2
          ORDER BY role.name, role.id"
    ))
    .bind(realm.as_str())
    .bind(group.as_str());
    c.all(query).await?.iter().map(role).collect()
}

/// Names hold no line break, so that one can stand between them.
pub(in super::super) async fn member(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
    client: Option<&ClientId>,
) -> Answer<Option<(User, Memberships)>> {
    let query = sql(concat!(
        "SELECT ",
        user_columns!(),
        ", (SELECT string_agg(user_group.name, '\n' ORDER BY user_group.name)
              FROM group_member JOIN user_group ON user_group.realm = group_member.realm
               AND user_group.id = group_member.group_id
             WHERE group_member.realm = users.realm AND group_member.user_id = users.id)
             AS group_names,
           (SELECT string_agg(role.name, '\n' ORDER BY role.name) FROM role
             WHERE (role.client_id IS NULL OR role.client_id = $3) AND ",
        held_by_user!(),
        ") AS role_names FROM users WHERE users.realm = $1 AND users.id = $2"
    ))
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(client.map(ClientId::as_str));
    let Some(row) = c.optional(query).await? else {
        return Ok(None);
    };
    let memberships = Memberships {
        groups: names(&row, "group_names", GroupName::parse)?,
        roles: names(&row, "role_names", RoleName::parse)?,
    };
    Ok(Some((rows::user(&row)?, memberships)))
}

fn names<'r, T, E>(
    row: &'r Row,
    name: &'static str,
    parse: impl Fn(&'r str) -> Result<T, E>,
) -> Answer<Vec<T>> {
    let text: Option<&'r str> = column(row, name)?;
    let names = text.unwrap_or_default().lines().map(parse);
    names
        .collect::<Result<_, _>>()
        .map_err(|_invalid| Fault::corrupt(name))
}
