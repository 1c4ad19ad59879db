//! The second proof of whoever has no second factor: a code that is mailed when a password is right
//! after so many wrong ones that it may have been guessed.

use crate::account::event::{Event, EventKind};
use crate::account::factors::SignInStep;
use crate::account::mail::MailKind;
use crate::account::mailed_code::{self, CODE_BYTES};
use crate::account::user::User;
use crate::flows::factors::noticed;
use crate::flows::sign_in_steps::{Progress, StepRefusal, Taking, Visitor, at_step, take};
use crate::flows::step_attempts::count_visitor;
use crate::flows::{App, Fault, FlowError, limits};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::Effects;
use crate::store::ephemeral::Quota;
use crate::store::factors::Act;

/// How many codes go to a mailbox. Its other mails have another count, which strangers can use up.
const CODES: Quota = Quota {
    burst: 5,
    interval: Lifetime::seconds(600),
};

/// Counts one code that is mailed to somebody; how long to wait, if none is.
pub(in crate::flows) async fn count(
    app: &App,
    user: &User,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    let key = format!("code:{}:{}", user.realm, user.id);
    limits::count(app, &key, CODES, now).await
}

/// A code for the sign-in of a cookie: what is kept of it, and the mail that carries it. The mail
/// can lock the account too, for somebody knows the password.
pub(crate) fn write(
    app: &App,
    visitor: Visitor<'_>,
    (user, cookie): (&User, &SecretString),
    now: Timestamp,
) -> Result<(Digest, Effects), Fault> {
    let mut random = [0; CODE_BYTES];
    app.entropy.fill(&mut random)?;
    let code = mailed_code::write(random);
    let kept = mailed_code::digest(cookie.expose(), code.expose())
        .ok_or(Fault::Invariant("a mailed code reads as one"))?;
    let event = Event::new(visitor.realm, EventKind::SignInDoubted, visitor.caller, now);
    let values: &[_] = &[("code", code.expose().as_str())];
    let effects = Effects::event(event.of_user(&user.id));
    let told = (MailKind::SignInCode, values);
    Ok((kept, noticed(app, user, told, effects, now)?))
}

/// Proves the mailbox of whoever is at that step. Every attempt is counted before it is looked at.
pub async fn prove(
    app: &App,
    visitor: Visitor<'_>,
    typed: &str,
) -> Result<Progress, FlowError<StepRefusal>> {
    let now = app.now();
    let at = at_step(app, visitor, now)
        .await?
        .filter(|at| at.step == SignInStep::ConfirmByMail)
        .ok_or(FlowError::Refused(StepRefusal::Gone))?;
    count_visitor(app, visitor, &at.user.id, now).await?;
    let code = mailed_code::digest(visitor.sign_in.unwrap_or_default(), typed)
        .ok_or(FlowError::Refused(StepRefusal::Wrong))?;
    let taking = Taking {
        act: Act::TakeMailedCode(code),
        method: None,
        remember: None,
        effects: Effects::NONE,
    };
    let taken = take(app, visitor, at, taking, now).await;
    // The row has one code: another one is wrong, and was never used.
    taken.map_err(|error| {
        error.map_refusal(|refusal| {
            if refusal == StepRefusal::Used {
                StepRefusal::Wrong
            } else {
                refusal
            }
        })
    })
}
