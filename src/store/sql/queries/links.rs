//! One-time links: written with the mail that carries them, used once.

use super::rows::{column, optional_user_id};
use super::{
    Answer, Change, Connection, Creation, Timestamp, Verdict, effects, millis, passwords, people,
    rows, sql, users,
};
use crate::account::link::{Link, LinkPurpose};
use crate::account::new_address::{self, Weighed};
use crate::account::user::{AccountSwitch, User};
use crate::protocol::ids::{RealmId, UserId};
use crate::secret::Digest;
use crate::store::fault::Fault;
use crate::store::{AddressStep, AddressUse, Effects, LinkUse, PasswordChange};

/// The columns of [`rows::link`].
macro_rules! link_columns {
    () => {
        "realm, digest, purpose, user_id, email, content, created_at, expires_at, used_at"
    };
}

/// Writes a link; it takes its slot over from the one before, which is void from then on.
pub(super) async fn insert(c: &mut Connection<'_>, link: &Link) -> Answer<()> {
    let content = serde_json::to_string(&link.content)
        .map_err(|error| Fault::Corrupt(format!("link: {error}")))?;
    let query = sql(
        "INSERT INTO one_time_link (realm, digest, purpose, slot, user_id, email, content,
             created_at, expires_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (realm, purpose, slot) DO UPDATE SET digest = excluded.digest,
             user_id = excluded.user_id, email = excluded.email, content = excluded.content,
             created_at = excluded.created_at, expires_at = excluded.expires_at,
             used_at = excluded.used_at",
    )
    .bind(link.realm.as_str())
    .bind(link.digest.as_bytes())
    .bind(link.purpose.as_str())
    .bind(link.slot())
    .bind(link.user.as_ref().map(UserId::as_str))
    .bind(link.email.as_str())
    .bind(content)
    .bind(link.created_at.unix_millis())
    .bind(link.expires_at.unix_millis())
    .bind(millis(link.used_at));
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn find(
    c: &mut Connection<'_>,
    realm: &RealmId,
    digest: &Digest,
) -> Answer<Option<Link>> {
    let query = sql(concat!(
        "SELECT ",
        link_columns!(),
        " FROM one_time_link WHERE realm = $1 AND digest = $2"
    ))
    .bind(realm.as_str())
    .bind(digest.as_bytes());
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::link)
        .transpose()
}

pub(in super::super) async fn find_in_slot(
    c: &mut Connection<'_>,
    realm: &RealmId,
    purpose: LinkPurpose,
    slot: &str,
) -> Answer<Option<Link>> {
    let query = sql(concat!(
        "SELECT ",
        link_columns!(),
        " FROM one_time_link WHERE realm = $1 AND purpose = $2 AND slot = $3"
    ))
    .bind(realm.as_str())
    .bind(purpose.as_str())
    .bind(slot);
    c.optional(query)
        .await?
        .as_ref()
        .map(rows::link)
        .transpose()
}

/// What the row of a link that was just used says.
struct Spent {
    user: Option<UserId>,
    email: String,
}

