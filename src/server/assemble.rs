//! Joins configuration, record, keys, jobs and routes into something that can be served.

use async_trait::async_trait;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// What to do with migrations that are not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migration {
    /// Apply them before serving.
    Apply,
    /// Refuse to start.
    Refuse,
}

/// What runs beside the listener and must be stopped in order: first jobs, then the record.
#[async_trait]
pub trait Background: Send {
    /// Finishes the work at hand and lets go of everything.
    async fn stop(self: Box<Self>);
}

/// A server without its listener.
pub struct Assembled {
    /// What answers.
    pub router: Router,
    /// What runs beside.
    pub background: Box<dyn Background>,
}

/// Builds everything that the configuration asks for. `draining` is cancelled when a stop is asked
/// for; readiness turns 503 then.
#[expect(
    clippy::unused_async,
    reason = "the parts that it waits for are joined later"
)]
pub async fn assemble(
    _config: &Config,
    _migration: Migration,
    draining: CancellationToken,
) -> anyhow::Result<Assembled> {
    let router = Router::new().route("/livez", get(StatusCode::OK)).route(
        "/readyz",
        get(async move || {
            if draining.is_cancelled() {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::OK
            }
        }),
    );
    Ok(Assembled {
        router,
        background: Box::new(Nothing),
    })
}

struct Nothing;

#[async_trait]
impl Background for Nothing {
    async fn stop(self: Box<Self>) {}
}
