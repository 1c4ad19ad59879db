//! Authenticator apps, recovery codes, remembered devices.

use super::rows::{column, count, digest, held_by_user, moment, optional_moment};
use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, passkeys, sign_ins, sql,
};
use crate::account::factors::Factors;
use crate::protocol::ids::{RealmId, UserId};
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::factors::{FactorFacts, FactorRemoval, RememberedDevice, TotpApp};

/// Whose factors.
type Owner<'a> = (&'a RealmId, &'a UserId);

pub(in super::super) async fn facts(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    device: Option<&Digest>,
    now: Timestamp,
) -> Answer<FactorFacts> {
    let query = sql(concat!(
        "SELECT (SELECT COUNT(*) FROM totp WHERE realm = $1 AND user_id = $2) AS apps,
             (SELECT COUNT(*) FROM passkey WHERE realm = $1 AND user_id = $2) AS passkeys,
             (SELECT COUNT(*) FROM recovery_code
              WHERE realm = $1 AND user_id = $2) AS recovery_codes,
             (SELECT COUNT(*) FROM remembered_device JOIN users
                ON users.realm = remembered_device.realm
               AND users.id = remembered_device.user_id
               AND users.trust = remembered_device.trust
              WHERE remembered_device.realm = $1 AND remembered_device.user_id = $2
                AND remembered_device.cookie = $3
                AND remembered_device.expires_at > $4) AS remembered,
             (SELECT COUNT(*) FROM users JOIN role ON ",
        held_by_user!(),
        " WHERE users.realm = $1 AND users.id = $2
                AND role.require_second_factor) AS strict_roles"
    ))
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(device.map(|device| device.as_bytes().to_vec()))
    .bind(now.unix_millis());
    let row = c.one(query).await?;
    Ok(FactorFacts {
        factors: Factors {
            apps: count(&row, "apps")?,
            passkeys: count(&row, "passkeys")?,
            recovery_codes: count(&row, "recovery_codes")?,
            required_by_role: count(&row, "strict_roles")? > 0,
        },
        remembered: count(&row, "remembered")? > 0,
    })
}

