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
use crate::flows::session::{self, LiveSession};
use crate::http::call::Call;
use crate::http::page::check_session::remember;
use crate::http::page::outcome::{follow, page_address, wishes_of};
use crate::http::page::{Binding, bind, device, forgot_password, is_genuine, link, local, sign_up};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AccountPage, LoginError, LoginPage, LoginReason};
use crate::protocol::authorize::LoginReason as Reason;
use crate::protocol::params::Params;
use crate::protocol::realm::SignUpMode;
use crate::protocol::user_code::UserCode;
use crate::secret::SecretString;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    if let Some(errand) = errand_of_ours(&call) {
        let now = edge.app.now();
        return match session::resume(&edge.app, &call.realm, cookie, None, now).await {
            Ok(live) => begin(&edge, &call, &errand, live.as_ref()),
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
                reason: in_words(reason),
                ..Shown::NOTHING
            };
            show(&edge, &call, &Errand::Request(pending), shown)
        }
        // "Not you?" on the consent page leads here with somebody signed in, and the page for new
        // accounts leads people here who have one.
        Ok(Outcome::Consent(pending) | Outcome::SignUp(pending)) => show(
            &edge,
            &call,
            &Errand::Request(pending),
            Shown::OTHER_ACCOUNT,
        ),
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
    if let Some(errand) = errand_of_ours(&call) {
        return take(&edge, &call, &form, &errand).await;
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

/// What a sign-in is for. It stays in the page's address, and names no place to go beside those
/// that are ours.
enum Errand {
    /// An authorization request.
    Request(Box<Pending>),
    /// The code of a device.
    Device(UserCode),
    /// A page of the account.
    Account(AccountPage),
}

/// The parameter that names a page of the account.
const ACCOUNT: &str = "account";

/// The login page with a page of the account as its errand.
pub(super) fn account_address(edge: &Edge, call: &Call, page: AccountPage) -> String {
    let login = local(edge, call, "/login");
    format!("{login}?{ACCOUNT}={}", page.name())
}

/// What a sign-in is for when no client waits; an authorization request has one in its address.
fn errand_of_ours(call: &Call) -> Option<Errand> {
    if call.query.get("client_id").is_some() {
        return None;
    }
    let device = device::code_of(&call.query).map(Errand::Device);
    let account = call.query.get(ACCOUNT).and_then(AccountPage::parse);
    device.or(account.map(Errand::Account))
}

/// The page for an errand of ours. Whoever has just signed in goes straight to the account.
fn begin(edge: &Edge, call: &Call, errand: &Errand, live: Option<&LiveSession>) -> Response {
    let shown = match (errand, live) {
        (_, None) => Shown::NOTHING,
        (Errand::Account(page), Some(live)) if live.facts().session.is_fresh(edge.app.now()) => {
            return respond::see_other(&local(edge, call, page.path()));
        }
        (Errand::Account(_), Some(live)) => Shown {
            username: live.facts().user.username.clone(),
            username_fixed: true,
            reason: Some(LoginReason::SensitiveChange),
            ..Shown::NOTHING
        },
        (Errand::Request(_) | Errand::Device(_), Some(_)) => Shown::OTHER_ACCOUNT,
    };
    show(edge, call, errand, shown)
}

/// Takes what was typed.
async fn take(edge: &Edge, call: &Call, form: &Params, errand: &Errand) -> Response {
    let refuse = |error| {
        let username = form.get("username").unwrap_or_default().to_owned();
        let shown = Shown {
            username,
            error: Some(error),
            ..Shown::NOTHING
        };
        show(edge, call, errand, shown)
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
        Errand::Account(page) => respond::see_other(&local(edge, call, page.path())),
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
    username_fixed: bool,
    error: Option<LoginError>,
    reason: Option<LoginReason>,
}

impl Shown {
    const NOTHING: Self = Self {
        username: String::new(),
        username_fixed: false,
        error: None,
        reason: None,
    };
    /// Nothing asks for a sign-in, and so the person does.
    const OTHER_ACCOUNT: Self = Self {
        username: String::new(),
        username_fixed: false,
        error: None,
        reason: Some(LoginReason::OtherAccount),
    };
}

/// What is said of the reason for which a request asks for a sign-in.
fn in_words(reason: Reason) -> Option<LoginReason> {
    match reason {
        Reason::Requested => Some(LoginReason::ClientAsked),
        Reason::TooOld => Some(LoginReason::TooLongAgo),
        Reason::SomebodyElse => Some(LoginReason::OtherAccount),
        Reason::SignedOut => None,
    }
}

fn show(edge: &Edge, call: &Call, errand: &Errand, shown: Shown) -> Response {
    let binding = bind(edge, call);
    let status = match shown.error {
        None => StatusCode::OK,
        Some(LoginError::SlowDown { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let pending = match errand {
        Errand::Request(pending) => Some(pending.as_ref()),
        Errand::Device(_) | Errand::Account(_) => None,
    };
    let may_sign_up = call.realm_settings.sign_up == SignUpMode::Open;
    let (client_name, action, wishes) = match errand {
        Errand::Request(pending) => (
            Some(pending.addressee.client().metadata.client_name.clone()),
            page_address(edge, call, &call.query, "/login", pending),
            wishes_of(call, pending),
        ),
        Errand::Device(code) => (None, device::sign_in_address(edge, call, code), call.wishes),
        Errand::Account(page) => (None, account_address(edge, call, *page), call.wishes),
    };
    let view = LoginPage {
        chrome: respond::chrome_for(edge, call, wishes),
        client_name,
        username: shown.username,
        username_fixed: shown.username_fixed,
        error: shown.error,
        reason: shown.reason,
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
