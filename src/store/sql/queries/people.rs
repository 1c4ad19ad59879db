//! The states of an account, and consent that was taken back.

use super::rows::{column, moment};
use super::{
    Answer, Change, Connection, Timestamp, Verdict, change, effects, families, links, sql, users,
};
use crate::account::link::LinkPurpose;
use crate::account::user::{AccountSwitch, UNDO_PERIOD};
use crate::protocol::ids::{ClientId, RealmId, UserId};
use crate::protocol::scope::ScopeSet;
use crate::store::fault::Fault;
use crate::store::{Consent, Effects};

pub(in super::super) async fn switch(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    switch: AccountSwitch,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = match switch {
        AccountSwitch::Disable => sql("UPDATE users SET updated_at = $3, not_before = $3,
                 disabled_at = COALESCE(disabled_at, $3) WHERE realm = $1 AND id = $2"),
        AccountSwitch::Enable => sql("UPDATE users SET updated_at = $3, not_before = $3,
                 disabled_at = NULL WHERE realm = $1 AND id = $2"),
        AccountSwitch::Lock => sql("UPDATE users SET updated_at = $3, not_before = $3,
                 locked_at = COALESCE(locked_at, $3) WHERE realm = $1 AND id = $2"),
        AccountSwitch::Unlock => sql("UPDATE users SET updated_at = $3, not_before = $3,
                 locked_at = NULL WHERE realm = $1 AND id = $2"),
        AccountSwitch::Delete => sql("UPDATE users SET updated_at = $3, not_before = $3,
                 deleted_at = COALESCE(deleted_at, $3) WHERE realm = $1 AND id = $2"),
        AccountSwitch::Restore => sql("UPDATE users SET updated_at = $3, not_before = $3,
                 deleted_at = NULL WHERE realm = $1 AND id = $2 AND deleted_at > $4"),
    }
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(now.unix_millis());
    let query = match switch {
        AccountSwitch::Restore => query.bind(now.minus(UNDO_PERIOD).unix_millis()),
        AccountSwitch::Disable
        | AccountSwitch::Enable
        | AccountSwitch::Lock
        | AccountSwitch::Unlock
        | AccountSwitch::Delete => query,
    };
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        // A link undoes the deletion that it was mailed with, and none that came later.
        if matches!(switch, AccountSwitch::Delete | AccountSwitch::Restore) {
            links::void(c, (realm, user), LinkPurpose::UndoDeletion).await?;
        }
        if switch.denies() {
            let ending = users::Ending {
                reason: switch.event().as_str(),
                spared: None,
                effects,
                now,
            };
            users::end_everything(c, (realm, user), ending).await?;
        } else {
            effects::record(c, effects, now).await?;
        }
    }
    Ok(Verdict::Keep(changed))
}

pub(in super::super) async fn consents(
    c: &mut Connection<'_>,
    realm: &RealmId,
    user: &UserId,
) -> Answer<Vec<Consent>> {
    let query = sql(
        "SELECT client_id, string_agg(scope, ' ' ORDER BY scope) AS scope,
             MIN(granted_at) AS since
         FROM consent WHERE realm = $1 AND user_id = $2 GROUP BY client_id ORDER BY client_id",
    )
    .bind(realm.as_str())
    .bind(user.as_str());
    c.all(query)
        .await?
        .iter()
        .map(|row| {
            let (client, scope): (String, String) =
                (column(row, "client_id")?, column(row, "scope")?);
            Ok(Consent {
                client: ClientId::parse(client).map_err(|_invalid| Fault::corrupt("client_id"))?,
                scope: ScopeSet::parse(&scope).map_err(|_invalid| Fault::corrupt("scope"))?,
                since: moment(row, "since")?,
            })
        })
        .collect()
}

/// The withdrawal is written first: whoever issues at the same time is stopped by it when the code
/// is spent, however late the row of the code appears.
pub(in super::super) async fn withdraw(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    client: &ClientId,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<Change>> {
    let query = sql(
        "INSERT INTO withdrawal (realm, user_id, client_id, withdrawn_at)
         SELECT $1, $2, $3, $4 WHERE EXISTS
             (SELECT 1 FROM users WHERE users.realm = $1 AND users.id = $2)
         ON CONFLICT (realm, user_id, client_id) DO UPDATE SET withdrawn_at =
             CASE WHEN excluded.withdrawn_at > withdrawal.withdrawn_at
                 THEN excluded.withdrawn_at ELSE withdrawal.withdrawn_at END",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(client.as_str())
    .bind(now.unix_millis());
    let changed = change(c.execute(query).await?);
    if changed == Change::Changed {
        let query = sql("DELETE FROM consent WHERE realm = $1 AND user_id = $2 AND client_id = $3")
            .bind(realm.as_str())
            .bind(user.as_str())
            .bind(client.as_str());
        c.execute(query).await?;
        families::revoke_all_of_grant(c, (realm, user), client, now).await?;
        effects::record(c, effects, now).await?;
    }
    Ok(Verdict::Keep(changed))
}
