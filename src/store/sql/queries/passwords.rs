//! Passwords and their history.

use super::rows::{column, user_stands};
use super::{
    Answer, Change, Connection, Timestamp, Verdict, change as change_of, effects, sign_ins, sql,
    users,
};
use crate::protocol::ids::{RealmId, UserId};
use crate::store::Effects;
use crate::store::passwords::{PasswordChange, SparedSession};

/// The first statement decides, and holds the row until the end.
pub(in super::super) async fn change(
    c: &mut Connection<'_>,
    wanted: &PasswordChange,
) -> Answer<Verdict<Change>> {
    let query = sql(concat!(
        "UPDATE users SET must_change_password = $3, updated_at = $4, not_before = $4
         WHERE realm = $1 AND id = $2 AND ($5 IS NULL OR (password_hash = $5 AND ",
        user_stands!(),
        "))"
    ))
    .bind(wanted.realm.as_str())
    .bind(wanted.user.as_str())
    .bind(wanted.must_change)
    .bind(wanted.now.unix_millis())
    .bind(wanted.proven.as_deref());
    if c.execute(query).await? == 0 {
        return Ok(Verdict::Undo(Change::NotFound));
    }
    if let Some(session) = &wanted.spared
        && renew_session(c, wanted, session).await? == Change::NotFound
    {
        return Ok(Verdict::Undo(Change::NotFound));
    }
    remember(c, wanted).await?;
    let query = sql("UPDATE users SET password_hash = $3 WHERE realm = $1 AND id = $2")
        .bind(wanted.realm.as_str())
        .bind(wanted.user.as_str())
        .bind(wanted.hash.as_str());
    c.execute(query).await?;
    let ending = users::Ending {
        reason: "password_changed",
        spared: wanted.spared.as_ref().map(|session| &session.id),
        effects: &wanted.effects,
        now: wanted.now,
    };
    users::end_everything(c, (&wanted.realm, &wanted.user), ending).await?;
    Ok(Verdict::Keep(Change::Changed))
}

async fn renew_session(
    c: &mut Connection<'_>,
    wanted: &PasswordChange,
    session: &SparedSession,
) -> Answer<Change> {
    let query = sql(
        "UPDATE session SET cookie = $4, auth_time = $5, last_seen_at = $5
         WHERE realm = $1 AND user_id = $2 AND id = $3 AND ended_at IS NULL",
    )
    .bind(wanted.realm.as_str())
    .bind(wanted.user.as_str())
    .bind(session.id.as_str())
    .bind(session.cookie.as_bytes())
    .bind(wanted.now.unix_millis());
    Ok(change_of(c.execute(query).await?))
}

/// Puts the present hash, which is about to be replaced, to those before it, and forgets the
/// oldest.
async fn remember(c: &mut Connection<'_>, wanted: &PasswordChange) -> Answer<()> {
    let before = wanted.history.saturating_sub(1);
    if before > 0 {
        let query = sql(
            "INSERT INTO password_history (realm, user_id, hash, replaced_at)
             SELECT realm, id, password_hash, $3 FROM users
             WHERE realm = $1 AND id = $2 AND password_hash IS NOT NULL
             ON CONFLICT DO NOTHING",
        )
        .bind(wanted.realm.as_str())
        .bind(wanted.user.as_str())
        .bind(wanted.now.unix_millis());
        c.execute(query).await?;
    }
    let query = sql(
        "DELETE FROM password_history WHERE realm = $1 AND user_id = $2 AND hash NOT IN
             (SELECT hash FROM password_history WHERE realm = $1 AND user_id = $2
              ORDER BY replaced_at DESC, hash LIMIT $3)",
    )
    .bind(wanted.realm.as_str())
    .bind(wanted.user.as_str())
    .bind(i64::from(before));
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn past(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<Vec<String>> {
    let query = sql(
        "SELECT hash FROM (SELECT password_hash AS hash, 0 AS place, 0 AS replaced_at FROM users
             WHERE realm = $1 AND id = $2 AND password_hash IS NOT NULL
             UNION ALL SELECT hash, 1, replaced_at FROM password_history
             WHERE realm = $1 AND user_id = $2) AS past
         ORDER BY place, replaced_at DESC, hash",
    )
    .bind(realm.as_str())
    .bind(user.as_str());
    let rows = c.all(query).await?;
    rows.iter().map(|row| column(row, "hash")).collect()
}

pub(in super::super) async fn set_must_change(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    must_change: bool,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("UPDATE users SET must_change_password = $3, updated_at = $4
         WHERE realm = $1 AND id = $2")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(must_change)
    .bind(now.unix_millis());
    let changed = change_of(c.execute(query).await?);
    if changed == Change::Changed {
        if must_change {
            sign_ins::distrust(c, (realm, user)).await?;
        }
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}
