//! A forgotten password: a link is sent to the account's address, and sets another one.
//!
//! The link proves the mailbox and nothing else. It signs nobody in, and an account that was
//! disabled, locked or deleted stays so.

use std::net::IpAddr;

use crate::account::event::{Caller, Event, EventKind};
use crate::account::link::{Link, LinkContent, LinkPurpose, LinkRefusal};
use crate::account::mail::MailKind;
use crate::account::password::SALT_BYTES;
use crate::account::password::policy::{AcceptablePassword, PasswordWeakness};
use crate::account::user::{LoginName, User, mail_address};
use crate::flows::links::{self, Draft, Letter};
use crate::flows::notices::{Notice, noticed_as};
use crate::flows::password::{Person, ending, has_second_factor, judge_new, policy, set_effects};
use crate::flows::{App, Fault, FlowError, login, revocations};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::{Effects, LinkUse, PasswordChange};

/// Somebody who has forgotten a password, and from where they ask.
#[derive(Debug, Clone, Copy)]
pub struct Forgotten<'a> {
    /// The realm of the page.
    pub realm: &'a RealmId,
    /// The mail address, as typed.
    pub email: &'a str,
    /// The browser's address, by the trusted proxies' word.
    pub address: IpAddr,
    /// The same and what else is known of the request, for the record.
    pub caller: &'a Caller,
    /// The browser's cookie.
    pub cookie: Option<&'a str>,
    /// The authorization request in the page's address.
    pub request: Option<&'a str>,
    /// The language of the page, for the mail.
    pub language: &'a str,
}

/// Why no mail was written. Never tells whether there is an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgottenRefusal {
    /// What was typed is no mail address.
    NoAddress,
    /// Too many mails were asked for; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Writes one mail to the address, whether or not it has an account; gives the address. All work is
/// the same in both cases: nobody's link is written too, and opens nothing.
pub async fn ask(
    app: &App,
    forgotten: Forgotten<'_>,
) -> Result<String, FlowError<ForgottenRefusal>> {
    let now = app.now();
    let Forgotten { realm, address, .. } = forgotten;
    let email =
        mail_address(forgotten.email).ok_or(FlowError::Refused(ForgottenRefusal::NoAddress))?;
    let counted = links::count_mail(app, (realm, "reset"), address, &email, now).await?;
    if let Some(retry_after) = counted {
        let refusal = ForgottenRefusal::SlowDown { retry_after };
        return Err(FlowError::Refused(refusal));
    }
    let found = match LoginName::parse(&email) {
        Some(login) => app.store.user_by_login(realm, &login).await?,
        None => None,
    };
    // A user name may look like somebody else's address.
    let user = found.filter(|user| user.email.as_ref() == Some(&email));
    let effects = asking_effects(app, forgotten, (&email, user.as_ref()), now)?;
    app.store.write_effects(&effects, now).await?;
    app.mail_bell.notify_one();
    Ok(email)
}

fn asking_effects(
    app: &App,
    forgotten: Forgotten<'_>,
    (email, user): (&str, Option<&User>),
    now: Timestamp,
) -> Result<Effects, Fault> {
    let realm = forgotten.realm;
    let id = user.map(|user| &user.id);
    let draft = Draft {
        realm,
        purpose: LinkPurpose::ResetPassword,
        user: id,
        email,
        content: LinkContent {
            request: forgotten.request.map(str::to_owned),
            browser: forgotten.cookie.map(|value| Digest::of(value).to_hex()),
            ..LinkContent::default()
        },
    };
    let (link, link_address) = links::make_in(app, draft, now)?;
    let known = [("link", link_address.as_str())];
    let letter = Letter {
        kind: match user {
            Some(_) => MailKind::ResetPassword,
            None => MailKind::NoAccount,
        },
        to: email,
        name: user.and_then(|user| user.profile.name.as_deref()),
        language: forgotten.language,
        values: if user.is_some() { &known } else { &[] },
    };
    let lifetime = LinkPurpose::ResetPassword.mail_lifetime();
    let mail = links::write(app, (realm, id), &letter, lifetime, now)?.carrying(&link);
    let event = Event::new(realm, EventKind::PasswordResetAsked, forgotten.caller, now);
    let event = match id {
        Some(id) => event.of_user(id),
        None => event,
    };
    Ok(Effects::event(event).and_link(link).and_mail(mail))
}

