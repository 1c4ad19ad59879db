//! One-time links: made with the mail that carries them, opened by whoever holds one.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::account::event::Caller;
use crate::account::link::{Link, LinkContent, LinkPurpose, LinkRefusal, judge};
use crate::account::mail::{Mail, MailKind};
use crate::account::slow_down;
use crate::account::user::AccountSwitch;
use crate::entropy::{Entropy, random_text};
use crate::flows::{App, Fault, FlowError, accounts, limits, mail, revocations};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::issuer::Issuer;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::{LinkUse, NewMail};

/// The parameter of a link's address that carries its random text.
pub const TOKEN: &str = "token";

/// A link that is to be made.
#[derive(Debug)]
pub struct Draft<'a> {
    /// Where it will stand.
    pub realm: &'a RealmId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose account it is about, if there is one.
    pub user: Option<&'a UserId>,
    /// The address that it goes to, canonical.
    pub email: &'a str,
    /// What it keeps.
    pub content: LinkContent,
}

/// Makes a link and its address. The address opens accounts: it goes into a mail and nowhere else.
/// Put the link into the effects of the change that it goes with.
pub fn make(
    (issuer, entropy): (&Issuer, &dyn Entropy),
    draft: Draft<'_>,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<(Link, String), Fault> {
    let token = random_text::<32>(entropy)?;
    let address = format!("{}?{TOKEN}={token}", issuer.url(draft.purpose.path()));
    let link = Link {
        realm: draft.realm.clone(),
        digest: Digest::of(&token),
        purpose: draft.purpose,
        user: draft.user.cloned(),
        email: draft.email.to_owned(),
        content: draft.content,
        created_at: now,
        expires_at: now.plus(lifetime),
        used_at: None,
    };
    Ok((link, address))
}

/// The same inside a server, for as long as such links stand.
pub(crate) fn make_in(
    app: &App,
    draft: Draft<'_>,
    now: Timestamp,
) -> Result<(Link, String), Fault> {
    let issuer = app.issuer(draft.realm);
    let lifetime = draft.purpose.lifetime();
    make((&issuer, app.entropy.as_ref()), draft, lifetime, now)
}

/// A link with which a person locks the account at once: the `lock_link` of mails that tell of
/// something which its owner may not have done. `email` is where the mail goes.
pub fn lock_link(
    app: &App,
    (realm, user): (&RealmId, &UserId),
    email: &str,
    now: Timestamp,
) -> Result<(Link, String), Fault> {
    let draft = Draft {
        realm,
        purpose: LinkPurpose::LockAccount,
        user: Some(user),
        email,
        content: LinkContent::default(),
    };
    make_in(app, draft, now)
}

/// One mail with a link in it, or without one.
pub(crate) struct Letter<'a> {
    pub(crate) kind: MailKind,
    pub(crate) to: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) language: &'a str,
    pub(crate) values: &'a [(&'a str, &'a str)],
}

/// Writes a letter for the outbox.
pub(crate) fn write(
    app: &App,
    (realm, user): (&RealmId, Option<&UserId>),
    letter: &Letter<'_>,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<NewMail, Fault> {
    let values = letter.values.iter();
    let mail = Mail {
        kind: letter.kind,
        to: letter.to.to_owned(),
        name: letter.name.map(str::to_owned),
        language: letter.language.to_owned(),
        values: values
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
    };
    let keys = (app.master.as_ref(), app.entropy.as_ref());
    mail::write(keys, (realm, user), &mail, lifetime, now)
}

/// Opens a link that was followed to the page of `purpose`; uses nothing up.
pub async fn open(
    app: &App,
    realm: &RealmId,
    token: &str,
    purpose: LinkPurpose,
) -> Result<Result<Link, LinkRefusal>, Fault> {
    let found = app.store.link(realm, &Digest::of(token)).await?;
    Ok(judge(found, purpose, app.now()))
}

/// A link that could not be used a moment ago: why.
pub(crate) async fn why_void(app: &App, link: &Link) -> Result<LinkRefusal, Fault> {
    let found = app.store.link(&link.realm, &link.digest).await?;
    // One that stands to this moment is void for what it is bound to.
    Ok(judge(found, link.purpose, app.now())
        .err()
        .unwrap_or(LinkRefusal::Unknown))
}

/// Counts one use of a link by an address, before anything is hashed for it.
pub(crate) async fn count_use(
    app: &App,
    realm: &RealmId,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    let key = format!("link:{realm}:{}", slow_down::address_key(address));
    match limits::count(app, &key, app.settings.links.uses, now).await? {
        None => limits::banned(app, realm, address, now).await,
        waits => Ok(waits),
    }
}

/// What mails to strangers may be asked for, by the address that asks and by the mailbox that gets
/// them. Both are counted before anything is looked up, in one way for every address.
pub(crate) async fn count_mail(
    app: &App,
    (realm, errand): (&RealmId, &str),
    address: IpAddr,
    email: &str,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    let quotas = app.settings.links;
    let asker = format!("{errand}:{realm}:{}", slow_down::address_key(address));
    if let Some(wait) = limits::count(app, &asker, quotas.per_address, now).await? {
        return Ok(Some(wait));
    }
    if let Some(wait) = limits::banned(app, realm, address, now).await? {
        return Ok(Some(wait));
    }
    // In its one spelling; the digest keeps the key short, whatever was typed.
    let mailbox = format!("mailbox:{realm}:{}", Digest::of(email).to_hex());
    limits::count(app, &mailbox, quotas.per_mailbox, now).await
}

/// Locks the account that a link is about.
pub async fn lock_account(
    app: &App,
    realm: &RealmId,
    token: &str,
    caller: &Caller,
) -> Result<(), FlowError<LinkRefusal>> {
    let now = app.now();
    let link = open(app, realm, token, LinkPurpose::LockAccount)
        .await?
        .map_err(FlowError::Refused)?;
    let user = link
        .user
        .as_ref()
        .ok_or(FlowError::Refused(LinkRefusal::Unknown))?;
    let effects = accounts::switch_effects((realm, user), AccountSwitch::Lock, caller, now);
    let outcome = app
        .store
        .lock_by_link(realm, &link.digest, &effects, now)
        .await?;
    match outcome {
        LinkUse::Used => {
            revocations::announce(app, &effects.marks, now).await;
            tracing::info!(%realm, %user, "account locked by its owner");
            Ok(())
        }
        LinkUse::Void | LinkUse::NameTaken => Err(FlowError::Refused(why_void(app, &link).await?)),
    }
}
