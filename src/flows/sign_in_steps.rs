//! A sign-in by steps: after the first proof the person has no session before the last step.
//!
//! What comes next is decided by [`factors::next`] alone. Between two steps the record holds a row
//! under a cookie of its own, which opens nothing but the next step; the session is opened in the
//! transaction that takes the last one. A live session is made stronger by the same step.
//!
//! To add a step: a variant of [`SignInStep`] and its line in [`factors::next`]; a variant of
//! [`Act`] with its statement in `take_step`; a function here that finds its [`AtStep`], checks
//! what was typed and hands the act to [`take`]; a page whose path stands in `http/page/steps.rs`.

use crate::account::event::Caller;
use crate::account::factors::{
    self, Factors, Next, PASSWORD, SignInStep, Standing, with_mail, with_second,
};
use crate::account::session::Session;
use crate::account::user::User;
use crate::flows::opening::{
    acquaint, device_remembered, new_device, new_session, new_session_id, signed_in,
};
use crate::flows::session::LiveSession;
use crate::flows::step_attempts::forget_attempts;
use crate::flows::{App, Fault, FlowError, login, mailed_code, session};
use crate::protocol::ids::{RealmId, SessionId};
use crate::protocol::second_factor::{Demand, MULTIPLE, holds};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::factors::{Act, Ground, SignIn, StepOutcome, StepTaken, Then};
use crate::store::{Change, Effects};

/// How long a sign-in may take from its first proof to its last.
pub const LIFETIME: Lifetime = Lifetime::seconds(10 * 60);

/// A browser, by its cookies, and what is asked of whoever signs in on it.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// The realm of the page.
    pub realm: &'a RealmId,
    /// Where the request came from.
    pub caller: &'a Caller,
    /// The session cookie.
    pub session: Option<&'a str>,
    /// The cookie of a sign-in in progress.
    pub sign_in: Option<&'a str>,
    /// The cookie of a remembered device.
    pub device: Option<&'a str>,
    /// The cookie of a known device.
    pub known: Option<&'a str>,
    /// What realm, client and request ask for.
    pub demand: Demand,
    /// Whether a live session may be made stronger here; not where somebody must sign in anew.
    pub may_step_up: bool,
}

/// A proven person with a session.
#[derive(Debug)]
pub struct SignedIn {
    /// The value of the new session cookie.
    pub cookie: SecretString,
    /// The session that was opened, renewed or made stronger.
    pub session: SessionId,
    /// Whether the person has signed in anew, and not only made a live session stronger.
    pub anew: bool,
    /// Who it is.
    pub user: User,
    /// The cookie of the device and how long it holds, if it is remembered from now on.
    pub device: Option<(SecretString, Lifetime)>,
    /// The cookie of the device, which is known from now on; nothing new where a live session was
    /// made stronger.
    pub known: Option<SecretString>,
}

/// How far a sign-in has come.
#[derive(Debug)]
pub enum Progress {
    /// To its end.
    SignedIn(Box<SignedIn>),
    /// To a step that is still to be taken.
    Step {
        /// Which.
        step: SignInStep,
        /// The cookie of the sign-in, where it is new.
        cookie: Option<SecretString>,
    },
}

/// Why a step was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepRefusal {
    /// There is no such step to take: it took too long, or something has changed.
    Gone,
    /// What was typed proves nothing.
    Wrong,
    /// It was right, and was used before.
    Used,
    /// Too many attempts; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Somebody whose next step it is.
#[derive(Debug)]
pub struct AtStep {
    /// Who.
    pub user: User,
    /// Which step.
    pub step: SignInStep,
    /// What stands for the proofs before it.
    pub ground: Ground,
    /// What they can prove themselves with.
    pub factors: Factors,
    amr: String,
    live: Option<LiveSession>,
}

