//! Passkeys and their ceremonies.

use super::factors::{self, Removal};
use super::rows::{column, moment, optional_moment, user_columns};
use super::{Answer, Change, Connection, Timestamp, Verdict, change, effects, rows, sign_ins, sql};
use crate::protocol::ids::{RealmId, UserId};
use crate::store::Effects;
use crate::store::factors::FactorRemoval;
use crate::store::fault::Fault;
use crate::store::passkeys::{Ceremony, CeremonyKey, OwnedPasskey, Passkey, PasskeyUse};

/// Whose passkeys.
type Owner<'a> = (&'a RealmId, &'a UserId);

/// The columns of a passkey under names that a join leaves unambiguous.
macro_rules! passkey_columns {
    () => {
        "passkey.id AS passkey_id, passkey.credential, passkey.public_key, passkey.name, \
         passkey.counter, passkey.synced, passkey.created_at AS passkey_created_at, \
         passkey.last_used_at"
    };
}

fn passkey(row: &super::super::Row) -> Answer<Passkey> {
    let counter: i64 = column(row, "counter")?;
    Ok(Passkey {
        id: column(row, "passkey_id")?,
        credential: column(row, "credential")?,
        public_key: column(row, "public_key")?,
        name: column(row, "name")?,
        counter: u32::try_from(counter).map_err(|_range| Fault::corrupt("counter"))?,
        synced: column(row, "synced")?,
        created_at: moment(row, "passkey_created_at")?,
        last_used_at: optional_moment(row, "last_used_at")?,
    })
}

