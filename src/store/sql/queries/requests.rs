//! Authorization requests that are kept: pushed once, used once.

use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, families, millis, rows, sql,
};
use crate::protocol::ids::RealmId;
use crate::secret::Digest;
use crate::store::requests::{PushedRequest, RequestedCode};
use crate::store::{Effects, NewFamily};

pub(in super::super) async fn push(c: &mut Connection<'_>, request: &PushedRequest) -> Answer<()> {
    let query = sql(
        "INSERT INTO pushed_request (realm, id, client_id, parameters, created_at, expires_at,
             used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(request.realm.as_str())
    .bind(request.id.as_bytes())
    .bind(request.client.as_str())
    .bind(request.parameters.encode_without(&[]))
    .bind(request.created_at.unix_millis())
    .bind(request.expires_at.unix_millis())
    .bind(millis(request.used_at));
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    id: &Digest,
) -> Answer<Option<PushedRequest>> {
    let query = sql(
        "SELECT realm, id, client_id, parameters, created_at, expires_at, used_at
         FROM pushed_request WHERE realm = $1 AND id = $2",
    )
    .bind(realm.as_str())
    .bind(id.as_bytes());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::pushed_request)
        .transpose()
}

/// The one statement that decides who has used a request.
async fn spend(
    c: &mut Connection<'_>,
    realm: &RealmId,
    id: &Digest,
    now: Timestamp,
) -> Answer<Change> {
    let query = sql("UPDATE pushed_request SET used_at = $3
         WHERE realm = $1 AND id = $2 AND used_at IS NULL")
    .bind(realm.as_str())
    .bind(id.as_bytes())
    .bind(now.unix_millis());
    Ok(change(c.execute(query).await?))
}

pub(in super::super) async fn spend_alone(
    c: &mut Connection<'_>,
    (realm, id): (&RealmId, &Digest),
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let changed = spend(c, realm, id, now).await?;
    if changed == Change::Changed {
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}

/// The request first: its row is what callers race for.
pub(in super::super) async fn issue_code(
    c: &mut Connection<'_>,
    family: &NewFamily,
    request: &Digest,
) -> Answer<Verdict<RequestedCode>> {
    if spend(c, &family.realm, request, family.created_at).await? == Change::NotFound {
        return Ok(Verdict::Undo(RequestedCode::RequestUsed));
    }
    Ok(match families::issue_code(c, family).await? {
        Change::Changed => Verdict::Keep(RequestedCode::Issued),
        Change::NotFound => Verdict::Undo(RequestedCode::SessionEnded),
    })
}
