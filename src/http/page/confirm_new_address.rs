//! `GET` and `POST /confirm-new-address`: gives an account the address that the link was sent to.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::account::link::{Link, LinkPurpose};
use crate::flows::own::address::{ConfirmRefusal, confirm};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::link::{self, Posted};
use crate::http::page::{bind, local};
use crate::http::respond::{self, Forms};
use crate::pages::{AccountFormError, ConfirmNewAddressPage, LinkDone};

const PURPOSE: LinkPurpose = LinkPurpose::ConfirmNewAddress;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match link::open(&edge, &call, &call.query, PURPOSE).await {
        Ok((link, token)) => show(&edge, &call, &link, token, None),
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
        let stale = Some(AccountFormError::StaleForm);
        return show(&edge, &call, &opened, token, stale);
    }
    match confirm(&edge.app, &call.realm, &token, call.caller()).await {
        Ok(used) => link::done(&edge, &call, &used, LinkDone::AddressChanged),
        Err(error) => match link::refusal_of(&edge, &call, error) {
            Ok(ConfirmRefusal::Link(refusal)) => link::refused(&edge, &call, PURPOSE, refusal),
            Ok(ConfirmRefusal::Taken) => {
                let error = Some(AccountFormError::AddressTaken);
                show(&edge, &call, &opened, token, error)
            }
            Err(response) => *response,
        },
    }
}

fn show(
    edge: &Edge,
    call: &Call,
    opened: &Link,
    token: String,
    error: Option<AccountFormError>,
) -> Response {
    let binding = bind(edge, call);
    let view = ConfirmNewAddressPage {
        chrome: respond::realm_chrome(edge, call),
        email: opened.email.clone(),
        token,
        error,
        action: local(edge, call, PURPOSE.path()),
        csrf: binding.csrf.clone(),
    };
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::StayHere);
    binding.apply(edge, call, response)
}