/// A new password for the account of a link.
#[derive(Debug)]
pub struct NewPassword<'a> {
    /// The realm of the page.
    pub realm: &'a RealmId,
    /// What the link's address carries.
    pub token: &'a str,
    /// The new password, verbatim.
    pub password: SecretString,
    /// The browser's address.
    pub address: IpAddr,
    /// The same and what else is known of the request, for the record.
    pub caller: &'a Caller,
    /// The language of the page, for the mail.
    pub language: &'a str,
}

/// Why the password was not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResetRefusal {
    /// The link does nothing.
    Link(LinkRefusal),
    /// The password is not acceptable, for all of these reasons; the link is unused.
    Weak(Vec<PasswordWeakness>),
    /// Too many links were tried; wait. The link is unused.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Sets the password and ends every session and grant of the account; gives the link as it was.
pub async fn reset(app: &App, new: NewPassword<'_>) -> Result<Link, FlowError<ResetRefusal>> {
    let now = app.now();
    let realm = new.realm;
    let link = links::open(app, realm, new.token, LinkPurpose::ResetPassword)
        .await?
        .map_err(|refusal| FlowError::Refused(ResetRefusal::Link(refusal)))?;
    let gone = || FlowError::Refused(ResetRefusal::Link(LinkRefusal::Unknown));
    let id = link.user.as_ref().ok_or_else(gone)?;
    let user = app.store.user(realm, id).await?.ok_or_else(gone)?;
    if let Some(retry_after) = links::count_use(app, realm, new.address, now).await? {
        return Err(FlowError::Refused(ResetRefusal::SlowDown { retry_after }));
    }
    let second_factor = has_second_factor(app.store.as_ref(), &user, now).await?;
    let person = Person::of(&user, second_factor);
    let judged = judge_new(app, realm, &person, new.password.clone()).await;
    let acceptable = judged.map_err(|error| error.map_refusal(ResetRefusal::Weak))?;
    let change = change_of(app, &new, (&user, acceptable), now).await?;
    let store = &app.store;
    match store.reset_password_by_link(&link.digest, &change).await? {
        LinkUse::Used => {
            // Who has the mailbox is no guesser; the old password is worth nothing any more.
            login::forgive(app, &user).await?;
            app.mail_bell.notify_one();
            revocations::announce(app, &change.effects.marks, now).await;
            tracing::info!(%realm, user = %user.id, "password reset by mail");
            Ok(link)
        }
        LinkUse::Void | LinkUse::NameTaken => {
            let why = links::why_void(app, &link).await?;
            Err(FlowError::Refused(ResetRefusal::Link(why)))
        }
    }
}

async fn change_of(
    app: &App,
    new: &NewPassword<'_>,
    (user, acceptable): (&User, AcceptablePassword),
    now: Timestamp,
) -> Result<PasswordChange, FlowError<ResetRefusal>> {
    let mut salt = [0; SALT_BYTES];
    app.entropy.fill(&mut salt)?;
    let hashed = app.hashing.hash_new(acceptable, salt).await;
    Ok(PasswordChange {
        realm: new.realm.clone(),
        user: user.id.clone(),
        hash: hashed.map_err(ending)?,
        proven: None,
        spared: None,
        must_change: false,
        history: policy(app, new.realm).await?.history(),
        effects: reset_effects(app, new, user, now)?,
        now,
    })
}

fn reset_effects(
    app: &App,
    new: &NewPassword<'_>,
    user: &User,
    now: Timestamp,
) -> Result<Effects, Fault> {
    let mut effects = set_effects((new.realm, &user.id), new.caller, now);
    for event in &mut effects.events {
        event.detail.insert("by".to_owned(), "mail".to_owned());
    }
    let told = Notice {
        kind: MailKind::PasswordChanged,
        values: &[],
        language: Some(new.language),
    };
    noticed_as(app, user, told, effects, now)
}
