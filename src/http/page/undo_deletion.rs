//! `GET` and `POST /undo-deletion`: the owner of a deleted account brings it back with one button.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::account::link::LinkPurpose;
use crate::flows::own::delete::undo;
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::link::{self, Posted};
use crate::http::page::{bind, local};
use crate::http::respond::{self, Forms};
use crate::pages::{AccountFormError, LinkDone, UndoDeletionPage};

const PURPOSE: LinkPurpose = LinkPurpose::UndoDeletion;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match link::open(&edge, &call, &call.query, PURPOSE).await {
        Ok((_, token)) => show(&edge, &call, token, None),
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
        return show(&edge, &call, token, Some(AccountFormError::StaleForm));
    }
    match undo(&edge.app, &call.realm, &token, call.caller()).await {
        Ok(()) => link::done(&edge, &call, &opened, LinkDone::AccountRestored),
        Err(error) => match link::refusal_of(&edge, &call, error) {
            Ok(refusal) => link::refused(&edge, &call, PURPOSE, refusal),
            Err(response) => *response,
        },
    }
}

fn show(edge: &Edge, call: &Call, token: String, error: Option<AccountFormError>) -> Response {
    let binding = bind(edge, call);
    let view = UndoDeletionPage {
        chrome: respond::realm_chrome(edge, call),
        token,
        error,
        action: local(edge, call, PURPOSE.path()),
        csrf: binding.csrf.clone(),
    };
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::StayHere);
    binding.apply(edge, call, response)
}
