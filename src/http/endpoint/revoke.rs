//! `POST /revoke` (RFC 7009 §2).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::flows::revoke;
use crate::http::call::Call;
use crate::http::endpoint::{client_of, failed};
use crate::http::{Edge, cors, respond};
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
    let client = match client_of(&edge, &call, &params, path::REVOKE).await {
        Ok(client) => client,
        Err((response, client)) => {
            return cors::for_client(&call.headers, client.as_deref(), response);
        }
    };
    let response = match revoke::revoke(&edge.app, &client, &params).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => failed(&edge, &call, error),
    };
    cors::for_client(&call.headers, Some(client.client()), response)
}
