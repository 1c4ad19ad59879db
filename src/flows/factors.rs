//! Second factors: proving one, and setting one up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::event::{Caller, Event, EventKind};
use crate::account::factors::{Factors, ONE_TIME, SignInStep};
use crate::account::mail::MailKind;
use crate::account::recovery;
use crate::account::totp::{self, SECRET_BYTES, TotpCode, TotpSecret};
use crate::account::user::User;
use crate::flows::notices::noticed;
use crate::flows::sign_in_steps::{AtStep, Progress, StepRefusal, Taking, Visitor, at_step, take};
use crate::flows::step_attempts::count_visitor;
use crate::flows::{App, Fault, FlowError};
use crate::keys::Purpose;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, Secret, SecretString};
use crate::store::factors::{Act, Ground, TotpApp};
use crate::store::{Change, Effects};

/// What was typed to prove a second factor.
#[derive(Debug, Clone, Copy)]
pub enum Typed<'a> {
    /// The password that an app shows.
    App(&'a str),
    /// A recovery code.
    RecoveryCode(&'a str),
}

impl Typed<'_> {
    /// What it is called in the record.
    const fn factor(self) -> &'static str {
        match self {
            Self::App(_) => "totp",
            Self::RecoveryCode(_) => "recovery_code",
        }
    }
}

/// Proves the second factor of whoever is at that step. Every attempt is counted before it is
/// looked at.
pub async fn prove(
    app: &App,
    visitor: Visitor<'_>,
    typed: Typed<'_>,
    remember: Option<Lifetime>,
) -> Result<Progress, FlowError<StepRefusal>> {
    let now = app.now();
    let at = standing_at(app, visitor, SignInStep::SecondFactor, now).await?;
    count_visitor(app, visitor, &at.user.id, now).await?;
    let act = match typed {
        Typed::App(code) => matching_app(app, visitor.realm, &at.user.id, code, now).await?,
        Typed::RecoveryCode(code) => recovery::digest(code).map(Act::TakeRecoveryCode),
    };
    let about = |kind| Event::new(visitor.realm, kind, visitor.caller, now).of_user(&at.user.id);
    let refused = about(EventKind::FactorRefused).with("factor", typed.factor());
    let Some(act) = act else {
        return Err(tell_refused(app, refused, StepRefusal::Wrong).await?);
    };
    let effects = match &act {
        Act::TakeRecoveryCode(_) => {
            let left = app
                .store
                .factors(visitor.realm, &at.user.id, None, now)
                .await?
                .factors
                .recovery_codes
                .saturating_sub(1);
            let left = left.to_string();
            let used = about(EventKind::RecoveryCodeUsed).with("left", left.as_str());
            let left: &[_] = &[("left", left.as_str())];
            let told = (MailKind::RecoveryCodeUsed, left);
            noticed(app, &at.user, told, Effects::event(used), now)?
        }
        Act::TakePassword { .. }
        | Act::TakeMailedCode(_)
        | Act::AddApp { .. }
        | Act::UsePasskey(_)
        | Act::AddPasskey { .. }
        | Act::ChangePassword(_) => {
            Effects::event(about(EventKind::FactorProven).with("factor", typed.factor()))
        }
    };
    let taking = Taking {
        act,
        method: Some(ONE_TIME),
        remember,
        effects,
    };
    match (take(app, visitor, at, taking, now).await, typed) {
        (Err(FlowError::Refused(StepRefusal::Used)), Typed::App(_)) => {
            Err(tell_refused(app, refused, StepRefusal::Used).await?)
        }
        // A recovery code that was used is gone, and looks like one that never was.
        (Err(FlowError::Refused(StepRefusal::Used)), Typed::RecoveryCode(_)) => {
            Err(tell_refused(app, refused, StepRefusal::Wrong).await?)
        }
        (taken, _) => taken,
    }
}

/// Records what proved nothing, in one write; gives the refusal.
pub(crate) async fn tell_refused<R>(
    app: &App,
    refused: Event,
    refusal: R,
) -> Result<FlowError<R>, Fault> {
    let at = refused.at;
    app.store.tell(&Effects::event(refused), at).await?;
    Ok(FlowError::Refused(refusal))
}

pub(crate) async fn standing_at(
    app: &App,
    visitor: Visitor<'_>,
    step: SignInStep,
    now: Timestamp,
) -> Result<AtStep, FlowError<StepRefusal>> {
    at_step(app, visitor, now)
        .await?
        .filter(|at| at.step == step)
        .ok_or(FlowError::Refused(StepRefusal::Gone))
}

