//! What people do about their second factors while they are signed in.
//!
//! All of it takes a sign-in of the last minutes, and of whoever has a second factor one that has
//! proven it: the password and a remembered device are not enough to add or remove one.

use crate::account::event::{Caller, Event, EventKind};
use crate::account::factors::{ONE_TIME, with_second};
use crate::account::mail::MailKind;
use crate::account::session::Session;
use crate::account::totp::{self, DEVICES_LIMIT};
use crate::flows::factors::{
    Offer, RecoveryCodes, SetUp, confirmed, make_offer, new_codes, noticed,
};
use crate::flows::session::{self, LiveSession};
use crate::flows::sign_in_steps::StepRefusal;
use crate::flows::step_attempts::{count_attempt, forget_attempts};
use crate::flows::{App, Fault, FlowError};
use crate::protocol::second_factor::{MULTIPLE, holds};
use crate::protocol::time::Timestamp;
use crate::secret::{Digest, SecretString};
use crate::store::factors::{Act, Ground, RememberedDevice, StepOutcome, StepTaken, Then, TotpApp};

pub use crate::store::factors::FactorRemoval;
use crate::store::{Change, Effects};

/// What a person sees of their second factors.
#[derive(Debug)]
pub struct Overview {
    /// The authenticator apps.
    pub apps: Vec<TotpApp>,
    /// How many passkeys there are.
    pub passkeys: u32,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// The devices that are remembered.
    pub devices: Vec<RememberedDevice>,
}

/// What there is.
pub async fn overview(app: &App, live: &LiveSession) -> Result<Overview, Fault> {
    let (now, user) = (app.now(), &live.facts().user);
    let (realm, id) = (&user.realm, &user.id);
    let facts = app.store.factors(realm, id, None, now).await?;
    Ok(Overview {
        apps: app.store.totp_apps(realm, id).await?,
        passkeys: facts.factors.passkeys,
        recovery_codes: facts.factors.recovery_codes,
        devices: app.store.remembered_devices(realm, id, now).await?,
    })
}

/// Whether a session has proven what changes of second factors take.
pub fn is_strong(live: &LiveSession) -> bool {
    let facts = live.facts();
    !facts.has_factor || holds(&facts.session.amr, MULTIPLE)
}

/// Offers an app to add.
pub async fn offer(app: &App, live: &LiveSession, again: Option<&str>) -> Result<Offer, Fault> {
    let facts = live.facts();
    let ground = Ground::Session(facts.session.cookie);
    make_offer(app, &facts.user.realm, (&facts.user, &ground), again).await
}

/// A second factor that was added.
#[derive(Debug)]
pub struct Added {
    /// The new value of the session cookie.
    pub cookie: SecretString,
    /// The recovery codes that came with a first one.
    pub recovery_codes: Option<RecoveryCodes>,
}

