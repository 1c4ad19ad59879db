//! Sign-ins in progress, and the steps that they and live sessions take.

use super::rows::{
    self, column, digest, held_by_user, moment, optional_digest, user_columns, user_stands,
};
use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, factors, passkeys, passwords,
    sessions, sql,
};
use crate::account::factors::Factors;
use crate::protocol::ids::{RealmId, UserId};
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::factors::{
    Act, Ground, RememberedDevice, SignIn, SignInFacts, StepOutcome, StepTaken, Then,
};

/// `mailbox` is where its code goes, if it takes one.
pub(in super::super) async fn begin(
    c: &mut Connection<'_>,
    sign_in: &SignIn,
    verified: &str,
    mailbox: Option<&str>,
) -> Answer<Change> {
    let query = sql(concat!(
        "INSERT INTO sign_in (realm, cookie, user_id, trust, amr, created_at, expires_at,
             mailed_code)
         SELECT $1, $2, $3, users.trust, $4, $5, $6, $8 FROM users
         WHERE users.realm = $1 AND users.id = $3 AND users.password_hash = $7
             AND ($9 IS NULL OR users.email = $9) AND ",
        user_stands!()
    ))
    .bind(sign_in.realm.as_str())
    .bind(sign_in.cookie.as_bytes())
    .bind(sign_in.user.as_str())
    .bind(sign_in.amr.as_str())
    .bind(sign_in.created_at.unix_millis())
    .bind(sign_in.expires_at.unix_millis())
    .bind(verified)
    .bind(sign_in.mailed_code.map(|code| code.as_bytes().to_vec()))
    .bind(mailbox);
    Ok(change(c.execute(query).await?))
}

pub(in super::super) async fn begin_by_mail(
    c: &mut Connection<'_>,
    sign_in: &SignIn,
    (verified, mailbox): (&str, &str),
    effects: &Effects,
) -> Answer<Verdict<Change>> {
    let begun = begin(c, sign_in, verified, Some(mailbox)).await?;
    if begun == Change::Changed {
        effects::record(c, effects, sign_in.created_at).await?;
    }
    Ok(Verdict::Keep(begun))
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    cookie: &Digest,
    now: Timestamp,
) -> Answer<Option<SignInFacts>> {
    let query = sql(concat!(
        "SELECT sign_in.cookie, sign_in.amr, sign_in.created_at, sign_in.expires_at,
                sign_in.mailed_code, ",
        user_columns!(),
        ", (SELECT COUNT(*) FROM totp WHERE totp.realm = users.realm
              AND totp.user_id = users.id) AS apps,
           (SELECT COUNT(*) FROM passkey WHERE passkey.realm = users.realm
              AND passkey.user_id = users.id) AS passkeys,
           (SELECT COUNT(*) FROM recovery_code WHERE recovery_code.realm = users.realm
              AND recovery_code.user_id = users.id) AS recovery_codes,
           (SELECT COUNT(*) FROM role WHERE role.require_second_factor AND ",
        held_by_user!(),
        ") AS strict_roles
         FROM sign_in JOIN users ON users.realm = sign_in.realm AND users.id = sign_in.user_id
         WHERE sign_in.realm = $1 AND sign_in.cookie = $2 AND sign_in.expires_at > $3
           AND sign_in.trust = users.trust AND ",
        user_stands!()
    ))
    .bind(realm.as_str())
    .bind(cookie.as_bytes())
    .bind(now.unix_millis());
    let Some(row) = c.optional(query).await? else {
        return Ok(None);
    };
    let user = rows::user(&row)?;
    Ok(Some(SignInFacts {
        sign_in: SignIn {
            realm: user.realm.clone(),
            cookie: digest(&row, "cookie")?,
            user: user.id.clone(),
            amr: column(&row, "amr")?,
            mailed_code: optional_digest(&row, "mailed_code")?,
            created_at: moment(&row, "created_at")?,
            expires_at: moment(&row, "expires_at")?,
        },
        user,
        factors: Factors {
            apps: rows::count(&row, "apps")?,
            passkeys: rows::count(&row, "passkeys")?,
            recovery_codes: rows::count(&row, "recovery_codes")?,
            required_by_role: rows::count(&row, "strict_roles")? > 0,
        },
    }))
}

