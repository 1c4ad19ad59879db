//! `POST /revoke` (RFC 7009 §2).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::flows::revoke;
use crate::http::call::Call;
use crate::http::endpoint::{authenticated, failed};
use crate::http::{Edge, cors};
use crate::protocol::discovery::path;

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (client, params) = match authenticated(&edge, &call, body, path::REVOKE).await {
        Ok(authenticated) => authenticated,
        Err(response) => return response,
    };
    let response = match revoke::revoke(&edge.app, &client, &params, call.caller()).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => failed(&edge, &call, error),
    };
    cors::for_client(&call.headers, Some(client.client()), response)
}
