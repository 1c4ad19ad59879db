//! Users, their login names, and failed logins.

use super::rows::{column, count, moment, user_columns, user_stands};
use super::{
    Answer, Change, Connection, Creation, Page, Timestamp, Verdict, bounds, change, creation,
    effects, families, links, logouts, millis, protection, rows, sessions, sign_ins, sql,
};
use crate::account::link::LinkPurpose;
use crate::account::slow_down::Attempts;
use crate::account::user::{LoginName, User};
use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::fault::Fault;

pub(in super::super) async fn create(
    c: &mut Connection<'_>,
    user: &User,
    effects: &Effects,
) -> Answer<Verdict<Creation>> {
    let query = sql(
        "INSERT INTO users (realm, id, username, email, email_verified, password_hash,
             profile, created_at, updated_at, disabled_at, locked_at, deleted_at,
             must_change_password, lot)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT DO NOTHING",
    )
    .bind(user.realm.as_str())
    .bind(user.id.as_str())
    .bind(user.username.as_str())
    .bind(user.email.as_deref())
    .bind(user.email_verified)
    .bind(user.password_hash.as_deref())
    .bind(profile(user)?)
    .bind(user.created_at.unix_millis())
    .bind(user.updated_at.unix_millis())
    .bind(millis(user.disabled_at))
    .bind(millis(user.locked_at))
    .bind(millis(user.deleted_at))
    .bind(user.must_change_password)
    .bind(lot_of(user));
    if c.execute(query).await? == 0 {
        return Ok(Verdict::Undo(Creation::NameTaken));
    }
    let email = user
        .email
        .as_deref()
        .filter(|email| *email != user.username);
    // In one order everywhere, so that two registrations cannot wait for each other's names.
    let mut logins: Vec<&str> = email.into_iter().chain([user.username.as_str()]).collect();
    logins.sort_unstable();
    for login in logins {
        let query = sql(
            "INSERT INTO user_login (realm, login, user_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(user.realm.as_str())
        .bind(login)
        .bind(user.id.as_str());
        if creation(c.execute(query).await?) == Creation::NameTaken {
            return Ok(Verdict::Undo(Creation::NameTaken));
        }
    }
    effects::record(c, effects, user.created_at).await?;
    Ok(Verdict::Keep(Creation::Created))
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<Option<User>> {
    let query = sql(concat!(
        "SELECT ",
        user_columns!(),
        " FROM users WHERE users.realm = $1 AND users.id = $2"
    ))
    .bind(realm.as_str())
    .bind(user.as_str());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::user)
        .transpose()
}

pub(in super::super) async fn find_by_login(
    c: &mut Connection<'_>,
    realm: &RealmId,
    login: &LoginName,
) -> Answer<Option<User>> {
    let query = sql(concat!(
        "SELECT ",
        user_columns!(),
        " FROM user_login JOIN users
            ON users.realm = user_login.realm AND users.id = user_login.user_id
          WHERE user_login.realm = $1 AND user_login.login = $2"
    ))
    .bind(realm.as_str())
    .bind(login.as_str());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::user)
        .transpose()
}

pub(in super::super) async fn list(
    c: &mut Connection<'_>,
    realm: &RealmId,
    page: &Page,
) -> Answer<Vec<User>> {
    let (after, limit) = bounds(page);
    let query = sql(concat!(
        "SELECT ",
        user_columns!(),
        " FROM users WHERE users.realm = $1 AND users.id > $2 ORDER BY users.id LIMIT $3"
    ))
    .bind(realm.as_str())
    .bind(after)
    .bind(limit);
    c.all(query).await?.iter().map(rows::user).collect()
}