/// Adds an app, once it has shown a password.
pub async fn add(
    app: &App,
    live: &LiveSession,
    typed: SetUp<'_>,
    caller: &Caller,
) -> Result<Added, FlowError<StepRefusal>> {
    let now = app.now();
    let facts = live.facts();
    let (realm, user) = (&facts.user.realm, &facts.user.id);
    if !is_strong(live) {
        return Err(FlowError::Refused(StepRefusal::Gone));
    }
    count_attempt(app, realm, (caller, user), now).await?;
    let ground = Ground::Session(facts.session.cookie);
    let row = confirmed(app, realm, (user, &ground), typed, now)?
        .ok_or(FlowError::Refused(StepRefusal::Wrong))?;
    // Whoever has seen no recovery codes yet is given some.
    let first = !facts.has_factor;
    let (codes, digests) = new_codes(app)?;
    let cookie = session::new_cookie(app)?;
    let stronger = Session {
        cookie: Digest::of(cookie.expose()),
        amr: with_second(&facts.session.amr, ONE_TIME),
        last_seen_at: now,
        ..facts.session.clone()
    };
    let added = event(live, EventKind::FactorAdded, caller, now).with("factor", "totp");
    let what: &[_] = &[("what", row.name.as_str())];
    let told = (MailKind::FactorChanged, what);
    let effects = noticed(app, &facts.user, told, Effects::event(added), now)?;
    let step = StepTaken {
        realm: realm.clone(),
        user: user.clone(),
        ground,
        act: Act::AddApp {
            app: row,
            recovery_codes: first.then_some(digests),
            // Whoever had none when the page was asked for has proven none.
            limit: if first { 1 } else { DEVICES_LIMIT },
        },
        then: Then::Open {
            session: Box::new(stronger),
            remembered: None,
        },
    };
    match app.store.take_step(&step, &effects, now).await? {
        StepOutcome::Taken => {
            forget_attempts(app, realm, user).await?;
            let recovery_codes = first.then_some(codes);
            Ok(Added {
                cookie,
                recovery_codes,
            })
        }
        StepOutcome::Spent => Err(FlowError::Refused(StepRefusal::Used)),
        StepOutcome::Gone => Err(FlowError::Refused(StepRefusal::Gone)),
    }
}

/// Gives an app another name.
pub async fn rename(
    app: &App,
    live: &LiveSession,
    (id, name): (&str, &str),
) -> Result<Change, Fault> {
    let user = &live.facts().user;
    let name = totp::device_name(name);
    let (realm, user) = (&user.realm, &user.id);
    Ok(app.store.rename_totp_app(realm, user, id, &name).await?)
}

/// Takes an app away, unless it is the last second factor where one is demanded.
pub async fn remove(
    app: &App,
    live: &LiveSession,
    (id, factor_demanded): (&str, bool),
    caller: &Caller,
) -> Result<FactorRemoval, Fault> {
    let (now, user) = (app.now(), &live.facts().user);
    let owner = (&user.realm, &user.id);
    let apps = app.store.totp_apps(&user.realm, &user.id).await?;
    let Some(row) = apps.into_iter().find(|row| row.id == id) else {
        return Ok(FactorRemoval::NotFound);
    };
    let event = event(live, EventKind::FactorRemoved, caller, now).with("factor", "totp");
    let what: &[_] = &[("what", row.name.as_str())];
    let told = (MailKind::FactorChanged, what);
    let effects = noticed(app, user, told, Effects::event(event), now)?;
    let removal = app
        .store
        .remove_totp_app(owner, id, factor_demanded, &effects, now);
    Ok(removal.await?)
}

/// Makes new recovery codes in the place of all that are left.
pub async fn renew_codes(
    app: &App,
    live: &LiveSession,
    caller: &Caller,
) -> Result<RecoveryCodes, Fault> {
    let (now, user) = (app.now(), &live.facts().user);
    let (codes, digests) = new_codes(app)?;
    let effects = Effects::event(event(live, EventKind::RecoveryCodesMade, caller, now));
    app.store
        .replace_recovery_codes(&user.realm, &user.id, &digests, &effects, now)
        .await?;
    Ok(codes)
}

/// Forgets a device.
pub async fn forget(
    app: &App,
    live: &LiveSession,
    id: &str,
    caller: &Caller,
) -> Result<Change, Fault> {
    let (now, user) = (app.now(), &live.facts().user);
    let event = event(live, EventKind::DeviceForgotten, caller, now).with("device", id);
    let effects = Effects::event(event);
    let (realm, user) = (&user.realm, &user.id);
    Ok(app
        .store
        .forget_device(realm, user, id, &effects, now)
        .await?)
}

fn event(live: &LiveSession, kind: EventKind, caller: &Caller, now: Timestamp) -> Event {
    let facts = live.facts();
    Event::new(&facts.user.realm, kind, caller, now)
        .of_user(&facts.user.id)
        .in_session(&facts.session.id)
}
