//! The outbox of back-channel logout (OIDC Back-Channel Logout 1.0).

use super::clients::client_columns;
use super::{Answer, Change, Connection, Timestamp, change, millis, rows, sql};
use crate::protocol::client::Client;
use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::store::{LogoutBacklog, LogoutDelivery, LogoutFilter, LogoutOutcome};

macro_rules! delivery_columns {
    () => {
        "realm, session_id, client_id, user_id, uri, created_at, next_attempt_at, attempts,
         delivered_at, last_answer"
    };
}

/// Addresses the clients that were given tokens in some sessions. The families of those sessions
/// must be revoked already: then a code that is spent meanwhile is either seen here or refused.
macro_rules! address_clients {
    ($sessions:literal) => {
        concat!(
            "INSERT INTO logout_delivery (realm, session_id, client_id, user_id, uri, created_at,
                 next_attempt_at)
             SELECT DISTINCT session.realm, session.id, client.id, session.user_id,
                 client.backchannel_logout_uri, session.ended_at, session.ended_at
             FROM session
             JOIN token_family ON token_family.realm = session.realm
                 AND token_family.session_id = session.id
             JOIN client ON client.realm = session.realm AND client.id = token_family.client_id
             WHERE token_family.redeemed_at IS NOT NULL AND session.ended_at IS NOT NULL
               AND client.backchannel_logout_uri IS NOT NULL AND client.disabled_at IS NULL
               AND ",
            $sessions,
            " ON CONFLICT DO NOTHING"
        )
    };
}

/// Addresses the clients of a session that this transaction has ended.
pub(super) async fn address_clients_of_session(
    c: &mut Connection<'_>,
    realm: &RealmId,
    session: &SessionId,
) -> Answer<()> {
    let query = sql(address_clients!("session.realm = $1 AND session.id = $2"))
        .bind(realm.as_str())
        .bind(session.as_str());
    c.execute(query).await?;
    Ok(())
}

/// Addresses the clients of the sessions that this transaction has ended at `now`.
pub(super) async fn address_clients_of_user(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
    now: Timestamp,
) -> Answer<()> {
    let query = sql(address_clients!(
        "session.realm = $1 AND session.user_id = $2 AND session.ended_at = $3"
    ))
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(now.unix_millis());
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn clients_of(
    c: &mut Connection<'_>,
    realm: &RealmId,
    session: &SessionId,
) -> Answer<Vec<Client>> {
    let query = sql(concat!(
        "SELECT ",
        client_columns!(),
        " FROM client WHERE realm = $1 AND id IN (SELECT client_id FROM token_family
             WHERE token_family.realm = $1 AND session_id = $2 AND redeemed_at IS NOT NULL)
         ORDER BY id"
    ))
    .bind(realm.as_str())
    .bind(session.as_str());
    c.all(query).await?.iter().map(rows::client).collect()
}

pub(in super::super) async fn due(
    c: &mut Connection<'_>,
    now: Timestamp,
    per_client: u32,
    limit: u32,
) -> Answer<Vec<LogoutDelivery>> {
    let query = sql(concat!(
        "SELECT ",
        delivery_columns!(),
        " FROM (SELECT ",
        delivery_columns!(),
        ", ROW_NUMBER() OVER (PARTITION BY realm, client_id
                ORDER BY next_attempt_at, session_id) AS place
             FROM logout_delivery WHERE next_attempt_at <= $1) AS due
         WHERE place <= $2 ORDER BY place, next_attempt_at LIMIT $3"
    ))
    .bind(now.unix_millis())
    .bind(i64::from(per_client))
    .bind(i64::from(limit));
    c.all(query)
        .await?
        .iter()
        .map(rows::logout_delivery)
        .collect()
}

/// The number of attempts is the guard: of two nodes that saw the same row, one begins the next.
pub(in super::super) async fn claim(
    c: &mut Connection<'_>,
    seen: &LogoutDelivery,
    now: Timestamp,
    until: Timestamp,
) -> Answer<Option<LogoutDelivery>> {
    let query = sql(concat!(
        "UPDATE logout_delivery SET attempts = attempts + 1, next_attempt_at = $6,
             uri = COALESCE((SELECT backchannel_logout_uri FROM client
                 WHERE client.realm = $1 AND client.id = $3), uri)
         WHERE realm = $1 AND session_id = $2 AND client_id = $3 AND attempts = $4
           AND next_attempt_at <= $5
         RETURNING ",
        delivery_columns!()
    ))
    .bind(seen.realm.as_str())
    .bind(seen.session.as_str())
    .bind(seen.client.as_str())
    .bind(i64::from(seen.attempts))
    .bind(now.unix_millis())
    .bind(until.unix_millis());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::logout_delivery)
        .transpose()
}

pub(in super::super) async fn settle(
    c: &mut Connection<'_>,
    claimed: &LogoutDelivery,
    outcome: &LogoutOutcome,
) -> Answer<Change> {
    let query = sql(
        "UPDATE logout_delivery SET last_answer = $5, delivered_at = $6, next_attempt_at = $7
         WHERE realm = $1 AND session_id = $2 AND client_id = $3 AND attempts = $4
           AND delivered_at IS NULL",
    )
    .bind(claimed.realm.as_str())
    .bind(claimed.session.as_str())
    .bind(claimed.client.as_str())
    .bind(i64::from(claimed.attempts))
    .bind(outcome.answer.clone())
    .bind(millis(outcome.delivered_at))
    .bind(millis(outcome.next_attempt_at));
    Ok(change(c.execute(query).await?))
}

pub(in super::super) async fn list(
    c: &mut Connection<'_>,
    realm: &RealmId,
    filter: LogoutFilter,
    limit: u32,
) -> Answer<Vec<LogoutDelivery>> {
    let text = match filter {
        LogoutFilter::All => concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM logout_delivery WHERE realm = $1
              ORDER BY created_at DESC, session_id, client_id LIMIT $2"
        ),
        LogoutFilter::Failed => concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM logout_delivery WHERE realm = $1 AND delivered_at IS NULL
                AND (next_attempt_at IS NULL OR last_answer IS NOT NULL)
              ORDER BY created_at DESC, session_id, client_id LIMIT $2"
        ),
    };
    let query = sql(text).bind(realm.as_str()).bind(i64::from(limit));
    c.all(query)
        .await?
        .iter()
        .map(rows::logout_delivery)
        .collect()
}

pub(in super::super) async fn backlog(c: &mut Connection<'_>) -> Answer<LogoutBacklog> {
    let query = sql("SELECT COUNT(*) FILTER (WHERE attempts = 0) AS waiting,
             COUNT(*) FILTER (WHERE attempts > 0) AS retrying
         FROM logout_delivery WHERE next_attempt_at IS NOT NULL");
    let row = c.one(query).await?;
    Ok(LogoutBacklog {
        waiting: rows::count(&row, "waiting")?.into(),
        retrying: rows::count(&row, "retrying")?.into(),
    })
}
