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
use crate::http::endpoint::{authenticated, failed};
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
    let (client, params) = match authenticated(&edge, &call, body, path::PAR).await {
        Ok(authenticated) => authenticated,
        Err(response) => return response,
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