/// What the step stands on is looked at under the user's lock, so that a password, a factor or a
/// state that changes at the same time comes before all of it or after all of it.
pub(in super::super) async fn take_step(
    c: &mut Connection<'_>,
    step: &StepTaken,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<StepOutcome>> {
    if !lock(c, step, now).await? {
        return Ok(Verdict::Undo(StepOutcome::Gone));
    }
    if !act(c, step, now).await? {
        return Ok(Verdict::Undo(StepOutcome::Spent));
    }
    let stood = match &step.then {
        Then::GoOn { amr } => go_on(c, step, amr).await?,
        Then::Begin(sign_in) => put(c, sign_in).await?,
        Then::Open {
            session,
            remembered,
        } => {
            let over = end(c, step).await?;
            let opened = sessions::put(c, session, None).await?;
            if let Some(device) = remembered {
                remember(c, step, device).await?;
            }
            over && opened == Change::Changed
        }
    };
    if !stood {
        return Ok(Verdict::Undo(StepOutcome::Gone));
    }
    effects::record(c, effects, now).await?;
    Ok(Verdict::Keep(StepOutcome::Taken))
}

/// Locks the user's row, if what the step stands on is there.
async fn lock(c: &mut Connection<'_>, step: &StepTaken, now: Timestamp) -> Answer<bool> {
    let (query, cookie) = match &step.ground {
        Ground::Passkey => return lock_for_passkey(c, step).await,
        Ground::SignIn(cookie) => (
            sql(concat!(
                "UPDATE users SET trust = trust WHERE realm = $1 AND id = $2 AND ",
                user_stands!(),
                " AND EXISTS (SELECT 1 FROM sign_in
                   WHERE sign_in.realm = $1 AND sign_in.user_id = $2 AND sign_in.cookie = $3
                     AND sign_in.expires_at > $4 AND sign_in.trust = users.trust)"
            )),
            cookie,
        ),
        Ground::Session(cookie) => (
            sql(concat!(
                "UPDATE users SET trust = trust WHERE realm = $1 AND id = $2 AND ",
                user_stands!(),
                " AND EXISTS (SELECT 1 FROM session
                   WHERE session.realm = $1 AND session.user_id = $2 AND session.cookie = $3
                     AND session.expires_at > $4 AND session.ended_at IS NULL)"
            )),
            cookie,
        ),
    };
    let query = query
        .bind(step.realm.as_str())
        .bind(step.user.as_str())
        .bind(cookie.as_bytes())
        .bind(now.unix_millis());
    Ok(c.execute(query).await? > 0)
}

/// Locks the user's row for a step that stands on nothing before it. Only a passkey does, and it
/// opens no session of somebody whose password must be changed first.
async fn lock_for_passkey(c: &mut Connection<'_>, step: &StepTaken) -> Answer<bool> {
    if !matches!(step.act, Act::UsePasskey(_)) {
        return Ok(false);
    }
    let opens = matches!(step.then, Then::Open { .. });
    let query = sql(concat!(
        "UPDATE users SET trust = trust WHERE realm = $1 AND id = $2
           AND ($3 = 0 OR NOT must_change_password) AND ",
        user_stands!()
    ))
    .bind(step.realm.as_str())
    .bind(step.user.as_str())
    .bind(i64::from(opens));
    Ok(c.execute(query).await? > 0)
}

/// Does what the step does; false when that was done before.
async fn act(c: &mut Connection<'_>, step: &StepTaken, now: Timestamp) -> Answer<bool> {
    let owner = (&step.realm, &step.user);
    match &step.act {
        Act::TakePassword { app, step } => factors::take_password(c, owner, app, *step, now).await,
        Act::TakeMailedCode(code) => take_mailed_code(c, step, code).await,
        Act::TakeRecoveryCode(code) => factors::take_recovery_code(c, owner, code).await,
        Act::AddApp {
            app,
            recovery_codes,
            limit,
        } => {
            let added = factors::add(c, owner, app, *limit).await?;
            if added && let Some(codes) = recovery_codes {
                factors::put_codes(c, owner, codes, now).await?;
            }
            Ok(added)
        }
        Act::ChangePassword(wanted) => {
            Ok(passwords::change(c, wanted).await? == Verdict::Keep(Change::Changed))
        }
        Act::UsePasskey(used) => passkeys::note_use(c, owner, used, now).await,
        Act::AddPasskey {
            passkey,
            recovery_codes,
            limit,
        } => {
            let added = passkeys::add(c, owner, passkey, *limit).await?;
            if added && let Some(codes) = recovery_codes {
                factors::put_codes(c, owner, codes, now).await?;
            }
            Ok(added)
        }
    }
}

