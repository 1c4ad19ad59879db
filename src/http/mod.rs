//! The edge: the only place that speaks HTTP.
//!
//! Reads requests into typed calls, hands them to flows, and writes what comes back: JSON for
//! applications, pages for people. Refuses to decide anything about the protocol.

mod call;
pub mod cookie;
mod cors;
mod endpoint;
pub mod forwarded;
mod headers;
mod language;
mod monitoring;
mod origin;
mod page;
mod respond;
mod router;

use std::sync::Arc;

use axum::Router;
use http::HeaderValue;
use ipnet::IpNet;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::account::language::Language;
use crate::flows::App;
use crate::flows::facts::FRESH_FOR;
use crate::pages::{DemoAccount, Pages};
use crate::protocol::time::Timestamp;

use endpoint::metadata::Documents;
use monitoring::Monitoring;

pub use monitoring::metrics_router;
pub use router::{ROUTES, Route, router};

/// What the edge needs to know beside the application.
pub struct EdgeSettings {
    /// Proxies whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// The largest form body that is read, in bytes.
    pub body_limit_bytes: usize,
    /// How long JWKS and metadata may be cached, in seconds.
    pub jwks_max_age_seconds: i64,
    /// The language of pages for people who want none that we speak.
    pub language: Language,
    /// Cancelled when the server is asked to stop: `/readyz` says no from then on, so that no
    /// balancer sends more.
    pub stopping: CancellationToken,
    /// Whether requests are counted and timed for monitoring.
    pub metrics: bool,
    /// The built-in relying party and its account, in demo mode.
    pub demo: Option<(Router, DemoAccount)>,
}

/// The edge's state.
pub struct Edge {
    /// The application.
    pub app: Arc<App>,
    /// The templates.
    pub pages: Pages,
    /// Settings.
    pub settings: EdgeSettings,
    /// The configured origin, for comparing with `Origin`.
    origin: String,
    /// When the record last took a write, and whether it did: anybody may ask for `/readyz`, and a
    /// write each time would be theirs to spend.
    readiness: Mutex<Option<(Timestamp, bool)>>,
    /// What is told to monitoring, where it may ask.
    monitoring: Option<Arc<Monitoring>>,
    /// Metadata documents, built once a realm.
    documents: Documents,
    /// The `Cache-Control` of metadata and JWK sets.
    document_cache_control: HeaderValue,
}

impl Edge {
    /// Prepares the edge of an application.
    pub fn new(app: Arc<App>, pages: Pages, settings: EdgeSettings) -> Self {
        let origin = crate::protocol::redirect_uri::origin_of(&app.settings.issuer)
            .unwrap_or_else(|| app.settings.issuer.clone());
        let seconds = settings.jwks_max_age_seconds;
        let document_cache_control = HeaderValue::from_str(&format!("public, max-age={seconds}"))
            .unwrap_or(HeaderValue::from_static("no-cache"));
        let base = router::base_path(&app.settings.issuer);
        let monitoring = settings
            .metrics
            .then(|| Arc::new(Monitoring::new(router::templates(&base))));
        Self {
            app,
            pages,
            settings,
            origin,
            readiness: Mutex::new(None),
            monitoring,
            documents: Documents::default(),
            document_cache_control,
        }
    }

    /// Whether the record takes writes, asked at most once a second.
    async fn record_takes_writes(&self) -> bool {
        let now = self.app.now();
        let mut readiness = self.readiness.lock().await;
        if let Some((at, ready)) = *readiness
            && now.since(at) < FRESH_FOR
        {
            return ready;
        }
        let answer = self.app.store.ping().await;
        if let Err(error) = &answer {
            tracing::warn!(%error, "not ready");
        }
        *readiness = Some((now, answer.is_ok()));
        answer.is_ok()
    }

    fn is_stopping(&self) -> bool {
        self.settings.stopping.is_cancelled()
    }

    /// Whether cookies can be `Secure`: everywhere but on a loopback http issuer.
    fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// The host of the configured origin, as shown on pages.
    fn host(&self) -> &str {
        self.origin
            .split_once("://")
            .map_or(self.origin.as_str(), |(_, host)| host)
    }
}
