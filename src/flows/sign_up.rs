//! Registration of people: a form, a mail to the address, and an account once the link in it was
//! used together with the password of the form.
//!
//! There is no account before that. What the form said waits with the link, and a later form for
//! the same address takes its place. Decision 0011.

use std::net::IpAddr;

use crate::account::event::{Caller, Event, EventKind};
use crate::account::link::{Link, LinkContent, LinkPurpose, LinkRefusal};
use crate::account::mail::MailKind;
use crate::account::password::SALT_BYTES;
use crate::account::password::policy::{AcceptablePassword, PasswordWeakness};
use crate::account::user::{LoginName, Profile, User, mail_address};
use crate::flows::factors::tell_refused;
use crate::flows::links::{self, Draft, Letter};
use crate::flows::password::{Person, ending, judge_new};
use crate::flows::{App, Fault, FlowError, limits};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::plain_text::is_plain;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::{Effects, LinkUse};

/// Names have so many characters at most.
pub const NAME_LIMIT: usize = 200;
/// Where people with an account look after it, below the issuer.
const ACCOUNT: &str = "/account";

/// Who asks, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The realm of the page.
    pub realm: &'a RealmId,
    /// The browser's address, by the trusted proxies' word.
    pub address: IpAddr,
    /// The same and what else is known of the request, for the record.
    pub caller: &'a Caller,
    /// The browser's cookie.
    pub cookie: Option<&'a str>,
    /// The language of the page, for the mail.
    pub language: &'a str,
}

/// The form, filled in.
#[derive(Debug)]
pub struct Form<'a> {
    /// The mail address, as typed.
    pub email: &'a str,
    /// The name, as typed.
    pub name: Option<&'a str>,
    /// The password, verbatim.
    pub password: SecretString,
    /// The authorization request in the page's address.
    pub request: Option<&'a str>,
    /// Where the terms are that were accepted; none where there are none.
    pub terms: Option<&'a str>,
}

/// Why no mail was written. Never tells whether there is an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignUpRefusal {
    /// What was typed is no mail address.
    NoAddress,
    /// The name is too long, or would not be shown as it is written.
    Name,
    /// The password is not acceptable, for all of these reasons.
    Weak(Vec<PasswordWeakness>),
    /// Too many mails were asked for; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
    /// This browser has nothing that could be sent again.
    NothingWaits,
}

/// Takes the form and writes one mail to the address, whether or not it has an account; gives the
/// address. All work is the same in both cases: what was typed waits too, and nobody can confirm
/// it.
pub async fn sign_up(
    app: &App,
    asker: Asker<'_>,
    form: Form<'_>,
) -> Result<String, FlowError<SignUpRefusal>> {
    let now = app.now();
    let email = mail_address(form.email).ok_or(FlowError::Refused(SignUpRefusal::NoAddress))?;
    let name = checked_name(form.name).map_err(|NoName| FlowError::Refused(SignUpRefusal::Name))?;
    // Judging takes as long as a hash, and is no reason to use a mail up.
    let waits = links::count_use(app, asker.realm, asker.address, now).await?;
    if let Some(retry_after) = waits {
        return Err(FlowError::Refused(SignUpRefusal::SlowDown { retry_after }));
    }
    let person = newcomer(&email, name.as_deref());
    let judged = judge_new(app, asker.realm, &person, form.password).await;
    let acceptable = judged.map_err(|error| error.map_refusal(SignUpRefusal::Weak))?;
    count(app, asker, &email, now).await?;
    let content = LinkContent {
        name,
        password_hash: Some(hashed(app, acceptable).await?),
        request: form.request.map(str::to_owned),
        terms: form.terms.map(str::to_owned),
        browser: asker.cookie.map(|value| Digest::of(value).to_hex()),
        pair: None,
    };
    send(app, asker, &email, content, now).await?;
    Ok(email)
}

/// Somebody who has no account yet.
pub(crate) fn newcomer<'a>(email: &'a str, name: Option<&'a str>) -> Person<'a> {
    Person {
        user: None,
        username: email,
        email: Some(email),
        names: name.into_iter().collect(),
        second_factor: false,
        must_differ: false,
    }
}