/// What whoever is at the step of proving a second factor has for it; nothing of nobody.
pub async fn methods(app: &App, visitor: Visitor<'_>) -> Result<Factors, Fault> {
    let now = app.now();
    let at = at_step(app, visitor, now).await?;
    let Some(at) = at.filter(|at| at.step == SignInStep::SecondFactor) else {
        return Ok(Factors::default());
    };
    let facts = app.store.factors(visitor.realm, &at.user.id, None, now);
    Ok(facts.await?.factors)
}

/// The app of a person that shows this password now.
async fn matching_app(
    app: &App,
    realm: &RealmId,
    user: &UserId,
    code: &str,
    now: Timestamp,
) -> Result<Option<Act>, Fault> {
    let Some(code) = TotpCode::parse(code) else {
        return Ok(None);
    };
    let mut found = None;
    for row in app.store.totp_apps(realm, user).await? {
        let place = place(realm, user, &row.id);
        let secret = opened(app.master.open(Purpose::SealFactors, &place, &row.sealed)?)?;
        if let Some(step) = totp::matching_step(&secret, &code, now) {
            found = Some(Act::TakePassword { app: row.id, step });
        }
    }
    Ok(found)
}

/// An authenticator app that may be set up.
#[derive(Debug)]
pub struct Offer {
    /// The secret, sealed for whoever it is shown to; comes back with the form.
    pub sealed: String,
    /// The secret as text.
    pub secret: SecretString,
    /// The same as an address, for a picture.
    pub uri: SecretString,
}

/// Offers an app to whoever is at the step of setting one up. Nothing is kept of it: the secret
/// travels in the form, sealed for this person at this step.
pub async fn offer(
    app: &App,
    visitor: Visitor<'_>,
    again: Option<&str>,
) -> Result<Offer, FlowError<StepRefusal>> {
    let now = app.now();
    let at = standing_at(app, visitor, SignInStep::SetUpFactor, now).await?;
    Ok(make_offer(app, visitor.realm, (&at.user, &at.ground), again).await?)
}

/// An offer for somebody, or the same one again.
pub(crate) async fn make_offer(
    app: &App,
    realm: &RealmId,
    (user, ground): (&User, &Ground),
    again: Option<&str>,
) -> Result<Offer, Fault> {
    let place = offer_place(realm, &user.id, ground);
    let before = again.and_then(|sealed| {
        let opened = open_offer(app, &place, sealed)?;
        Some((sealed.to_owned(), opened))
    });
    let (sealed, secret) = if let Some(before) = before {
        before
    } else {
        let mut bytes = [0; SECRET_BYTES];
        app.entropy.fill(&mut bytes)?;
        let sealed = app.master.seal(Purpose::SealFactors, &place, &bytes)?;
        (URL_SAFE_NO_PAD.encode(sealed), Secret::new(bytes))
    };
    let row = app
        .facts
        .realm(app.store.as_ref(), realm, app.now())
        .await?;
    let issuer = row.map_or_else(|| realm.to_string(), |row| row.name.clone());
    Ok(Offer {
        sealed,
        uri: SecretString::new(totp::enrolment_uri(&secret, &issuer, &user.username)),
        secret: SecretString::new(totp::secret_text(&secret)),
    })
}

/// The recovery codes that came with a first app; shown once.
pub type RecoveryCodes = Vec<SecretString>;

/// What was typed to set an app up.
#[derive(Debug, Clone, Copy)]
pub struct SetUp<'a> {
    /// The offer, as it was sealed.
    pub offer: &'a str,
    /// The password that the app shows.
    pub code: &'a str,
    /// What its owner calls it.
    pub name: &'a str,
}

/// Sets up the first app of whoever is at that step, once it has shown a password; gives recovery
/// codes with it.
pub async fn set_up(
    app: &App,
    visitor: Visitor<'_>,
    typed: SetUp<'_>,
) -> Result<(Progress, RecoveryCodes), FlowError<StepRefusal>> {
    let now = app.now();
    let realm = visitor.realm;
    let at = standing_at(app, visitor, SignInStep::SetUpFactor, now).await?;
    count_visitor(app, visitor, &at.user.id, now).await?;
    let row = confirmed(app, realm, (&at.user.id, &at.ground), typed, now)?
        .ok_or(FlowError::Refused(StepRefusal::Wrong))?;
    let (codes, digests) = new_codes(app)?;
    let event = Event::new(realm, EventKind::FactorAdded, visitor.caller, now);
    let event = event.of_user(&at.user.id).with("factor", "totp");
    let what: &[_] = &[("what", row.name.as_str())];
    let told = (MailKind::FactorChanged, what);
    let effects = noticed(app, &at.user, told, Effects::event(event), now)?;
    let taking = Taking {
        act: Act::AddApp {
            app: row,
            recovery_codes: Some(digests),
            // The first one only: whoever has a factor proves that one.
            limit: 1,
        },
        method: Some(ONE_TIME),
        remember: None,
        effects,
    };
    let progress = take(app, visitor, at, taking, now).await?;
    Ok((progress, codes))
}

