//! Browser sessions and consent.

use super::rows::{held_by_user, user_columns, user_stands};
use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, families, logouts, millis,
    rows, sql,
};
use crate::account::session::Session;
use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::secret::Digest;
use crate::store::{ConsentAnswer, Effects, SessionFacts};

pub(in super::super) async fn open(
    c: &mut Connection<'_>,
    session: &Session,
    verified: &str,
    effects: &Effects,
) -> Answer<Verdict<Change>> {
    let opened = put(c, session, Some(verified)).await?;
    if opened == Change::Changed {
        effects::record(c, effects, session.last_seen_at).await?;
    }
    Ok(Verdict::Keep(opened))
}

/// Puts a session there, or renews the live one with its id and user; only on the proof of the
/// password that has `verified` and may stay as it is, unless another proof holds the user's lock.
pub(super) async fn put(
    c: &mut Connection<'_>,
    session: &Session,
    verified: Option<&str>,
) -> Answer<Change> {
    let query = sql(concat!(
        "INSERT INTO session (realm, id, cookie, user_id, auth_time, amr, created_at,
             last_seen_at, expires_at, ended_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
         WHERE EXISTS (SELECT 1 FROM users WHERE users.realm = $1 AND users.id = $4
             AND ($11 IS NULL OR (users.password_hash = $11 AND NOT users.must_change_password))
             AND ",
        user_stands!(),
        ")
         ON CONFLICT (realm, id) DO UPDATE SET cookie = excluded.cookie,
             auth_time = excluded.auth_time, amr = excluded.amr,
             last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at
         WHERE session.user_id = excluded.user_id AND session.ended_at IS NULL"
    ))
    .bind(session.realm.as_str())
    .bind(session.id.as_str())
    .bind(session.cookie.as_bytes())
    .bind(session.user.as_str())
    .bind(session.auth_time.unix_millis())
    .bind(session.amr.as_str())
    .bind(session.created_at.unix_millis())
    .bind(session.last_seen_at.unix_millis())
    .bind(session.expires_at.unix_millis())
    .bind(millis(session.ended_at))
    .bind(verified);
    Ok(change(c.execute(query).await?))
}

/// A session that was opened on the old password while that was being replaced is as good as ended.
pub(in super::super) async fn facts(
    c: &mut Connection<'_>,
    realm: &RealmId,
    cookie: &Digest,
    client: Option<&ClientId>,
) -> Answer<Option<SessionFacts>> {
    let query = sql(concat!(
        "SELECT session.id AS session_id, session.cookie, session.auth_time, session.amr,
                session.created_at AS session_created_at, session.last_seen_at,
                session.expires_at, CASE WHEN users.not_before > session.auth_time
                    THEN COALESCE(session.ended_at, users.not_before)
                    ELSE session.ended_at END AS ended_at, ",
        user_columns!(),
        ", (SELECT string_agg(consent.scope, ' ' ORDER BY consent.scope) FROM consent
             WHERE consent.realm = session.realm AND consent.user_id = session.user_id
               AND consent.client_id = $3) AS consented,
           (SELECT COUNT(*) FROM totp WHERE totp.realm = session.realm
              AND totp.user_id = session.user_id) AS apps,
           (SELECT COUNT(*) FROM passkey WHERE passkey.realm = session.realm
              AND passkey.user_id = session.user_id) AS passkeys,
           (SELECT COUNT(*) FROM role WHERE role.require_second_factor AND ",
        held_by_user!(),
        ") AS strict_roles
         FROM session JOIN users
           ON users.realm = session.realm AND users.id = session.user_id
         WHERE session.realm = $1 AND session.cookie = $2"
    ))
    .bind(realm.as_str())
    .bind(cookie.as_bytes())
    .bind(client.map(ClientId::as_str));
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::session_facts)
        .transpose()
}

pub(in super::super) async fn touch(
    c: &mut Connection<'_>,
    realm: &RealmId,
    session: &SessionId,
    now: Timestamp,
) -> Answer<()> {
    let query = sql("UPDATE session SET last_seen_at = $3
         WHERE realm = $1 AND id = $2 AND last_seen_at < $3 AND ended_at IS NULL")
    .bind(realm.as_str())
    .bind(session.as_str())
    .bind(now.unix_millis());
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn end(
    c: &mut Connection<'_>,
    realm: &RealmId,
    session: &SessionId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE session SET ended_at = COALESCE(ended_at, $3)
         WHERE realm = $1 AND id = $2")
    .bind(realm.as_str())
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

pub(super) async fn end_all_of_user(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    spared: Option<&SessionId>,
    now: Timestamp,
) -> Answer<()> {
    let query = sql("UPDATE session SET ended_at = $3
         WHERE realm = $1 AND user_id = $2 AND ended_at IS NULL AND id IS DISTINCT FROM $4")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(now.unix_millis())
    .bind(spared.map(SessionId::as_str));
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn record_consent(
    c: &mut Connection<'_>,
    answer: &ConsentAnswer,
    effects: &Effects,
) -> Answer<Verdict<()>> {
    let now = answer.now;
    for token in answer.added.iter() {
        // A client that was deleted meanwhile has nothing to be consented to.
        let query = sql(
            "INSERT INTO consent (realm, user_id, client_id, scope, granted_at)
             SELECT $1, $2, $3, $4, $5 WHERE EXISTS
                 (SELECT 1 FROM client WHERE client.realm = $1 AND client.id = $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(answer.realm.as_str())
        .bind(answer.user.as_str())
        .bind(answer.client.as_str())
        .bind(token.to_owned())
        .bind(now.unix_millis());
        c.execute(query).await?;
    }
    for token in answer.left_out.iter() {
        let query = sql("DELETE FROM consent
             WHERE realm = $1 AND user_id = $2 AND client_id = $3 AND scope = $4")
        .bind(answer.realm.as_str())
        .bind(answer.user.as_str())
        .bind(answer.client.as_str())
        .bind(token.to_owned());
        c.execute(query).await?;
    }
    effects::record(c, effects, now).await?;
    Ok(Verdict::Keep(()))
}
