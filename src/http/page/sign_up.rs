//! `GET` and `POST /sign-up`, `POST /sign-up/again`: people register themselves, where the realm
//! lets them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::FlowError;
use crate::flows::authorize::Pending;
use crate::flows::sign_up::{Form, SignUpRefusal, send_again, sign_up};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::{bind, is_genuine, link};
use crate::http::respond::{self, Forms};
use crate::pages::{AccountFormError, Again, MailSentPage, SentMail, SignUpClosedPage, SignUpPage};
use crate::protocol::params::Params;
use crate::protocol::realm::SignUpMode;
use crate::secret::SecretString;

/// Where the form is, below the issuer.
pub(in crate::http) const PATH: &str = "/sign-up";
/// Where its mail is asked for again.
pub(in crate::http) const AGAIN: &str = "/sign-up/again";

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match open(&edge, &call).await {
        Ok(pending) => {
            let hint = pending
                .as_deref()
                .and_then(|p| p.request.login_hint.clone());
            let typed = Typed {
                email: hint.filter(|hint| hint.contains('@')).unwrap_or_default(),
                name: String::new(),
            };
            show(&edge, &call, pending.as_deref(), typed, None)
        }
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
    let pending = match open(&edge, &call).await {
        Ok(pending) => pending,
        Err(response) => return *response,
    };
    let pending = pending.as_deref();
    if !is_genuine(&edge, &call, &form) {
        return refuse(&edge, &call, pending, &form, AccountFormError::StaleForm);
    }
    if call.realm_row.terms_url.is_some() && form.get("terms") != Some("accepted") {
        return refuse(&edge, &call, pending, &form, AccountFormError::Terms);
    }
    let (request, language) = (
        link::request_text(&call, pending),
        link::chrome(&edge, &call, pending).lang,
    );
    let filled = Form {
        email: form.get("email").unwrap_or_default(),
        name: form.get("name"),
        password: SecretString::new(form.get("password").unwrap_or_default().to_owned()),
        request: request.as_deref(),
        terms: call.realm_row.terms_url.as_deref(),
    };
    let asker = link::asker(&edge, &call, language);
    let done = sign_up(&edge.app, asker, filled).await;
    finish(&edge, &call, pending, &form, done)
}

pub(in crate::http) async fn post_again(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let form = match call.form(body, &edge).await {
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let pending = match open(&edge, &call).await {
        Ok(pending) => pending,
        Err(response) => return *response,
    };
    let pending = pending.as_deref();
    if !is_genuine(&edge, &call, &form) {
        return refuse(&edge, &call, pending, &form, AccountFormError::StaleForm);
    }
    let language = link::chrome(&edge, &call, pending).lang;
    let asker = link::asker(&edge, &call, language);
    let email = form.get("email").unwrap_or_default();
    let done = send_again(&edge.app, asker, email).await;
    finish(&edge, &call, pending, &form, done)
}

/// The request that the page goes on with, where people may register.
async fn open(edge: &Edge, call: &Call) -> Result<Option<Box<Pending>>, Box<Response>> {
    let pending = link::coming(edge, call).await?;
    if call.realm_row.settings.sign_up == SignUpMode::Open {
        return Ok(pending);
    }
    let view = SignUpClosedPage {
        chrome: link::chrome(edge, call, pending.as_deref()),
        by_invitation: call.realm_row.settings.sign_up == SignUpMode::Invitation,
        sign_in: link::sign_in(edge, call, pending.as_deref()),
    };
    let closed = respond::page(edge, StatusCode::FORBIDDEN, &view, Forms::EndAtClient);
    Err(Box::new(closed))
}

fn finish(
    edge: &Edge,
    call: &Call,
    pending: Option<&Pending>,
    form: &Params,
    done: Result<String, FlowError<SignUpRefusal>>,
) -> Response {
    let error = match done {
        Ok(email) => return sent(edge, call, pending, email),
        Err(error) => error,
    };
    let error = match link::refusal_of(edge, call, error) {
        Ok(SignUpRefusal::NoAddress) => AccountFormError::Address,
        Ok(SignUpRefusal::Name) => AccountFormError::Name,
        Ok(SignUpRefusal::Weak(weaknesses)) => link::about(&weaknesses),
        Ok(SignUpRefusal::SlowDown { retry_after }) => link::slow_down(retry_after),
        Ok(SignUpRefusal::NothingWaits) => AccountFormError::NothingWaits,
        Err(response) => return *response,
    };
    refuse(edge, call, pending, form, error)
}

fn sent(edge: &Edge, call: &Call, pending: Option<&Pending>, email: String) -> Response {
    let binding = bind(edge, call);
    let view = MailSentPage {
        chrome: link::chrome(edge, call, pending),
        mail: SentMail::SignUp,
        email,
        again: Some(Again {
            action: link::address(edge, call, AGAIN, pending),
            csrf: binding.csrf.clone(),
        }),
        sign_in: link::sign_in(edge, call, pending),
    };
    let response = respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient);
    binding.apply(edge, call, response)
}

/// What stands in the fields.
struct Typed {
    email: String,
    name: String,
}

fn refuse(
    edge: &Edge,
    call: &Call,
    pending: Option<&Pending>,
    form: &Params,
    error: AccountFormError,
) -> Response {
    let typed = Typed {
        email: form.get("email").unwrap_or_default().to_owned(),
        name: form.get("name").unwrap_or_default().to_owned(),
    };
    show(edge, call, pending, typed, Some(error))
}

fn show(
    edge: &Edge,
    call: &Call,
    pending: Option<&Pending>,
    typed: Typed,
    error: Option<AccountFormError>,
) -> Response {
    let binding = bind(edge, call);
    let view = SignUpPage {
        chrome: link::chrome(edge, call, pending),
        client_name: pending.map(|p| p.addressee.client().metadata.client_name.clone()),
        email: typed.email,
        invitation: None,
        name: typed.name,
        terms_url: call.realm_row.terms_url.clone(),
        least: link::least(call),
        error,
        action: link::address(edge, call, PATH, pending),
        csrf: binding.csrf.clone(),
        sign_in: link::sign_in(edge, call, pending),
    };
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::EndAtClient);
    binding.apply(edge, call, response)
}