/// Goes on after the first proof, a password whose hash is that of `user` and which may be
/// `doubted`; `None` when it is not any more.
pub(crate) async fn begin(
    app: &App,
    visitor: Visitor<'_>,
    (user, doubted): (User, bool),
    now: Timestamp,
) -> Result<Option<Progress>, Fault> {
    let realm = visitor.realm;
    let device = visitor.device.map(Digest::of);
    let facts = app
        .store
        .factors(realm, &user.id, device.as_ref(), now)
        .await?;
    let standing = Standing {
        amr: PASSWORD,
        factors: facts.factors,
        remembered: facts.remembered,
        doubted,
        demand: visitor.demand,
        must_change_password: user.must_change_password,
    };
    let verified = user.password_hash.clone().unwrap_or_default();
    match factors::next(standing) {
        Next::Complete { amr } => {
            let (cookie, session) = new_session(app, visitor, &user.id, amr, now).await?;
            let effects = Effects::event(signed_in(visitor, &session, now));
            let here = (&user, &session.id);
            let (known, effects) = acquaint(app, visitor, here, effects, now).await?;
            let opened = app
                .store
                .open_session(&session, &verified, &effects)
                .await?;
            app.mail_bell.notify_one();
            Ok((opened == Change::Changed).then(|| {
                Progress::SignedIn(Box::new(SignedIn {
                    cookie,
                    session: session.id,
                    anew: true,
                    user,
                    device: None,
                    known: Some(known),
                }))
            }))
        }
        Next::Ask(step) => {
            let asked = ask(app, visitor, (&user, step), &verified, now).await?;
            Ok(asked.map(|cookie| Progress::Step {
                step,
                cookie: Some(cookie),
            }))
        }
    }
}

/// Writes a sign-in down that has a step to take; gives its cookie.
async fn ask(
    app: &App,
    visitor: Visitor<'_>,
    (user, step): (&User, SignInStep),
    verified: &str,
    now: Timestamp,
) -> Result<Option<SecretString>, Fault> {
    let cookie = session::new_cookie(app)?;
    let mut sign_in = SignIn {
        realm: visitor.realm.clone(),
        cookie: Digest::of(cookie.expose()),
        user: user.id.clone(),
        amr: PASSWORD.to_owned(),
        mailed_code: None,
        created_at: now,
        expires_at: now.plus(LIFETIME),
    };
    let begun = if step == SignInStep::ConfirmByMail {
        let (code, effects) = mailed_code::write(app, visitor, (user, &cookie), now)?;
        let mailbox = user.email.as_deref().unwrap_or_default();
        sign_in.mailed_code = Some(code);
        app.store
            .begin_sign_in_by_mail(&sign_in, (verified, mailbox), &effects)
            .await?
    } else {
        app.store.begin_sign_in(&sign_in, verified).await?
    };
    app.mail_bell.notify_one();
    Ok((begun == Change::Changed).then_some(cookie))
}

/// Whose step it is at this browser: a sign-in in progress comes before a live session, which can
/// only be made stronger.
pub async fn at_step(
    app: &App,
    visitor: Visitor<'_>,
    now: Timestamp,
) -> Result<Option<AtStep>, Fault> {
    if let Some(cookie) = visitor.sign_in {
        let cookie = Digest::of(cookie);
        if let Some(facts) = app.store.sign_in(visitor.realm, &cookie, now).await? {
            let amr = facts.sign_in.amr;
            let standing = Standing {
                amr: &amr,
                factors: facts.factors,
                // It was not when the sign-in began, or did not do.
                remembered: false,
                doubted: facts.sign_in.mailed_code.is_some(),
                demand: visitor.demand,
                must_change_password: facts.user.must_change_password,
            };
            return Ok(match factors::next(standing) {
                Next::Complete { .. } => None,
                Next::Ask(step) => Some(AtStep {
                    user: facts.user,
                    step,
                    ground: Ground::SignIn(cookie),
                    amr,
                    factors: facts.factors,
                    live: None,
                }),
            });
        }
    }
    if !visitor.may_step_up {
        return Ok(None);
    }
    let live = session::resume(app, visitor.realm, visitor.session, None, now).await?;
    Ok(live.and_then(|live| stronger(&live)))
}

/// The step that makes a live session stronger, if it is not strong and its person has a second
/// factor. One is not set up here: that takes a sign-in.
fn stronger(live: &LiveSession) -> Option<AtStep> {
    let facts = live.facts();
    let session = &facts.session;
    (facts.has_factor && !holds(&session.amr, MULTIPLE)).then(|| AtStep {
        user: facts.user.clone(),
        step: SignInStep::SecondFactor,
        ground: Ground::Session(session.cookie),
        amr: session.amr.clone(),
        factors: Factors::default(),
        live: Some(live.clone()),
    })
}

