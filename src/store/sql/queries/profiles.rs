//! What an operator changes of an account.

use super::{Answer, Connection, Creation, Verdict, effects, links, sign_ins, sql, users};
use crate::account::amendment::is_moved;
use crate::account::link::LinkPurpose;
use crate::account::user::User;
use crate::store::{Amended, Effects};

/// The first statement decides, and holds the row until the end.
pub(in super::super) async fn amend(
    c: &mut Connection<'_>,
    (before, after): (&User, &User),
    effects: &Effects,
) -> Answer<Verdict<Amended>> {
    let owner = (&before.realm, &before.id);
    if !replace(c, before, after).await? {
        return Ok(Verdict::Undo(Amended::Outdated));
    }
    let moved = is_moved(before, after);
    if moved || before.username != after.username {
        // In one order everywhere, so that two changes cannot wait for each other's names.
        let mut logins: Vec<&str> = after.email.as_deref().into_iter().collect();
        logins.push(&after.username);
        logins.sort_unstable();
        for login in logins {
            if users::claim_login(c, owner, login).await? == Creation::NameTaken {
                return Ok(Verdict::Undo(Amended::NameTaken));
            }
        }
        users::drop_other_logins(c, owner).await?;
    }
    if moved {
        let ending = LinkPurpose::ALL.into_iter();
        for purpose in ending.filter(|purpose| purpose.ends_with_a_move()) {
            links::void(c, owner, purpose).await?;
        }
    }
    if moved || (after.must_change_password && !before.must_change_password) {
        sign_ins::distrust(c, owner).await?;
    }
    effects::record(c, effects, after.updated_at).await?;
    Ok(Verdict::Keep(Amended::Changed))
}

/// Writes the row, if it is as it was seen. The names are asked beside the moment, since they are
/// what the effects go by: whoever changes them in the same millisecond is faster, too.
async fn replace(c: &mut Connection<'_>, before: &User, after: &User) -> Answer<bool> {
    let query = sql(
        "UPDATE users SET username = $6, email = $7, email_verified = $8, profile = $9,
             must_change_password = $10, updated_at = $11
         WHERE realm = $1 AND id = $2 AND updated_at = $3 AND username = $4
             AND email IS NOT DISTINCT FROM $5",
    )
    .bind(before.realm.as_str())
    .bind(before.id.as_str())
    .bind(before.updated_at.unix_millis())
    .bind(before.username.as_str())
    .bind(before.email.as_deref())
    .bind(after.username.as_str())
    .bind(after.email.as_deref())
    .bind(after.email_verified)
    .bind(users::profile(after)?)
    .bind(after.must_change_password)
    .bind(after.updated_at.unix_millis());
    Ok(c.execute(query).await? > 0)
}
