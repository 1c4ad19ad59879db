//! `GET` and `POST /device`, `/device/confirm` (RFC 8628 §3.3): a person answers for a device.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::account::claims::Person;
use crate::flows::FlowError;
use crate::flows::consent::Decision;
use crate::flows::device::answer::{
    Entry, EntryRefusal, NoQuestion, Question, Typed, USER_CODE, Visit, answer, enter, page_query,
    question,
};
use crate::flows::personal::memberships_asked;
use crate::http::call::Call;
use crate::http::page::consent::{lasts, ticked};
use crate::http::page::{Binding, bind, is_genuine, local, steps};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{
    AccountPage, DeviceCodeError, DeviceCodePage, DeviceDonePage, DevicePage, scope_lines,
};
use crate::protocol::client::Client;
use crate::protocol::discovery::path;
use crate::protocol::params::Params;
use crate::protocol::user_code::UserCode;

/// The page that asks, below [`path::DEVICE`].
pub(in crate::http) const CONFIRM: &str = "/device/confirm";

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let code = code_of(&call.query).map_or_else(String::new, |code| code.to_string());
    show_form(&edge, &call, bind(&edge, &call), code, None)
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
    let text = form.get(USER_CODE).unwrap_or_default();
    let binding = bind(&edge, &call);
    if !is_genuine(&edge, &call, &form) {
        let error = Some(DeviceCodeError::StaleForm);
        return show_form(&edge, &call, binding, text.to_owned(), error);
    }
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    go_on(&edge, &call, text, cookie, binding).await
}

/// Takes a code where it leads; `cookie` and `binding` are those that the browser has from now on.
pub(super) async fn go_on(
    edge: &Edge,
    call: &Call,
    text: &str,
    cookie: Option<&str>,
    binding: Binding,
) -> Response {
    let typed = Typed {
        realm: &call.realm,
        text,
        cookie,
        address: call.address,
    };
    match enter(&edge.app, typed).await {
        Ok(Entry::SignIn(code)) => respond::see_other(&sign_in_address(edge, call, &code)),
        Ok(Entry::SecondFactor { code, has_factor }) => {
            respond::see_other(&second_factor_address(edge, call, &code, has_factor))
        }
        Ok(Entry::Ask(query)) => {
            respond::see_other(&format!("{}?{query}", local(edge, call, CONFIRM)))
        }
        Ok(Entry::Refused(refusal)) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "code refused");
            let error = match refusal {
                EntryRefusal::Malformed => DeviceCodeError::Malformed,
                EntryRefusal::Unknown => DeviceCodeError::Unknown,
                EntryRefusal::SlowDown { retry_after } => DeviceCodeError::SlowDown {
                    seconds: retry_after.whole_seconds() + 1,
                },
            };
            show_form(edge, call, binding, text.to_owned(), Some(error))
        }
        Err(fault) => respond::fault(edge, &call.headers, &call.id, &fault),
    }
}

/// The login page with a code as its errand.
pub(super) fn sign_in_address(edge: &Edge, call: &Call, code: &UserCode) -> String {
    errand_address(edge, call, "/login", code)
}

/// Says in an address that the device's client asks for a second factor. Whoever adds it is asked
/// for more, and whoever takes it away is sent back.
const SECOND_FACTOR: &str = "second_factor";

/// Whether the device's client asks for a second factor.
pub(super) fn asks_second_factor(query: &Params) -> bool {
    query.get(SECOND_FACTOR).is_some()
}

/// A page of the sign-in with a code as its errand.
pub(super) fn errand_address(edge: &Edge, call: &Call, page: &str, code: &UserCode) -> String {
    let (page, query) = (local(edge, call, page), page_query(code));
    if asks_second_factor(&call.query) {
        format!("{page}?{query}&{SECOND_FACTOR}=1")
    } else {
        format!("{page}?{query}")
    }
}

/// Where the second factor is proven, or set up in a sign-in, for the client of a device.
fn second_factor_address(edge: &Edge, call: &Call, code: &UserCode, has_factor: bool) -> String {
    let page = if has_factor { steps::FACTOR } else { "/login" };
    format!(
        "{}?{}&{SECOND_FACTOR}=1",
        local(edge, call, page),
        page_query(code)
    )
}

/// The user code of a page's address.
pub(super) fn code_of(query: &Params) -> Option<UserCode> {
    query.get(USER_CODE).and_then(UserCode::parse)
}

