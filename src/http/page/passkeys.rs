//! Passkeys while signing in: `POST /login/passkey`, and the options of ceremonies, which a script
//! asks for.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use crate::flows::FlowError;
use crate::flows::passkeys::second_factor;
use crate::flows::passkeys::sign_in::{self, PasskeyRefusal, sign_in};
use crate::flows::sign_in_steps::StepRefusal;
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::errand::{AtPage, errand_of, go_on, visitor};
use crate::http::page::{is_genuine, login};
use crate::http::respond;
use crate::metrics::Proof;
use crate::pages::{LoginError, Signal};
use crate::protocol::error::ErrorCode;
use crate::protocol::params::Params;
use crate::protocol::second_factor::Demand;
use crate::protocol::time::Lifetime;

/// Takes a passkey in the place of the password.
pub(in crate::http) const SIGN_IN: &str = "/login/passkey";
/// The options for that.
pub(in crate::http) const SIGN_IN_OPTIONS: &str = "/login/passkey/options";
/// Takes a passkey as the second factor.
pub(in crate::http) const FACTOR: &str = "/login/factor/passkey";
/// The options for that.
pub(in crate::http) const FACTOR_OPTIONS: &str = "/login/factor/passkey/options";

/// Whoever asks is told the same: nothing of an account is in these options.
pub(in crate::http) async fn post_sign_in_options(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    if let Err(response) = genuine(&edge, &call, body).await {
        return response;
    }
    let visitor = visitor(&edge, &call, Demand::NONE, false);
    let offered = sign_in::offer(&edge.app, visitor, call.address).await;
    let offered = offered.map_err(|error| {
        error.map_refusal(|refusal| match refusal {
            PasskeyRefusal::SlowDown { retry_after } => Some(retry_after),
            PasskeyRefusal::Gone | PasskeyRefusal::Refused | PasskeyRefusal::Unknown { .. } => None,
        })
    });
    options(&edge, &call, offered)
}

pub(in crate::http) async fn post_factor_options(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    if let Err(response) = genuine(&edge, &call, body).await {
        return response;
    }
    let at = match errand_of(&edge, &call).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let visitor = at.visitor(&edge, &call);
    let offered = second_factor::offer(&edge.app, visitor, call.address).await;
    options(&edge, &call, offered.map_err(step_refusal))
}

/// How long a refused step must wait, if waiting helps.
pub(super) fn step_refusal(error: FlowError<StepRefusal>) -> FlowError<Option<Lifetime>> {
    error.map_refusal(|refusal| match refusal {
        StepRefusal::SlowDown { retry_after } => Some(retry_after),
        StepRefusal::Gone | StepRefusal::Wrong | StepRefusal::Used => None,
    })
}

/// The form of a script that asks for options, if it was sent by a page of ours.
pub(super) async fn genuine(edge: &Edge, call: &Call, body: Body) -> Result<Params, Response> {
    let form = match call.form(body, edge).await {
        Ok(form) => form,
        Err(error) => return Err(respond::oauth_error(error, &call.id)),
    };
    if is_genuine(edge, call, &form) {
        Ok(form)
    } else {
        Err(no_options(call))
    }
}

/// Answers a script.
pub(super) fn options(
    edge: &Edge,
    call: &Call,
    offered: Result<Value, FlowError<Option<Lifetime>>>,
) -> Response {
    match offered {
        Ok(options) => respond::json(StatusCode::OK, &options),
        Err(FlowError::Refused(None)) => no_options(call),
        Err(FlowError::Refused(Some(retry_after)) | FlowError::Busy { retry_after }) => {
            respond::too_many(&call.id, retry_after)
        }
        Err(FlowError::Fault(fault)) => respond::fault(edge, &call.headers, &call.id, &fault),
    }
}

pub(super) fn no_options(call: &Call) -> Response {
    respond::refusal(
        StatusCode::FORBIDDEN,
        ErrorCode::AccessDenied,
        "Load the page again: there is nothing to be asked for here.",
        &call.id,
    )
}

/// Signs in with the passkey that a browser has answered with.
pub(in crate::http) async fn post_sign_in(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let form = match call.form(body, &edge).await {
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    match errand_of(&edge, &call).await {
        Ok(at) => Box::pin(take(&edge, &call, &form, &at)).await,
        Err(response) => response,
    }
}

async fn take(edge: &Edge, call: &Call, form: &Params, at: &AtPage) -> Response {
    let refuse = |error, signals| login::refuse(edge, call, &at.errand, error, signals);
    if !is_genuine(edge, call, form) {
        return refuse(LoginError::StaleForm, Vec::new());
    }
    let answer = form.get("credential").unwrap_or_default();
    let tried = sign_in(&edge.app, at.visitor(edge, call), answer, call.address).await;
    match edge.app.counted(Proof::Passkey, tried) {
        Ok(progress) => Box::pin(go_on(edge, call, &at.errand, progress)).await,
        Err(FlowError::Refused(refusal)) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "sign-in refused");
            match refusal {
                PasskeyRefusal::Gone => refuse(LoginError::PasskeyGone, Vec::new()),
                PasskeyRefusal::Refused => refuse(LoginError::PasskeyRefused, Vec::new()),
                PasskeyRefusal::Unknown { rp_id, credential } => {
                    let signal = Signal::unknown(&rp_id, &credential);
                    refuse(LoginError::PasskeyUnknown, vec![signal])
                }
                PasskeyRefusal::SlowDown { retry_after } => {
                    let seconds = retry_after.whole_seconds() + 1;
                    refuse(LoginError::SlowDown { seconds }, Vec::new())
                }
            }
        }
        Err(FlowError::Busy { retry_after }) => {
            respond::busy(edge, &call.headers, &call.id, retry_after)
        }
        Err(FlowError::Fault(fault)) => respond::fault(edge, &call.headers, &call.id, &fault),
    }
}
