//! `GET /check_session`: the frame of OIDC Session Management §3.2.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::flows::session_state::browser_state;
use crate::http::call::Call;
use crate::http::headers::InAnyFrame;
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{CheckSessionPage, static_files};

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    if !call.realm_row.settings.session_management {
        return respond::not_found(&edge, &call.headers, &call.id);
    }
    let view = CheckSessionPage {
        cookie: cookie::browser_state_name(&edge, &call.realm),
    };
    let mut response = respond::page(&edge, StatusCode::OK, &view, Forms::StayHere);
    let script = InAnyFrame(static_files::check_session_source());
    response.extensions_mut().insert(script);
    response
}

/// Leaves the browser state of a live session behind, where clients may watch it.
pub(super) fn remember(edge: &Edge, call: &Call, cookie: Option<&str>, response: &mut Response) {
    if !call.realm_row.settings.session_management {
        return;
    }
    let state = cookie.map(|cookie| browser_state(&call.realm, cookie));
    if let Some(state) = state
        && let Some(header) = cookie::set_browser_state(edge, &call.realm, &state)
    {
        response.headers_mut().append(SET_COOKIE, header);
    }
}

/// Takes the browser state away with the session.
pub(super) fn forget(edge: &Edge, call: &Call, response: &mut Response) {
    if call.realm_row.settings.session_management
        && let Some(header) = cookie::delete_browser_state(edge, &call.realm)
    {
        response.headers_mut().append(SET_COOKIE, header);
    }
}
