//! `POST /device_authorization` (RFC 8628 §3.1).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::device::open::open;
use crate::http::call::Call;
use crate::http::endpoint::{client_of, failed};
use crate::http::{Edge, respond};
use crate::protocol::discovery::path;

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let params = match call.form(body, &edge).await {
        Ok(params) => params,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let client = match client_of(&edge, &call, &params, path::DEVICE_AUTHORIZATION).await {
        Ok(client) => client,
        Err((response, _client)) => return response,
    };
    match open(&edge.app, &client, &params, call.address).await {
        Ok(answer) => respond::json(StatusCode::OK, &answer),
        Err(error) => failed(&edge, &call, error),
    }
}
