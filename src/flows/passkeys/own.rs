//! What people do about their passkeys while they are signed in.
//!
//! Adding and removing takes a sign-in of the last minutes, and of whoever has a second factor one
//! that has proven it, as for every other factor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Holder, keep, relying_party, taken};
use crate::account::event::{Caller, Event, EventKind};
use crate::account::mail::MailKind;
use crate::account::passkey::{CeremonyPurpose, PASSKEYS_LIMIT, passkey_name};
use crate::account::session::Session;
use crate::flows::account_factors::{Added, is_strong};
use crate::flows::factors::{new_codes, noticed};
use crate::flows::session::{self, LiveSession};
use crate::flows::sign_in_steps::StepRefusal;
use crate::flows::{App, Fault, FlowError};
use crate::passkeys::{Attestation, HANDLE_BYTES, NewKey, NotFinished, Person};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::factors::{Act, Ground, StepOutcome, StepTaken, Then};
use crate::store::passkeys::Passkey;
use crate::store::{Change, Effects};

pub use crate::store::factors::FactorRemoval as Removal;

/// What a person sees of their passkeys, and what their authenticators are told of it.
#[derive(Debug)]
pub struct Overview {
    /// The passkeys.
    pub passkeys: Vec<Passkey>,
    /// The RP ID, where there can be passkeys.
    pub rp_id: Option<String>,
    /// The name under which authenticators know the person, as browsers write it.
    pub handle: Option<String>,
}

/// What there is.
pub async fn overview(app: &App, live: &LiveSession) -> Result<Overview, Fault> {
    let user = &live.facts().user;
    let party = relying_party(app, &user.realm, app.now()).await?;
    let passkeys = app.store.passkeys(&user.realm, &user.id).await?;
    let handle = app.store.passkey_handle(&user.realm, &user.id, None);
    Ok(Overview {
        passkeys,
        rp_id: party.map(|party| party.id().to_owned()),
        handle: handle.await?.map(|handle| URL_SAFE_NO_PAD.encode(handle)),
    })
}

/// A passkey's name at the authenticator, as browsers write it.
pub fn credential_text(passkey: &Passkey) -> String {
    URL_SAFE_NO_PAD.encode(&passkey.credential)
}

async fn handle(app: &App, live: &LiveSession) -> Result<Vec<u8>, Fault> {
    let user = &live.facts().user;
    let mut fresh = [0; HANDLE_BYTES];
    app.entropy.fill(&mut fresh)?;
    let handle = app
        .store
        .passkey_handle(&user.realm, &user.id, Some(&fresh));
    handle
        .await?
        .ok_or(Fault::Invariant("who is signed in is in the record"))
}

/// Begins to make a passkey.
pub async fn offer(app: &App, live: &LiveSession) -> Result<Value, FlowError<StepRefusal>> {
    let now = app.now();
    let user = &live.facts().user;
    let party = relying_party(app, &user.realm, now).await?;
    let Some(party) = party.filter(|_| is_strong(live)) else {
        return Err(FlowError::Refused(StepRefusal::Gone));
    };
    let others = app.store.passkeys(&user.realm, &user.id).await?;
    let others: Vec<Vec<u8>> = others.into_iter().map(|own| own.credential).collect();
    let handle = handle(app, live).await?;
    let person = Person {
        handle: &handle,
        username: &user.username,
        name: user.profile.name.as_deref().unwrap_or(&user.username),
    };
    let begun = party.begin_registration(person, &others)?;
    keep(app, &begun, holder(live), now).await?;
    Ok(begun.options)
}