fn show_form(
    edge: &Edge,
    call: &Call,
    binding: Binding,
    user_code: String,
    error: Option<DeviceCodeError>,
) -> Response {
    let (status, wait) = match error {
        None => (StatusCode::OK, None),
        Some(DeviceCodeError::SlowDown { seconds }) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(seconds))
        }
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, None),
    };
    let view = DeviceCodePage {
        chrome: respond::realm_chrome(edge, call),
        user_code,
        error,
        action: local(edge, call, path::DEVICE),
        csrf: binding.csrf.clone(),
    };
    let response = respond::page(edge, status, &view, Forms::StayHere);
    binding.apply(edge, call, respond::with_wait(response, wait))
}

pub(in crate::http) async fn get_confirm(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    ask(&edge, &call).await
}

pub(in crate::http) async fn post_confirm(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let form = match call.form(body, &edge).await {
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let decision = match form.get("decision") {
        _ if !is_genuine(&edge, &call, &form) => None,
        Some("approve") => Some(Decision::Approve(ticked(&form))),
        Some("deny") => Some(Decision::Deny),
        _ => None,
    };
    // Not a form of ours, or one that is out of date: show the page again.
    let Some(decision) = decision else {
        return ask(&edge, &call).await;
    };
    match answer(&edge.app, visit(&edge, &call), &decision).await {
        Ok((client, allowed)) => {
            let client_id = client.id.as_str();
            tracing::info!(
                request_id = call.id.0, realm = %call.realm, client_id, allowed, "device answered"
            );
            done(&edge, &call, &client, allowed)
        }
        Err(error) => nothing_to_ask(&edge, &call, error),
    }
}

fn visit<'a>(edge: &Edge, call: &'a Call) -> Visit<'a> {
    Visit {
        realm: &call.realm,
        query: &call.query,
        cookie: cookie::read(edge, &call.realm, &call.headers),
        caller: call.caller(),
    }
}

async fn ask(edge: &Edge, call: &Call) -> Response {
    match question(&edge.app, visit(edge, call)).await {
        Ok(question) => show_question(edge, call, &question).await,
        Err(error) => nothing_to_ask(edge, call, error),
    }
}

async fn show_question(edge: &Edge, call: &Call, question: &Question) -> Response {
    let Question {
        device,
        client,
        live,
    } = question;
    let user = &live.facts().user;
    let asking = question.asking();
    let memberships = match memberships_asked(&edge.app, client, user, &device.scope).await {
        Ok(memberships) => memberships,
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let person = Person {
        user,
        memberships: memberships.as_ref(),
    };
    let binding = bind(edge, call);
    let query = call.query.encode_without(&[]);
    let wishes = call.wishes(edge).with_own(user.profile.locale.as_deref());
    let view = DevicePage {
        chrome: respond::chrome_for(edge, call, wishes),
        client_name: client.metadata.client_name.clone(),
        unverified: client.metadata.unverified,
        user_code: device.user_code.to_string(),
        user_name: user
            .profile
            .name
            .clone()
            .unwrap_or_else(|| user.username.clone()),
        username: user.username.clone(),
        not_you: sign_in_address(edge, call, &device.user_code),
        required: scope_lines(&asking.required, person),
        choices: scope_lines(&asking.choices, person),
        lasts: lasts(edge, &device.scope),
        apps: local(edge, call, AccountPage::Apps.path()),
        action: format!("{}?{query}", local(edge, call, CONFIRM)),
        csrf: binding.csrf.clone(),
    };
    let response = respond::page(edge, StatusCode::OK, &view, Forms::StayHere);
    binding.apply(edge, call, response)
}

fn nothing_to_ask(edge: &Edge, call: &Call, error: FlowError<NoQuestion>) -> Response {
    match error {
        FlowError::Refused(NoQuestion::NotTyped) => {
            let device = local(edge, call, path::DEVICE);
            match code_of(&call.query) {
                Some(code) => respond::see_other(&format!("{device}?{}", page_query(&code))),
                None => respond::see_other(&device),
            }
        }
        FlowError::Refused(NoQuestion::Gone) => {
            let error = Some(DeviceCodeError::Unknown);
            show_form(edge, call, bind(edge, call), String::new(), error)
        }
        FlowError::Busy { retry_after } => {
            respond::busy(edge, &call.headers, &call.id, retry_after)
        }
        FlowError::Fault(fault) => respond::fault(edge, &call.headers, &call.id, &fault),
    }
}

fn done(edge: &Edge, call: &Call, client: &Client, allowed: bool) -> Response {
    let view = DeviceDonePage {
        chrome: respond::realm_chrome(edge, call),
        client_name: client.metadata.client_name.clone(),
        allowed,
    };
    respond::page(edge, StatusCode::OK, &view, Forms::StayHere)
}
