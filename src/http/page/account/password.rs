//! `GET` and `POST /account/password`: a person changes the password.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;

use crate::flows::FlowError;
use crate::flows::password::{Change, ChangeRefusal, Changed, change};
use crate::flows::session::LiveSession;
use crate::http::call::Call;
use crate::http::page::account::factors::to_dare;
use crate::http::page::account::{back, frame, owner, posted};
use crate::http::page::check_session::remember;
use crate::http::page::new_password::status_of;
use crate::http::page::{errand, forgot_password, local};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AccountNotice, AccountPage, PasswordError, PasswordPage, weaknesses_in_words};
use crate::secret::SecretString;

const PAGE: AccountPage = AccountPage::Password;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match owner(&edge, &call, PAGE).await {
        Ok(live) => match to_prove_first(&edge, &call, &live) {
            None => show(&edge, &call, &live, None),
            Some(address) => respond::see_other(&address),
        },
        Err(response) => response,
    }
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match posted(&edge, &call, body, PAGE).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    if let Some(address) = to_prove_first(&edge, &call, &live) {
        return respond::see_other(&address);
    }
    let typed = |name| SecretString::new(form.get(name).unwrap_or_default().to_owned());
    let wanted = Change {
        realm: &call.realm,
        live: &live,
        current: typed("current"),
        new: typed("password"),
        address: call.address,
        caller: call.caller(),
    };
    match change(&edge.app, wanted).await {
        Ok(changed) => done(&edge, &call, &changed),
        Err(FlowError::Refused(refusal)) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "password not changed");
            match error_of(refusal) {
                Some(error) => show(&edge, &call, &live, Some(error)),
                // Whatever it was that changed: a sign-in tells.
                None => respond::see_other(&errand::account_address(&edge, &call, "/login", PAGE)),
            }
        }
        Err(FlowError::Busy { retry_after }) => {
            respond::busy(&edge, &call.headers, &call.id, retry_after)
        }
        Err(FlowError::Fault(fault)) => respond::fault(&edge, &call.headers, &call.id, &fault),
    }
}

/// Where those go first who have a second factor and have not proven it just now: the session is as
/// good as new after the change, and must not be so for the password alone.
fn to_prove_first(edge: &Edge, call: &Call, live: &LiveSession) -> Option<String> {
    let has_factor = live.facts().has_factor;
    has_factor
        .then(|| to_dare(edge, call, live, PAGE))
        .flatten()
}

/// What is said of a refusal; nothing when there is nobody to say it to.
fn error_of(refusal: ChangeRefusal) -> Option<PasswordError> {
    match refusal {
        ChangeRefusal::WrongPassword => Some(PasswordError::WrongPassword),
        ChangeRefusal::Doubted => Some(PasswordError::Doubted),
        ChangeRefusal::Weak(weaknesses) => Some(PasswordError::Weak {
            weaknesses: weaknesses_in_words(&weaknesses),
        }),
        ChangeRefusal::SlowDown { retry_after } => Some(PasswordError::SlowDown {
            seconds: retry_after.whole_seconds() + 1,
        }),
        ChangeRefusal::Outdated => None,
    }
}

/// The session goes on under its new cookie.
fn done(edge: &Edge, call: &Call, changed: &Changed) -> Response {
    let mut response = back(
        edge,
        call,
        AccountPage::SignIn,
        AccountNotice::PasswordChanged,
    );
    if let Some(header) = cookie::set(edge, &call.realm, changed.cookie.expose()) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    remember(edge, call, Some(changed.cookie.expose()), &mut response);
    response
}

fn show(edge: &Edge, call: &Call, live: &LiveSession, error: Option<PasswordError>) -> Response {
    let facts = live.facts();
    let status = status_of(error.as_ref());
    let view = PasswordPage {
        chrome: respond::realm_chrome(edge, call),
        account: frame(edge, call, live, PAGE),
        has_password: facts.user.password_hash.is_some(),
        least: call
            .realm_row
            .settings
            .passwords
            .floor(facts.has_factor)
            .length,
        error,
        action: local(edge, call, PAGE.path()),
        by_mail: local(edge, call, forgot_password::PATH),
    };
    respond::page(edge, status, &view, Forms::StayHere)
}
