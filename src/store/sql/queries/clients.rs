//! Clients.

use super::{
    Answer, Change, Connection, Creation, Page, Timestamp, Verdict, bounds, change, creation,
    effects, families, millis, rows, sql,
};
use crate::account::event::Event;
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::fault::Fault;

macro_rules! client_columns {
    () => {
        "realm, id, secret, metadata, created_at, disabled_at, sealed_secret, registration_token,
         origin, last_used_at, fresh_until"
    };
}
pub(super) use client_columns;

pub(super) fn bytes(digest: Option<&Digest>) -> Option<Vec<u8>> {
    digest.map(|digest| digest.as_bytes().to_vec())
}

pub(super) fn metadata(client: &Client) -> Answer<String> {
    serde_json::to_string(&client.metadata)
        .map_err(|error| Fault::Corrupt(format!("metadata: {error}")))
}

pub(in super::super) async fn create(
    c: &mut Connection<'_>,
    client: &Client,
    events: &[Event],
) -> Answer<Verdict<Creation>> {
    let query = sql(
        "INSERT INTO client (realm, id, secret, metadata, created_at, disabled_at, sealed_secret,
             registration_token, origin, last_used_at, fresh_until, backchannel_logout_uri)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
    )
    .bind(client.realm.as_str())
    .bind(client.id.as_str())
    .bind(bytes(client.secret.as_ref()))
    .bind(metadata(client)?)
    .bind(client.created_at.unix_millis())
    .bind(millis(client.disabled_at))
    .bind(client.sealed_secret.clone())
    .bind(bytes(client.registration_token.as_ref()))
    .bind(client.origin.as_str())
    .bind(millis(client.last_used_at))
    .bind(millis(client.fresh_until))
    .bind(client.metadata.backchannel_logout_uri.clone());
    let created = creation(c.execute(query).await?);
    effects::told(c, created, created == Creation::Created, events).await
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    client: &ClientId,
) -> Answer<Option<Client>> {
    let query = sql(concat!(
        "SELECT ",
        client_columns!(),
        " FROM client WHERE realm = $1 AND id = $2"
    ))
    .bind(realm.as_str())
    .bind(client.as_str());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::client)
        .transpose()
}

pub(in super::super) async fn list(
    c: &mut Connection<'_>,
    realm: &RealmId,
    page: &Page,
) -> Answer<Vec<Client>> {
    let (after, limit) = bounds(page);
    let query = sql(concat!(
        "SELECT ",
        client_columns!(),
        " FROM client WHERE realm = $1 AND id > $2 ORDER BY id LIMIT $3"
    ))
    .bind(realm.as_str())
    .bind(after)
    .bind(limit);
    c.all(query).await?.iter().map(rows::client).collect()
}

pub(in super::super) async fn update(
    c: &mut Connection<'_>,
    client: &Client,
    events: &[Event],
) -> Answer<Verdict<Change>> {
    let query = sql(
        "UPDATE client SET secret = $3, metadata = $4, disabled_at = $5, sealed_secret = $6,
             registration_token = $7, fresh_until = $8, backchannel_logout_uri = $9
         WHERE realm = $1 AND id = $2",
    )
    .bind(client.realm.as_str())
    .bind(client.id.as_str())
    .bind(bytes(client.secret.as_ref()))
    .bind(metadata(client)?)
    .bind(millis(client.disabled_at))
    .bind(client.sealed_secret.clone())
    .bind(bytes(client.registration_token.as_ref()))
    .bind(millis(client.fresh_until))
    .bind(client.metadata.backchannel_logout_uri.clone());
    let changed = change(c.execute(query).await?);
    effects::told(c, changed, changed == Change::Changed, events).await
}

pub(in super::super) async fn delete(
    c: &mut Connection<'_>,
    realm: &RealmId,
    client: &ClientId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM client WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(client.as_str());
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        families::revoke_all_of_client(c, realm, client, now).await?;
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}