pub(in super::super) async fn handle(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<Option<Vec<u8>>> {
    let query = sql("SELECT handle FROM passkey_owner WHERE realm = $1 AND user_id = $2")
        .bind(realm.as_str())
        .bind(user.as_str());
    let row = c.optional(query).await?;
    row.as_ref().map(|row| column(row, "handle")).transpose()
}

/// The handle that stands: of many that are made at once, the first.
pub(in super::super) async fn handle_or_insert(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    fresh: &[u8],
) -> Answer<Verdict<Option<Vec<u8>>>> {
    let query = sql("INSERT INTO passkey_owner (realm, user_id, handle)
         SELECT $1, $2, $3 WHERE EXISTS
             (SELECT 1 FROM users WHERE users.realm = $1 AND users.id = $2)
         ON CONFLICT (realm, user_id) DO NOTHING")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(fresh);
    c.execute(query).await?;
    Ok(Verdict::Keep(handle(c, realm, user).await?))
}

pub(in super::super) async fn of_user(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<Vec<Passkey>> {
    let query = sql(concat!(
        "SELECT ",
        passkey_columns!(),
        " FROM passkey WHERE realm = $1 AND user_id = $2 ORDER BY created_at, id"
    ))
    .bind(realm.as_str())
    .bind(user.as_str());
    c.all(query).await?.iter().map(passkey).collect()
}

pub(in super::super) async fn find_by_credential(
    c: &mut Connection<'_>,
    realm: &RealmId,
    credential: &[u8],
) -> Answer<Option<OwnedPasskey>> {
    let query = sql(concat!(
        "SELECT passkey_owner.handle, ",
        passkey_columns!(),
        ", ",
        user_columns!(),
        " FROM passkey
         JOIN users ON users.realm = passkey.realm AND users.id = passkey.user_id
         JOIN passkey_owner ON passkey_owner.realm = passkey.realm
             AND passkey_owner.user_id = passkey.user_id
         WHERE passkey.realm = $1 AND passkey.credential = $2"
    ))
    .bind(realm.as_str())
    .bind(credential);
    let Some(row) = c.optional(query).await? else {
        return Ok(None);
    };
    Ok(Some(OwnedPasskey {
        passkey: passkey(&row)?,
        user: rows::user(&row)?,
        handle: column(&row, "handle")?,
    }))
}

pub(in super::super) async fn is_anywhere(
    c: &mut Connection<'_>,
    credential: &[u8],
) -> Answer<bool> {
    let query = sql("SELECT COUNT(*) AS found FROM passkey WHERE credential = $1").bind(credential);
    let row = c.one(query).await?;
    Ok(rows::count(&row, "found")? > 0)
}

pub(in super::super) async fn begin(c: &mut Connection<'_>, ceremony: &Ceremony) -> Answer<()> {
    let query = sql("INSERT INTO passkey_ceremony
             (realm, challenge, purpose, holder, user_id, state, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(ceremony.realm.as_str())
    .bind(ceremony.challenge.as_bytes())
    .bind(ceremony.purpose.as_str())
    .bind(ceremony.holder.as_bytes())
    .bind(ceremony.user.as_ref().map(UserId::as_str))
    .bind(ceremony.state.as_str())
    .bind(ceremony.expires_at.unix_millis());
    c.execute(query).await?;
    Ok(())
}

/// WebAuthn §13.4.3: a challenge is answered once. The row that is deleted decides.
pub(in super::super) async fn take(
    c: &mut Connection<'_>,
    key: &CeremonyKey<'_>,
    now: Timestamp,
) -> Answer<Option<String>> {
    let query = sql("DELETE FROM passkey_ceremony
         WHERE realm = $1 AND challenge = $2 AND purpose = $3 AND holder = $4
           AND user_id IS NOT DISTINCT FROM $5 AND expires_at > $6
         RETURNING state")
    .bind(key.realm.as_str())
    .bind(key.challenge.as_bytes())
    .bind(key.purpose.as_str())
    .bind(key.holder.as_bytes())
    .bind(key.user.map(UserId::as_str))
    .bind(now.unix_millis());
    let row = c.optional(query).await?;
    row.as_ref().map(|row| column(row, "state")).transpose()
}

/// Notes a use. WebAuthn §6.1.1: a counter that does not go forward tells of a copy; where an
/// authenticator does not count, both are zero.
pub(super) async fn note_use(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    noted: &PasskeyUse,
    now: Timestamp,
) -> Answer<bool> {
    let query = sql(
        "UPDATE passkey SET counter = $4, public_key = $5, last_used_at = $6
         WHERE realm = $1 AND user_id = $2 AND id = $3
           AND (counter < $4 OR (counter = 0 AND $4 = 0))",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(noted.id.as_str())
    .bind(i64::from(noted.counter))
    .bind(noted.public_key.as_str())
    .bind(now.unix_millis());
    Ok(c.execute(query).await? > 0)
}

/// Adds a passkey to fewer than `limit`, under the user's lock; a first factor, with a limit of
/// one, only where there is no app either.
pub(super) async fn add(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    passkey: &Passkey,
    limit: u32,
) -> Answer<bool> {
    let query = sql(
        "INSERT INTO passkey (realm, id, user_id, credential, public_key, name,
             counter, synced, created_at, last_used_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, NULL
         WHERE (SELECT COUNT(*) FROM passkey AS own
                WHERE own.realm = $1 AND own.user_id = $3) < $10
           AND ($10 > 1 OR NOT EXISTS (SELECT 1 FROM totp
                WHERE totp.realm = $1 AND totp.user_id = $3))
         ON CONFLICT (realm, credential) DO NOTHING",
    )
    .bind(realm.as_str())
    .bind(passkey.id.as_str())
    .bind(user.as_str())
    .bind(passkey.credential.as_slice())
    .bind(passkey.public_key.as_str())
    .bind(passkey.name.as_str())
    .bind(i64::from(passkey.counter))
    .bind(passkey.synced)
    .bind(passkey.created_at.unix_millis())
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
    passkey: &str,
    name: &str,
) -> Answer<Change> {
    let query = sql("UPDATE passkey SET name = $4 WHERE realm = $1 AND user_id = $2 AND id = $3")
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(passkey)
        .bind(name);
    Ok(change(c.execute(query).await?))
}

/// What is left is counted under the user's lock, so that two removals at once do not take the
/// last two.
pub(in super::super) async fn remove(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
    passkey: &str,
    removal: Removal,
    effects: &Effects,
) -> Answer<Verdict<FactorRemoval>> {
    sign_ins::distrust(c, (realm, user)).await?;
    let query = sql("DELETE FROM passkey WHERE realm = $1 AND user_id = $2 AND id = $3")
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(passkey);
    if c.execute(query).await? == 0 {
        return Ok(Verdict::Undo(FactorRemoval::NotFound));
    }
    let left = factors::left(c, (realm, user)).await?;
    if left.passkeys == 0 && !left.password {
        return Ok(Verdict::Undo(FactorRemoval::LastWay));
    }
    if left.lacks_factor(removal) {
        return Ok(Verdict::Undo(FactorRemoval::LastFactor));
    }
    forget_codes_without_factor(c, (realm, user)).await?;
    effects::record(c, effects, removal.now).await?;
    Ok(Verdict::Keep(FactorRemoval::Removed))
}

/// Recovery codes stand in for a factor, and are worth nothing where there is none.
pub(super) async fn forget_codes_without_factor(
    c: &mut Connection<'_>,
    (realm, user): Owner<'_>,
) -> Answer<()> {
    let query = sql("DELETE FROM recovery_code WHERE realm = $1 AND user_id = $2
         AND NOT EXISTS (SELECT 1 FROM totp WHERE totp.realm = $1 AND totp.user_id = $2)
         AND NOT EXISTS (SELECT 1 FROM passkey
             WHERE passkey.realm = $1 AND passkey.user_id = $2)")
    .bind(realm.as_str())
    .bind(user.as_str());
    c.execute(query).await?;
    Ok(())
}
