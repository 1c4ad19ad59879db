//! APIs.

use super::{
    Answer, Change, Connection, Creation, Page, Verdict, bounds, change, creation, effects, millis,
    rows, sql,
};
use crate::account::event::Event;
use crate::protocol::api::{Api, ApiId};
use crate::protocol::ids::RealmId;
use crate::store::fault::Fault;

fn metadata(api: &Api) -> Answer<String> {
    serde_json::to_string(&api.metadata)
        .map_err(|error| Fault::Corrupt(format!("metadata: {error}")))
}

pub(in super::super) async fn create(
    c: &mut Connection<'_>,
    api: &Api,
    events: &[Event],
) -> Answer<Verdict<Creation>> {
    let query = sql(
        "INSERT INTO api (realm, id, metadata, created_at, disabled_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(api.realm.as_str())
    .bind(api.id.as_str())
    .bind(metadata(api)?)
    .bind(api.created_at.unix_millis())
    .bind(millis(api.disabled_at));
    let created = creation(c.execute(query).await?);
    effects::told(c, created, created == Creation::Created, events).await
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    api: &ApiId,
) -> Answer<Option<Api>> {
    let query = sql(
        "SELECT realm, id, metadata, created_at, disabled_at FROM api
         WHERE realm = $1 AND id = $2",
    )
    .bind(realm.as_str())
    .bind(api.as_str());
    c.optional(query).await?.as_ref().map(rows::api).transpose()
}

pub(in super::super) async fn list(
    c: &mut Connection<'_>,
    realm: &RealmId,
    page: &Page,
) -> Answer<Vec<Api>> {
    let (after, limit) = bounds(page);
    let query = sql(
        "SELECT realm, id, metadata, created_at, disabled_at FROM api
         WHERE realm = $1 AND id > $2 ORDER BY id LIMIT $3",
    )
    .bind(realm.as_str())
    .bind(after)
    .bind(limit);
    c.all(query).await?.iter().map(rows::api).collect()
}

pub(in super::super) async fn update(
    c: &mut Connection<'_>,
    api: &Api,
    events: &[Event],
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE api SET metadata = $3, disabled_at = $4 WHERE realm = $1 AND id = $2")
        .bind(api.realm.as_str())
        .bind(api.id.as_str())
        .bind(metadata(api)?)
        .bind(millis(api.disabled_at));
    let changed = change(c.execute(query).await?);
    effects::told(c, changed, changed == Change::Changed, events).await
}

pub(in super::super) async fn delete(
    c: &mut Connection<'_>,
    realm: &RealmId,
    api: &ApiId,
    events: &[Event],
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM api WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(api.as_str());
    let changed = change(c.execute(query).await?);
    effects::told(c, changed, changed == Change::Changed, events).await
}
