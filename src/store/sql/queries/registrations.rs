//! Clients that come without an admin, and the tokens that let them in.

use super::clients::{bytes, metadata};
use super::{Answer, Change, Connection, Timestamp, Verdict, change, effects, millis, rows, sql};
use crate::account::event::Event;
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::secret::Digest;
use crate::store::{Admission, ClientRegistration, InitialAccessToken};

pub(in super::super) async fn register(
    c: &mut Connection<'_>,
    client: &Client,
    admission: &Admission,
    events: &[Event],
) -> Answer<Verdict<ClientRegistration>> {
    take_turn(c, &client.realm).await?;
    if let Some(token) = &admission.initial_access_token
        && !spend(c, client, token).await?
    {
        return Ok(Verdict::Undo(ClientRegistration::TokenRefused));
    }
    if insert(c, client, admission.limit).await? > 0 {
        return effects::told(c, ClientRegistration::Registered, true, events).await;
    }
    let query = sql("SELECT 1 FROM client WHERE realm = $1 AND id = $2")
        .bind(client.realm.as_str())
        .bind(client.id.as_str());
    let refusal = if c.optional(query).await?.is_some() {
        ClientRegistration::NameTaken
    } else {
        ClientRegistration::Full
    };
    Ok(Verdict::Undo(refusal))
}

/// Lets one registration of a realm follow the other, so that each counts those before it: rows
/// that another transaction has not committed are not counted.
async fn take_turn(c: &mut Connection<'_>, realm: &RealmId) -> Answer<()> {
    let query = sql("UPDATE realm SET name = name WHERE id = $1").bind(realm.as_str());
    c.execute(query).await?;
    Ok(())
}

async fn spend(c: &mut Connection<'_>, client: &Client, token: &Digest) -> Answer<bool> {
    let query = sql("UPDATE initial_access_token SET uses_left = uses_left - 1
         WHERE realm = $1 AND digest = $2 AND uses_left > 0 AND expires_at > $3")
    .bind(client.realm.as_str())
    .bind(token.as_bytes().to_vec())
    .bind(client.created_at.unix_millis());
    Ok(c.execute(query).await? > 0)
}

async fn insert(c: &mut Connection<'_>, client: &Client, limit: u32) -> Answer<u64> {
    let query = sql(
        "INSERT INTO client (realm, id, secret, metadata, created_at, sealed_secret,
             registration_token, origin, fresh_until, backchannel_logout_uri)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
         WHERE (SELECT COUNT(*) FROM client
                WHERE realm = $1 AND origin <> 'admin' AND origin = $8) < $11
         ON CONFLICT DO NOTHING",
    )
    .bind(client.realm.as_str())
    .bind(client.id.as_str())
    .bind(bytes(client.secret.as_ref()))
    .bind(metadata(client)?)
    .bind(client.created_at.unix_millis())
    .bind(client.sealed_secret.clone())
    .bind(bytes(client.registration_token.as_ref()))
    .bind(client.origin.as_str())
    .bind(millis(client.fresh_until))
    .bind(client.metadata.backchannel_logout_uri.clone())
    .bind(i64::from(limit));
    c.execute(query).await
}

pub(in super::super) async fn replace(
    c: &mut Connection<'_>,
    client: &Client,
    token: &Digest,
    events: &[Event],
) -> Answer<Verdict<Change>> {
    let query = sql(
        "UPDATE client SET secret = $3, metadata = $4, sealed_secret = $5,
             backchannel_logout_uri = $6
         WHERE realm = $1 AND id = $2 AND registration_token = $7 AND disabled_at IS NULL",
    )
    .bind(client.realm.as_str())
    .bind(client.id.as_str())
    .bind(bytes(client.secret.as_ref()))
    .bind(metadata(client)?)
    .bind(client.sealed_secret.clone())
    .bind(client.metadata.backchannel_logout_uri.clone())
    .bind(token.as_bytes().to_vec());
    let changed = change(c.execute(query).await?);
    effects::told(c, changed, changed == Change::Changed, events).await
}

pub(in super::super) async fn renew_document(
    c: &mut Connection<'_>,
    client: &Client,
) -> Answer<Change> {
    let query = sql("UPDATE client SET metadata = $3, fresh_until = $4,
             backchannel_logout_uri = $5
         WHERE realm = $1 AND id = $2 AND origin = 'document'")
    .bind(client.realm.as_str())
    .bind(client.id.as_str())
    .bind(metadata(client)?)
    .bind(millis(client.fresh_until))
    .bind(client.metadata.backchannel_logout_uri.clone());
    Ok(change(c.execute(query).await?))
}

pub(in super::super) async fn note_use(
    c: &mut Connection<'_>,
    (realm, client): (&RealmId, &ClientId),
    now: Timestamp,
    unless: Timestamp,
) -> Answer<()> {
    let query = sql("UPDATE client SET last_used_at = $3
         WHERE realm = $1 AND id = $2 AND origin <> 'admin'
           AND (last_used_at IS NULL OR last_used_at <= $4)")
    .bind(realm.as_str())
    .bind(client.as_str())
    .bind(now.unix_millis())
    .bind(unless.unix_millis());
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn create_token(
    c: &mut Connection<'_>,
    token: &InitialAccessToken,
    events: &[Event],
) -> Answer<Verdict<()>> {
    let query = sql(
        "INSERT INTO initial_access_token (realm, id, digest, note, uses_left, created_at,
             expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token.realm.as_str())
    .bind(token.id.clone())
    .bind(token.digest.as_bytes().to_vec())
    .bind(token.note.clone())
    .bind(i64::from(token.uses_left))
    .bind(token.created_at.unix_millis())
    .bind(token.expires_at.unix_millis());
    c.execute(query).await?;
    effects::told(c, (), true, events).await
}

pub(in super::super) async fn list_tokens(
    c: &mut Connection<'_>,
    realm: &RealmId,
) -> Answer<Vec<InitialAccessToken>> {
    let query = sql(
        "SELECT realm, id, digest, note, uses_left, created_at, expires_at
         FROM initial_access_token WHERE realm = $1 ORDER BY created_at, id",
    )
    .bind(realm.as_str());
    let rows = c.all(query).await?;
    rows.iter().map(rows::initial_access_token).collect()
}

pub(in super::super) async fn delete_token(
    c: &mut Connection<'_>,
    realm: &RealmId,
    id: &str,
    events: &[Event],
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM initial_access_token WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(id.to_owned());
    let changed = change(c.execute(query).await?);
    effects::told(c, changed, changed == Change::Changed, events).await
}
