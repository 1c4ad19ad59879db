//! `GET /livez`: the process answers. `GET /readyz`: it can do its work.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use crate::http::{Edge, respond};

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

pub(in crate::http) async fn livez() -> Response {
    respond::json(StatusCode::OK, &Health { status: "alive" })
}

/// Ready while the record takes writes and the server is not stopping. Redis is not asked: losing
/// it costs speed only.
pub(in crate::http) async fn readyz(State(edge): State<Arc<Edge>>) -> Response {
    let unready = |status| respond::json(StatusCode::SERVICE_UNAVAILABLE, &Health { status });
    if edge.is_stopping() {
        return unready("stopping");
    }
    if edge.record_takes_writes().await {
        respond::json(StatusCode::OK, &Health { status: "ready" })
    } else {
        unready("the record does not answer")
    }
}
