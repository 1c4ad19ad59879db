//! `POST /par` (RFC 9126 §2).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use crate::flows::FlowError;
use crate::flows::push::{PushRefusal, push};
use crate::http::call::Call;
use crate::http::endpoint::{client_of, failed};
use crate::http::{Edge, cors, respond};
use crate::protocol::discovery::path;

/// RFC 9126 §2.2
#[derive(Serialize)]
struct PushedBody {
    request_uri: String,
    expires_in: i64,
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let params = match call.form(body, &edge).await {
        Ok(params) => params,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let client = match client_of(&edge, &call, &params, path::PAR).await {
        Ok(client) => client,
        Err((response, client)) => {
            return cors::for_client(&call.headers, client.as_deref(), response);
        }
    };
    let response = match push(&edge.app, &client, &params).await {
        Ok(pushed) => {
            let body = PushedBody {
                request_uri: pushed.request_uri,
                expires_in: pushed.lifetime.whole_seconds(),
            };
            respond::json(StatusCode::CREATED, &body)
        }
        Err(FlowError::Refused(PushRefusal::TooMany { retry_after })) => {
            respond::too_many(&call.id, retry_after)
        }
        Err(error) => failed(&edge, &call, error),
    };
    cors::for_client(&call.headers, Some(client.client()), response)
}
