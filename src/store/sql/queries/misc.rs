//! Settings, turns of jobs, cleaning, health.

use sqlx::Row as _;

use super::super::super::dialect;
use super::{Answer, Connection, Timestamp, Verdict, sql};
use crate::account::known_device::KNOWN_FOR;
use crate::account::user::UNDO_PERIOD;
use crate::protocol::time::Lifetime;

const MINUTE: Lifetime = Lifetime::seconds(60);
const HOUR: Lifetime = Lifetime::seconds(60 * 60);
const DAY: Lifetime = Lifetime::seconds(24 * 60 * 60);
const MONTH: Lifetime = Lifetime::seconds(30 * 24 * 60 * 60);
const WEEK: Lifetime = Lifetime::seconds(7 * 24 * 60 * 60);
const HALF_A_YEAR: Lifetime = Lifetime::seconds(180 * 24 * 60 * 60);

/// Writes the value back on conflict, so that one statement always answers the one that stands.
pub(in super::super) async fn setting_or_insert(
    c: &mut Connection<'_>,
    name: &str,
    value: &[u8],
) -> Answer<Vec<u8>> {
    let query = sql("INSERT INTO setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = setting.value RETURNING value")
    .bind(name)
    .bind(value);
    Ok(c.one(query).await?.try_get("value")?)
}

pub(in super::super) async fn claim_job(
    c: &mut Connection<'_>,
    job: &str,
    node: &str,
    now: Timestamp,
    until: Timestamp,
) -> Answer<bool> {
    let query = sql(
        "INSERT INTO job_claim (job, node, held_until) VALUES ($1, $2, $4)
         ON CONFLICT (job) DO UPDATE SET node = excluded.node, held_until = excluded.held_until
         WHERE job_claim.held_until <= $3 OR job_claim.node = excluded.node",
    )
    .bind(job)
    .bind(node)
    .bind(now.unix_millis())
    .bind(until.unix_millis());
    Ok(c.execute(query).await? > 0)
}

