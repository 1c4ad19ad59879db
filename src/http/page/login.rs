//! `GET` and `POST /login`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::login::{Attempt, LoginRefusal, sign_in};
use crate::flows::passkeys::are_possible;
use crate::flows::sign_in_steps::Progress;
use crate::flows::{FlowError, turn};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::errand::{AtPage, Errand, errand_of, go_on};
use crate::http::page::{bind, forgot_password, is_genuine, link, local, passkeys, sign_up};
use crate::http::respond::{self, Forms};
use crate::metrics::Proof;
use crate::pages::{LoginError, LoginPage, LoginReason, PasskeyForm, Signal};
use crate::protocol::authorize::LoginReason as Reason;
use crate::protocol::params::Params;
use crate::protocol::realm::SignUpMode;
use crate::secret::SecretString;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let at = match errand_of(&edge, &call).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let shown = match (&at.errand, at.reason, &at.live) {
        (Errand::Request(pending), Some(reason), _) => Shown {
            username: pending.request.login_hint.clone().unwrap_or_default(),
            reason: in_words(reason),
            ..Shown::NOTHING
        },
        (Errand::Device(_) | Errand::Account(_), Some(_), _) => Shown::NOTHING,
        (Errand::Account(page), None, Some(live)) => {
            if live.facts().session.is_fresh(edge.app.now()) {
                // Whoever has just signed in goes straight to the account.
                return respond::see_other(&local(&edge, &call, page.path()));
            }
            Shown {
                username: live.facts().user.username.clone(),
                username_fixed: true,
                reason: Some(LoginReason::SensitiveChange),
                ..Shown::NOTHING
            }
        }
        (Errand::Request(_) | Errand::Device(_) | Errand::Account(_), None, _) => {
            Shown::OTHER_ACCOUNT
        }
    };
    show(&edge, &call, &at.errand, shown)
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
    match errand_of(&edge, &call).await {
        // Whoever is signed in: what was typed here is taken.
        Ok(at) => take(&edge, &call, &form, &at).await,
        Err(response) => response,
    }
}

/// Takes what was typed.
async fn take(edge: &Edge, call: &Call, form: &Params, at: &AtPage) -> Response {
    let refuse = |error, turn| {
        let username = form.get("username").unwrap_or_default().to_owned();
        let shown = Shown {
            username,
            error: Some(error),
            turn,
            ..Shown::NOTHING
        };
        show(edge, call, &at.errand, shown)
    };
    if !is_genuine(edge, call, form) {
        return refuse(LoginError::StaleForm, None);
    }
    match attempt(edge, call, form, at).await {
        Ok(progress) => Box::pin(go_on(edge, call, &at.errand, progress)).await,
        Err(NotSignedIn::Page(error)) => refuse(error, None),
        Err(NotSignedIn::Busy { seconds, turn }) => {
            refuse(LoginError::Busy { seconds }, Some(turn))
        }
        Err(NotSignedIn::Answer(response)) => *response,
    }
}

/// What becomes of an attempt that signed nobody in.
enum NotSignedIn {
    /// A word for the page, which is shown again.
    Page(LoginError),
    /// The same, with a turn that the page keeps.
    Busy { seconds: i64, turn: String },
    /// An answer of another kind.
    Answer(Box<Response>),
}

/// Tries what was typed.
async fn attempt(
    edge: &Edge,
    call: &Call,
    form: &Params,
    at: &AtPage,
) -> Result<Progress, NotSignedIn> {
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
        turn: form.get("turn"),
        visitor: at.visitor(edge, call),
    };
    let tried = edge
        .app
        .counted(Proof::Password, sign_in(&edge.app, &attempt).await);
    tried.map_err(|error| match error {
        FlowError::Refused(refusal) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "sign-in refused");
            NotSignedIn::Page(match refusal {
                LoginRefusal::WrongCredentials => LoginError::WrongCredentials,
                LoginRefusal::SlowDown { retry_after } => {
                    LoginError::SlowDown { seconds: retry_after.whole_seconds() + 1 }
                }
            })
        }
        FlowError::Busy { retry_after } => NotSignedIn::Busy {
            seconds: retry_after.whole_seconds(),
            turn: turn::given(&edge.app, &attempt),
        },
        FlowError::Fault(fault) => {
            NotSignedIn::Answer(Box::new(respond::fault(edge, &call.headers, &call.id, &fault)))
        }
    })
}

/// The page once more, after a passkey that has signed nobody in.
pub(super) fn refuse(
    edge: &Edge,
    call: &Call,
    errand: &Errand,
    error: LoginError,
    signals: Vec<Signal>,
) -> Response {
    let shown = Shown {
        error: Some(error),
        signals,
        ..Shown::NOTHING
    };
    show(edge, call, errand, shown)
}

/// What varies on the page.
struct Shown {
    username: String,
    username_fixed: bool,
    error: Option<LoginError>,
    turn: Option<String>,
    reason: Option<LoginReason>,
    signals: Vec<Signal>,
}

impl Shown {
    const NOTHING: Self = Self {
        username: String::new(),
        username_fixed: false,
        error: None,
        turn: None,
        reason: None,
        signals: Vec::new(),
    };
    /// Nothing asks for a sign-in, and so the person does.
    const OTHER_ACCOUNT: Self = Self {
        username: String::new(),
        username_fixed: false,
        error: None,
        turn: None,
        reason: Some(LoginReason::OtherAccount),
        signals: Vec::new(),
    };
}

/// What is said of the reason for which a request asks for a sign-in.
fn in_words(reason: Reason) -> Option<LoginReason> {
    match reason {
        Reason::Requested => Some(LoginReason::ClientAsked),
        Reason::TooOld => Some(LoginReason::TooLongAgo),
        Reason::SomebodyElse => Some(LoginReason::OtherAccount),
        Reason::NoSecondFactor => Some(LoginReason::NoSecondFactor),
        Reason::SignedOut => None,
    }
}

fn show(edge: &Edge, call: &Call, errand: &Errand, shown: Shown) -> Response {
    let binding = bind(edge, call);
    let (status, wait) = match shown.error {
        None => (StatusCode::OK, None),
        Some(LoginError::SlowDown { seconds }) => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
        Some(LoginError::Busy { seconds }) => (StatusCode::SERVICE_UNAVAILABLE, Some(seconds)),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, None),
    };
    let pending = match errand {
        Errand::Request(pending) => Some(pending.as_ref()),
        Errand::Device(_) | Errand::Account(_) => None,
    };
    let may_sign_up = call.realm_row.settings.sign_up == SignUpMode::Open;
    let view = LoginPage {
        chrome: respond::chrome_for(edge, call, errand.wishes(edge, call)),
        client_name: errand.client_name(),
        username: shown.username,
        username_fixed: shown.username_fixed,
        error: shown.error,
        reason: shown.reason,
        action: errand.address(edge, call, "/login"),
        csrf: binding.csrf.clone(),
        turn: shown.turn,
        demo_account: edge
            .settings
            .demo
            .as_ref()
            .map(|(_, account)| account.clone()),
        passkey: are_possible(&edge.app).then(|| PasskeyForm {
            options: local(edge, call, passkeys::SIGN_IN_OPTIONS),
            action: errand.address(edge, call, passkeys::SIGN_IN),
        }),
        signals: shown.signals,
        forgot: link::address(edge, call, forgot_password::PATH, pending),
        sign_up: may_sign_up.then(|| link::address(edge, call, sign_up::PATH, pending)),
    };
    let response = respond::page(edge, status, &view, Forms::EndAtClient);
    binding.apply(edge, call, respond::with_wait(response, wait))
}
