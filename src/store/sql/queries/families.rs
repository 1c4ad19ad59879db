//! Token families: the code, its redemption, rotation and revocation, all on one row.

use super::rows::user_stands;
use super::users::Ending;
use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, millis, revocations, rows, sql,
};
use crate::protocol::ids::{ClientId, FamilyId, RealmId, SessionId, UserId};
use crate::protocol::scope::OFFLINE_ACCESS;
use crate::secret::Digest;
use crate::store::{CodeRedemption, Effects, Family, FamilyRevocation, NewFamily, TokenRotation};

/// Whether tokens may be issued to the owner as the rows stand: the user stands, has had no new
/// password since, save in the very session that the grant was made in, has withdrawn nothing from
/// this client since, and the session is not ended unless the grant outlives it (OIDC Core §11).
macro_rules! owner_stands {
    () => {
        concat!(
            "(EXISTS (SELECT 1 FROM users
               WHERE users.realm = token_family.realm AND users.id = token_family.user_id AND ",
            user_stands!(),
            "    AND (users.not_before IS NULL OR users.not_before < token_family.created_at
                  OR EXISTS (SELECT 1 FROM session
                      WHERE session.realm = token_family.realm
                        AND session.id = token_family.session_id
                        AND session.auth_time >= users.not_before)))
          AND NOT EXISTS (SELECT 1 FROM withdrawal
               WHERE withdrawal.realm = token_family.realm
                 AND withdrawal.user_id = token_family.user_id
                 AND withdrawal.client_id = token_family.client_id
                 AND withdrawal.withdrawn_at >= token_family.created_at)
          AND (token_family.offline OR EXISTS (SELECT 1 FROM session
               WHERE session.realm = token_family.realm AND session.id = token_family.session_id
                 AND session.ended_at IS NULL)))"
        )
    };
}

pub(super) use owner_stands;

macro_rules! family_columns {
    () => {
        "realm, id, client_id, user_id, session_id, scope, code, code_expires_at, redirect_uri,
         code_challenge, nonce, auth_time, amr, acr, claims, resource, refreshable, expires_at,
         created_at, redeemed_at, wrong_verifiers, generation, rotated_at, revoked_at"
    };
}

pub(in super::super) async fn issue_code(
    c: &mut Connection<'_>,
    family: &NewFamily,
) -> Answer<Change> {
    let query = sql(
        "INSERT INTO token_family (realm, id, client_id, user_id, session_id, scope,
             offline, code, code_expires_at, redirect_uri, code_challenge, nonce, auth_time,
             amr, acr, claims, resource, refreshable, expires_at, created_at, redeemed_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
             $19, $20, $21
         WHERE EXISTS (SELECT 1 FROM session WHERE session.realm = $1 AND session.id = $5
             AND session.user_id = $4 AND session.ended_at IS NULL)",
    )
    .bind(family.realm.as_str())
    .bind(family.id.as_str())
    .bind(family.client.as_str())
    .bind(family.user.as_str())
    .bind(family.session.as_str())
    .bind(family.scope.to_string())
    .bind(family.scope.contains(OFFLINE_ACCESS))
    .bind(family.code.as_bytes())
    .bind(family.code_expires_at.unix_millis())
    .bind(family.redirect_uri.as_str())
    .bind(family.code_challenge.as_deref())
    .bind(family.nonce.as_deref())
    .bind(family.auth_time.unix_millis())
    .bind(family.amr.as_str())
    .bind(family.acr.as_deref())
    .bind(family.claims.to_text())
    .bind((!family.resources.is_empty()).then(|| family.resources.join(" ")))
    .bind(family.refreshable)
    .bind(family.expires_at.unix_millis())
    .bind(family.created_at.unix_millis())
    .bind(millis(family.without_code.then_some(family.created_at)));
    Ok(change(c.execute(query).await?))
}

/// RFC 6749 §4.1.3, RFC 7636 §4.6: every binding is a condition of the one statement that spends.
pub(in super::super) async fn redeem_code(
    c: &mut Connection<'_>,
    redemption: &CodeRedemption,
) -> Answer<Option<Family>> {
    let query = sql(concat!(
        "UPDATE token_family SET redeemed_at = $6, rotated_at = $6
         WHERE realm = $1 AND code = $2 AND client_id = $3 AND redirect_uri = $4
           AND code_challenge IS NOT DISTINCT FROM $5
           AND redeemed_at IS NULL AND revoked_at IS NULL
           AND code_expires_at > $6 AND expires_at > $6 AND ",
        owner_stands!(),
        " RETURNING ",
        family_columns!(),
        ", TRUE AS owner_stands"
    ))
    .bind(redemption.realm.as_str())
    .bind(redemption.code.as_bytes())
    .bind(redemption.client.as_str())
    .bind(redemption.redirect_uri.as_str())
    .bind(redemption.code_challenge.as_deref())
    .bind(redemption.now.unix_millis());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::family)
        .transpose()
}

