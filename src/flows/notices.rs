//! Notices: mails that tell an account's owner of what was done to the account, each with a link
//! that locks it.

use crate::account::mail::{Mail, MailKind, NOTICE_LIFETIME};
use crate::account::user::User;
use crate::entropy::Entropy;
use crate::flows::links;
use crate::flows::{App, Fault, mail};
use crate::keys::MasterKey;
use crate::protocol::issuer::Issuer;
use crate::protocol::time::Timestamp;
use crate::store::Effects;

/// What a notice is written with: an [`App`] has it, and so has an operator's desk. The issuer is
/// that of the realm.
pub type Pen<'a> = (&'a MasterKey, &'a dyn Entropy, &'a Issuer);

/// What an owner is told.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// Which mail it is.
    pub kind: MailKind,
    /// What its words name, beside the link.
    pub values: &'a [(&'a str, &'a str)],
    /// The language of the page, where the owner reads one; else their own.
    pub language: Option<&'a str>,
}

/// The effects of a change with the mail that tells the account's owner of it, and a link in it
/// that locks the account; who has no address is told nothing.
pub fn notice(
    (master, entropy, issuer): Pen<'_>,
    user: &User,
    notice: Notice<'_>,
    effects: Effects,
    now: Timestamp,
) -> Result<Effects, Fault> {
    let Some(email) = user.email.as_deref() else {
        return Ok(effects);
    };
    let owner = (&user.realm, &user.id);
    let (lock, address) = links::lock_link((issuer, entropy), owner, email, now)?;
    let own = user.profile.locale.as_deref();
    let values = [notice.values, &[("lock_link", address.as_str())]].concat();
    let letter = Mail {
        kind: notice.kind,
        to: email.to_owned(),
        name: user.profile.name.clone(),
        language: notice.language.or(own).unwrap_or("en").to_owned(),
        values: values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    let owner = (&user.realm, Some(&user.id));
    let letter = mail::write((master, entropy), owner, &letter, NOTICE_LIFETIME, now)?;
    Ok(effects.and_link(lock).and_mail(letter))
}

/// The same inside a server, in the owner's language.
pub(crate) fn noticed(
    app: &App,
    user: &User,
    (kind, values): (MailKind, &[(&str, &str)]),
    effects: Effects,
    now: Timestamp,
) -> Result<Effects, Fault> {
    let told = Notice {
        kind,
        values,
        language: None,
    };
    noticed_as(app, user, told, effects, now)
}

/// The same inside a server.
pub(crate) fn noticed_as(
    app: &App,
    user: &User,
    told: Notice<'_>,
    effects: Effects,
    now: Timestamp,
) -> Result<Effects, Fault> {
    let issuer = app.issuer(&user.realm);
    let pen: Pen<'_> = (app.master.as_ref(), app.entropy.as_ref(), &issuer);
    notice(pen, user, told, effects, now)
}
