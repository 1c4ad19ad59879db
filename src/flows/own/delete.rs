//! A person deletes their account. It can be brought back for a while, then it is gone.

use std::net::IpAddr;

use chrono::DateTime;

use crate::account::event::Caller;
use crate::account::link::{LinkContent, LinkPurpose, LinkRefusal};
use crate::account::mail::MailKind;
use crate::account::user::{AccountSwitch, LoginName, UNDO_PERIOD, User};
use crate::flows::links::{self, Draft, Letter};
use crate::flows::login::{self, LoginRefusal};
use crate::flows::password::ending;
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, FlowError, accounts, revocations};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::SecretString;
use crate::store::{Change, Effects, LinkUse};

/// What the person typed to delete the account.
#[derive(Debug)]
pub struct Deletion<'a> {
    /// Their login name, so that nobody deletes an account by pressing a button too many.
    pub username: &'a str,
    /// Their password, verbatim; looked at when the account has one.
    pub password: SecretString,
    /// The language of the page, for the mail.
    pub language: &'a str,
    /// Where the request came from.
    pub caller: &'a Caller,
    /// The browser's address, by the trusted proxies' word.
    pub address: IpAddr,
}

/// Why an account was not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionRefusal {
    /// The name typed is not that of the account.
    OtherName,
    /// The password is wrong.
    WrongPassword,
    /// So many wrong ones came before that it is not looked at here: a new sign-in asks for more.
    Doubted,
    /// Too many attempts; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Deletes the account of the person; every session and every token ends, and the applications
/// are told.
pub async fn delete(
    app: &App,
    live: &LiveSession,
    deletion: Deletion<'_>,
) -> Result<(), FlowError<DeletionRefusal>> {
    let user = &live.facts().user;
    let typed = LoginName::parse(deletion.username);
    if typed.as_ref().map(LoginName::as_str) != Some(user.username.as_str()) {
        return Err(FlowError::Refused(DeletionRefusal::OtherName));
    }
    if user.password_hash.is_some() {
        prove(app, user, deletion.password, deletion.address).await?;
    }
    let now = app.now();
    let effects = effects(app, user, deletion.caller, (deletion.language, now))?;
    let (realm, id) = (&user.realm, &user.id);
    let switched = app
        .store
        .switch_user(realm, id, AccountSwitch::Delete, &effects, now);
    // Whoever is not there any more is deleted too.
    if switched.await? == Change::Changed {
        revocations::announce(app, &effects.marks, now).await;
        tracing::info!(%realm, user = %id, "account deleted by its owner");
    }
    Ok(())
}

/// What goes with a deletion: what goes with each, and a mail with the link that undoes it.
fn effects(
    app: &App,
    user: &User,
    caller: &Caller,
    (language, now): (&str, Timestamp),
) -> Result<Effects, Fault> {
    let (realm, id) = (&user.realm, &user.id);
    let effects = accounts::switch_effects((realm, id), AccountSwitch::Delete, caller, now);
    let Some(email) = user.email.as_deref() else {
        return Ok(effects);
    };
    let draft = Draft {
        realm,
        purpose: LinkPurpose::UndoDeletion,
        user: Some(id),
        email,
        content: LinkContent::default(),
    };
    let (link, address) = links::make_in(app, draft, now)?;
    let until = DateTime::from_timestamp_millis(link.expires_at.unix_millis());
    let until = until.map_or_else(String::new, |until| {
        until.format("%Y-%m-%d %H:%M UTC").to_string()
    });
    let letter = Letter {
        kind: MailKind::AccountDeleted,
        to: email,
        name: user.profile.name.as_deref(),
        language,
        values: &[("link", &address), ("until", &until)],
    };
    let mail = links::write(app, (realm, Some(id)), &letter, UNDO_PERIOD, now)?;
    Ok(effects.and_link(link).and_mail(mail))
}

/// Brings back the account that a link is about. What was disabled or locked beside stays so.
pub async fn undo(
    app: &App,
    realm: &RealmId,
    token: &str,
    caller: &Caller,
) -> Result<(), FlowError<LinkRefusal>> {
    let now = app.now();
    let link = links::open(app, realm, token, LinkPurpose::UndoDeletion)
        .await?
        .map_err(FlowError::Refused)?;
    let user = link
        .user
        .as_ref()
        .ok_or(FlowError::Refused(LinkRefusal::Unknown))?;
    let effects = accounts::switch_effects((realm, user), AccountSwitch::Restore, caller, now);
    let outcome = app
        .store
        .restore_by_link(realm, &link.digest, &effects, now)
        .await?;
    match outcome {
        LinkUse::Used => {
            tracing::info!(%realm, %user, "account brought back by its owner");
            Ok(())
        }
        LinkUse::Void | LinkUse::NameTaken => {
            Err(FlowError::Refused(links::why_void(app, &link).await?))
        }
    }
}

/// A wrong password counts like a failed sign-in: the cookie alone must not be worth a guess more.
async fn prove(
    app: &App,
    user: &User,
    password: SecretString,
    address: IpAddr,
) -> Result<(), FlowError<DeletionRefusal>> {
    let counted = login::count(app, user, address, app.now()).await;
    if counted.map_err(|error| error.map_refusal(refusal))? {
        return Err(FlowError::Refused(DeletionRefusal::Doubted));
    }
    let stored = user.password_hash.as_deref();
    let verified = app.hashing.verify(password, stored).await.map_err(ending)?;
    if verified.is_none() {
        return Err(FlowError::Refused(DeletionRefusal::WrongPassword));
    }
    Ok(login::forgive(app, user).await?)
}

fn refusal(refusal: LoginRefusal) -> DeletionRefusal {
    match refusal {
        LoginRefusal::WrongCredentials => DeletionRefusal::WrongPassword,
        LoginRefusal::SlowDown { retry_after } => DeletionRefusal::SlowDown { retry_after },
    }
}
