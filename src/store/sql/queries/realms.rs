//! Realms.

use super::{Answer, Connection, creation, millis, rows, sql};
use crate::protocol::ids::RealmId;
use crate::store::{Creation, Realm};

pub(in super::super) async fn create(c: &mut Connection<'_>, realm: &Realm) -> Answer<Creation> {
    let query = sql("INSERT INTO realm (id, name, created_at, disabled_at)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
    .bind(realm.id.as_str())
    .bind(realm.name.as_str())
    .bind(realm.created_at.unix_millis())
    .bind(millis(realm.disabled_at));
    Ok(creation(c.execute(query).await?))
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
) -> Answer<Option<Realm>> {
    let query = sql("SELECT id, name, created_at, disabled_at FROM realm WHERE id = $1")
        .bind(realm.as_str());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::realm)
        .transpose()
}

pub(in super::super) async fn list(c: &mut Connection<'_>) -> Answer<Vec<Realm>> {
    let query = sql("SELECT id, name, created_at, disabled_at FROM realm ORDER BY id");
    c.all(query).await?.iter().map(rows::realm).collect()
}