/// The one statement that decides who has used a link. What it kept is forgotten with it.
async fn spend(
    c: &mut Connection<'_>,
    (realm, digest): (&RealmId, &Digest),
    purpose: LinkPurpose,
    now: Timestamp,
) -> Answer<Option<Spent>> {
    let query = sql("UPDATE one_time_link SET used_at = $4, content = '{}'
         WHERE realm = $1 AND digest = $2 AND purpose = $3 AND used_at IS NULL AND expires_at > $4
             AND ($5 OR EXISTS (SELECT 1 FROM users WHERE users.realm = one_time_link.realm
                 AND users.id = one_time_link.user_id AND users.email = one_time_link.email))
         RETURNING user_id, email")
    .bind(realm.as_str())
    .bind(digest.as_bytes())
    .bind(purpose.as_str())
    .bind(now.unix_millis())
    .bind(!purpose.is_bound_to_account_address());
    let Some(row) = c.optional(query).await? else {
        return Ok(None);
    };
    Ok(Some(Spent {
        user: optional_user_id(&row, "user_id")?,
        email: column(&row, "email")?,
    }))
}

/// Locks the row of a link's account before the link's own: whoever changes an account makes its
/// links void, and takes the two in this order as well.
async fn hold_account(c: &mut Connection<'_>, realm: &RealmId, digest: &Digest) -> Answer<()> {
    let query = sql(
        "UPDATE users SET updated_at = updated_at WHERE realm = $1 AND id IN
             (SELECT user_id FROM one_time_link WHERE realm = $1 AND digest = $2)",
    )
    .bind(realm.as_str())
    .bind(digest.as_bytes());
    c.execute(query).await?;
    Ok(())
}

pub(in super::super) async fn create_user(
    c: &mut Connection<'_>,
    (digest, purpose): (&Digest, LinkPurpose),
    user: &User,
    effects: &Effects,
) -> Answer<Verdict<LinkUse>> {
    let place = (&user.realm, digest);
    match spend(c, place, purpose, user.created_at).await? {
        Some(spent) if Some(&spent.email) == user.email.as_ref() => {}
        Some(_) | None => return Ok(Verdict::Undo(LinkUse::Void)),
    }
    Ok(match users::create(c, user, effects).await? {
        Verdict::Keep(Creation::Created) => Verdict::Keep(LinkUse::Used),
        Verdict::Keep(Creation::NameTaken) | Verdict::Undo(_) => Verdict::Undo(LinkUse::NameTaken),
    })
}

pub(in super::super) async fn reset_password(
    c: &mut Connection<'_>,
    digest: &Digest,
    change: &PasswordChange,
) -> Answer<Verdict<LinkUse>> {
    let place = (&change.realm, digest);
    hold_account(c, &change.realm, digest).await?;
    let spent = spend(c, place, LinkPurpose::ResetPassword, change.now).await?;
    if spent.and_then(|spent| spent.user).as_ref() != Some(&change.user) {
        return Ok(Verdict::Undo(LinkUse::Void));
    }
    Ok(used(passwords::change(c, change).await?))
}

pub(in super::super) async fn lock(
    c: &mut Connection<'_>,
    (realm, digest): (&RealmId, &Digest),
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<LinkUse>> {
    hold_account(c, realm, digest).await?;
    let spent = spend(c, (realm, digest), LinkPurpose::LockAccount, now).await?;
    let Some(user) = spent.and_then(|spent| spent.user) else {
        return Ok(Verdict::Undo(LinkUse::Void));
    };
    let locked = people::switch(c, (realm, &user), AccountSwitch::Lock, effects, now).await?;
    Ok(used(locked))
}

pub(in super::super) async fn restore(
    c: &mut Connection<'_>,
    (realm, digest): (&RealmId, &Digest),
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<LinkUse>> {
    hold_account(c, realm, digest).await?;
    let spent = spend(c, (realm, digest), LinkPurpose::UndoDeletion, now).await?;
    let Some(user) = spent.and_then(|spent| spent.user) else {
        return Ok(Verdict::Undo(LinkUse::Void));
    };
    let restored = people::switch(c, (realm, &user), AccountSwitch::Restore, effects, now).await?;
    Ok(used(restored))
}

/// Whoever uses the link of one end holds the account's row, so that the other end sees it used,
/// or is seen.
pub(in super::super) async fn change_address(
    c: &mut Connection<'_>,
    step: &AddressStep,
) -> Answer<Verdict<AddressUse>> {
    let place = (&step.realm, &step.digest);
    hold_account(c, &step.realm, &step.digest).await?;
    let Some(link) = find(c, &step.realm, &step.digest).await? else {
        return Ok(Verdict::Undo(AddressUse::Void));
    };
    let spent = spend(c, place, step.purpose, step.now).await?;
    let Some(user) = spent.and_then(|spent| spent.user) else {
        return Ok(Verdict::Undo(AddressUse::Void));
    };
    let owner = (&step.realm, &user);
    let Some(confirmed) = users::confirmed_address(c, owner, link.created_at).await? else {
        return Ok(Verdict::Undo(AddressUse::Void));
    };
    let other = match new_address::other_end(step.purpose) {
        Some(end) => find_in_slot(c, &step.realm, end, &link.slot()).await?,
        None => None,
    };
    match new_address::weigh(&link, other.as_ref(), confirmed.as_deref()) {
        Weighed::Void => Ok(Verdict::Undo(AddressUse::Void)),
        Weighed::Waits(email) => {
            // Only the mailbox of an address is told that somebody has it.
            let asks = step.purpose == LinkPurpose::ConfirmNewAddress;
            if asks && users::has_another_owner(c, owner, email).await? {
                return Ok(Verdict::Undo(AddressUse::NameTaken));
            }
            effects::record(c, &step.waiting, step.now).await?;
            Ok(Verdict::Keep(AddressUse::Waits))
        }
        Weighed::Changes(email) => {
            if users::set_address(c, owner, email, step.now).await? == Creation::NameTaken {
                return Ok(Verdict::Undo(AddressUse::NameTaken));
            }
            effects::record(c, &step.changed, step.now).await?;
            Ok(Verdict::Keep(AddressUse::Changed))
        }
    }
}

fn used(change: Verdict<Change>) -> Verdict<LinkUse> {
    match change {
        Verdict::Keep(Change::Changed) => Verdict::Keep(LinkUse::Used),
        Verdict::Keep(Change::NotFound) | Verdict::Undo(_) => Verdict::Undo(LinkUse::Void),
    }
}

/// Makes the unused links of a purpose void for a user whose row this transaction has locked. Used
/// ones stay, so that it can be said of them.
pub(super) async fn void(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    purpose: LinkPurpose,
) -> Answer<()> {
    let query = sql(
        "DELETE FROM one_time_link WHERE realm = $1 AND user_id = $2 AND purpose = $3
             AND used_at IS NULL",
    )
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(purpose.as_str());
    c.execute(query).await?;
    Ok(())
}
