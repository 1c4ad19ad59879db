//! Realms.

use super::{
    Answer, Change, Connection, Creation, Verdict, change, creation, effects, millis, rows, sql,
};
use crate::account::event::Event;
use crate::protocol::ids::RealmId;
use crate::protocol::realm::RealmSettings;
use crate::store::Realm;
use crate::store::fault::Fault;

fn settings(settings: RealmSettings) -> Answer<String> {
    serde_json::to_string(&settings).map_err(|error| Fault::Corrupt(format!("settings: {error}")))
}

pub(in super::super) async fn update(
    c: &mut Connection<'_>,
    realm: &Realm,
    events: &[Event],
) -> Answer<Verdict<Change>> {
    let query = sql(
        "UPDATE realm SET name = $2, settings = $3, disabled_at = $4,
             terms_url = $5 WHERE id = $1",
    )
    .bind(realm.id.as_str())
    .bind(realm.name.as_str())
    .bind(settings(realm.settings)?)
    .bind(millis(realm.disabled_at))
    .bind(realm.terms_url.as_deref());
    let changed = change(c.execute(query).await?);
    effects::told(c, changed, changed == Change::Changed, events).await
}

pub(in super::super) async fn create(
    c: &mut Connection<'_>,
    realm: &Realm,
    events: &[Event],
) -> Answer<Verdict<Creation>> {
    let query = sql(
        "INSERT INTO realm (id, name, settings, created_at, disabled_at, terms_url)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(realm.id.as_str())
    .bind(realm.name.as_str())
    .bind(settings(realm.settings)?)
    .bind(realm.created_at.unix_millis())
    .bind(millis(realm.disabled_at))
    .bind(realm.terms_url.as_deref());
    let created = creation(c.execute(query).await?);
    effects::told(c, created, created == Creation::Created, events).await
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
) -> Answer<Option<Realm>> {
    let query = sql(
        "SELECT id, name, settings, created_at, disabled_at, terms_url FROM realm WHERE id = $1",
    )
    .bind(realm.as_str());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::realm)
        .transpose()
}

pub(in super::super) async fn list(c: &mut Connection<'_>) -> Answer<Vec<Realm>> {
    let query =
        sql("SELECT id, name, settings, created_at, disabled_at, terms_url FROM realm ORDER BY id");
    c.all(query).await?.iter().map(rows::realm).collect()
}
