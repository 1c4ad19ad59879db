//! Mails that tell an account's owner of what was done to the account, with a link that locks it.

use crate::account::mail::MailKind;
use crate::account::user::User;
use crate::flows::links::{self, Letter};
use crate::flows::{App, Fault};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::Effects;

/// How long a notice is worth sending.
const NOTICE_LIFETIME: Lifetime = Lifetime::seconds(7 * 86_400);

/// What is told.
#[derive(Debug)]
pub(crate) struct Notice<'a> {
    kind: MailKind,
    values: Vec<(&'a str, &'a str)>,
    language: Option<&'a str>,
}

impl<'a> Notice<'a> {
    /// What its kind says.
    pub(crate) fn plain(kind: MailKind) -> Self {
        Self {
            kind,
            values: Vec::new(),
            language: None,
        }
    }

    /// The same with one value.
    pub(crate) fn of(kind: MailKind, value: (&'a str, &'a str)) -> Self {
        Self {
            values: vec![value],
            ..Self::plain(kind)
        }
    }

    /// The same in the language of a page, not in that of the profile.
    pub(crate) fn in_language(self, language: &'a str) -> Self {
        Self {
            language: Some(language),
            ..self
        }
    }
}

/// The effects of a change with the mail that tells of it; who has no address is told nothing.
pub(crate) fn noticed(
    app: &App,
    user: &User,
    notice: &Notice<'_>,
    effects: Effects,
    now: Timestamp,
) -> Result<Effects, Fault> {
    let Some(email) = user.email.as_deref() else {
        return Ok(effects);
    };
    let owner = (&user.realm, &user.id);
    let (lock, address) = links::lock_link(app, owner, email, now)?;
    let mut values = notice.values.clone();
    values.push(("lock_link", &address));
    let own = user.profile.locale.as_deref();
    let letter = Letter {
        kind: notice.kind,
        to: email,
        name: user.profile.name.as_deref(),
        language: notice.language.or(own).unwrap_or("en"),
        values: &values,
    };
    let owner = (&user.realm, Some(&user.id));
    let mail = links::write(app, owner, &letter, NOTICE_LIFETIME, now)?;
    Ok(effects.and_link(lock).and_mail(mail))
}
