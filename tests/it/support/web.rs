//! A site of others, at `https://app.example:PORT`: what clients publish.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{StatusCode, Uri};
use serde_json::Value;
use vidimus::outgoing::{Outgoing, OutgoingSettings};
use vidimus::protocol::time::Lifetime;
use vidimus::server::{ListenerLimits, RunningServer, Server};

use super::certificates::Authority;
use super::names::Names;

const HOST: &str = "app.example";

/// The site, and a way out that leads to it.
pub(crate) struct Web {
    server: RunningServer,
    places: Arc<Mutex<Places>>,
    pub(crate) outgoing: Arc<Outgoing>,
}

#[derive(Default)]
struct Places {
    pages: HashMap<String, Page>,
    asked: HashMap<String, usize>,
}

/// What stands at a path.
#[derive(Clone)]
struct Page {
    status: StatusCode,
    media_type: &'static str,
    cache: Option<&'static str>,
    body: String,
}

impl Web {
    pub(crate) async fn start() -> Self {
        let authority = Authority::new();
        let folder = tempfile::tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, &authority.pem).unwrap();
        let settings = OutgoingSettings {
            allow: vec!["127.0.0.1/32".parse().unwrap()],
            ca_file: Some(ca_file),
        };
        let outgoing = Names::default()
            .with(HOST, &["127.0.0.1"])
            .outgoing(settings);
        let places = Arc::new(Mutex::new(Places::default()));
        let router = Router::new().fallback(answer).with_state(places.clone());
        let limits = ListenerLimits {
            connections: 100,
            header_timeout: Lifetime::seconds(10),
            request_timeout: Lifetime::seconds(10),
        };
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any_port, limits).await.unwrap();
        let server = server.with_tls(authority.certify(HOST).tls()).start(router);
        Self {
            server,
            places,
            outgoing,
        }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{HOST}:{}{path}", self.server.address().port())
    }

    /// Publishes a JSON document.
    pub(crate) fn publish(&self, path: &str, document: &Value) {
        self.publish_as(path, "application/json", None, &document.to_string());
    }

    /// Publishes anything, with what it says about caching.
    pub(crate) fn publish_as(
        &self,
        path: &str,
        media_type: &'static str,
        cache: Option<&'static str>,
        body: &str,
    ) {
        let page = Page {
            status: StatusCode::OK,
            media_type,
            cache,
            body: body.to_owned(),
        };
        self.put(path, page);
    }

    /// Answers with an error.
    pub(crate) fn fail(&self, path: &str, status: StatusCode) {
        let page = Page {
            status,
            media_type: "text/plain",
            cache: None,
            body: String::new(),
        };
        self.put(path, page);
    }

    fn put(&self, path: &str, page: Page) {
        let mut places = self.places.lock().unwrap();
        places.pages.insert(path.to_owned(), page);
    }

    /// How often a path was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let places = self.places.lock().unwrap();
        places.asked.get(path).copied().unwrap_or(0)
    }
}

async fn answer(State(places): State<Arc<Mutex<Places>>>, uri: Uri) -> Response {
    let mut places = places.lock().unwrap();
    *places.asked.entry(uri.path().to_owned()).or_default() += 1;
    let Some(page) = places.pages.get(uri.path()).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let head = [(CONTENT_TYPE, page.media_type)];
    let mut response = (page.status, head, page.body).into_response();
    if let Some(cache) = page.cache {
        let cache = cache.parse().unwrap();
        response.headers_mut().insert(CACHE_CONTROL, cache);
    }
    response
}
