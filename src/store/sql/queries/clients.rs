//! Clients.

use super::{
    Answer, Change, Connection, Creation, Page, Timestamp, Verdict, bounds, change, creation,
    families, millis, revocations, rows, sql,
};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::store::Revocation;
use crate::store::fault::Fault;

fn metadata(client: &Client) -> Answer<String> {
    serde_json::to_string(&client.metadata)
        .map_err(|error| Fault::Corrupt(format!("metadata: {error}")))
}

pub(in super::super) async fn create(c: &mut Connection<'_>, client: &Client) -> Answer<Creation> {
    let query = sql(
        "INSERT INTO client (realm, id, secret, metadata, created_at, disabled_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(client.realm.as_str())
    .bind(client.id.as_str())
    .bind(
        client
            .secret
            .as_ref()
            .map(|digest| digest.as_bytes().to_vec()),
    )
    .bind(metadata(client)?)
    .bind(client.created_at.unix_millis())
    .bind(millis(client.disabled_at));
    Ok(creation(c.execute(query).await?))
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    client: &ClientId,
) -> Answer<Option<Client>> {
    let query = sql("SELECT realm, id, secret, metadata, created_at, disabled_at
         FROM client WHERE realm = $1 AND id = $2")
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
    let query = sql("SELECT realm, id, secret, metadata, created_at, disabled_at
         FROM client WHERE realm = $1 AND id > $2 ORDER BY id LIMIT $3")
    .bind(realm.as_str())
    .bind(after)
    .bind(limit);
    c.all(query).await?.iter().map(rows::client).collect()
}

pub(in super::super) async fn update(c: &mut Connection<'_>, client: &Client) -> Answer<Change> {
    let query = sql(
        "UPDATE client SET secret = $3, metadata = $4, disabled_at = $5
         WHERE realm = $1 AND id = $2",
    )
    .bind(client.realm.as_str())
    .bind(client.id.as_str())
    .bind(
        client
            .secret
            .as_ref()
            .map(|digest| digest.as_bytes().to_vec()),
    )
    .bind(metadata(client)?)
    .bind(millis(client.disabled_at));
    Ok(change(c.execute(query).await?))
}

pub(in super::super) async fn delete(
    c: &mut Connection<'_>,
    realm: &RealmId,
    client: &ClientId,
    marks: &[Revocation],
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM client WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(client.as_str());
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        families::revoke_all_of_client(c, realm, client, now).await?;
        revocations::record(c, marks, now).await?;
    }
    Ok(Verdict::Keep(changed))
}
