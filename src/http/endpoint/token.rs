//! `POST /token` (RFC 6749 §3.2).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::token;
use crate::http::call::Call;
use crate::http::endpoint::{authenticated, failed};
use crate::http::{Edge, cors, respond};
use crate::protocol::discovery::path;

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (client, params) = match authenticated(&edge, &call, body, path::TOKEN).await {
        Ok(authenticated) => authenticated,
        Err(response) => return response,
    };
    let response = match token::answer(&edge.app, &client, &params, &|| call.caller().clone()).await
    {
        Ok(answer) => respond::json(StatusCode::OK, &answer),
        Err(error) => failed(&edge, &call, error),
    };
    cors::for_client(&call.headers, Some(client.client()), response)
}