/// The hash of a password for a new account.
pub(crate) async fn hashed<R>(
    app: &App,
    acceptable: AcceptablePassword,
) -> Result<String, FlowError<R>> {
    let mut salt = [0; SALT_BYTES];
    app.entropy.fill(&mut salt)?;
    let hashed = app.hashing.hash_new(acceptable, salt).await;
    Ok(hashed.map_err(ending)?.as_str().to_owned())
}

/// Sends the mail of a form again, with another link, to the browser that sent the form.
pub async fn send_again(
    app: &App,
    asker: Asker<'_>,
    email: &str,
) -> Result<String, FlowError<SignUpRefusal>> {
    let now = app.now();
    let email = mail_address(email).ok_or(FlowError::Refused(SignUpRefusal::NoAddress))?;
    count(app, asker, &email, now).await?;
    let slot = Link::slot_of_address(&email);
    let waiting = app
        .store
        .link_in_slot(asker.realm, LinkPurpose::ConfirmAddress, &slot)
        .await?
        .filter(|link| link.used_at.is_none() && link.content.is_from(asker.cookie))
        .ok_or(FlowError::Refused(SignUpRefusal::NothingWaits))?;
    send(app, asker, &email, waiting.content, now).await?;
    Ok(email)
}

/// What was typed can be nobody's name.
pub(crate) struct NoName;

/// A name as it will be kept; there may be none.
pub(crate) fn checked_name(typed: Option<&str>) -> Result<Option<String>, NoName> {
    let name = typed.map(str::trim).filter(|name| !name.is_empty());
    let unfit = |name: &str| name.chars().count() > NAME_LIMIT || !is_plain(name);
    if name.is_some_and(unfit) {
        return Err(NoName);
    }
    Ok(name.map(str::to_owned))
}

async fn count(
    app: &App,
    asker: Asker<'_>,
    email: &str,
    now: Timestamp,
) -> Result<(), FlowError<SignUpRefusal>> {
    let errand = (asker.realm, "sign-up");
    match links::count_mail(app, errand, asker.address, email, now).await? {
        None => Ok(()),
        Some(retry_after) => Err(FlowError::Refused(SignUpRefusal::SlowDown { retry_after })),
    }
}

/// Writes the link, and the mail that the owner of the address should get.
async fn send(
    app: &App,
    asker: Asker<'_>,
    email: &str,
    content: LinkContent,
    now: Timestamp,
) -> Result<(), Fault> {
    let realm = asker.realm;
    let known = match LoginName::parse(email) {
        Some(login) => app.store.user_by_login(realm, &login).await?,
        None => None,
    };
    // A user name may look like somebody else's address, whose owner is told nothing of its account.
    let known = known.filter(|user| user.email.as_deref() == Some(email));
    let event = Event::new(realm, EventKind::SignUpAsked, asker.caller, now);
    let event = with_terms(event, content.terms.as_deref());
    let name = content.name.clone();
    let draft = Draft {
        realm,
        purpose: LinkPurpose::ConfirmAddress,
        user: None,
        email,
        content,
    };
    let (link, confirm) = links::make_in(app, draft, now)?;
    let account = app.issuer(realm).url(ACCOUNT);
    let (kind, address, name) = match &known {
        // What a stranger typed as a name is not what its owner is greeted with.
        Some(user) => (MailKind::AlreadyRegistered, &account, &user.profile.name),
        None => (MailKind::ConfirmAddress, &confirm, &name),
    };
    let letter = Letter {
        kind,
        to: email,
        name: name.as_deref(),
        language: asker.language,
        values: &[("link", address)],
    };
    let lifetime = LinkPurpose::ConfirmAddress.mail_lifetime();
    let about = known.as_ref().map(|user| &user.id);
    let mail = links::write(app, (realm, about), &letter, lifetime, now)?.carrying(&link);
    let event = match about {
        Some(user) => event.of_user(user),
        None => event,
    };
    let effects = Effects::event(event).and_link(link).and_mail(mail);
    app.store.write_effects(&effects, now).await?;
    app.mail_bell.notify_one();
    Ok(())
}

