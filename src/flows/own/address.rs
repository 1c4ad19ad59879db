//! A person gives their account another address. A link goes to the new one. Where the account has
//! a confirmed address, a link goes there too, with a way to lock the account, and the address
//! changes when both are used. One that nobody has confirmed is told, and the new end is enough.
//!
//! Nothing here tells whether the new address has an account: whoever has its mailbox learns it.

use std::net::IpAddr;

use crate::account::event::{Caller, Event, EventKind};
use crate::account::link::{Link, LinkContent, LinkPurpose, LinkRefusal};
use crate::account::mail::MailKind;
use crate::account::new_address::{is_other_end, other_end};
use crate::account::user::{User, mail_address};
use crate::flows::links::{self, Draft, Letter};
use crate::flows::notices::{Notice, noticed_as};
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, FlowError};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{AddressStep, AddressUse, Effects};

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

/// What is made at one moment, and for whom.
struct Asking<'a> {
    app: &'a App,
    user: &'a User,
    language: &'a str,
    now: Timestamp,
}

impl Asking<'_> {
    /// A link of this wish, and its address.
    fn link(&self, purpose: LinkPurpose, email: &str) -> Result<(Link, String), Fault> {
        let draft = Draft {
            realm: &self.user.realm,
            purpose,
            user: Some(&self.user.id),
            email,
            content: LinkContent::default(),
        };
        links::make_in(self.app, draft, self.now)
    }

    /// The effects with a link and the mail that carries it.
    fn mailed(
        &self,
        effects: Effects,
        link: Link,
        (kind, values): (MailKind, &[(&str, &str)]),
    ) -> Result<Effects, Fault> {
        let letter = Letter {
            kind,
            to: &link.email,
            name: self.user.profile.name.as_deref(),
            language: self.language,
            values,
        };
        let place = (&self.user.realm, Some(&self.user.id));
        let lifetime = link.purpose.mail_lifetime();
        let mail = links::write(self.app, place, &letter, lifetime, self.now)?.carrying(&link);
        Ok(effects.and_link(link).and_mail(mail))
    }

    /// The effects with both links: to the new address, and to the confirmed one of the account.
    fn both_ends(&self, effects: Effects, email: &str, present: &str) -> Result<Effects, Fault> {
        let (mut confirm, confirm_url) = self.link(LinkPurpose::ConfirmNewAddress, email)?;
        let (mut agree, agree_url) = self.link(LinkPurpose::AgreeToNewAddress, present)?;
        confirm.content.pair = Some(agree.digest.to_hex());
        agree.content.pair = Some(confirm.digest.to_hex());
        let issuer = self.app.issuer(&self.user.realm);
        let keys = (&issuer, self.app.entropy.as_ref());
        let owner = (&self.user.realm, &self.user.id);
        let (lock, lock_url) = links::lock_link(keys, owner, present, self.now)?;
        let said = (MailKind::ConfirmNewAddress, &[("link", &*confirm_url)][..]);
        let effects = self.mailed(effects, confirm, said)?;
        let values = [
            ("link", agree_url.as_str()),
            ("new_email", email),
            ("lock_link", lock_url.as_str()),
        ];
        let said = (MailKind::AgreeToNewAddress, &values[..]);
        Ok(self.mailed(effects, agree, said)?.and_link(lock))
    }
}

fn asking_effects(
    app: &App,
    user: &User,
    wish: Wish<'_>,
    email: &str,
    now: Timestamp,
) -> Result<Effects, Fault> {
    let event =
        Event::new(&user.realm, EventKind::AddressChangeAsked, wish.caller, now).of_user(&user.id);
    let effects = Effects::event(event);
    let asking = Asking {
        app,
        user,
        language: wish.language,
        now,
    };
    let present = user.email.as_deref().filter(|present| *present != email);
    if let Some(present) = present.filter(|_| user.email_verified) {
        return asking.both_ends(effects, email, present);
    }
    let (link, address) = asking.link(LinkPurpose::ConfirmNewAddress, email)?;
    let said = (MailKind::ConfirmNewAddress, &[("link", &*address)][..]);
    let effects = asking.mailed(effects, link, said)?;
    if present.is_none() {
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

/// The address that the account would get by a link which stands; none when there is no wish like
/// that any more.
pub async fn wished(app: &App, link: &Link) -> Result<Option<String>, Fault> {
    if link.purpose == LinkPurpose::ConfirmNewAddress {
        return Ok(Some(link.email.clone()));
    }
    let Some(end) = other_end(link.purpose) else {
        return Ok(None);
    };
    let slot = link.slot();
    let other = app.store.link_in_slot(&link.realm, end, &slot).await?;
    let other = other.filter(|other| is_other_end(link, other));
    Ok(other.map(|other| other.email))
}

/// Why a link did not bring an account nearer to its new address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmRefusal {
    /// The link does nothing.
    Link(LinkRefusal),
    /// The address has an account. Told only after its mailbox has confirmed; the link is unused.
    Taken,
}

/// What a link has brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The account has the new address.
    Changed,
    /// The mailbox at the other end has still to confirm.
    Waits,
}

/// Confirms the new address of an account from one end, with the link that was sent there; gives
/// the link as it was.
pub async fn confirm(
    app: &App,
    realm: &RealmId,
    (token, purpose): (&str, LinkPurpose),
    caller: &Caller,
) -> Result<(Link, Confirmed), FlowError<ConfirmRefusal>> {
    let now = app.now();
    let void = |refusal| FlowError::Refused(ConfirmRefusal::Link(refusal));
    let link = links::open(app, realm, token, purpose)
        .await?
        .map_err(void)?;
    let user = link.user.as_ref().ok_or(void(LinkRefusal::Unknown))?;
    let told = |kind| Effects::event(Event::new(realm, kind, caller, now).of_user(user));
    let step = AddressStep {
        realm: realm.clone(),
        digest: link.digest,
        purpose,
        waiting: told(EventKind::AddressChangeAgreed),
        changed: told(EventKind::AddressChanged),
        now,
    };
    match app.store.change_address_by_link(&step).await? {
        AddressUse::Changed => {
            tracing::info!(%realm, %user, "address changed");
            Ok((link, Confirmed::Changed))
        }
        AddressUse::Waits => Ok((link, Confirmed::Waits)),
        AddressUse::NameTaken => Err(FlowError::Refused(ConfirmRefusal::Taken)),
        AddressUse::Void => Err(void(links::why_void(app, &link).await?)),
    }
}
