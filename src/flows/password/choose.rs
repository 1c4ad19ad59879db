//! The step of a sign-in at which another password is chosen, because the present one must be
//! changed. Nobody has a session before it is taken.

use crate::account::factors::SignInStep;
use crate::account::password::policy::PasswordWeakness;
use crate::flows::password::{Person, change_of, judge_new};
use crate::flows::sign_in_steps::{AtStep, Progress, StepRefusal, Taking, Visitor, at_step, take};
use crate::flows::step_attempts::count_cost;
use crate::flows::{App, Fault, FlowError, revocations};
use crate::protocol::time::Lifetime;
use crate::secret::SecretString;
use crate::store::Effects;
use crate::store::factors::Act;

/// Why the password was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChooseRefusal {
    /// It is not this step's turn, or something has changed; begin anew.
    Gone,
    /// Too many attempts; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
    /// It is not acceptable, for all of these reasons.
    Weak(Vec<PasswordWeakness>),
}

/// Who must choose a password at this browser, and whether they have a second factor.
pub async fn chooser(app: &App, visitor: Visitor<'_>) -> Result<Option<AtStep>, Fault> {
    let at = at_step(app, visitor, app.now()).await?;
    Ok(at.filter(|at| at.step == SignInStep::ChangePassword))
}

/// Sets the password and signs the person in; every other session and all tokens end.
pub async fn choose(
    app: &App,
    visitor: Visitor<'_>,
    new: SecretString,
) -> Result<Progress, FlowError<ChooseRefusal>> {
    let now = app.now();
    let at = chooser(app, visitor).await?;
    let at = at.ok_or(FlowError::Refused(ChooseRefusal::Gone))?;
    // Each attempt costs as much as a sign-in.
    let counted = count_cost(app, visitor, &at.user.id, now).await;
    counted.map_err(|error| error.map_refusal(refusal))?;
    let person = Person {
        must_differ: true,
        ..Person::of(&at.user, at.factors.any())
    };
    let judged = judge_new(app, visitor.realm, &person, new).await;
    let acceptable = judged.map_err(|error| error.map_refusal(ChooseRefusal::Weak))?;
    let wanted = change_of(app, &at.user, acceptable, visitor.caller, now).await?;
    let marks = wanted.effects.marks.clone();
    let taking = Taking {
        act: Act::ChangePassword(Box::new(wanted)),
        method: None,
        remember: None,
        effects: Effects::NONE,
    };
    let taken = take(app, visitor, at, taking, now).await;
    let progress = taken.map_err(|error| error.map_refusal(refusal))?;
    revocations::announce(app, &marks, now).await;
    Ok(progress)
}

fn refusal(refusal: StepRefusal) -> ChooseRefusal {
    match refusal {
        StepRefusal::Gone | StepRefusal::Wrong | StepRefusal::Used => ChooseRefusal::Gone,
        StepRefusal::SlowDown { retry_after } => ChooseRefusal::SlowDown { retry_after },
    }
}
