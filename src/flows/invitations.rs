//! Invitations: an admin names an address, and whoever has its mailbox makes the account.

use crate::account::event::{Caller, Event, EventKind};
use crate::account::link::{Link, LinkContent, LinkPurpose, LinkRefusal};
use crate::account::mail::{Mail, MailKind};
use crate::account::password::policy::PasswordWeakness;
use crate::entropy::Entropy;
use crate::flows::links::{self, Draft};
use crate::flows::password::judge_new;
use crate::flows::sign_up::{
    Asker, NoName, NotMade, checked_name, create, created, hashed, new_user, newcomer,
};
use crate::flows::{App, Fault, FlowError, mail};
use crate::keys::MasterKey;
use crate::protocol::ids::RealmId;
use crate::protocol::issuer::Issuer;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::SecretString;
use crate::store::Effects;

/// Whom an admin invites.
#[derive(Debug)]
pub struct Invitation<'a> {
    /// Where the account will be.
    pub realm: &'a RealmId,
    /// The address, canonical.
    pub email: &'a str,
    /// The name, if the admin knows it.
    pub name: Option<&'a str>,
    /// The language of the mail.
    pub language: &'a str,
    /// How long the link stands.
    pub lifetime: Lifetime,
}

/// What goes out with an invitation, and the link's address. A newer invitation to the address
/// makes it void.
pub fn effects(
    (master, entropy, issuer): (&MasterKey, &dyn Entropy, &Issuer),
    invitation: &Invitation<'_>,
    caller: &Caller,
    now: Timestamp,
) -> Result<(Effects, String), Fault> {
    let Invitation {
        realm,
        email,
        lifetime,
        ..
    } = *invitation;
    let draft = Draft {
        realm,
        purpose: LinkPurpose::Invitation,
        user: None,
        email,
        content: LinkContent {
            name: invitation.name.map(str::to_owned),
            ..LinkContent::default()
        },
    };
    let (link, address) = links::make((issuer, entropy), draft, lifetime, now)?;
    let letter = Mail {
        kind: MailKind::Invitation,
        to: email.to_owned(),
        name: invitation.name.map(str::to_owned),
        language: invitation.language.to_owned(),
        values: [("link".to_owned(), address.clone())].into(),
    };
    let letter = mail::write((master, entropy), (realm, None), &letter, lifetime, now)?;
    let event = Event::new(realm, EventKind::UserInvited, caller, now);
    let effects = Effects::event(event).and_link(link).and_mail(letter);
    Ok((effects, address))
}

/// Why no account was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptRefusal {
    /// The link does nothing.
    Link(LinkRefusal),
    /// The name is too long, or would not be shown as it is written; the link is unused.
    Name,
    /// The password is not acceptable, for all of these reasons; the link is unused.
    Weak(Vec<PasswordWeakness>),
    /// The address has got an account in another way.
    AddressTaken,
    /// Too many links were tried; wait. The link is unused.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// The form, filled in.
#[derive(Debug)]
pub struct Acceptance<'a> {
    /// The name, as typed.
    pub name: Option<&'a str>,
    /// The password, verbatim.
    pub password: SecretString,
    /// Where the terms are that were accepted; none where there are none.
    pub terms: Option<&'a str>,
}

/// Makes the account of an invitation; gives the link as it was.
pub async fn accept(
    app: &App,
    asker: Asker<'_>,
    token: &str,
    form: Acceptance<'_>,
) -> Result<Link, FlowError<AcceptRefusal>> {
    let now = app.now();
    let realm = asker.realm;
    let link = links::open(app, realm, token, LinkPurpose::Invitation)
        .await?
        .map_err(|refusal| FlowError::Refused(AcceptRefusal::Link(refusal)))?;
    let name = checked_name(form.name).map_err(|NoName| FlowError::Refused(AcceptRefusal::Name))?;
    if let Some(retry_after) = links::count_use(app, realm, asker.address, now).await? {
        return Err(FlowError::Refused(AcceptRefusal::SlowDown { retry_after }));
    }
    let person = newcomer(&link.email, name.as_deref());
    let judged = judge_new(app, realm, &person, form.password).await;
    let acceptable = judged.map_err(|error| error.map_refusal(AcceptRefusal::Weak))?;
    let hash = hashed(app, acceptable).await?;
    let user = new_user(app, &link, (name, Some(hash)), now)?;
    let effects = created(&user, ("invitation", form.terms), asker.caller);
    match create(app, &link, &user, &effects).await? {
        Ok(()) => Ok(link),
        Err(NotMade::NameTaken) => Err(FlowError::Refused(AcceptRefusal::AddressTaken)),
        Err(NotMade::Link(why)) => Err(FlowError::Refused(AcceptRefusal::Link(why))),
    }
}
