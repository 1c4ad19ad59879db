//! `GET` and `POST /confirm-address`: makes the account of a registration.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;

use crate::account::link::{Link, LinkPurpose};
use crate::flows::authorize::{Visit, resume_signed_in};
use crate::flows::login::{Attempt, SignedIn, sign_in};
use crate::flows::sign_up::{ConfirmRefusal, confirm};
use crate::http::call::Call;
use crate::http::page::check_session::remember;
use crate::http::page::outcome::follow;
use crate::http::page::{bind, is_genuine, link, local};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AccountFormError, ConfirmAddressPage, LinkDone};
use crate::protocol::params::Params;
use crate::secret::SecretString;

const PURPOSE: LinkPurpose = LinkPurpose::ConfirmAddress;

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
    let form = match call.form(body, &edge).await {
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let (opened, token) = match link::open(&edge, &call, &form, PURPOSE).await {
        Ok(opened) => opened,
        Err(response) => return *response,
    };
    if !is_genuine(&edge, &call, &form) {
        return show(
            &edge,
            &call,
            &opened,
            token,
            Some(AccountFormError::StaleForm),
        );
    }
    let password = SecretString::new(form.get("password").unwrap_or_default().to_owned());
    let language = respond::realm_chrome(&edge, &call).lang;
    let asker = link::asker(&edge, &call, language);
    let error = match confirm(&edge.app, asker, &token, password.clone()).await {
        Ok(used) => return Box::pin(go_on(&edge, &call, &used, password)).await,
        Err(error) => error,
    };
    let error = match link::refusal_of(&edge, &call, error) {
        Ok(ConfirmRefusal::Link(refusal)) => return link::refused(&edge, &call, PURPOSE, refusal),
        Ok(ConfirmRefusal::WrongPassword) => AccountFormError::WrongPassword,
        Ok(ConfirmRefusal::AddressTaken) => AccountFormError::AddressTaken,
        Ok(ConfirmRefusal::SlowDown { retry_after }) => link::slow_down(retry_after),
        Err(response) => return *response,
    };
    show(&edge, &call, &opened, token, Some(error))
}

/// The browser that filled in the form goes on with its request, signed in by the same rules as at
/// the sign-in page. Any other goes back to where the form was filled in.
async fn go_on(edge: &Edge, call: &Call, used: &Link, password: SecretString) -> Response {
    let cookie = cookie::read(edge, &call.realm, &call.headers);
    let request = used.content.request.as_deref();
    let Some(request) = request.filter(|_| used.content.is_from(cookie)) else {
        return link::done(edge, call, used, LinkDone::AccountMade);
    };
    let attempt = Attempt {
        realm: &call.realm,
        login: &used.email,
        password,
        address: call.address,
        caller: &call.caller,
        cookie,
    };
    // Whatever keeps the person from being signed in here is told at the sign-in page.
    let Ok(SignedIn {
        cookie, session, ..
    }) = sign_in(&edge.app, attempt).await
    else {
        return link::done(edge, call, used, LinkDone::AccountMade);
    };
    let request = Params::parse(request.as_bytes());
    let visit = Visit {
        realm: &call.realm,
        params: &request,
        cookie: Some(cookie.expose()),
        caller: &call.caller,
    };
    let outcome = resume_signed_in(&edge.app, visit, session).await;
    let mut response = follow(edge, call, &request, outcome);
    if let Some(header) = cookie::set(edge, &call.realm, cookie.expose()) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    remember(edge, call, Some(cookie.expose()), &mut response);
    response
}

fn show(
    edge: &Edge,
    call: &Call,
    opened: &Link,
    token: String,
    error: Option<AccountFormError>,
) -> Response {
    let binding = bind(edge, call);
    let view = ConfirmAddressPage {
        chrome: respond::realm_chrome(edge, call),
        email: opened.email.clone(),
        token,
        error,
        action: local(edge, call, PURPOSE.path()),
        csrf: binding.csrf.clone(),
    };
    // It may end at the client that the person came from.
    let response = link::form_page(edge, &view, error, Forms::EndAtClient);
    binding.apply(edge, call, response)
}