/// RFC 9700 §4.14.2: the presented generation must be the live one when the row is written.
pub(in super::super) async fn rotate(
    c: &mut Connection<'_>,
    rotation: &TokenRotation,
) -> Answer<Option<Family>> {
    let query = sql(concat!(
        "UPDATE token_family SET generation = generation + 1, rotated_at = $5
         WHERE realm = $1 AND id = $2 AND client_id = $3 AND generation = $4
           AND redeemed_at IS NOT NULL AND refreshable AND (resource IS NULL OR $6)
           AND revoked_at IS NULL AND expires_at > $5 AND ",
        owner_stands!(),
        " RETURNING ",
        family_columns!(),
        ", TRUE AS owner_stands"
    ))
    .bind(rotation.realm.as_str())
    .bind(rotation.family.as_str())
    .bind(rotation.client.as_str())
    .bind(rotation.generation)
    .bind(rotation.now.unix_millis())
    .bind(rotation.targets_judged);
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::family)
        .transpose()
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    family: &FamilyId,
) -> Answer<Option<Family>> {
    let query = sql(concat!(
        "SELECT ",
        family_columns!(),
        ", ",
        owner_stands!(),
        " AS owner_stands FROM token_family WHERE realm = $1 AND id = $2"
    ))
    .bind(realm.as_str())
    .bind(family.as_str());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::family)
        .transpose()
}

pub(in super::super) async fn find_by_code(
    c: &mut Connection<'_>,
    realm: &RealmId,
    code: &Digest,
) -> Answer<Option<Family>> {
    let query = sql(concat!(
        "SELECT ",
        family_columns!(),
        ", ",
        owner_stands!(),
        " AS owner_stands FROM token_family WHERE realm = $1 AND code = $2"
    ))
    .bind(realm.as_str())
    .bind(code.as_bytes());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::family)
        .transpose()
}

/// Burns the code at the limit by revoking its family, which has no tokens yet. A family whose
/// code is spent is left alone: a wrong verifier must not log anybody out.
pub(in super::super) async fn count_wrong_verifier(
    c: &mut Connection<'_>,
    (realm, family): (&RealmId, &FamilyId),
    limit: u32,
    now: Timestamp,
) -> Answer<u32> {
    let query = sql(
        "UPDATE token_family SET wrong_verifiers = wrong_verifiers + 1,
             revoked_at = CASE WHEN wrong_verifiers + 1 >= $3 AND redeemed_at IS NULL
                 THEN COALESCE(revoked_at, $4) ELSE revoked_at END,
             revoke_reason = CASE WHEN wrong_verifiers + 1 >= $3 AND redeemed_at IS NULL
                 THEN COALESCE(revoke_reason, 'wrong_verifier') ELSE revoke_reason END
         WHERE realm = $1 AND id = $2 RETURNING wrong_verifiers",
    )
    .bind(realm.as_str())
    .bind(family.as_str())
    .bind(i64::from(limit))
    .bind(now.unix_millis());
    match c.optional(query).await? {
        Some(row) => rows::count(&row, "wrong_verifiers"),
        None => Ok(0),
    }
}

pub(in super::super) async fn revoke(
    c: &mut Connection<'_>,
    (realm, family): (&RealmId, &FamilyId),
    reason: &str,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<FamilyRevocation>> {
    let query = sql("UPDATE token_family SET revoked_at = $4, revoke_reason = $3
         WHERE realm = $1 AND id = $2 AND revoked_at IS NULL")
    .bind(realm.as_str())
    .bind(family.as_str())
    .bind(reason)
    .bind(now.unix_millis());
    let outcome = if c.execute(query).await? > 0 {
        FamilyRevocation::Revoked
    } else if find(c, realm, family).await?.is_some() {
        FamilyRevocation::AlreadyRevoked
    } else {
        FamilyRevocation::Unknown
    };
    if outcome == FamilyRevocation::Revoked {
        effects::record(c, effects, now).await?;
    } else {
        // Whatever the row said: an access token may outlive a family that is purged already.
        revocations::record(c, &effects.marks, now).await?;
    }
    Ok(Verdict::Keep(outcome))
}

pub(super) async fn revoke_all_of_user(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    ending: &Ending<'_>,
) -> Answer<()> {
    let query = sql("UPDATE token_family SET revoked_at = $3, revoke_reason = $4
         WHERE realm = $1 AND user_id = $2 AND revoked_at IS NULL
           AND session_id IS DISTINCT FROM $5")
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(ending.now.unix_millis())
    .bind(ending.reason)
    .bind(ending.spared.map(SessionId::as_str));
    c.execute(query).await?;
    Ok(())
}

/// All families of a person and a client.
pub(super) async fn revoke_all_of_grant(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    client: &ClientId,
    now: Timestamp,
) -> Answer<()> {
    let query = sql(
        "UPDATE token_family SET revoked_at = $4, revoke_reason = 'consent_withdrawn'
         WHERE realm = $1 AND user_id = $2 AND client_id = $3 AND revoked_at IS NULL",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(client.as_str())
    .bind(now.unix_millis());
    c.execute(query).await?;
    Ok(())
}

pub(super) async fn revoke_all_of_client(
    c: &mut Connection<'_>,
    realm: &RealmId,
    client: &ClientId,
    now: Timestamp,
) -> Answer<()> {
    let query = sql(
        "UPDATE token_family SET revoked_at = $3, revoke_reason = 'client_deleted'
         WHERE realm = $1 AND client_id = $2 AND revoked_at IS NULL",
    )
    .bind(realm.as_str())
    .bind(client.as_str())
    .bind(now.unix_millis());
    c.execute(query).await?;
    Ok(())
}

/// Families of the session that do not outlive it.
pub(super) async fn revoke_all_of_session(
    c: &mut Connection<'_>,
    realm: &RealmId,
    session: &SessionId,
    now: Timestamp,
) -> Answer<()> {
    let query = sql(
        "UPDATE token_family SET revoked_at = $3, revoke_reason = 'session_ended'
         WHERE realm = $1 AND session_id = $2 AND revoked_at IS NULL AND NOT offline",
    )
    .bind(realm.as_str())
    .bind(session.as_str())
    .bind(now.unix_millis());
    c.execute(query).await?;
    Ok(())
}
