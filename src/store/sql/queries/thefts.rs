//! The end of what a stolen refresh token puts in doubt.

use super::rows::parsed;
use super::{Answer, Change, Connection, Verdict, change, effects, logouts, sql};
use crate::protocol::ids::FamilyId;
use crate::store::thefts::Theft;
use crate::store::{Effects, Revocation, RevocationMark};

/// The session first, as with every end of one. Which call has revoked the family decides; all
/// others leave nothing behind.
pub(in super::super) async fn end(
    c: &mut Connection<'_>,
    theft: &Theft,
    effects: &Effects,
) -> Answer<Verdict<Vec<Revocation>>> {
    let query = sql("UPDATE session SET ended_at = $4
         WHERE realm = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $4
           AND EXISTS (SELECT 1 FROM token_family
               WHERE token_family.realm = $1 AND token_family.id = $3
                 AND token_family.session_id = $2 AND token_family.revoked_at IS NULL)")
    .bind(theft.realm.as_str())
    .bind(theft.session.as_str())
    .bind(theft.family.as_str())
    .bind(theft.now.unix_millis());
    let lived = change(c.execute(query).await?) == Change::Changed;
    let revoked = revoke(c, theft, lived).await?;
    if !revoked.contains(&theft.family) {
        return Ok(Verdict::Undo(Vec::new()));
    }
    let mut effects = effects.clone();
    let mut ended: Vec<_> = revoked.into_iter().map(RevocationMark::Family).collect();
    if lived {
        logouts::address_clients_of_session(c, &theft.realm, &theft.session).await?;
        effects = effects.and_event(theft.session_ended.clone());
        ended.push(RevocationMark::Session(theft.session.clone()));
    }
    let mark = |mark| Revocation {
        realm: theft.realm.clone(),
        mark,
        not_after: theft.marked_until,
        expires_at: theft.marked_until,
    };
    let marks: Vec<_> = ended.into_iter().map(mark).collect();
    effects.marks.extend(marks.iter().cloned());
    effects::record(c, &effects, theft.now).await?;
    Ok(Verdict::Keep(marks))
}

/// Revokes the family of the token, or all of its session.
async fn revoke(c: &mut Connection<'_>, theft: &Theft, all: bool) -> Answer<Vec<FamilyId>> {
    let query = sql(
        "UPDATE token_family SET revoked_at = $4, revoke_reason = 'theft'
         WHERE realm = $1 AND session_id = $2 AND (id = $3 OR $5) AND revoked_at IS NULL
         RETURNING id",
    )
    .bind(theft.realm.as_str())
    .bind(theft.session.as_str())
    .bind(theft.family.as_str())
    .bind(theft.now.unix_millis())
    .bind(all);
    let rows = c.all(query).await?;
    rows.iter()
        .map(|row| parsed(row, "id", FamilyId::parse))
        .collect()
}