/// What a step has done, and what is told of it.
pub(crate) struct Taking {
    /// The act.
    pub(crate) act: Act,
    /// The methods that it proves (RFC 8176), space separated, if it proves any.
    pub(crate) method: Option<&'static str>,
    /// For how long this device is to be remembered.
    pub(crate) remember: Option<Lifetime>,
    /// What is told of it.
    pub(crate) effects: Effects,
}

/// Takes a step, and opens the session if it was the last one.
pub(crate) async fn take(
    app: &App,
    visitor: Visitor<'_>,
    at: AtStep,
    taking: Taking,
    now: Timestamp,
) -> Result<Progress, FlowError<StepRefusal>> {
    let amr = match (&taking.act, taking.method) {
        (Act::TakeMailedCode(_), _) => with_mail(&at.amr),
        (_, None) => at.amr.clone(),
        (_, Some(method)) => with_second(&at.amr, method),
    };
    let standing = Standing {
        amr: &amr,
        factors: at.factors,
        remembered: false,
        doubted: false,
        demand: visitor.demand,
        // A session that is made stronger is there already.
        must_change_password: at.user.must_change_password
            && at.step != SignInStep::ChangePassword
            && at.live.is_none(),
    };
    let act = taking.act.clone();
    let (then, progress, effects) = match factors::next(standing) {
        Next::Ask(step) => {
            let progress = Progress::Step { step, cookie: None };
            (Then::GoOn { amr }, progress, taking.effects)
        }
        Next::Complete { amr } => end(app, visitor, &at, (amr, taking), now).await?,
    };
    let step = StepTaken {
        realm: visitor.realm.clone(),
        user: at.user.id.clone(),
        ground: at.ground,
        act,
        then,
    };
    let taken = app.store.take_step(&step, &effects, now).await?;
    match taken {
        StepOutcome::Taken => {
            app.mail_bell.notify_one();
            forget_attempts(app, visitor.realm, &at.user.id).await?;
            // Two proofs were given: whatever was guessed before came from somebody else.
            login::forgive(app, &at.user).await?;
            Ok(progress)
        }
        StepOutcome::Spent => Err(FlowError::Refused(StepRefusal::Used)),
        StepOutcome::Gone => Err(FlowError::Refused(StepRefusal::Gone)),
    }
}

/// What the last step of a sign-in leads to, and what is told of it.
async fn end(
    app: &App,
    visitor: Visitor<'_>,
    at: &AtStep,
    (amr, taking): (String, Taking),
    now: Timestamp,
) -> Result<(Then, Progress, Effects), Fault> {
    let (cookie, session) = session_of(app, visitor, at, amr, now).await?;
    let mut effects = taking.effects.and_event(signed_in(visitor, &session, now));
    let mut known = None;
    if at.live.is_none() {
        let here = (&at.user, &session.id);
        let (value, with_device) = acquaint(app, visitor, here, effects, now).await?;
        (known, effects) = (Some(value), with_device);
    }
    let (mut device, mut remembered) = (None, None);
    if let Some(lifetime) = taking.remember {
        let (row, value) = new_device(app, visitor, lifetime, now)?;
        effects = effects.and_event(device_remembered(visitor, &at.user.id, &row, now));
        (device, remembered) = (Some((value, lifetime)), Some(row));
    }
    let signed_in = SignedIn {
        cookie,
        session: session.id.clone(),
        anew: at.live.is_none(),
        user: at.user.clone(),
        device,
        known,
    };
    let then = Then::Open {
        session: Box::new(session),
        remembered,
    };
    Ok((then, Progress::SignedIn(Box::new(signed_in)), effects))
}

/// The session that the last step opens. A live one that is made stronger keeps its times: the
/// password was not asked for again.
async fn session_of(
    app: &App,
    visitor: Visitor<'_>,
    at: &AtStep,
    amr: String,
    now: Timestamp,
) -> Result<(SecretString, Session), Fault> {
    let Some(live) = &at.live else {
        let (cookie, mut session) = new_session(app, visitor, &at.user.id, amr, now).await?;
        if at.step == SignInStep::ChangePassword {
            // Every session before it ends with the old password.
            (session.id, session.created_at) = (new_session_id(app)?, now);
        }
        return Ok((cookie, session));
    };
    let cookie = session::new_cookie(app)?;
    let session = Session {
        cookie: Digest::of(cookie.expose()),
        amr,
        last_seen_at: now,
        ..live.facts().session.clone()
    };
    Ok((cookie, session))
}
