//! Devices that wait for a person: opened, polled, answered once.

use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, families, millis, rows, sql,
};
use crate::protocol::ids::RealmId;
use crate::protocol::user_code::UserCode;
use crate::secret::Digest;
use crate::store::device::{DeviceAuthorization, DeviceOpening, Polls};
use crate::store::{Effects, NewFamily};

macro_rules! columns {
    () => {
        "realm, device_code, user_code, client_id, scope, resource, poll_interval, last_polled_at,
         created_at, expires_at, approved_at, denied_at"
    };
}

pub(in super::super) async fn open(
    c: &mut Connection<'_>,
    authorization: &DeviceAuthorization,
    limit: u32,
) -> Answer<Verdict<DeviceOpening>> {
    let resources = &authorization.resources;
    let query = sql(concat!(
        "INSERT INTO device_authorization (",
        columns!(),
        ") SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         WHERE (SELECT COUNT(*) FROM device_authorization
             WHERE realm = $1 AND client_id = $4 AND expires_at > $9) < $13
         ON CONFLICT DO NOTHING"
    ))
    .bind(authorization.realm.as_str())
    .bind(authorization.device_code.as_bytes())
    .bind(authorization.user_code.as_str())
    .bind(authorization.client.as_str())
    .bind(authorization.scope.to_string())
    .bind((!resources.is_empty()).then(|| resources.join(" ")))
    .bind(authorization.polls.interval.millis())
    .bind(millis(authorization.polls.last_at))
    .bind(authorization.created_at.unix_millis())
    .bind(authorization.expires_at.unix_millis())
    .bind(millis(authorization.approved_at))
    .bind(millis(authorization.denied_at))
    .bind(i64::from(limit));
    if c.execute(query).await? > 0 {
        return Ok(Verdict::Keep(DeviceOpening::Opened));
    }
    let taken = find_by_user_code(c, &authorization.realm, &authorization.user_code).await?;
    Ok(Verdict::Undo(match taken {
        Some(_) => DeviceOpening::CodeTaken,
        None => DeviceOpening::TooMany,
    }))
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    device_code: &Digest,
) -> Answer<Option<DeviceAuthorization>> {
    let query = sql(concat!(
        "SELECT ",
        columns!(),
        " FROM device_authorization WHERE realm = $1 AND device_code = $2"
    ))
    .bind(realm.as_str())
    .bind(device_code.as_bytes());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::device_authorization)
        .transpose()
}

pub(in super::super) async fn find_by_user_code(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user_code: &UserCode,
) -> Answer<Option<DeviceAuthorization>> {
    let query = sql(concat!(
        "SELECT ",
        columns!(),
        " FROM device_authorization WHERE realm = $1 AND user_code = $2"
    ))
    .bind(realm.as_str())
    .bind(user_code.as_str());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::device_authorization)
        .transpose()
}

pub(in super::super) async fn count_poll(
    c: &mut Connection<'_>,
    (realm, device_code): (&RealmId, &Digest),
    seen: Polls,
    counted: Polls,
) -> Answer<bool> {
    let query = sql(
        "UPDATE device_authorization SET poll_interval = $3, last_polled_at = $4
         WHERE realm = $1 AND device_code = $2
           AND poll_interval = $5 AND last_polled_at IS NOT DISTINCT FROM $6",
    )
    .bind(realm.as_str())
    .bind(device_code.as_bytes())
    .bind(counted.interval.millis())
    .bind(millis(counted.last_at))
    .bind(seen.interval.millis())
    .bind(millis(seen.last_at));
    Ok(change(c.execute(query).await?) == Change::Changed)
}

/// RFC 8628 §3.3: the row is answered by one statement, or by nobody. A family that could not be
/// opened takes the answer back with it.
pub(in super::super) async fn approve(
    c: &mut Connection<'_>,
    family: &NewFamily,
    effects: &Effects,
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE device_authorization SET approved_at = $4
         WHERE realm = $1 AND device_code = $2 AND client_id = $3
           AND approved_at IS NULL AND denied_at IS NULL AND expires_at > $4")
    .bind(family.realm.as_str())
    .bind(family.code.as_bytes())
    .bind(family.client.as_str())
    .bind(family.created_at.unix_millis());
    if change(c.execute(query).await?) == Change::NotFound {
        return Ok(Verdict::Undo(Change::NotFound));
    }
    if families::issue_code(c, family).await? == Change::NotFound {
        return Ok(Verdict::Undo(Change::NotFound));
    }
    effects::record(c, effects, family.created_at).await?;
    Ok(Verdict::Keep(Change::Changed))
}

pub(in super::super) async fn deny(
    c: &mut Connection<'_>,
    (realm, device_code): (&RealmId, &Digest),
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE device_authorization SET denied_at = $3
         WHERE realm = $1 AND device_code = $2
           AND approved_at IS NULL AND denied_at IS NULL AND expires_at > $3")
    .bind(realm.as_str())
    .bind(device_code.as_bytes())
    .bind(now.unix_millis());
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}
