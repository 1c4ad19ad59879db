//! Signing in with a passkey and nothing else.

use std::net::IpAddr;

use serde_json::Value;

use super::{Holder, count, keep, noted, proven, relying_party, taken, unproven_event};
use crate::account::event::{Event, EventKind};
use crate::account::factors::{self, Factors, Next, SignInStep, Standing};
use crate::account::passkey::{CeremonyPurpose, alone};
use crate::account::user::User;
use crate::flows::login::{self, LoginRefusal};
use crate::flows::opening::{self, acquaint, new_session, signed_in};
use crate::flows::session;
use crate::flows::sign_in_steps::{LIFETIME, Progress, SignedIn, StepRefusal, Visitor};
use crate::flows::step_attempts::{count_visitor, forget_attempts};
use crate::flows::{App, Fault, FlowError};
use crate::passkeys::{Assertion, UsedKey};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::factors::{Act, Ground, SignIn, StepOutcome, StepTaken, Then};
use crate::store::passkeys::OwnedPasskey;

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasskeyRefusal {
    /// The ceremony took too long, or did not begin in this browser.
    Gone,
    /// The passkey proves nothing here. Never tells why.
    Refused,
    /// Nobody here has this passkey any more, in any realm; who keeps it may forget it.
    Unknown {
        /// The RP ID that it was made for.
        rp_id: String,
        /// Its name at the authenticator, as browsers write it.
        credential: String,
    },
    /// Too many attempts; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Asks for a passkey, whichever the browser has: the options name no credential, and are the same
/// for everybody.
pub async fn offer(
    app: &App,
    visitor: Visitor<'_>,
    address: IpAddr,
) -> Result<Value, FlowError<PasskeyRefusal>> {
    let now = app.now();
    if let Some(retry_after) = count(app, visitor.realm, address, now).await? {
        return Err(FlowError::Refused(PasskeyRefusal::SlowDown { retry_after }));
    }
    let holder = holder(visitor)?;
    let party = relying_party(app, visitor.realm, now).await?;
    let party = party.ok_or(FlowError::Refused(PasskeyRefusal::Refused))?;
    let begun = party.begin_proof(&[])?;
    keep(app, &begun, holder, now).await?;
    Ok(begun.options)
}

/// Signs a person in who answers with a passkey. Every answer is counted before it is looked at, as
/// a password is.
pub async fn sign_in(
    app: &App,
    visitor: Visitor<'_>,
    answer: &str,
    address: IpAddr,
) -> Result<Progress, FlowError<PasskeyRefusal>> {
    let now = app.now();
    let assertion = Assertion::parse(answer);
    count_answer(app, visitor, (assertion.as_ref().ok(), address), now).await?;
    let refused = || FlowError::Refused(PasskeyRefusal::Refused);
    let assertion = assertion.map_err(|_unreadable| refused())?;
    let state = taken(app, assertion.challenge(), holder(visitor)?, now)
        .await?
        .ok_or(FlowError::Refused(PasskeyRefusal::Gone))?;
    let owned = known(app, visitor, &assertion).await?;
    // WebAuthn §7.2: nobody is known yet, so the authenticator must name its user.
    assertion.handle().ok_or_else(refused)?;
    let about = |kind| Event::new(visitor.realm, kind, visitor.caller, now).of_user(&owned.user.id);
    match proven(app, visitor.realm, (&state, &assertion), &owned, now).await? {
        Ok(used) if owned.user.stands() => open(app, visitor, owned, &used, now).await,
        Ok(_of_nobody) => {
            let event = about(EventKind::SignInRefused).with("factor", "passkey");
            app.store.tell(&Effects::event(event), now).await?;
            Err(refused())
        }
        Err(why) => {
            let event = unproven_event(about, EventKind::SignInRefused, &why);
            app.store.tell(&Effects::event(event), now).await?;
            Err(refused())
        }
    }
}

/// Counts an answer: by its address, unless the passkey's owner is known on this device. There it is
/// counted for the owner alone, whom no stranger at the same address keeps waiting.
async fn count_answer(
    app: &App,
    visitor: Visitor<'_>,
    (assertion, address): (Option<&Assertion>, IpAddr),
    now: Timestamp,
) -> Result<(), FlowError<PasskeyRefusal>> {
    let realm = visitor.realm;
    let named = assertion.filter(|_| visitor.known.is_some());
    if let Some(assertion) = named
        && let Some(owned) = app
            .store
            .passkey_by_credential(realm, assertion.credential_id())
            .await?
        && opening::is_known(app, visitor, &owned.user.id, now).await?
    {
        let counted = count_visitor(app, visitor, &owned.user.id, now).await;
        return counted.map_err(|error| error.map_refusal(slowed_step));
    }
    let counted = login::count_address(app, realm, address, now).await;
    counted.map_err(|error| error.map_refusal(slowed))
}

/// Opens the session in the step that notes the passkey's use, only if passkey and owner stand; or
/// goes on to what must be done before there is a session.
async fn open(
    app: &App,
    visitor: Visitor<'_>,
    owned: OwnedPasskey,
    used: &UsedKey,
    now: Timestamp,
) -> Result<Progress, FlowError<PasskeyRefusal>> {
    let OwnedPasskey { passkey, user, .. } = owned;
    let amr = alone(used.synced);
    let standing = Standing {
        amr: &amr,
        factors: Factors::default(),
        remembered: false,
        doubted: false,
        demand: visitor.demand,
        must_change_password: user.must_change_password,
    };
    let (then, effects, progress) = match factors::next(standing) {
        Next::Complete { amr } => opening(app, visitor, (&user, &passkey.id), amr, now).await?,
        Next::Ask(step) => beginning(app, visitor, (&user, step), amr, now)?,
    };
    let step = StepTaken {
        realm: visitor.realm.clone(),
        user: user.id.clone(),
        ground: Ground::Passkey,
        act: Act::UsePasskey(noted(&passkey.id, used)),
        then,
    };
    match app.store.take_step(&step, &effects, now).await? {
        StepOutcome::Taken => {
            app.mail_bell.notify_one();
            login::forgive(app, &user).await?;
            forget_attempts(app, visitor.realm, &user.id).await?;
            Ok(progress)
        }
        StepOutcome::Spent | StepOutcome::Gone => Err(FlowError::Refused(PasskeyRefusal::Refused)),
    }
}

/// A session with these methods, in a browser that is known from then on.
async fn opening(
    app: &App,
    visitor: Visitor<'_>,
    (user, passkey): (&User, &str),
    amr: String,
    now: Timestamp,
) -> Result<(Then, Effects, Progress), Fault> {
    let (cookie, session) = new_session(app, visitor, &user.id, amr, now).await?;
    let effects = Effects::event(signed_in(visitor, &session, now).with("passkey", passkey));
    let here = (user, &session.id);
    let (known, effects) = acquaint(app, visitor, here, effects, now).await?;
    let progress = Progress::SignedIn(Box::new(SignedIn {
        cookie,
        session: session.id.clone(),
        anew: true,
        user: user.clone(),
        device: None,
        known: Some(known),
    }));
    let then = Then::Open {
        session: Box::new(session),
        remembered: None,
    };
    Ok((then, effects, progress))
}

/// A sign-in that has a step to take.
fn beginning(
    app: &App,
    visitor: Visitor<'_>,
    (user, step): (&User, SignInStep),
    amr: String,
    now: Timestamp,
) -> Result<(Then, Effects, Progress), Fault> {
    let cookie = session::new_cookie(app)?;
    let sign_in = SignIn {
        realm: visitor.realm.clone(),
        cookie: Digest::of(cookie.expose()),
        user: user.id.clone(),
        amr,
        mailed_code: None,
        created_at: now,
        expires_at: now.plus(LIFETIME),
    };
    let cookie = Some(cookie);
    let progress = Progress::Step { step, cookie };
    Ok((Then::Begin(sign_in), Effects::NONE, progress))
}

/// The passkey of an answer, in this realm. One that another realm has is not forgotten for it.
async fn known(
    app: &App,
    visitor: Visitor<'_>,
    assertion: &Assertion,
) -> Result<OwnedPasskey, FlowError<PasskeyRefusal>> {
    let credential = assertion.credential_id();
    let store = &app.store;
    if let Some(owned) = store
        .passkey_by_credential(visitor.realm, credential)
        .await?
    {
        return Ok(owned);
    }
    let party = relying_party(app, visitor.realm, app.now()).await?;
    let is_anywhere = store.is_passkey_anywhere(credential).await?;
    Err(FlowError::Refused(match party {
        Some(party) if !is_anywhere => PasskeyRefusal::Unknown {
            rp_id: party.id().to_owned(),
            credential: assertion.credential_text(),
        },
        _ => PasskeyRefusal::Refused,
    }))
}

/// The browser holds the ceremony by the cookie that its forms are bound to.
fn holder(visitor: Visitor<'_>) -> Result<Holder<'_>, FlowError<PasskeyRefusal>> {
    let cookie = visitor.session;
    let cookie = cookie.ok_or(FlowError::Refused(PasskeyRefusal::Gone))?;
    Ok(Holder {
        realm: visitor.realm,
        purpose: CeremonyPurpose::SignIn,
        cookie: Digest::of(cookie),
        user: None,
    })
}

/// Counting refuses nothing but those that are too many.
fn slowed_step(refusal: StepRefusal) -> PasskeyRefusal {
    match refusal {
        StepRefusal::Gone | StepRefusal::Wrong | StepRefusal::Used => PasskeyRefusal::Refused,
        StepRefusal::SlowDown { retry_after } => PasskeyRefusal::SlowDown { retry_after },
    }
}

/// The same of a sign-in.
fn slowed(refusal: LoginRefusal) -> PasskeyRefusal {
    match refusal {
        LoginRefusal::WrongCredentials => PasskeyRefusal::Refused,
        LoginRefusal::SlowDown { retry_after } => PasskeyRefusal::SlowDown { retry_after },
    }
}
