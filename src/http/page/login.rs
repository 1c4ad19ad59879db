//! `GET` and `POST /login`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::flows::FlowError;
use crate::flows::authorize::{Outcome, Pending, Visit, resume, resume_signed_in};
use crate::flows::login::{Attempt, LoginRefusal, SignedIn, sign_in};
use crate::flows::session;
use crate::http::call::Call;
use crate::http::page::check_session::remember;
use crate::http::page::outcome::{follow, page_address, wishes_of};
use crate::http::page::{Binding, bind, device, forgot_password, is_genuine, link, sign_up};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{LoginError, LoginPage, LoginReason};
use crate::protocol::authorize::LoginReason as Reason;
use crate::protocol::params::Params;
use crate::protocol::realm::SignUpMode;
use crate::protocol::user_code::UserCode;
use crate::secret::SecretString;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    if let Some(code) = device_errand(&call) {
        let live = session::resume(&edge.app, &call.realm, cookie, None, edge.app.now()).await;
        return match live {
            Ok(live) => {
                let shown = Shown {
                    username: String::new(),
                    error: None,
                    reason: live.is_none().then_some(Reason::SignedOut),
                };
                show(&edge, &call, &Errand::Device(code), shown)
            }
            Err(fault) => respond::fault(&edge, &call.headers, &call.id, &fault),
        };
    }
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie,
        caller: &call.caller,
    };
    match resume(&edge.app, visit).await {
        Ok(Outcome::Login(pending, reason)) => {
            let hint = pending.request.login_hint.clone().unwrap_or_default();
            let shown = Shown {
                username: hint,
                error: None,
                reason: Some(reason),
            };
            show(&edge, &call, &Errand::Request(pending), shown)
        }
        // "Not you?" on the consent page leads here with somebody signed in, and the page for new
        // accounts leads people here who have one.
        Ok(Outcome::Consent(pending) | Outcome::SignUp(pending)) => {
            let shown = Shown {
                username: String::new(),
                error: None,
                reason: None,
            };
            show(&edge, &call, &Errand::Request(pending), shown)
        }
        outcome => follow(&edge, &call, &call.query, outcome),
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
    if let Some(code) = device_errand(&call) {
        return take(&edge, &call, &form, &Errand::Device(code)).await;
    }
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie,
        caller: &call.caller,
    };
    match resume(&edge.app, visit).await {
        Ok(Outcome::Login(pending, _) | Outcome::Consent(pending) | Outcome::SignUp(pending)) => {
            take(&edge, &call, &form, &Errand::Request(pending)).await
        }
        // Somebody signed in meanwhile, in another tab: still take what was typed here.
        outcome => follow(&edge, &call, &call.query, outcome),
    }
}

/// What a sign-in is for. It stays in the page's address, and names no place to go: there are two,
/// and both are ours.
enum Errand {
    /// An authorization request.
    Request(Box<Pending>),
    /// The code of a device.
    Device(UserCode),
}

/// The code that a sign-in is for; an authorization request has a client in its address.
fn device_errand(call: &Call) -> Option<UserCode> {
    device::code_of(&call.query).filter(|_code| call.query.get("client_id").is_none())
}

/// Takes what was typed.
async fn take(edge: &Edge, call: &Call, form: &Params, errand: &Errand) -> Response {
    let refuse = |error| {
        let username = form.get("username").unwrap_or_default().to_owned();
        show(
            edge,
            call,
            errand,
            Shown {
                username,
                error: Some(error),
                reason: None,
            },
        )
    };
    if !is_genuine(edge, call, form) {
        return refuse(LoginError::StaleForm);
    }
    match attempt(edge, call, form).await {
        Ok(signed_in) => Box::pin(go_on(edge, call, errand, signed_in)).await,
        Err(NotSignedIn::Page(error)) => refuse(error),
        Err(NotSignedIn::Answer(response)) => *response,
    }
}

/// What becomes of an attempt that signed nobody in.
enum NotSignedIn {
    /// A word for the page, which is shown again.
    Page(LoginError),
    /// An answer of another kind.
    Answer(Box<Response>),
}

