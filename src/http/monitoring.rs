//! `GET /metrics`, on a listener of its own.
//!
//! The numbers say nothing about anybody, but how much there is to do and what fails is nobody
//! else's business: the public listener does not have this address.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio::sync::Mutex;

use crate::flows::App;
use crate::http::Edge;
use crate::metrics::{self, Reading, Requests, Watch};
use crate::protocol::time::{Lifetime, Timestamp};

/// The record and Redis are asked no more often than this, however many ask us.
const READ_EVERY: Lifetime = Lifetime::seconds(5);

/// What the edge keeps for monitoring.
pub(super) struct Monitoring {
    requests: Requests,
    /// What was read last, and when.
    read: Mutex<Option<(Timestamp, Reading)>>,
}

impl Monitoring {
    /// Nothing has been counted yet. Routes are given by the router's names for them, and ours.
    pub(super) fn new(routes: impl Iterator<Item = (String, &'static str)>) -> Self {
        Self {
            requests: Requests::new(routes),
            read: Mutex::new(None),
        }
    }

    /// A request has come.
    pub(super) fn begin(&self, request: &Request) -> Watch<'_> {
        let route = request.extensions().get::<MatchedPath>();
        let method = request.method().as_str();
        self.requests.begin(route.map(MatchedPath::as_str), method)
    }

    /// What the record and the index say, at most some seconds ago.
    async fn reading(&self, app: &App) -> Reading {
        let mut read = self.read.lock().await;
        let now = app.now();
        if let Some((at, reading)) = *read
            && now.since(at) < READ_EVERY
        {
            return reading;
        }
        let reading = app.reading().await;
        *read = Some((now, reading));
        reading
    }
}

/// What answers monitoring; `None` where nothing is counted for it.
pub fn metrics_router(edge: &Edge) -> Option<Router> {
    let monitoring = Arc::clone(edge.monitoring.as_ref()?);
    let state = (Arc::clone(&edge.app), monitoring);
    Some(Router::new().route("/metrics", get(show)).with_state(state))
}

async fn show(State((app, monitoring)): State<(Arc<App>, Arc<Monitoring>)>) -> Response {
    let reading = monitoring.reading(&app).await;
    let told = app
        .metrics
        .text(&monitoring.requests, reading, app.free_places());
    match told {
        Ok(text) => {
            let headers = [
                (CONTENT_TYPE, metrics::CONTENT_TYPE),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