/// One statement for each kind: its text, and how long after the moment it reads a row is kept.
/// Families come before the sessions that they refer to. Where a row's time can be moved on, it is
/// a condition of the deletion itself and not only of the choice, so that a row renewed between
/// the two stays.
const PURGES: &[(&str, Lifetime)] = &[
    (
        "DELETE FROM users WHERE deleted_at <= $1 AND (realm, id) IN (SELECT realm, id FROM users
             WHERE deleted_at <= $1 LIMIT $2)",
        UNDO_PERIOD,
    ),
    (
        "DELETE FROM token_family WHERE (realm, id) IN (SELECT realm, id FROM token_family
             WHERE expires_at <= $1 LIMIT $2)",
        Lifetime::ZERO,
    ),
    (
        "DELETE FROM token_family WHERE (realm, id) IN (SELECT realm, id FROM token_family
             WHERE redeemed_at IS NULL AND code_expires_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM session WHERE (realm, id) IN (SELECT realm, id FROM session
             WHERE (expires_at <= $1 OR ended_at <= $1) AND NOT EXISTS
                 (SELECT 1 FROM token_family WHERE token_family.realm = session.realm
                  AND token_family.session_id = session.id)
             LIMIT $2)",
        DAY,
    ),
    (
        "DELETE FROM device_authorization WHERE (realm, device_code) IN
             (SELECT realm, device_code FROM device_authorization WHERE expires_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM pushed_request WHERE (realm, id) IN (SELECT realm, id FROM pushed_request
             WHERE expires_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM revocation WHERE expires_at <= $1 AND (realm, mark) IN (SELECT realm, mark FROM revocation
             WHERE expires_at <= $1 LIMIT $2)",
        Lifetime::ZERO,
    ),
    // Attempts against accounts are as many as there are accounts; other keys are anybody's to make.
    (
        "DELETE FROM login_attempt WHERE last_at <= $1 AND (realm, account) IN
             (SELECT realm, account FROM login_attempt
              WHERE last_at <= $1 AND substr(account, 1, 8) <> 'ACCOUNT ' LIMIT $2)",
        DAY,
    ),
    (
        "DELETE FROM login_attempt WHERE last_at <= $1 AND (realm, account) IN
             (SELECT realm, account FROM login_attempt WHERE last_at <= $1 LIMIT $2)",
        MONTH,
    ),
    (
        "DELETE FROM address_ban WHERE (realm, prefix) IN (SELECT realm, prefix FROM address_ban
             WHERE expires_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM known_device WHERE last_seen_at <= $1 AND (realm, user_id, cookie) IN
             (SELECT realm, user_id, cookie FROM known_device WHERE last_seen_at <= $1 LIMIT $2)",
        KNOWN_FOR,
    ),
    // For a day it can still be said that a link was used, or came too late.
    (
        "DELETE FROM one_time_link WHERE expires_at <= $1 AND (realm, digest) IN
             (SELECT realm, digest FROM one_time_link WHERE expires_at <= $1 LIMIT $2)",
        DAY,
    ),
    // The clocks of two nodes may differ by less than a minute.
    (
        "DELETE FROM used_assertion WHERE (realm, client_id, jti) IN
             (SELECT realm, client_id, jti FROM used_assertion WHERE expires_at <= $1 LIMIT $2)",
        MINUTE,
    ),
    (
        "DELETE FROM logout_delivery WHERE (realm, session_id, client_id) IN
             (SELECT realm, session_id, client_id FROM logout_delivery
              WHERE next_attempt_at IS NULL AND created_at <= $1 LIMIT $2)",
        MONTH,
    ),
    // An attempt that is under way may still succeed.
    (
        "UPDATE mail SET sealed = NULL, next_attempt_at = NULL,
             last_answer = COALESCE(last_answer, 'expired')
         WHERE sealed IS NOT NULL AND expires_at <= $1
           AND (next_attempt_at IS NULL OR next_attempt_at <= $1)
           AND (realm, id) IN (SELECT realm, id FROM mail
               WHERE sealed IS NOT NULL AND expires_at <= $1
                 AND (next_attempt_at IS NULL OR next_attempt_at <= $1) LIMIT $2)",
        Lifetime::ZERO,
    ),
    (
        "DELETE FROM mail WHERE (realm, id) IN (SELECT realm, id FROM mail
             WHERE next_attempt_at IS NULL AND sealed IS NULL AND created_at <= $1 LIMIT $2)",
        MONTH,
    ),
    (
        "DELETE FROM initial_access_token WHERE (realm, id) IN
             (SELECT realm, id FROM initial_access_token WHERE expires_at <= $1 LIMIT $2)",
        DAY,
    ),
    // A document is fetched again when it is asked for, so that one which nobody has used need not
    // outlive the sign-in that it was fetched for.
    (
        "DELETE FROM client WHERE last_used_at IS NULL AND (realm, id) IN
             (SELECT realm, id FROM client WHERE origin <> 'admin' AND origin = 'document'
                 AND last_used_at IS NULL AND created_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM client WHERE last_used_at IS NULL AND (realm, id) IN
             (SELECT realm, id FROM client WHERE origin <> 'admin' AND origin = 'registered'
                 AND last_used_at IS NULL AND created_at <= $1 LIMIT $2)",
        WEEK,
    ),
    // While a grant of it stands, it may come back with a refresh token.
    (
        "DELETE FROM client WHERE last_used_at <= $1 AND (realm, id) IN
             (SELECT realm, id FROM client WHERE origin <> 'admin' AND last_used_at <= $1
                 AND NOT EXISTS (SELECT 1 FROM token_family
                     WHERE token_family.realm = client.realm
                       AND token_family.client_id = client.id)
             LIMIT $2)",
        HALF_A_YEAR,
    ),
    (
        "DELETE FROM sign_in WHERE (realm, cookie) IN
             (SELECT realm, cookie FROM sign_in WHERE expires_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM passkey_ceremony WHERE (realm, challenge) IN
             (SELECT realm, challenge FROM passkey_ceremony WHERE expires_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM remembered_device WHERE (realm, id) IN
             (SELECT realm, id FROM remembered_device WHERE expires_at <= $1 LIMIT $2)",
        HOUR,
    ),
    (
        "DELETE FROM node WHERE seen_at <= $1 AND id IN (SELECT id FROM node WHERE seen_at <= $1 LIMIT $2)",
        DAY,
    ),
];

pub(in super::super) async fn purge(
    c: &mut Connection<'_>,
    now: Timestamp,
    limit: u32,
) -> Answer<Verdict<u64>> {
    // It holds many rows, in an order of its own, and comes again: it is the one to give up, unless
    // somebody waits for it already.
    if let Some(text) = dialect::GIVE_WAY {
        c.execute(sql(text)).await?;
    }
    let mut deleted = 0;
    for (text, kept) in PURGES {
        let query = sql(text)
            .bind(now.minus(*kept).unix_millis())
            .bind(i64::from(limit));
        deleted += c.execute(query).await?;
    }
    Ok(Verdict::Keep(deleted))
}

/// A write, because a read-only replica answers reads.
pub(in super::super) async fn ping(c: &mut Connection<'_>) -> Answer<()> {
    c.execute(sql(
        "UPDATE counter SET value = value + 1 WHERE name = 'ping'",
    ))
    .await?;
    Ok(())
}