/// Adds the passkey that a browser has made. Whoever has no recovery codes yet is given some. The
/// session has another cookie afterwards, and proves no more than before: the passkey has not
/// signed anything yet.
pub async fn add(
    app: &App,
    live: &LiveSession,
    (answer, name): (&str, &str),
    caller: &Caller,
) -> Result<Added, FlowError<StepRefusal>> {
    let now = app.now();
    let facts = live.facts();
    if !is_strong(live) {
        return Err(FlowError::Refused(StepRefusal::Gone));
    }
    let passkey = made(app, live, (answer, name), now).await?;
    let first = !facts.has_factor;
    let (codes, digests) = new_codes(app)?;
    let cookie = session::new_cookie(app)?;
    let renewed = Session {
        cookie: Digest::of(cookie.expose()),
        last_seen_at: now,
        ..facts.session.clone()
    };
    let added = event(live, EventKind::FactorAdded, caller, now);
    let what: &[_] = &[("what", passkey.name.as_str())];
    let told = (MailKind::FactorChanged, what);
    let effects = noticed(app, &facts.user, told, Effects::event(added), now)?;
    let step = StepTaken {
        realm: facts.user.realm.clone(),
        user: facts.user.id.clone(),
        ground: Ground::Session(facts.session.cookie),
        act: Act::AddPasskey {
            passkey,
            recovery_codes: first.then_some(digests),
            // Whoever had no factor when the page was asked for has proven none.
            limit: if first { 1 } else { PASSKEYS_LIMIT },
        },
        then: Then::Open {
            session: Box::new(renewed),
            remembered: None,
        },
    };
    match app.store.take_step(&step, &effects, now).await? {
        StepOutcome::Taken => Ok(Added {
            cookie,
            recovery_codes: first.then_some(codes),
        }),
        StepOutcome::Spent => Err(FlowError::Refused(StepRefusal::Used)),
        StepOutcome::Gone => Err(FlowError::Refused(StepRefusal::Gone)),
    }
}

/// The passkey of an answer to a ceremony of this session.
async fn made(
    app: &App,
    live: &LiveSession,
    (answer, name): (&str, &str),
    now: Timestamp,
) -> Result<Passkey, FlowError<StepRefusal>> {
    let wrong = || FlowError::Refused(StepRefusal::Wrong);
    let attestation = Attestation::parse(answer).map_err(|_unreadable| wrong())?;
    let state = taken(app, attestation.challenge(), holder(live), now).await?;
    let party = relying_party(app, &live.facts().user.realm, now).await?;
    let (state, party) = state.zip(party).ok_or_else(wrong)?;
    let NewKey {
        credential,
        public_key,
        counter,
        synced,
    } = match party.finish_registration(&state, &attestation) {
        Ok(key) => key,
        Err(NotFinished::Unproven(why)) => {
            tracing::info!(%why, "no passkey was made");
            return Err(wrong());
        }
        Err(NotFinished::Fault(fault)) => return Err(fault.into()),
    };
    Ok(Passkey {
        id: app.random_text::<16>()?,
        credential,
        public_key,
        name: passkey_name(name),
        counter,
        synced,
        created_at: now,
        last_used_at: None,
    })
}

/// Gives a passkey another name.
pub async fn rename(
    app: &App,
    live: &LiveSession,
    (id, name): (&str, &str),
) -> Result<Change, Fault> {
    let user = &live.facts().user;
    let name = passkey_name(name);
    let (realm, user) = (&user.realm, &user.id);
    Ok(app.store.rename_passkey(realm, user, id, &name).await?)
}

/// Takes a passkey away, unless it is the last way in or the last of what is demanded.
pub async fn remove(
    app: &App,
    live: &LiveSession,
    (id, factor_demanded): (&str, bool),
    caller: &Caller,
) -> Result<Removal, Fault> {
    let (now, user) = (app.now(), &live.facts().user);
    let owner = (&user.realm, &user.id);
    let own = app.store.passkeys(&user.realm, &user.id).await?;
    let Some(row) = own.into_iter().find(|row| row.id == id) else {
        return Ok(Removal::NotFound);
    };
    let event = event(live, EventKind::FactorRemoved, caller, now);
    let what: &[_] = &[("what", row.name.as_str())];
    let told = (MailKind::FactorChanged, what);
    let effects = noticed(app, user, told, Effects::event(event), now)?;
    let removal = app
        .store
        .remove_passkey(owner, id, factor_demanded, &effects, now);
    Ok(removal.await?)
}

fn holder(live: &LiveSession) -> Holder<'_> {
    let facts = live.facts();
    Holder {
        realm: &facts.user.realm,
        purpose: CeremonyPurpose::Registration,
        cookie: facts.session.cookie,
        user: Some(&facts.user.id),
    }
}

fn event(live: &LiveSession, kind: EventKind, caller: &Caller, now: Timestamp) -> Event {
    let facts = live.facts();
    Event::new(&facts.user.realm, kind, caller, now)
        .of_user(&facts.user.id)
        .in_session(&facts.session.id)
        .with("factor", "passkey")
}