/// The app of an offer, if it shows the right password.
pub(crate) fn confirmed(
    app: &App,
    realm: &RealmId,
    (user, ground): (&UserId, &Ground),
    typed: SetUp<'_>,
    now: Timestamp,
) -> Result<Option<TotpApp>, Fault> {
    let secret = open_offer(app, &offer_place(realm, user, ground), typed.offer);
    let (Some(secret), Some(code)) = (secret, TotpCode::parse(typed.code)) else {
        return Ok(None);
    };
    let Some(step) = totp::matching_step(&secret, &code, now) else {
        return Ok(None);
    };
    let id = app.random_text::<16>()?;
    let place = place(realm, user, &id);
    Ok(Some(TotpApp {
        sealed: app
            .master
            .seal(Purpose::SealFactors, &place, secret.expose())?,
        id,
        name: totp::device_name(typed.name),
        // The password that set it up is used with that.
        last_step: step,
        created_at: now,
        last_used_at: Some(now),
    }))
}

/// New recovery codes, and what is kept of them.
pub(crate) fn new_codes(app: &App) -> Result<(RecoveryCodes, Vec<Digest>), Fault> {
    let mut codes = Vec::with_capacity(recovery::CODES);
    for _ in 0..recovery::CODES {
        let mut random = [0; recovery::CODE_BYTES];
        app.entropy.fill(&mut random)?;
        codes.push(recovery::write(&random));
    }
    let digests: Option<Vec<Digest>> = codes
        .iter()
        .map(|code| recovery::digest(code.expose()))
        .collect();
    let digests = digests.ok_or(Fault::Invariant("a recovery code reads as one"))?;
    Ok((codes, digests))
}

/// What is told of an admin taking all second factors of a person away; the owner is told by mail
/// too ([`MailKind::FactorsReset`]).
pub fn reset_effects(user: &User, caller: &Caller, now: Timestamp) -> Effects {
    let event = Event::new(&user.realm, EventKind::FactorRemoved, caller, now).of_user(&user.id);
    Effects::event(event.with("factor", "all"))
}

/// Takes all second factors of a person away; an admin does that for who has lost them.
pub async fn reset(app: &App, user: &User, caller: &Caller) -> Result<Change, Fault> {
    let now = app.now();
    let effects = reset_effects(user, caller, now);
    let effects = noticed(app, user, (MailKind::FactorsReset, &[]), effects, now)?;
    let reset = app
        .store
        .reset_factors(&user.realm, &user.id, &effects, now);
    let change = reset.await?;
    app.mail_bell.notify_one();
    Ok(change)
}

fn open_offer(app: &App, place: &str, sealed: &str) -> Option<TotpSecret> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = app.master.open(Purpose::SealFactors, place, &bytes).ok()?;
    opened(plain).ok()
}

fn opened(plain: impl AsRef<[u8]>) -> Result<TotpSecret, Fault> {
    let bytes: [u8; SECRET_BYTES] = plain
        .as_ref()
        .try_into()
        .map_err(|_length| Fault::Invariant("a sealed secret has its length"))?;
    Ok(Secret::new(bytes))
}

fn place(realm: &RealmId, user: &UserId, id: &str) -> String {
    format!("totp:sealed:{realm}/{user}/{id}")
}

fn offer_place(realm: &RealmId, user: &UserId, ground: &Ground) -> String {
    let (kind, cookie) = match ground {
        Ground::SignIn(cookie) => ("sign-in", cookie.as_bytes()),
        Ground::Session(cookie) => ("session", cookie.as_bytes()),
        Ground::Passkey => ("passkey", [].as_slice()),
    };
    let cookie = URL_SAFE_NO_PAD.encode(cookie);
    format!("totp:offer:{realm}/{user}/{kind}/{cookie}")
}
