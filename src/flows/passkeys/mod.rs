//! Passkeys: making, using, naming and removing them.
//!
//! A ceremony begins with a row of the record that the challenge names and the browser's cookie
//! holds, and is taken from there before its answer is looked at: an answer counts once, in the
//! browser that was asked, for what it was asked for. What the passkey then opens is opened in the
//! statement that notes its use.

pub mod own;
pub mod second_factor;
pub mod sign_in;

use std::net::IpAddr;

use crate::account::event::{Event, EventKind};
use crate::account::passkey::{CEREMONY_LIFETIME, CeremonyPurpose};
use crate::account::slow_down;
use crate::flows::{App, Fault, limits};
use crate::passkeys::{Assertion, Begun, NotFinished, RelyingParty, Unproven, UsedKey};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::ephemeral::Quota;
use crate::store::passkeys::{Ceremony, CeremonyKey, OwnedPasskey, PasskeyUse};

/// What the record notes of a use.
fn noted(id: &str, used: &UsedKey) -> PasskeyUse {
    PasskeyUse {
        id: id.to_owned(),
        public_key: used.public_key.clone(),
        counter: used.counter,
    }
}

/// Who holds a ceremony: the browser by its cookie, and the person, where that is known.
#[derive(Debug, Clone, Copy)]
struct Holder<'a> {
    realm: &'a RealmId,
    purpose: CeremonyPurpose,
    cookie: Digest,
    user: Option<&'a UserId>,
}

/// The relying party of a realm; nothing where no browser makes passkeys for the issuer.
async fn relying_party(
    app: &App,
    realm: &RealmId,
    now: Timestamp,
) -> Result<Option<RelyingParty>, Fault> {
    let row = app.facts.realm(app.store.as_ref(), realm, now).await?;
    let name = row.map_or_else(|| realm.to_string(), |row| row.name.clone());
    Ok(RelyingParty::of(&app.settings.issuer, &name))
}

/// Whether passkeys can be made and used here at all.
pub fn are_possible(app: &App) -> bool {
    RelyingParty::is_possible(&app.settings.issuer)
}

/// Keeps a ceremony that has begun.
async fn keep(app: &App, begun: &Begun, holder: Holder<'_>, now: Timestamp) -> Result<(), Fault> {
    let ceremony = Ceremony {
        realm: holder.realm.clone(),
        challenge: Digest::of(&begun.challenge),
        purpose: holder.purpose,
        holder: holder.cookie,
        user: holder.user.cloned(),
        state: begun.state.clone(),
        expires_at: now.plus(CEREMONY_LIFETIME),
    };
    Ok(app.store.begin_ceremony(&ceremony).await?)
}

/// Takes the ceremony of a challenge, once.
async fn taken(
    app: &App,
    challenge: &str,
    holder: Holder<'_>,
    now: Timestamp,
) -> Result<Option<String>, Fault> {
    let key = CeremonyKey {
        realm: holder.realm,
        challenge: Digest::of(challenge),
        purpose: holder.purpose,
        holder: holder.cookie,
        user: holder.user,
    };
    Ok(app.store.take_ceremony(&key, now).await?)
}

/// Finishes asking for a passkey that is there.
async fn proven(
    app: &App,
    realm: &RealmId,
    (state, assertion): (&str, &Assertion),
    owned: &OwnedPasskey,
    now: Timestamp,
) -> Result<Result<UsedKey, Unproven>, Fault> {
    let Some(party) = relying_party(app, realm, now).await? else {
        return Ok(Err(Unproven::Unreadable));
    };
    let key = (owned.passkey.public_key.as_str(), owned.handle.as_slice());
    match party.finish_proof(state, assertion, key) {
        Ok(used) => Ok(Ok(used)),
        Err(NotFinished::Unproven(unproven)) => Ok(Err(unproven)),
        Err(NotFinished::Fault(fault)) => Err(fault.into()),
    }
}

/// What is told of a passkey that has proven nothing: `kind`, or that there may be a copy of it.
fn unproven_event(event: impl Fn(EventKind) -> Event, kind: EventKind, why: &Unproven) -> Event {
    let kind = match why {
        Unproven::CounterWentBack => EventKind::PasskeyCopied,
        Unproven::Unreadable | Unproven::InFrame | Unproven::OtherUser | Unproven::Untrue(_) => {
            kind
        }
    };
    event(kind).with("factor", "passkey")
}

/// How many ceremonies may begin at one address. More than sign-ins: each login page that is shown
/// begins one, where a script runs, and it costs a row for some minutes.
const PER_ADDRESS: Quota = Quota {
    burst: 100,
    interval: Lifetime::seconds(2),
};

/// Counts a ceremony that is to begin.
async fn count(
    app: &App,
    realm: &RealmId,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    let key = format!("passkey:{realm}:{}", slow_down::address_key(address));
    limits::count(app, &key, PER_ADDRESS, now).await
}