pub(in super::super) async fn apps(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<Vec<TotpApp>> {
    let query = sql(
        "SELECT id, name, sealed, last_step, created_at, last_used_at FROM totp
         WHERE realm = $1 AND user_id = $2 ORDER BY created_at, id",
    )
    .bind(realm.as_str())
    .bind(user.as_str());
    c.all(query)
        .await?
        .iter()
        .map(|row| {
            Ok(TotpApp {
                id: column(row, "id")?,
                name: column(row, "name")?,
                sealed: column(row, "sealed")?,
                last_step: column(row, "last_step")?,
                created_at: moment(row, "created_at")?,
                last_used_at: optional_moment(row, "last_used_at")?,
            })
        })
        .collect()
}

/// RFC 6238 §5.2: a password is taken once. The step only grows, and the row decides.
pub(super) async fn take_password(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    app: &str,
    step: i64,
    now: Timestamp,
) -> Answer<bool> {
    let query = sql("UPDATE totp SET last_step = $4, last_used_at = $5
         WHERE realm = $1 AND user_id = $2 AND id = $3 AND last_step < $4")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(app)
    .bind(step)
    .bind(now.unix_millis());
    Ok(c.execute(query).await? > 0)
}

pub(super) async fn take_recovery_code(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    code: &Digest,
) -> Answer<bool> {
    let query = sql("DELETE FROM recovery_code WHERE realm = $1 AND user_id = $2 AND digest = $3")
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(code.as_bytes());
    Ok(c.execute(query).await? > 0)
}

/// Adds an app to fewer than `limit`, under the user's lock; a first factor, with a limit of one,
/// only where there is no passkey either.
pub(super) async fn add(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    app: &TotpApp,
    limit: u32,
) -> Answer<bool> {
    let query = sql(
        "INSERT INTO totp (realm, id, user_id, name, sealed, last_step, created_at, last_used_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8
         WHERE (SELECT COUNT(*) FROM totp AS own
                WHERE own.realm = $1 AND own.user_id = $3) < $9
           AND ($9 > 1 OR NOT EXISTS (SELECT 1 FROM passkey
                WHERE passkey.realm = $1 AND passkey.user_id = $3))",
    )
    .bind(realm.as_str())
    .bind(app.id.as_str())
    .bind(user.as_str())
    .bind(app.name.as_str())
    .bind(app.sealed.as_slice())
    .bind(app.last_step)
    .bind(app.created_at.unix_millis())
    .bind(app.last_used_at.map(Timestamp::unix_millis))
    .bind(i64::from(limit));
    let added = c.execute(query).await? > 0;
    if added {
        sign_ins::distrust(c, (realm, user)).await?;
    }
    Ok(added)
}

pub(in super::super) async fn rename(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    app: &str,
    name: &str,
) -> Answer<Change> {
    let query = sql("UPDATE totp SET name = $4 WHERE realm = $1 AND user_id = $2 AND id = $3")
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(app)
        .bind(name);
    Ok(change(c.execute(query).await?))
}

/// What a removal depends on.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Removal {
    /// Whether the realm asks for a second factor; what roles ask is looked up.
    pub(in super::super) factor_demanded: bool,
    pub(in super::super) now: Timestamp,
}

/// What a person can prove themselves with after a removal.
pub(super) struct Left {
    apps: u32,
    pub(super) passkeys: u32,
    pub(super) password: bool,
    required_by_role: bool,
}

impl Left {
    /// Whether there is no second factor, and one is demanded.
    pub(super) fn lacks_factor(&self, removal: Removal) -> bool {
        let demanded = removal.factor_demanded || self.required_by_role;
        demanded && self.apps == 0 && self.passkeys == 0
    }
}

/// Counts under the user's lock, so that two removals at once do not take the last two.
pub(super) async fn left(c: &mut Connection<'_>, (realm, user): Owner<'_>) -> Answer<Left> {
    let query = sql(concat!(
        "SELECT (SELECT COUNT(*) FROM passkey WHERE realm = $1 AND user_id = $2) AS passkeys,
             (SELECT COUNT(*) FROM totp WHERE realm = $1 AND user_id = $2) AS apps,
             (SELECT COUNT(*) FROM users WHERE realm = $1 AND id = $2
                 AND password_hash IS NOT NULL) AS passwords,
             (SELECT COUNT(*) FROM users JOIN role ON ",
        held_by_user!(),
        " WHERE users.realm = $1 AND users.id = $2
                AND role.require_second_factor) AS strict_roles"
    ))
    .bind(realm.as_str())
    .bind(user.as_str());
    let row = c.one(query).await?;
    Ok(Left {
        apps: count(&row, "apps")?,
        passkeys: count(&row, "passkeys")?,
        password: count(&row, "passwords")? > 0,
        required_by_role: count(&row, "strict_roles")? > 0,
    })
}

pub(in super::super) async fn remove(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    app: &str,
    removal: Removal,
    effects: &Effects,
) -> Answer<Verdict<FactorRemoval>> {
    // The user's row first, as everywhere, so that no two of these wait for each other.
    sign_ins::distrust(c, (realm, user)).await?;
    let query = sql("DELETE FROM totp WHERE realm = $1 AND user_id = $2 AND id = $3")
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(app);
    if change(c.execute(query).await?) == Change::NotFound {
        return Ok(Verdict::Undo(FactorRemoval::NotFound));
    }
    if left(c, (realm, user)).await?.lacks_factor(removal) {
        return Ok(Verdict::Undo(FactorRemoval::LastFactor));
    }
    passkeys::forget_codes_without_factor(c, (realm, user)).await?;
    effects::record(c, effects, removal.now).await?;
    Ok(Verdict::Keep(FactorRemoval::Removed))
}

pub(in super::super) async fn reset(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    if lock(c, (realm, user)).await? == Change::NotFound {
        return Ok(Verdict::Undo(Change::NotFound));
    }
    sign_ins::distrust(c, (realm, user)).await?;
    for text in [
        "DELETE FROM totp WHERE realm = $1 AND user_id = $2",
        "DELETE FROM passkey WHERE realm = $1 AND user_id = $2",
        "DELETE FROM recovery_code WHERE realm = $1 AND user_id = $2",
    ] {
        let query = sql(text).bind(realm.as_str()).bind(user.as_str());
        c.execute(query).await?;
    }
    effects::record(c, effects, now).await?;
    Ok(Verdict::Keep(Change::Changed))
}

pub(in super::super) async fn replace_codes(
    c: &mut Connection<'_>,
    owner: Owner<'_>,
    codes: &[Digest],
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let locked = lock(c, owner).await?;
    if locked == Change::Changed {
        put_codes(c, owner, codes, now).await?;
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(locked))
}

/// Locks a user's row.
async fn lock(c: &mut Connection<'_>, (realm, user): Owner<'_>) -> Answer<Change> {
    let query = sql("UPDATE users SET trust = trust WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(user.as_str());
    Ok(change(c.execute(query).await?))
}

/// Puts codes in the place of all that were there, under the user's lock.
pub(super) async fn put_codes(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    codes: &[Digest],
    now: Timestamp,
) -> Answer<()> {
    let query = sql("DELETE FROM recovery_code WHERE realm = $1 AND user_id = $2")
        .bind(realm.as_str())
        .bind(user.as_str());
    c.execute(query).await?;
    for code in codes {
        let query = sql(
            "INSERT INTO recovery_code (realm, user_id, digest, created_at)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(code.as_bytes())
        .bind(now.unix_millis());
        c.execute(query).await?;
    }
    Ok(())
}

pub(in super::super) async fn devices(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    now: Timestamp,
) -> Answer<Vec<RememberedDevice>> {
    let query = sql(
        "SELECT remembered_device.id, remembered_device.cookie, remembered_device.name,
             remembered_device.created_at, remembered_device.expires_at
         FROM remembered_device JOIN users ON users.realm = remembered_device.realm
           AND users.id = remembered_device.user_id AND users.trust = remembered_device.trust
         WHERE remembered_device.realm = $1 AND remembered_device.user_id = $2
           AND remembered_device.expires_at > $3
         ORDER BY remembered_device.created_at DESC, remembered_device.id",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(now.unix_millis());
    c.all(query)
        .await?
        .iter()
        .map(|row| {
            Ok(RememberedDevice {
                id: column(row, "id")?,
                cookie: digest(row, "cookie")?,
                name: column(row, "name")?,
                created_at: moment(row, "created_at")?,
                expires_at: moment(row, "expires_at")?,
            })
        })
        .collect()
}

pub(in super::super) async fn tell(
    c: &mut Connection<'_>,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<()>> {
    effects::record(c, effects, now).await?;
    Ok(Verdict::Keep(()))
}

pub(in super::super) async fn forget(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    device: &str,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql("DELETE FROM remembered_device WHERE realm = $1 AND user_id = $2 AND id = $3")
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(device);
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}
