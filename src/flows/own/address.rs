//! A person gives their account another address: a link goes to the new one and changes it, and the
//! old one is told, with a way to lock the account.
//!
//! Nothing here tells whether the new address has an account: whoever has its mailbox learns it.

use std::net::IpAddr;

use crate::account::event::{Caller, Event, EventKind};
use crate::account::link::{Link, LinkContent, LinkPurpose, LinkRefusal};
use crate::account::mail::MailKind;
use crate::account::user::{User, mail_address};
use crate::flows::links::{self, Draft, Letter};
use crate::flows::notices::{Notice, noticed_as};
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, FlowError};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{Effects, LinkUse};

/// What the person typed, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The new address, as typed.
    pub email: &'a str,
    /// The browser's address, by the trusted proxies' word.
    pub address: IpAddr,
    /// The same and what else is known of the request, for the record.
    pub caller: &'a Caller,
    /// The language of the page, for the mails.
    pub language: &'a str,
}

/// Why no mail was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WishRefusal {
    /// What was typed is no mail address.
    NoAddress,
    /// Too many mails were asked for; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Writes to both addresses; gives the new one. An address that somebody has already is answered in
/// the same way.
pub async fn ask(
    app: &App,
    live: &LiveSession,
    wish: Wish<'_>,
) -> Result<String, FlowError<WishRefusal>> {
    let now = app.now();
    let user = &live.facts().user;
    let email = mail_address(wish.email).ok_or(FlowError::Refused(WishRefusal::NoAddress))?;
    let place = (&user.realm, "new-address");
    let counted = links::count_mail(app, place, wish.address, &email, now).await?;
    if let Some(retry_after) = counted {
        return Err(FlowError::Refused(WishRefusal::SlowDown { retry_after }));
    }
    let effects = asking_effects(app, user, wish, &email, now)?;
    app.store.write_effects(&effects, now).await?;
    Ok(email)
}

fn asking_effects(
    app: &App,
    user: &User,
    wish: Wish<'_>,
    email: &str,
    now: Timestamp,
) -> Result<Effects, Fault> {
    let place = (&user.realm, Some(&user.id));
    let draft = Draft {
        realm: &user.realm,
        purpose: LinkPurpose::ConfirmNewAddress,
        user: Some(&user.id),
        email,
        content: LinkContent::default(),
    };
    let (link, address) = links::make_in(app, draft, now)?;
    let letter = Letter {
        kind: MailKind::ConfirmNewAddress,
        to: email,
        name: user.profile.name.as_deref(),
        language: wish.language,
        values: &[("link", &address)],
    };
    let lifetime = LinkPurpose::ConfirmNewAddress.mail_lifetime();
    let mail = links::write(app, place, &letter, lifetime, now)?.carrying(&link);
    let event =
        Event::new(&user.realm, EventKind::AddressChangeAsked, wish.caller, now).of_user(&user.id);
    let effects = Effects::event(event).and_link(link).and_mail(mail);
    if user.email.as_deref() == Some(email) {
        return Ok(effects);
    }
    // The old address can stop it.
    let told = Notice {
        kind: MailKind::AddressChanging,
        values: &[],
        language: Some(wish.language),
    };
    noticed_as(app, user, told, effects, now)
}

/// Why an account did not get the address of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmRefusal {
    /// The link does nothing.
    Link(LinkRefusal),
    /// The address has an account. Told only to whoever has its mailbox; the link is unused.
    Taken,
}

/// Gives the account of a link the address that the link was sent to; gives the link as it was.
pub async fn confirm(
    app: &App,
    realm: &RealmId,
    token: &str,
    caller: &Caller,
) -> Result<Link, FlowError<ConfirmRefusal>> {
    let now = app.now();
    let void = |refusal| FlowError::Refused(ConfirmRefusal::Link(refusal));
    let link = links::open(app, realm, token, LinkPurpose::ConfirmNewAddress)
        .await?
        .map_err(void)?;
    let user = link.user.as_ref().ok_or(void(LinkRefusal::Unknown))?;
    let event = Event::new(realm, EventKind::AddressChanged, caller, now).of_user(user);
    let outcome = app
        .store
        .change_address_by_link(realm, &link.digest, &Effects::event(event), now)
        .await?;
    match outcome {
        LinkUse::Used => {
            tracing::info!(%realm, %user, "address changed");
            Ok(link)
        }
        LinkUse::NameTaken => Err(FlowError::Refused(ConfirmRefusal::Taken)),
        LinkUse::Void => Err(void(links::why_void(app, &link).await?)),
    }
}
