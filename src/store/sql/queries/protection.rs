//! Known devices, banned addresses, and attempts that are counted without looking.

use super::rows::{column, count, moment};
use super::{Answer, Change, Connection, Timestamp, Verdict, change, effects, sql};
use crate::account::known_device::{DEVICES_LIMIT, KNOWN_FOR};
use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::protection::{Ban, DeviceFacts, KnownDevice};

pub(in super::super) async fn device_facts(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    cookie: Option<&Digest>,
    now: Timestamp,
) -> Answer<DeviceFacts> {
    let query = sql(
        "SELECT (SELECT COUNT(*) FROM known_device WHERE realm = $1 AND user_id = $2
                   AND cookie = $3 AND last_seen_at > $4) AS known,
             (SELECT COUNT(*) FROM known_device WHERE realm = $1 AND cookie = $3
                   AND last_seen_at > $4) AS shared,
             (SELECT COUNT(*) FROM known_device WHERE realm = $1 AND user_id = $2
                   AND last_seen_at > $4) AS devices",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(cookie.map(|cookie| cookie.as_bytes().to_vec()))
    .bind(now.minus(KNOWN_FOR).unix_millis());
    let row = c.one(query).await?;
    Ok(DeviceFacts {
        known: count(&row, "known")? > 0,
        shared: count(&row, "shared")? > 0,
        devices: count(&row, "devices")?,
    })
}

/// Makes a device known, or known for longer, in the transaction of the sign-in.
pub(super) async fn acquaint(c: &mut Connection<'_>, device: &KnownDevice) -> Answer<()> {
    let query = sql(
        "INSERT INTO known_device (realm, user_id, cookie, session_id, created_at, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (realm, user_id, cookie) DO UPDATE SET
             session_id = excluded.session_id, last_seen_at = excluded.last_seen_at",
    )
    .bind(device.realm.as_str())
    .bind(device.user.as_str())
    .bind(device.cookie.as_bytes())
    .bind(device.session.as_str())
    .bind(device.seen_at.unix_millis());
    c.execute(query).await?;
    let surplus = sql(
        "DELETE FROM known_device WHERE realm = $1 AND user_id = $2 AND cookie NOT IN
             (SELECT kept.cookie FROM known_device AS kept
              WHERE kept.realm = $1 AND kept.user_id = $2
              ORDER BY kept.last_seen_at DESC, kept.cookie LIMIT $3)",
    )
    .bind(device.realm.as_str())
    .bind(device.user.as_str())
    .bind(i64::from(DEVICES_LIMIT));
    c.execute(surplus).await?;
    Ok(())
}

/// Forgets the devices of a user, but for that of a session which is spared.
pub(super) async fn forget_devices(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    spared: Option<&SessionId>,
) -> Answer<()> {
    let query = sql("DELETE FROM known_device WHERE realm = $1 AND user_id = $2
           AND ($3 IS NULL OR session_id <> $3)")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(spared.map(SessionId::as_str));
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn count_in_a_row(
    c: &mut Connection<'_>,
    (realm, key): (&RealmId, &str),
    forgotten: Timestamp,
    now: Timestamp,
) -> Answer<u32> {
    let query = sql(
        "INSERT INTO login_attempt (realm, account, failures, last_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (realm, account) DO UPDATE SET
             failures = CASE WHEN login_attempt.last_at > $4
                 THEN login_attempt.failures + 1 ELSE 1 END,
             last_at = excluded.last_at
         RETURNING failures",
    )
    .bind(realm.as_str())
    .bind(key)
    .bind(now.unix_millis())
    .bind(forgotten.unix_millis());
    count(&c.one(query).await?, "failures")
}

pub(in super::super) async fn forget_attempts(
    c: &mut Connection<'_>,
    realm: &RealmId,
    keys: &[String],
) -> Answer<Verdict<()>> {
    for key in keys {
        super::users::clear_attempts(c, realm, key).await?;
    }
    Ok(Verdict::Keep(()))
}

pub(in super::super) async fn ban(
    c: &mut Connection<'_>,
    realm: &RealmId,
    ban: &Ban,
    effects: &Effects,
) -> Answer<Verdict<Change>> {
    let query = sql(
        "INSERT INTO address_ban (realm, prefix, created_at, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (realm, prefix) DO UPDATE SET
             created_at = excluded.created_at, expires_at = excluded.expires_at
         WHERE address_ban.expires_at < excluded.expires_at",
    )
    .bind(realm.as_str())
    .bind(ban.prefix.as_str())
    .bind(ban.created_at.unix_millis())
    .bind(ban.expires_at.unix_millis());
    let banned = change(c.execute(query).await?);
    if banned == Change::Changed {
        effects::record(c, effects, ban.created_at).await?;
    }
    Ok(Verdict::Keep(banned))
}

pub(in super::super) async fn banned_until(
    c: &mut Connection<'_>,
    (realm, prefix): (&RealmId, &str),
    now: Timestamp,
) -> Answer<Option<Timestamp>> {
    let query = sql("SELECT expires_at FROM address_ban
         WHERE realm = $1 AND prefix = $2 AND expires_at > $3")
    .bind(realm.as_str())
    .bind(prefix)
    .bind(now.unix_millis());
    let row = c.optional(query).await?;
    row.as_ref()
        .map(|row| moment(row, "expires_at"))
        .transpose()
}

pub(in super::super) async fn bans(
    c: &mut Connection<'_>,
    realm: &RealmId,
    now: Timestamp,
) -> Answer<Vec<Ban>> {
    let query = sql("SELECT prefix, created_at, expires_at FROM address_ban
         WHERE realm = $1 AND expires_at > $2 ORDER BY prefix")
    .bind(realm.as_str())
    .bind(now.unix_millis());
    c.all(query)
        .await?
        .iter()
        .map(|row| {
            Ok(Ban {
                prefix: column(row, "prefix")?,
                created_at: moment(row, "created_at")?,
                expires_at: moment(row, "expires_at")?,
            })
        })
        .collect()
}

pub(in super::super) async fn lift_ban(
    c: &mut Connection<'_>,
    (realm, prefix): (&RealmId, &str),
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM address_ban WHERE realm = $1 AND prefix = $2 AND expires_at > $3")
        .bind(realm.as_str())
        .bind(prefix)
        .bind(now.unix_millis());
    let lifted = change(c.execute(query).await?);
    if lifted == Change::Changed {
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(lifted))
}