pub(in super::super) async fn rehash_password(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    old: &str,
    new: &str,
) -> Answer<()> {
    let query = sql("UPDATE users SET password_hash = $4
         WHERE realm = $1 AND id = $2 AND password_hash = $3")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(old)
    .bind(new);
    c.execute(query).await?;
    Ok(())
}

/// The lot of an account: as good as chance.
fn lot_of(user: &User) -> i64 {
    let digest = Digest::of(user.id.as_str());
    let first = digest.as_bytes().first_chunk();
    first.map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// The hash whose account's lot is next to a number, around the end.
pub(in super::super) async fn drawn_hash(
    c: &mut Connection<'_>,
    realm: &RealmId,
    number: i64,
) -> Answer<Option<String>> {
    let query = sql("SELECT password_hash FROM (
             SELECT turn, password_hash FROM (SELECT 0 AS turn, password_hash FROM users
                 WHERE realm = $1 AND password_hash IS NOT NULL AND lot >= $2
                 ORDER BY lot, id LIMIT 1) AS next
             UNION ALL
             SELECT turn, password_hash FROM (SELECT 1 AS turn, password_hash FROM users
                 WHERE realm = $1 AND password_hash IS NOT NULL
                 ORDER BY lot, id LIMIT 1) AS first
         ) AS drawn ORDER BY turn LIMIT 1")
    .bind(realm.as_str())
    .bind(number);
    let row = c.optional(query).await?;
    row.map(|row| column(&row, "password_hash")).transpose()
}

pub(super) fn profile(user: &User) -> Answer<String> {
    serde_json::to_string(&user.profile)
        .map_err(|error| Fault::Corrupt(format!("profile: {error}")))
}

/// The confirmed address of a user whose row this transaction has locked, if there is one; `None`
/// when the user does not stand, or everything of theirs was ended since `since`.
pub(super) async fn confirmed_address(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    since: Timestamp,
) -> Answer<Option<Option<String>>> {
    let query = sql(concat!(
        "SELECT CASE WHEN email_verified THEN email END AS confirmed FROM users
         WHERE realm = $1 AND id = $2 AND (not_before IS NULL OR not_before < $3) AND ",
        user_stands!()
    ))
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(since.unix_millis());
    let row = c.optional(query).await?;
    row.map(|row| column(&row, "confirmed")).transpose()
}

/// Whether somebody else is found by a login.
pub(super) async fn has_another_owner(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    login: &str,
) -> Answer<bool> {
    let query =
        sql("SELECT user_id FROM user_login WHERE realm = $1 AND login = $2 AND user_id <> $3")
            .bind(realm.as_str())
            .bind(login)
            .bind(user.as_str());
    Ok(c.optional(query).await?.is_some())
}

/// Makes a login a user's; `NameTaken` when it is somebody else's.
pub(super) async fn claim_login(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    login: &str,
) -> Answer<Creation> {
    let query = sql(
        "INSERT INTO user_login (realm, login, user_id) VALUES ($1, $2, $3)
         ON CONFLICT (realm, login) DO UPDATE SET user_id = excluded.user_id
             WHERE user_login.user_id = excluded.user_id",
    )
    .bind(realm.as_str())
    .bind(login)
    .bind(user.as_str());
    Ok(creation(c.execute(query).await?))
}

/// Gives back the logins that are neither user name nor address of their user any more.
pub(super) async fn drop_other_logins(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
) -> Answer<()> {
    let query = sql(
        "DELETE FROM user_login WHERE realm = $1 AND user_id = $2 AND NOT EXISTS
             (SELECT 1 FROM users WHERE users.realm = $1 AND users.id = $2
              AND user_login.login IN (users.username, users.email))",
    )
    .bind(realm.as_str())
    .bind(user.as_str());
    c.execute(query).await?;
    Ok(())
}

/// Gives a user whose row this transaction has locked another address, as confirmed.
pub(super) async fn set_address(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    email: &str,
    now: Timestamp,
) -> Answer<Creation> {
    if claim_login(c, (realm, user), email).await? == Creation::NameTaken {
        return Ok(Creation::NameTaken);
    }
    let query = sql(
        "UPDATE users SET email = $3, email_verified = TRUE, updated_at = $4,
             username = CASE WHEN username = email THEN $3 ELSE username END
         WHERE realm = $1 AND id = $2",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(email)
    .bind(now.unix_millis());
    c.execute(query).await?;
    drop_other_logins(c, (realm, user)).await?;
    Ok(Creation::Created)
}

/// Makes other changes of the person wait until this transaction has ended.
pub(super) async fn lock(c: &mut Connection<'_>, realm: &RealmId, user: &UserId) -> Answer<()> {
    let query = sql("UPDATE users SET updated_at = updated_at WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(user.as_str());
    c.execute(query).await?;
    Ok(())
}

/// How everything of a user ends.
pub(super) struct Ending<'a> {
    pub(super) reason: &'static str,
    /// A session that goes on with its families.
    pub(super) spared: Option<&'a SessionId>,
    pub(super) effects: &'a Effects,
    pub(super) now: Timestamp,
}

/// Ends the sessions, families, sign-ins in progress, remembered and known devices of a user whose
/// row this transaction has locked, and the links that would set another password.
pub(super) async fn end_everything(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    ending: Ending<'_>,
) -> Answer<()> {
    sign_ins::distrust(c, (realm, user)).await?;
    let Ending { now, spared, .. } = ending;
    protection::forget_devices(c, (realm, user), spared).await?;
    sessions::end_all_of_user(c, (realm, user), spared, now).await?;
    families::revoke_all_of_user(c, (realm, user), &ending).await?;
    logouts::address_clients_of_user(c, realm, user, now).await?;
    links::void(c, (realm, user), LinkPurpose::ResetPassword).await?;
    effects::record(c, ending.effects, now).await
}

pub(in super::super) async fn attempts(
    c: &mut Connection<'_>,
    realm: &RealmId,
    account: &str,
) -> Answer<Option<Attempts>> {
    let query =
        sql("SELECT failures, last_at FROM login_attempt WHERE realm = $1 AND account = $2")
            .bind(realm.as_str())
            .bind(account);
    let Some(row) = c.optional(query).await? else {
        return Ok(None);
    };
    Ok(Some(Attempts {
        failures: count(&row, "failures")?,
        last_at: moment(&row, "last_at")?,
    }))
}

pub(in super::super) async fn count_attempt(
    c: &mut Connection<'_>,
    (realm, account): (&RealmId, &str),
    seen: Option<Attempts>,
    counted: Attempts,
) -> Answer<bool> {
    let query = match seen {
        None => sql(
            "INSERT INTO login_attempt (realm, account, failures, last_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT (realm, account) DO NOTHING",
        ),
        Some(_) => sql("UPDATE login_attempt SET failures = $3, last_at = $4
             WHERE realm = $1 AND account = $2 AND failures = $5 AND last_at = $6"),
    };
    let query = query
        .bind(realm.as_str())
        .bind(account)
        .bind(i64::from(counted.failures))
        .bind(counted.last_at.unix_millis());
    let query = match seen {
        None => query,
        Some(seen) => query
            .bind(i64::from(seen.failures))
            .bind(seen.last_at.unix_millis()),
    };
    Ok(change(c.execute(query).await?) == Change::Changed)
}

pub(in super::super) async fn clear_attempts(
    c: &mut Connection<'_>,
    realm: &RealmId,
    account: &str,
) -> Answer<()> {
    let query = sql("DELETE FROM login_attempt WHERE realm = $1 AND account = $2")
        .bind(realm.as_str())
        .bind(account);
    c.execute(query).await?;
    Ok(())
}
