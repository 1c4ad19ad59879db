//! `GET` and `POST /account/address`: another address for the account. Whoever sees the page has
//! signed in just now.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::flows::own::address::{Wish, WishRefusal, ask};
use crate::flows::session::LiveSession;
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::account::{back, frame, fresh_owner, freshly_posted};
use crate::http::page::{link, local};
use crate::http::respond::{self, Forms};
use crate::pages::{AccountFormError, AccountNotice, AccountPage, AddressPage};

const PAGE: AccountPage = AccountPage::Address;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match fresh_owner(&edge, &call, PAGE).await {
        Ok(live) => show(&edge, &call, &live, None),
        Err(response) => response,
    }
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match freshly_posted(&edge, &call, body, PAGE).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let typed = form.get("email").unwrap_or_default();
    let wish = Wish {
        email: typed,
        address: call.address,
        caller: call.caller(),
        language: respond::realm_chrome(&edge, &call).lang,
    };
    let error = match ask(&edge.app, &live, wish).await {
        Ok(_email) => return back(&edge, &call, PAGE, AccountNotice::MailSent),
        Err(error) => error,
    };
    let error = match link::refusal_of(&edge, &call, error) {
        Ok(WishRefusal::NoAddress) => AccountFormError::Address,
        Ok(WishRefusal::SlowDown { retry_after }) => link::slow_down(retry_after),
        Err(response) => return *response,
    };
    show(&edge, &call, &live, Some((typed, error)))
}

/// The form; `refused` is what was typed, and why it was not accepted.
fn show(
    edge: &Edge,
    call: &Call,
    live: &LiveSession,
    refused: Option<(&str, AccountFormError)>,
) -> Response {
    let (typed, error) = refused.unzip();
    let view = AddressPage {
        chrome: respond::realm_chrome(edge, call),
        account: frame(edge, call, live, PAGE),
        email: live.facts().user.email.clone(),
        agrees: live.facts().user.email_verified,
        typed: typed.unwrap_or_default().to_owned(),
        error,
        action: local(edge, call, PAGE.path()),
    };
    link::form_page(edge, &view, view.error.as_ref(), Forms::StayHere)
}
