//! `GET` and `POST /login/new-password`: the step of a sign-in at which another password is chosen.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::FlowError;
use crate::flows::password::{ChooseRefusal, choose, chooser};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::errand::{AtPage, errand_of, go_on};
use crate::http::page::steps::{NEW_PASSWORD, begin_anew, show_step};
use crate::http::page::{bind, is_genuine};
use crate::http::respond::{self, Forms};
use crate::pages::{ChoosePasswordPage, PasswordError, weaknesses_in_words};
use crate::secret::SecretString;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    Box::pin(show_step(&edge, &call, NEW_PASSWORD)).await
}

pub(in crate::http) async fn post(
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
        return show(&edge, &call, &at, Some(PasswordError::StaleForm)).await;
    }
    let new = SecretString::new(form.get("password").unwrap_or_default().to_owned());
    let error = match choose(&edge.app, at.visitor(&edge, &call), new).await {
        Ok(progress) => return Box::pin(go_on(&edge, &call, &at.errand, progress)).await,
        Err(error) => error,
    };
    let error = match error {
        FlowError::Refused(ChooseRefusal::Gone) => return begin_anew(&edge, &call, &at),
        FlowError::Refused(ChooseRefusal::Weak(weaknesses)) => PasswordError::Weak {
            weaknesses: weaknesses_in_words(&weaknesses),
        },
        FlowError::Refused(ChooseRefusal::SlowDown { retry_after }) => PasswordError::SlowDown {
            seconds: retry_after.whole_seconds() + 1,
        },
        FlowError::Busy { retry_after } => {
            return respond::busy(&edge, &call.headers, &call.id, retry_after);
        }
        FlowError::Fault(fault) => return respond::fault(&edge, &call.headers, &call.id, &fault),
    };
    show(&edge, &call, &at, Some(error)).await
}

/// Shows the page to whoever must choose; others begin anew.
pub(super) async fn show(
    edge: &Edge,
    call: &Call,
    at: &AtPage,
    error: Option<PasswordError>,
) -> Response {
    let chooser = match chooser(&edge.app, at.visitor(edge, call)).await {
        Ok(Some(chooser)) => chooser,
        Ok(None) => return begin_anew(edge, call, at),
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let binding = bind(edge, call);
    let floor = call
        .realm_row
        .settings
        .passwords
        .floor(chooser.factors.any());
    let status = status_of(error.as_ref());
    let view = ChoosePasswordPage {
        chrome: respond::chrome_for(edge, call, at.errand.wishes(edge, call)),
        client_name: at.errand.client_name(),
        username: chooser.user.username,
        least: floor.length,
        error,
        action: at.errand.address(edge, call, NEW_PASSWORD),
        not_you: at.errand.address(edge, call, "/login"),
        csrf: binding.csrf.clone(),
    };
    let response = respond::page(edge, status, &view, Forms::EndAtClient);
    binding.apply(edge, call, response)
}

pub(super) fn status_of(error: Option<&PasswordError>) -> StatusCode {
    match error {
        None => StatusCode::OK,
        Some(PasswordError::SlowDown { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(
            PasswordError::Weak { .. }
            | PasswordError::WrongPassword
            | PasswordError::Doubted
            | PasswordError::StaleForm,
        ) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
