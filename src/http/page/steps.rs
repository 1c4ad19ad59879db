//! The pages of a sign-in after the password: `GET` and `POST` of `/login/factor`,
//! `/login/recovery`, `/login/mailed-code` and `/login/set-up`, and `POST /login/factor/passkey`; and
//! which page a step has.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::account::factors::SignInStep;
use crate::flows::FlowError;
use crate::flows::factors::{SetUp, Typed, methods, offer, prove, set_up};
use crate::flows::mailed_code;
use crate::flows::passkeys::second_factor;
use crate::flows::sign_in_steps::{Progress, StepRefusal, at_step};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::errand::{AtPage, errand_of, go_on, onward, with_progress};
use crate::http::page::{bind, is_genuine, new_password, passkeys};
use crate::http::respond::{self, Forms};
use crate::metrics::Proof;
use crate::pages::{
    FactorError, FactorMethod, FactorPage, PasskeyForm, QrPicture, RecoveryCodesPage,
    SetUpFactorPage,
};
use crate::protocol::params::Params;

/// The page that asks for the password of an authenticator app, or for a passkey.
pub(in crate::http) const FACTOR: &str = "/login/factor";
/// The page that takes a recovery code instead.
pub(in crate::http) const RECOVERY: &str = "/login/recovery";
/// The page that takes the code that was mailed.
pub(in crate::http) const MAILED_CODE: &str = "/login/mailed-code";
/// The page on which a second factor is set up.
pub(in crate::http) const SET_UP: &str = "/login/set-up";
/// The page on which another password is chosen.
pub(in crate::http) const NEW_PASSWORD: &str = "/login/new-password";

/// The page of a step.
pub(super) const fn path_of(step: SignInStep) -> &'static str {
    match step {
        SignInStep::SecondFactor => FACTOR,
        SignInStep::ConfirmByMail => MAILED_CODE,
        SignInStep::SetUpFactor => SET_UP,
        SignInStep::ChangePassword => NEW_PASSWORD,
    }
}

pub(in crate::http) async fn get_factor(state: State<Arc<Edge>>, call: Call) -> Response {
    Box::pin(show_step(&state.0, &call, FACTOR)).await
}

pub(in crate::http) async fn get_recovery(state: State<Arc<Edge>>, call: Call) -> Response {
    Box::pin(show_step(&state.0, &call, RECOVERY)).await
}

pub(in crate::http) async fn get_mailed_code(state: State<Arc<Edge>>, call: Call) -> Response {
    Box::pin(show_step(&state.0, &call, MAILED_CODE)).await
}

pub(in crate::http) async fn get_set_up(state: State<Arc<Edge>>, call: Call) -> Response {
    Box::pin(show_step(&state.0, &call, SET_UP)).await
}

pub(in crate::http) async fn post_factor(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    Box::pin(take_factor(&edge, &call, body, FactorMethod::App)).await
}

pub(in crate::http) async fn post_passkey(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    Box::pin(take_factor(&edge, &call, body, FactorMethod::Passkey)).await
}

pub(in crate::http) async fn post_recovery(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    Box::pin(take_factor(&edge, &call, body, FactorMethod::RecoveryCode)).await
}

pub(in crate::http) async fn post_mailed_code(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    Box::pin(take_factor(&edge, &call, body, FactorMethod::Mail)).await
}

