//! What people see, change and end of their own.

use std::collections::BTreeMap;

use super::super::Row;
use super::events::caller;
use super::families::owner_stands;
use super::rows::{column, digest, moment, optional_moment, parsed, scope, user_stands};
use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, families, logouts, sign_ins,
    sql, users,
};
use crate::account::session::Session;
use crate::account::user::User;
use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::store::{Effects, LiveGrant, OthersEnd, OwnSession, Revocation, RevocationMark};

/// What is known of a browser stands in the event of its last sign-in.
pub(in super::super) async fn sessions(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    now: Timestamp,
) -> Answer<Vec<OwnSession>> {
    let query = sql(
        "SELECT session.realm, session.id, session.cookie, session.user_id, session.auth_time,
             session.amr, session.created_at, session.last_seen_at, session.expires_at,
             session.ended_at, event.address, event.user_agent, event.request_id
         FROM session LEFT JOIN event ON event.sequence =
             (SELECT MAX(latest.sequence) FROM event AS latest
              WHERE latest.realm = session.realm AND latest.user_id = session.user_id
                AND latest.session_id = session.id AND latest.kind = 'sign_in.succeeded')
         WHERE session.realm = $1 AND session.user_id = $2 AND session.ended_at IS NULL
           AND session.expires_at > $3
         ORDER BY session.last_seen_at DESC, session.id",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(now.unix_millis());
    let rows = c.all(query).await?;
    let mut clients = clients_by_session(c, realm, user).await?;
    rows.iter()
        .map(|row| {
            let session = session(row)?;
            Ok(OwnSession {
                caller: caller(row)?,
                clients: clients.remove(&session.id).unwrap_or_default(),
                session,
            })
        })
        .collect()
}

fn session(row: &Row) -> Answer<Session> {
    Ok(Session {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: parsed(row, "id", SessionId::parse)?,
        cookie: digest(row, "cookie")?,
        user: parsed(row, "user_id", UserId::parse)?,
        auth_time: moment(row, "auth_time")?,
        amr: column(row, "amr")?,
        created_at: moment(row, "created_at")?,
        last_seen_at: moment(row, "last_seen_at")?,
        expires_at: moment(row, "expires_at")?,
        ended_at: optional_moment(row, "ended_at")?,
    })
}

async fn clients_by_session(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<BTreeMap<SessionId, Vec<ClientId>>> {
    let query = sql("SELECT DISTINCT session_id, client_id FROM token_family
         WHERE realm = $1 AND user_id = $2 AND redeemed_at IS NOT NULL
         ORDER BY session_id, client_id")
    .bind(realm.as_str())
    .bind(user.as_str());
    let mut clients: BTreeMap<SessionId, Vec<ClientId>> = BTreeMap::new();
    for row in &c.all(query).await? {
        let session = parsed(row, "session_id", SessionId::parse)?;
        let client = parsed(row, "client_id", ClientId::parse)?;
        clients.entry(session).or_default().push(client);
    }
    Ok(clients)
}

pub(in super::super) async fn grants(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    now: Timestamp,
) -> Answer<Vec<LiveGrant>> {
    let query = sql(concat!(
        "SELECT client_id, scope, created_at, COALESCE(rotated_at, created_at) AS used_at, offline
         FROM token_family
         WHERE realm = $1 AND user_id = $2 AND redeemed_at IS NOT NULL AND revoked_at IS NULL
           AND expires_at > $3 AND ",
        owner_stands!()
    ))
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(now.unix_millis());
    let mut grants: BTreeMap<ClientId, LiveGrant> = BTreeMap::new();
    for row in &c.all(query).await? {
        let grant = LiveGrant {
            client: parsed(row, "client_id", ClientId::parse)?,
            scope: scope(row, "scope")?,
            since: moment(row, "created_at")?,
            used_at: moment(row, "used_at")?,
            offline: column(row, "offline")?,
        };
        let joined = match grants.remove(&grant.client) {
            None => grant,
            Some(other) => LiveGrant {
                scope: other.scope.union(&grant.scope),
                since: other.since.min(grant.since),
                used_at: other.used_at.max(grant.used_at),
                offline: other.offline || grant.offline,
                client: other.client,
            },
        };
        grants.insert(joined.client.clone(), joined);
    }
    Ok(grants.into_values().collect())
}

pub(in super::super) async fn end_session(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    session: &SessionId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE session SET ended_at = $4
         WHERE realm = $1 AND user_id = $2 AND id = $3 AND ended_at IS NULL")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(session.as_str())
    .bind(now.unix_millis());
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        families::revoke_all_of_session(c, realm, session, now).await?;
        logouts::address_clients_of_session(c, realm, session).await?;
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}

/// The person's row is locked first, so that of two browsers that end each other one stays.
pub(in super::super) async fn end_others(
    c: &mut Connection<'_>,
    end: &OthersEnd,
    effects: &Effects,
) -> Answer<Verdict<Vec<Revocation>>> {
    let owner = (&end.realm, &end.user);
    users::lock(c, &end.realm, &end.user).await?;
    if !is_open(c, owner, &end.keep).await? {
        return Ok(Verdict::Keep(Vec::new()));
    }
    let forgotten = sign_ins::distrust_but(c, owner, end.device.as_ref()).await?;
    let query = sql("UPDATE session SET ended_at = $4
         WHERE realm = $1 AND user_id = $2 AND id <> $3 AND ended_at IS NULL
         RETURNING id")
    .bind(end.realm.as_str())
    .bind(end.user.as_str())
    .bind(end.keep.as_str())
    .bind(end.now.unix_millis());
    let mut marks = Vec::new();
    for row in &c.all(query).await? {
        let session = parsed(row, "id", SessionId::parse)?;
        families::revoke_all_of_session(c, &end.realm, &session, end.now).await?;
        logouts::address_clients_of_session(c, &end.realm, &session).await?;
        marks.push(Revocation {
            realm: end.realm.clone(),
            mark: RevocationMark::Session(session),
            not_after: end.marked_until,
            expires_at: end.marked_until,
        });
    }
    if !marks.is_empty() || forgotten > 0 {
        let mut effects = effects.clone();
        effects.marks.extend(marks.iter().cloned());
        effects::record(c, &effects, end.now).await?;
    }
    Ok(Verdict::Keep(marks))
}

/// Whether a session is this user's and nobody has ended it, under the user's lock.
async fn is_open(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    session: &SessionId,
) -> Answer<bool> {
    let query = sql("UPDATE session SET last_seen_at = last_seen_at
         WHERE realm = $1 AND user_id = $2 AND id = $3 AND ended_at IS NULL")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(session.as_str());
    Ok(c.execute(query).await? > 0)
}

pub(in super::super) async fn change_profile(
    c: &mut Connection<'_>,
    user: &User,
    seen: Timestamp,
    effects: &Effects,
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE users SET profile = $3, updated_at = $4
         WHERE realm = $1 AND id = $2 AND updated_at = $5")
    .bind(user.realm.as_str())
    .bind(user.id.as_str())
    .bind(users::profile(user)?)
    .bind(user.updated_at.unix_millis())
    .bind(seen.unix_millis());
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        effects::record(c, effects, user.updated_at).await?;
    }
    Ok(Verdict::Keep(changed))
}