/// Takes the code that was mailed for this sign-in; the row decides, so that it is taken once.
async fn take_mailed_code(c: &mut Connection<'_>, step: &StepTaken, code: &Digest) -> Answer<bool> {
    let Ground::SignIn(cookie) = &step.ground else {
        return Ok(false);
    };
    let query = sql("UPDATE sign_in SET mailed_code = NULL
         WHERE realm = $1 AND user_id = $2 AND cookie = $3 AND mailed_code = $4")
    .bind(step.realm.as_str())
    .bind(step.user.as_str())
    .bind(cookie.as_bytes())
    .bind(code.as_bytes());
    Ok(c.execute(query).await? > 0)
}

/// Notes what is proven now. The step itself may have changed what the account trusts in.
async fn go_on(c: &mut Connection<'_>, step: &StepTaken, amr: &str) -> Answer<bool> {
    let Ground::SignIn(cookie) = &step.ground else {
        return Ok(true);
    };
    let query = sql("UPDATE sign_in SET amr = $4, trust =
             (SELECT users.trust FROM users WHERE users.realm = $1 AND users.id = $2)
         WHERE realm = $1 AND user_id = $2 AND cookie = $3")
    .bind(step.realm.as_str())
    .bind(step.user.as_str())
    .bind(cookie.as_bytes())
    .bind(amr);
    Ok(c.execute(query).await? > 0)
}

/// Puts a sign-in there that begins under the user's lock.
async fn put(c: &mut Connection<'_>, sign_in: &SignIn) -> Answer<bool> {
    let query = sql(
        "INSERT INTO sign_in (realm, cookie, user_id, trust, amr, created_at, expires_at)
         SELECT $1, $2, $3, users.trust, $4, $5, $6 FROM users
         WHERE users.realm = $1 AND users.id = $3",
    )
    .bind(sign_in.realm.as_str())
    .bind(sign_in.cookie.as_bytes())
    .bind(sign_in.user.as_str())
    .bind(sign_in.amr.as_str())
    .bind(sign_in.created_at.unix_millis())
    .bind(sign_in.expires_at.unix_millis());
    Ok(c.execute(query).await? > 0)
}

/// Ends the sign-in, once; false when it was over before.
async fn end(c: &mut Connection<'_>, step: &StepTaken) -> Answer<bool> {
    let Ground::SignIn(cookie) = &step.ground else {
        return Ok(true);
    };
    let query = sql("DELETE FROM sign_in WHERE realm = $1 AND user_id = $2 AND cookie = $3")
        .bind(step.realm.as_str())
        .bind(step.user.as_str())
        .bind(cookie.as_bytes());
    Ok(c.execute(query).await? > 0)
}

async fn remember(
    c: &mut Connection<'_>,
    step: &StepTaken,
    device: &RememberedDevice,
) -> Answer<()> {
    let query = sql("INSERT INTO remembered_device
             (realm, id, user_id, cookie, trust, name, created_at, expires_at)
         SELECT $1, $2, $3, $4, users.trust, $5, $6, $7 FROM users
         WHERE users.realm = $1 AND users.id = $3")
    .bind(step.realm.as_str())
    .bind(device.id.as_str())
    .bind(step.user.as_str())
    .bind(device.cookie.as_bytes())
    .bind(device.name.as_str())
    .bind(device.created_at.unix_millis())
    .bind(device.expires_at.unix_millis());
    c.execute(query).await?;
    Ok(())
}

/// Voids what was trusted before a change: sign-ins in progress and remembered devices.
pub(super) async fn distrust(c: &mut Connection<'_>, owner: (&RealmId, &UserId)) -> Answer<()> {
    distrust_but(c, owner, None).await?;
    Ok(())
}

/// The same but for the remembered device with this cookie; how many others there were.
pub(super) async fn distrust_but(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    spared: Option<&Digest>,
) -> Answer<u64> {
    let query = sql("UPDATE users SET trust = trust + 1 WHERE realm = $1 AND id = $2")
        .bind(realm.as_str())
        .bind(user.as_str());
    c.execute(query).await?;
    if let Some(cookie) = spared {
        // Only what was trusted until now.
        let query = sql("UPDATE remembered_device SET trust = trust + 1
             WHERE realm = $1 AND user_id = $2 AND cookie = $3 AND trust + 1 =
                 (SELECT users.trust FROM users WHERE users.realm = $1 AND users.id = $2)")
        .bind(realm.as_str())
        .bind(user.as_str())
        .bind(cookie.as_bytes());
        c.execute(query).await?;
    }
    let query = sql(
        "DELETE FROM remembered_device WHERE realm = $1 AND user_id = $2
         AND trust <> (SELECT users.trust FROM users WHERE users.realm = $1 AND users.id = $2)",
    )
    .bind(realm.as_str())
    .bind(user.as_str());
    c.execute(query).await
}