pub(in crate::http) async fn post_set_up(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let form = match call.form(body, &edge).await {
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let at = match errand_of(&edge, &call).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    if !is_genuine(&edge, &call, &form) {
        return show_set_up(&edge, &call, &at, Some(&form), Some(FactorError::StaleForm)).await;
    }
    let typed = SetUp {
        offer: form.get("offer").unwrap_or_default(),
        code: form.get("code").unwrap_or_default(),
        name: form.get("name").unwrap_or_default(),
    };
    match set_up(&edge.app, at.visitor(&edge, &call), typed).await {
        Ok((progress, codes)) => {
            let codes = codes.iter().map(|code| code.expose().clone()).collect();
            show_codes(&edge, &call, &at, &progress, codes)
        }
        Err(error) => match refused(&edge, &call, &at, error) {
            Ok(error) => show_set_up(&edge, &call, &at, Some(&form), Some(error)).await,
            Err(response) => *response,
        },
    }
}

/// Shows the page of a step, if it is whose turn it is; leads to the right one otherwise.
pub(super) async fn show_step(edge: &Edge, call: &Call, page: &'static str) -> Response {
    let at = match errand_of(edge, call).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let step = match at_step(&edge.app, at.visitor(edge, call), edge.app.now()).await {
        Ok(step) => step.map(|at| path_of(at.step)),
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    match (step, page) {
        (Some(FACTOR), FACTOR) => show_factor(edge, call, &at, FactorMethod::App, None).await,
        (Some(FACTOR), RECOVERY) => {
            show_factor(edge, call, &at, FactorMethod::RecoveryCode, None).await
        }
        (Some(MAILED_CODE), MAILED_CODE) => {
            show_factor(edge, call, &at, FactorMethod::Mail, None).await
        }
        (Some(SET_UP), SET_UP) => show_set_up(edge, call, &at, None, None).await,
        (Some(NEW_PASSWORD), NEW_PASSWORD) => new_password::show(edge, call, &at, None).await,
        (Some(other), _) => respond::see_other(&at.errand.address(edge, call, other)),
        (None, _) => begin_anew(edge, call, &at),
    }
}

/// Nobody is half signed in: back to the password.
pub(super) fn begin_anew(edge: &Edge, call: &Call, at: &AtPage) -> Response {
    respond::see_other(&at.errand.address(edge, call, "/login"))
}

async fn take_factor(edge: &Edge, call: &Call, body: Body, method: FactorMethod) -> Response {
    let form = match call.form(body, edge).await {
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let at = match errand_of(edge, call).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    if !is_genuine(edge, call, &form) {
        return show_factor(edge, call, &at, method, Some(FactorError::StaleForm)).await;
    }
    let lifetime = call.realm_row.settings.remembers_devices_for();
    let remember = lifetime.filter(|_| form.get("remember").is_some());
    let (app, visitor) = (&edge.app, at.visitor(edge, call));
    let typed = |name| form.get(name).unwrap_or_default();
    let taken = match method {
        FactorMethod::App => prove(app, visitor, Typed::App(typed("code")), remember).await,
        FactorMethod::RecoveryCode => {
            prove(app, visitor, Typed::RecoveryCode(typed("code")), remember).await
        }
        FactorMethod::Mail => mailed_code::prove(app, visitor, typed("code")).await,
        FactorMethod::Passkey => {
            second_factor::prove(app, visitor, typed("credential"), remember).await
        }
    };
    match edge.app.counted(proof_of(method), taken) {
        Ok(progress) => Box::pin(go_on(edge, call, &at.errand, progress)).await,
        Err(error) => match refused(edge, call, &at, error) {
            Ok(error) => show_factor(edge, call, &at, method, Some(error)).await,
            Err(response) => *response,
        },
    }
}

/// What a method is called in the numbers.
fn proof_of(method: FactorMethod) -> Proof {
    match method {
        FactorMethod::App => Proof::App,
        FactorMethod::RecoveryCode => Proof::RecoveryCode,
        FactorMethod::Mail => Proof::MailedCode,
        FactorMethod::Passkey => Proof::Passkey,
    }
}

/// A word for the page, which is shown again; or an answer of another kind.
fn refused(
    edge: &Edge,
    call: &Call,
    at: &AtPage,
    error: FlowError<StepRefusal>,
) -> Result<FactorError, Box<Response>> {
    match error {
        FlowError::Refused(refusal) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "step refused");
            match refusal {
                StepRefusal::Gone => Err(Box::new(begin_anew(edge, call, at))),
                StepRefusal::Wrong => Ok(FactorError::Wrong),
                StepRefusal::Used => Ok(FactorError::Used),
                StepRefusal::SlowDown { retry_after } => Ok(FactorError::SlowDown {
                    seconds: retry_after.whole_seconds() + 1,
                }),
            }
        }
        FlowError::Busy { retry_after } => {
            let response = respond::busy(edge, &call.headers, &call.id, retry_after);
            Err(Box::new(response))
        }
        FlowError::Fault(fault) => {
            let response = respond::fault(edge, &call.headers, &call.id, &fault);
            Err(Box::new(response))
        }
    }
}

/// How long there is to wait.
pub(super) fn wait_of(error: Option<FactorError>) -> Option<i64> {
    match error {
        Some(FactorError::SlowDown { seconds }) => Some(seconds),
        _ => None,
    }
}

pub(super) fn status_of(error: Option<FactorError>) -> StatusCode {
    match error {
        None => StatusCode::OK,
        Some(FactorError::SlowDown { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Asks for what the person has, or for a recovery code.
async fn show_factor(
    edge: &Edge,
    call: &Call,
    at: &AtPage,
    method: FactorMethod,
    error: Option<FactorError>,
) -> Response {
    let has = match methods(&edge.app, at.visitor(edge, call)).await {
        Ok(has) => has,
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let binding = bind(edge, call);
    let address = |page| at.errand.address(edge, call, page);
    let (own, other) = match method {
        FactorMethod::App | FactorMethod::Passkey => (FACTOR, Some(RECOVERY)),
        FactorMethod::RecoveryCode => (RECOVERY, Some(FACTOR)),
        FactorMethod::Mail => (MAILED_CODE, None),
    };
    // A mailed code is no second factor, and nothing stands in for it.
    let remembered = call.realm_row.settings.remembers_devices_for();
    let remembered = remembered.filter(|_| method != FactorMethod::Mail);
    let view = FactorPage {
        chrome: respond::chrome_for(edge, call, at.errand.wishes(edge, call)),
        client_name: at.errand.client_name(),
        method,
        // Whoever is at no step gets the form all the same, and is sent back when it comes.
        apps: has.apps > 0 || has.passkeys == 0,
        passkey: (has.passkeys > 0 && own == FACTOR).then(|| PasskeyForm {
            options: address(passkeys::FACTOR_OPTIONS),
            action: address(passkeys::FACTOR),
        }),
        error,
        action: address(own),
        other_way: other.map(address),
        not_you: address("/login"),
        remember_days: remembered.map(|lifetime| lifetime.whole_seconds() / 86_400),
        csrf: binding.csrf.clone(),
    };
    let response = respond::page(edge, status_of(error), &view, Forms::EndAtClient);
    binding.apply(edge, call, respond::with_wait(response, wait_of(error)))
}

/// Shows the offer of an app: a new one, or the one that the form came with.
async fn show_set_up(
    edge: &Edge,
    call: &Call,
    at: &AtPage,
    form: Option<&Params>,
    error: Option<FactorError>,
) -> Response {
    let typed = |name| form.and_then(|form| form.get(name));
    let offer = match offer(&edge.app, at.visitor(edge, call), typed("offer")).await {
        Ok(offer) => offer,
        Err(error) => {
            return match refused(edge, call, at, error) {
                Ok(_shown_elsewhere) => begin_anew(edge, call, at),
                Err(response) => *response,
            };
        }
    };
    let binding = bind(edge, call);
    let view = SetUpFactorPage {
        chrome: respond::chrome_for(edge, call, at.errand.wishes(edge, call)),
        client_name: at.errand.client_name(),
        demanded: true,
        picture: QrPicture::of(offer.uri.expose()),
        secret: offer.secret.expose().clone(),
        offer: offer.sealed,
        name: typed("name").unwrap_or_default().to_owned(),
        error,
        action: at.errand.address(edge, call, SET_UP),
        csrf: binding.csrf.clone(),
    };
    let response = respond::page(edge, status_of(error), &view, Forms::StayHere);
    binding.apply(edge, call, respond::with_wait(response, wait_of(error)))
}

fn show_codes(
    edge: &Edge,
    call: &Call,
    at: &AtPage,
    progress: &Progress,
    codes: Vec<String>,
) -> Response {
    let view = RecoveryCodesPage {
        chrome: respond::chrome_for(edge, call, at.errand.wishes(edge, call)),
        codes,
        onward: onward(edge, call, &at.errand, progress),
    };
    let response = respond::page(edge, StatusCode::OK, &view, Forms::StayHere);
    with_progress(edge, call, progress, response)
}
