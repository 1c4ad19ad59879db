//! `GET` and `POST /forgot-password`: asks for a link that sets another password.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tokio::time::{Instant, sleep_until};

use crate::flows::authorize::Pending;
use crate::flows::password_reset::{Forgotten, ForgottenRefusal, ask};
use crate::http::call::Call;
use crate::http::page::{bind, is_genuine, link};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AccountFormError, ForgotPasswordPage, MailSentPage, SentMail};

/// Where the page is, below the issuer.
pub(in crate::http) const PATH: &str = "/forgot-password";
/// No answer comes sooner. To write to the owner of an account takes a fraction of a millisecond
/// more than to write to nobody, and there is no hash here that would drown it.
const SHORTEST: Duration = Duration::from_millis(100);

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match link::coming(&edge, &call).await {
        Ok(pending) => show(&edge, &call, pending.as_deref(), String::new(), None),
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
    let pending = match link::coming(&edge, &call).await {
        Ok(pending) => pending,
        Err(response) => return *response,
    };
    let pending = pending.as_deref();
    let email = form.get("email").unwrap_or_default();
    let refuse = |error| show(&edge, &call, pending, email.to_owned(), Some(error));
    if !is_genuine(&edge, &call, &form) {
        return refuse(AccountFormError::StaleForm);
    }
    let (request, language) = (
        link::request_text(&call, pending),
        link::chrome(&edge, &call, pending).lang,
    );
    let forgotten = Forgotten {
        realm: &call.realm,
        email,
        address: call.address,
        caller: call.caller(),
        cookie: cookie::read(&edge, &call.realm, &call.headers),
        request: request.as_deref(),
        language,
    };
    let not_before = Instant::now() + SHORTEST;
    let asked = ask(&edge.app, forgotten).await;
    sleep_until(not_before).await;
    match asked {
        Ok(email) => sent(&edge, &call, pending, email),
        Err(error) => match link::refusal_of(&edge, &call, error) {
            Ok(ForgottenRefusal::NoAddress) => refuse(AccountFormError::Address),
            Ok(ForgottenRefusal::SlowDown { retry_after }) => refuse(link::slow_down(retry_after)),
            Err(response) => *response,
        },
    }
}

fn sent(edge: &Edge, call: &Call, pending: Option<&Pending>, email: String) -> Response {
    let view = MailSentPage {
        chrome: link::chrome(edge, call, pending),
        mail: SentMail::Reset,
        email,
        again: None,
        sign_in: link::sign_in(edge, call, pending),
    };
    respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient)
}

fn show(
    edge: &Edge,
    call: &Call,
    pending: Option<&Pending>,
    email: String,
    error: Option<AccountFormError>,
) -> Response {
    let binding = bind(edge, call);
    let view = ForgotPasswordPage {
        chrome: link::chrome(edge, call, pending),
        email,
        error,
        action: link::address(edge, call, PATH, pending),
        csrf: binding.csrf.clone(),
        sign_in: link::sign_in(edge, call, pending),
    };
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::EndAtClient);
    binding.apply(edge, call, response)
}
