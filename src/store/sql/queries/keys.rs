//! Signing keys, and the nodes that load them.
//!
//! Every change begins by raising the key revision. That row's lock puts all changes of keys in one
//! order, so that a revision that can be read has no older change still to come.

use sqlx::Row as _;

use super::super::Query;
use super::{Answer, Connection, Creation, Timestamp, Verdict, effects, millis, rows, sql};
use crate::account::event::Event;
use crate::protocol::ids::{KeyId, RealmId};
use crate::store::fault::Fault;
use crate::store::{KeyTransition, LiveNode, SigningKeyRecord};

async fn raise_revision(c: &mut Connection<'_>) -> Answer<i64> {
    let query = sql(
        "UPDATE counter SET value = value + 1 WHERE name = 'key_revision'
         RETURNING value",
    );
    Ok(c.one(query).await?.try_get("value")?)
}

pub(in super::super) async fn add(
    c: &mut Connection<'_>,
    key: &SigningKeyRecord,
    events: &[Event],
) -> Answer<Verdict<Creation>> {
    let revision = raise_revision(c).await?;
    let query = sql(
        "INSERT INTO signing_key (realm, id, algorithm, state, sealed_private,
             public_jwk, created_at, activated_at, retiring_at, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(key.realm.as_str())
    .bind(key.id.as_str())
    .bind(key.algorithm.as_str())
    .bind(key.state.as_str())
    .bind(key.sealed_private.as_slice())
    .bind(key.public_jwk.as_str())
    .bind(key.created_at.unix_millis())
    .bind(millis(key.activated_at))
    .bind(millis(key.retiring_at))
    .bind(revision);
    if c.execute(query).await? == 0 {
        return Ok(Verdict::Undo(Creation::NameTaken));
    }
    effects::told(c, Creation::Created, true, events).await
}

pub(in super::super) async fn list(
    c: &mut Connection<'_>,
    realm: &RealmId,
) -> Answer<Vec<SigningKeyRecord>> {
    let query = sql(
        "SELECT realm, id, algorithm, state, sealed_private, public_jwk, created_at,
             activated_at, retiring_at, revision
         FROM signing_key WHERE realm = $1 AND state <> 'retired' ORDER BY created_at, id",
    )
    .bind(realm.as_str());
    c.all(query).await?.iter().map(rows::signing_key).collect()
}

pub(in super::super) async fn activate(
    c: &mut Connection<'_>,
    realm: &RealmId,
    key: &KeyId,
    events: &[Event],
    now: Timestamp,
) -> Answer<Verdict<KeyTransition>> {
    let revision = raise_revision(c).await?;
    let query = sql(
        "UPDATE signing_key SET state = 'retiring', retiring_at = $3, revision = $4
         WHERE realm = $1 AND state = 'active' AND algorithm IN
             (SELECT pending.algorithm FROM signing_key AS pending
              WHERE pending.realm = $1 AND pending.id = $2 AND pending.state = 'pending')",
    )
    .bind(realm.as_str())
    .bind(key.as_str())
    .bind(now.unix_millis())
    .bind(revision);
    c.execute(query).await?;
    let query = sql(
        "UPDATE signing_key SET state = 'active', activated_at = $3, revision = $4
         WHERE realm = $1 AND id = $2 AND state = 'pending'",
    )
    .bind(realm.as_str())
    .bind(key.as_str())
    .bind(now.unix_millis())
    .bind(revision);
    transition(c, query, events).await
}

/// Retires a key that does not sign. An active key must first give way to another.
pub(in super::super) async fn retire(
    c: &mut Connection<'_>,
    realm: &RealmId,
    key: &KeyId,
    events: &[Event],
    now: Timestamp,
) -> Answer<Verdict<KeyTransition>> {
    let revision = raise_revision(c).await?;
    let query = sql(
        "UPDATE signing_key SET state = 'retired', sealed_private = $5,
             retiring_at = COALESCE(retiring_at, $3), revision = $4
         WHERE realm = $1 AND id = $2 AND state IN ('pending', 'retiring')",
    )
    .bind(realm.as_str())
    .bind(key.as_str())
    .bind(now.unix_millis())
    .bind(revision)
    .bind(Vec::<u8>::new());
    transition(c, query, events).await
}

/// A transition that moved no key is rolled back with the revision that it raised.
async fn transition(
    c: &mut Connection<'_>,
    query: Query,
    events: &[Event],
) -> Answer<Verdict<KeyTransition>> {
    if c.execute(query).await? == 0 {
        return Ok(Verdict::Undo(KeyTransition::Lost));
    }
    effects::told(c, KeyTransition::Moved, true, events).await
}

pub(in super::super) async fn revision(c: &mut Connection<'_>) -> Answer<i64> {
    let query = sql("SELECT value FROM counter WHERE name = 'key_revision'");
    Ok(c.one(query).await?.try_get("value")?)
}

pub(in super::super) async fn realms(c: &mut Connection<'_>) -> Answer<Vec<RealmId>> {
    let query = sql(
        "SELECT DISTINCT realm FROM signing_key WHERE state <> 'retired'
         ORDER BY realm",
    );
    let mut realms = Vec::new();
    for row in &c.all(query).await? {
        let slug: String = row.try_get("realm")?;
        realms.push(RealmId::parse(slug).map_err(|_invalid| Fault::corrupt("realm"))?);
    }
    Ok(realms)
}

pub(in super::super) async fn heartbeat(
    c: &mut Connection<'_>,
    node: &str,
    key_revision: i64,
    now: Timestamp,
) -> Answer<()> {
    let query = sql(
        "INSERT INTO node (id, key_revision, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET key_revision = excluded.key_revision,
             seen_at = excluded.seen_at",
    )
    .bind(node)
    .bind(key_revision)
    .bind(now.unix_millis());
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn live_nodes(
    c: &mut Connection<'_>,
    since: Timestamp,
) -> Answer<Vec<LiveNode>> {
    let query = sql("SELECT id, key_revision, seen_at FROM node WHERE seen_at >= $1 ORDER BY id")
        .bind(since.unix_millis());
    c.all(query).await?.iter().map(rows::live_node).collect()
}

pub(in super::super) async fn forget_node(c: &mut Connection<'_>, node: &str) -> Answer<()> {
    c.execute(sql("DELETE FROM node WHERE id = $1").bind(node))
        .await?;
    Ok(())
}
