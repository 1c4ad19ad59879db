//! `GET` and `POST /lock-account`: the owner of an account locks it with one button.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::account::link::LinkPurpose;
use crate::flows::links::lock_account;
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::link::{self, Posted};
use crate::http::page::{bind, local};
use crate::http::respond::{self, Forms};
use crate::pages::{LinkDone, LockAccountPage};

const PURPOSE: LinkPurpose = LinkPurpose::LockAccount;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match link::open(&edge, &call, &call.query, PURPOSE).await {
        Ok((_, token)) => show(&edge, &call, token, false),
        Err(response) => *response,
    }
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let posted = match link::posted(&edge, &call, body, PURPOSE).await {
        Ok(posted) => posted,
        Err(response) => return *response,
    };
    let Posted {
        link: opened,
        token,
        genuine,
        ..
    } = posted;
    if !genuine {
        return show(&edge, &call, token, true);
    }
    match lock_account(&edge.app, &call.realm, &token, call.caller()).await {
        Ok(()) => link::done(&edge, &call, &opened, LinkDone::AccountLocked),
        Err(error) => match link::refusal_of(&edge, &call, error) {
            Ok(refusal) => link::refused(&edge, &call, PURPOSE, refusal),
            Err(response) => *response,
        },
    }
}

fn show(edge: &Edge, call: &Call, token: String, stale: bool) -> Response {
    let binding = bind(edge, call);
    let view = LockAccountPage {
        chrome: respond::realm_chrome(edge, call),
        token,
        stale,
        action: local(edge, call, PURPOSE.path()),
        csrf: binding.csrf.clone(),
    };
    let status = if stale {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let response = respond::page(edge, status, &view, Forms::StayHere);
    binding.apply(edge, call, response)
}
