//! `GET` and `POST /confirm-new-address` and `/agree-to-new-address`: the mailboxes of the new and of
//! the present address confirm that an account gets the new one.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::account::link::{Link, LinkPurpose, LinkRefusal};
use crate::flows::own::address::{ConfirmRefusal, Confirmed, confirm, wished};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::link::{self, Posted};
use crate::http::page::{bind, local};
use crate::http::respond::{self, Forms};
use crate::pages::{AccountFormError, ConfirmNewAddressPage, LinkDone};

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    opened(&edge, &call, LinkPurpose::ConfirmNewAddress).await
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    pressed(&edge, &call, body, LinkPurpose::ConfirmNewAddress).await
}

pub(in crate::http) async fn get_agreement(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    opened(&edge, &call, LinkPurpose::AgreeToNewAddress).await
}

pub(in crate::http) async fn post_agreement(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    pressed(&edge, &call, body, LinkPurpose::AgreeToNewAddress).await
}

async fn opened(edge: &Edge, call: &Call, purpose: LinkPurpose) -> Response {
    match link::open(edge, call, &call.query, purpose).await {
        Ok((link, token)) => show(edge, call, &link, token, None).await,
        Err(response) => *response,
    }
}

async fn pressed(edge: &Edge, call: &Call, body: Body, purpose: LinkPurpose) -> Response {
    let posted = match link::posted(edge, call, body, purpose).await {
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
        return show(edge, call, &opened, token, stale).await;
    }
    match confirm(&edge.app, &call.realm, (&token, purpose), call.caller()).await {
        Ok((used, confirmed)) => {
            let what = match confirmed {
                Confirmed::Changed => LinkDone::AddressChanged,
                Confirmed::Waits => LinkDone::AddressAwaited,
            };
            link::done(edge, call, &used, what)
        }
        Err(error) => match link::refusal_of(edge, call, error) {
            Ok(ConfirmRefusal::Link(refusal)) => link::refused(edge, call, purpose, refusal),
            Ok(ConfirmRefusal::Taken) => {
                let error = Some(AccountFormError::AddressTaken);
                show(edge, call, &opened, token, error).await
            }
            Err(response) => *response,
        },
    }
}

async fn show(
    edge: &Edge,
    call: &Call,
    opened: &Link,
    token: String,
    error: Option<AccountFormError>,
) -> Response {
    let email = match wished(&edge.app, opened).await {
        Ok(Some(email)) => email,
        Ok(None) => return link::refused(edge, call, opened.purpose, LinkRefusal::Unknown),
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let binding = bind(edge, call);
    let view = ConfirmNewAddressPage {
        chrome: respond::realm_chrome(edge, call),
        email,
        agrees: opened.purpose == LinkPurpose::AgreeToNewAddress,
        token,
        error,
        action: local(edge, call, opened.purpose.path()),
        csrf: binding.csrf.clone(),
    };
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::StayHere);
    binding.apply(edge, call, response)
}