/// Tries what was typed.
async fn attempt(edge: &Edge, call: &Call, form: &Params) -> Result<SignedIn, NotSignedIn> {
    let username = form
        .get("username")
        .ok_or(NotSignedIn::Page(LoginError::MissingUsername))?;
    let password = form
        .get("password")
        .ok_or(NotSignedIn::Page(LoginError::MissingPassword))?;
    let attempt = Attempt {
        realm: &call.realm,
        login: username,
        password: SecretString::new(password.to_owned()),
        address: call.address,
        caller: &call.caller,
        cookie: cookie::read(edge, &call.realm, &call.headers),
    };
    sign_in(&edge.app, attempt).await.map_err(|error| match error {
        FlowError::Refused(refusal) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "sign-in refused");
            NotSignedIn::Page(match refusal {
                LoginRefusal::WrongCredentials => LoginError::WrongCredentials,
                LoginRefusal::SlowDown { retry_after } => {
                    LoginError::SlowDown { seconds: retry_after.whole_seconds() + 1 }
                }
            })
        }
        FlowError::Busy { retry_after } => {
            NotSignedIn::Answer(Box::new(respond::busy(edge, &call.headers, &call.id, retry_after)))
        }
        FlowError::Fault(fault) => {
            NotSignedIn::Answer(Box::new(respond::fault(edge, &call.headers, &call.id, &fault)))
        }
    })
}

/// Takes the next step of the errand under the new cookie.
async fn go_on(edge: &Edge, call: &Call, errand: &Errand, signed_in: SignedIn) -> Response {
    let SignedIn {
        cookie,
        session,
        user,
    } = signed_in;
    tracing::info!(request_id = call.id.0, realm = %call.realm, user = %user.id, "signed in");
    let value = cookie.expose().as_str();
    let mut response = match errand {
        Errand::Request(_) => {
            let visit = Visit {
                realm: &call.realm,
                params: &call.query,
                cookie: Some(value),
                caller: &call.caller,
            };
            let outcome = resume_signed_in(&edge.app, visit, session).await;
            follow(edge, call, &call.query, outcome)
        }
        Errand::Device(code) => {
            let binding = Binding::to(edge, call, value);
            device::go_on(edge, call, code.as_str(), Some(value), binding).await
        }
    };
    if let Some(header) = cookie::set(edge, &call.realm, cookie.expose()) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    remember(edge, call, Some(cookie.expose()), &mut response);
    response
}

/// What varies on the page.
struct Shown {
    username: String,
    error: Option<LoginError>,
    reason: Option<Reason>,
}

fn show(edge: &Edge, call: &Call, errand: &Errand, shown: Shown) -> Response {
    let binding = bind(edge, call);
    let reason = match shown.reason {
        Some(Reason::Requested) => Some(LoginReason::ClientAsked),
        Some(Reason::TooOld) => Some(LoginReason::TooLongAgo),
        // The request is about somebody else, or nothing asks for a sign-in and so the person does.
        Some(Reason::SomebodyElse) => Some(LoginReason::OtherAccount),
        None if shown.error.is_none() => Some(LoginReason::OtherAccount),
        Some(Reason::SignedOut) | None => None,
    };
    let status = match shown.error {
        None => StatusCode::OK,
        Some(LoginError::SlowDown { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let pending = match errand {
        Errand::Request(pending) => Some(pending.as_ref()),
        Errand::Device(_) => None,
    };
    let may_sign_up = call.realm_settings.sign_up == SignUpMode::Open;
    let (client_name, action, wishes) = match errand {
        Errand::Request(pending) => (
            Some(pending.addressee.client().metadata.client_name.clone()),
            page_address(edge, call, &call.query, "/login", pending),
            wishes_of(call, pending),
        ),
        Errand::Device(code) => (None, device::sign_in_address(edge, call, code), call.wishes),
    };
    let view = LoginPage {
        chrome: respond::chrome_for(edge, call, wishes),
        client_name,
        username: shown.username,
        username_fixed: false,
        error: shown.error,
        reason,
        action,
        csrf: binding.csrf.clone(),
        demo_account: edge
            .settings
            .demo
            .as_ref()
            .map(|(_, account)| account.clone()),
        forgot: link::address(edge, call, forgot_password::PATH, pending),
        sign_up: may_sign_up.then(|| link::address(edge, call, sign_up::PATH, pending)),
    };
    let response = respond::page(edge, status, &view, Forms::EndAtClient);
    binding.apply(edge, call, response)
}
