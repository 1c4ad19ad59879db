//! `GET` and `POST /confirm-address`: makes the account of a registration.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::account::link::{Link, LinkPurpose};
use crate::flows::authorize::{Visit, resume_signed_in};
use crate::flows::login::{Attempt, sign_in};
use crate::flows::sign_in_steps::Progress;
use crate::flows::sign_up::{ConfirmRefusal, confirm};
use crate::http::call::Call;
use crate::http::page::errand::{visitor, with_session, with_sign_in};
use crate::http::page::link::{self, Posted};
use crate::http::page::outcome::follow;
use crate::http::page::{bind, local, steps};
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
    let posted = match link::posted(&edge, &call, body, PURPOSE).await {
        Ok(posted) => posted,
        Err(response) => return *response,
    };
    let Posted {
        form,
        link: opened,
        token,
        genuine,
    } = posted;
    if !genuine {
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
        turn: None,
        visitor: visitor(
            edge,
            call,
            call.realm_row.settings.second_factor_demand(),
            false,
        ),
    };
    // Whatever keeps the person from being signed in here is told at the sign-in page.
    let signed_in = match sign_in(&edge.app, &attempt).await {
        Ok(Progress::SignedIn(signed_in)) => signed_in,
        // More is asked of everybody here: the request goes on at that page.
        Ok(Progress::Step { step, cookie }) => {
            let page = local(edge, call, steps::path_of(step));
            let response = respond::see_other(&format!("{page}?{request}"));
            let cookie = cookie.as_ref().map(|cookie| cookie.expose().as_str());
            return with_sign_in(edge, call, cookie, response);
        }
        Err(_told_there) => return link::done(edge, call, used, LinkDone::AccountMade),
    };
    let request = Params::parse(request.as_bytes());
    let visit = Visit {
        realm: &call.realm,
        params: &request,
        cookie: Some(signed_in.cookie.expose()),
        caller: call.caller(),
    };
    let outcome = resume_signed_in(&edge.app, visit, signed_in.session.clone()).await;
    let response = follow(edge, call, &request, outcome);
    with_session(edge, call, &signed_in, response)
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
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::EndAtClient);
    binding.apply(edge, call, response)
}
