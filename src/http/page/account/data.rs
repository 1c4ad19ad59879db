//! `/account/data`: all data to take along, and the end of the account. Whoever sees the page has
//! signed in just now.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{CONTENT_DISPOSITION, SET_COOKIE};
use http::{HeaderValue, StatusCode};

use crate::account::user::UNDO_PERIOD;
use crate::flows::FlowError;
use crate::flows::own::data::export;
use crate::flows::own::delete::{Deletion, DeletionRefusal, delete};
use crate::flows::own::{NamedApp, apps};
use crate::flows::session::LiveSession;
use crate::http::call::Call;
use crate::http::page::account::{frame, fresh_owner, freshly_posted};
use crate::http::page::check_session::forget;
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AccountPage, DataPage, DeletedPage, DeletionError};
use crate::secret::SecretString;

const PAGE: AccountPage = AccountPage::Data;

/// Where the download is, below the page.
pub(in crate::http) const DOWNLOAD: &str = "/account/data/download";
/// Where the account is deleted, below the page.
pub(in crate::http) const DELETE: &str = "/account/data/delete";

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match fresh_owner(&edge, &call, PAGE).await {
        Ok(live) => show(&edge, &call, &live, None).await,
        Err(response) => response,
    }
}

/// A post, so that no link elsewhere makes a browser fetch the file.
pub(in crate::http) async fn download(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, _) = match freshly_posted(&edge, &call, body, PAGE).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    match export(&edge.app, &live).await {
        Ok(document) => {
            tracing::info!(
                request_id = call.id.0, realm = %call.realm, user = %live.facts().user.id, "data downloaded"
            );
            let mut response = respond::json(StatusCode::OK, &document);
            let name = HeaderValue::from_static("attachment; filename=\"account.json\"");
            response.headers_mut().insert(CONTENT_DISPOSITION, name);
            response
        }
        Err(fault) => respond::fault(&edge, &call.headers, &call.id, &fault),
    }
}

pub(in crate::http) async fn post_delete(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match freshly_posted(&edge, &call, body, PAGE).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let typed = form.get("username").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    let deletion = Deletion {
        username: typed,
        password: SecretString::new(password.to_owned()),
        language: respond::realm_chrome(&edge, &call).lang,
        caller: call.caller(),
        address: call.address,
    };
    match delete(&edge.app, &live, deletion).await {
        Ok(()) => deleted(&edge, &call, &live),
        Err(FlowError::Refused(refusal)) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "not deleted");
            show(&edge, &call, &live, Some((typed, error(refusal)))).await
        }
        Err(FlowError::Busy { retry_after }) => {
            respond::busy(&edge, &call.headers, &call.id, retry_after)
        }
        Err(FlowError::Fault(fault)) => respond::fault(&edge, &call.headers, &call.id, &fault),
    }
}

fn error(refusal: DeletionRefusal) -> DeletionError {
    match refusal {
        DeletionRefusal::OtherName => DeletionError::OtherName,
        DeletionRefusal::WrongPassword => DeletionError::WrongPassword,
        DeletionRefusal::Doubted => DeletionError::Doubted,
        DeletionRefusal::SlowDown { retry_after } => DeletionError::SlowDown {
            seconds: retry_after.whole_seconds() + 1,
        },
    }
}

/// The page; `refused` is what was typed, and why it deleted nothing.
async fn show(
    edge: &Edge,
    call: &Call,
    live: &LiveSession,
    refused: Option<(&str, DeletionError)>,
) -> Response {
    let connected = match apps::list(&edge.app, live).await {
        Ok(connected) => connected,
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let (status, wait) = match refused {
        None => (StatusCode::OK, None),
        Some((_, DeletionError::SlowDown { seconds })) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(seconds))
        }
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, None),
    };
    let view = DataPage {
        chrome: respond::realm_chrome(edge, call),
        account: frame(edge, call, live, PAGE),
        download: local(edge, call, DOWNLOAD),
        delete: local(edge, call, DELETE),
        has_password: live.facts().user.password_hash.is_some(),
        typed: refused.map_or_else(String::new, |(typed, _)| typed.to_owned()),
        error: refused.map(|(_, error)| error),
        apps: connected
            .into_iter()
            .map(|connected| {
                let NamedApp { name, .. } = connected.app;
                name
            })
            .collect(),
    };
    let response = respond::page(edge, status, &view, Forms::StayHere);
    respond::with_wait(response, wait)
}

/// The last page of the account; the browser forgets it.
fn deleted(edge: &Edge, call: &Call, live: &LiveSession) -> Response {
    let view = DeletedPage {
        chrome: respond::realm_chrome(edge, call),
        email: live.facts().user.email.clone(),
        until: edge.app.now().plus(UNDO_PERIOD).into(),
    };
    let mut response = respond::page(edge, StatusCode::OK, &view, Forms::StayHere);
    let headers = [
        cookie::delete(edge, &call.realm),
        cookie::delete_known(edge, &call.realm),
    ];
    for header in headers.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, header);
    }
    forget(edge, call, &mut response);
    response
}