/// Why no account was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmRefusal {
    /// The link does nothing.
    Link(LinkRefusal),
    /// It is not the password of the form; the link is unused.
    WrongPassword,
    /// The address has got an account in another way.
    AddressTaken,
    /// Too many links were tried; wait. The link is unused.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Makes the account of a link, for whoever holds the link and knows the password of the form: the
/// mailbox alone would confirm what a stranger has typed. Gives the link as it was.
pub async fn confirm(
    app: &App,
    asker: Asker<'_>,
    token: &str,
    password: SecretString,
) -> Result<Link, FlowError<ConfirmRefusal>> {
    let now = app.now();
    let realm = asker.realm;
    let link = links::open(app, realm, token, LinkPurpose::ConfirmAddress)
        .await?
        .map_err(|refusal| FlowError::Refused(ConfirmRefusal::Link(refusal)))?;
    let waits = match links::count_use(app, realm, asker.address, now).await? {
        None => limits::count_guess(app, realm, asker.address, now).await?,
        waits => waits,
    };
    if let Some(retry_after) = waits {
        return Err(FlowError::Refused(ConfirmRefusal::SlowDown { retry_after }));
    }
    let hash = link.content.password_hash.clone();
    let verified = app.hashing.verify(password, hash.as_deref()).await;
    if verified.map_err(ending)?.is_none() {
        // There is no account that it could be about.
        let refused = Event::new(realm, EventKind::SignInRefused, asker.caller, now)
            .with("factor", "password")
            .with("purpose", "sign_up");
        return Err(tell_refused(app, refused, ConfirmRefusal::WrongPassword).await?);
    }
    let user = new_user(app, &link, (link.content.name.clone(), hash), now)?;
    let terms = link.content.terms.as_deref();
    let effects = created(&user, ("sign_up", terms), asker.caller);
    match create(app, &link, &user, &effects).await? {
        Ok(()) => Ok(link),
        Err(NotMade::NameTaken) => Err(FlowError::Refused(ConfirmRefusal::AddressTaken)),
        Err(NotMade::Link(why)) => Err(FlowError::Refused(ConfirmRefusal::Link(why))),
    }
}

/// The account that a link makes: its login name is the address, which the link has confirmed.
pub(crate) fn new_user(
    app: &App,
    link: &Link,
    (name, password_hash): (Option<String>, Option<String>),
    now: Timestamp,
) -> Result<User, Fault> {
    let id = format!("usr_{}", app.random_text::<16>()?);
    Ok(User {
        realm: link.realm.clone(),
        id: UserId::parse(id).map_err(|_invalid| Fault::Invariant("random text is a user id"))?,
        username: link.email.clone(),
        email: Some(link.email.clone()),
        email_verified: true,
        password_hash,
        profile: Profile {
            name,
            ..Profile::default()
        },
        created_at: now,
        updated_at: now,
        disabled_at: None,
        must_change_password: false,
        locked_at: None,
        deleted_at: None,
    })
}

/// What is told of an account that a link makes, and of the terms that were accepted for it.
pub(crate) fn created(user: &User, (by, terms): (&str, Option<&str>), caller: &Caller) -> Effects {
    let event = Event::new(&user.realm, EventKind::UserCreated, caller, user.created_at)
        .of_user(&user.id)
        .with("by", by);
    Effects::event(with_terms(event, terms))
}

fn with_terms(event: Event, terms: Option<&str>) -> Event {
    match terms {
        Some(terms) => event.with("terms", terms),
        None => event,
    }
}

/// Why a link made no account.
pub(crate) enum NotMade {
    /// The address has an account.
    NameTaken,
    /// The link does nothing.
    Link(LinkRefusal),
}

/// Spends a link on the account that it makes.
pub(crate) async fn create(
    app: &App,
    link: &Link,
    user: &User,
    effects: &Effects,
) -> Result<Result<(), NotMade>, Fault> {
    let outcome = app
        .store
        .create_user_by_link(&link.digest, link.purpose, user, effects)
        .await?;
    Ok(match outcome {
        LinkUse::Used => {
            let realm = &link.realm;
            tracing::info!(%realm, user = %user.id, by = link.purpose.as_str(), "account made");
            Ok(())
        }
        LinkUse::NameTaken => Err(NotMade::NameTaken),
        LinkUse::Void => Err(NotMade::Link(links::why_void(app, link).await?)),
    })
}
