//! Requests to addresses that strangers name: what they must never reach, and what they may cost.

mod addresses;
mod exchange;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use vidimus::outgoing::{FetchError, Fetched, Limits, Outgoing, OutgoingSettings};
use vidimus::protocol::time::Lifetime;
use vidimus::server::{ListenerLimits, RunningServer, Server};

use crate::support::names::Names;

const JSON: &str = "application/json";
const LOOPBACK: &str = "127.0.0.1/32";

fn settings(allow: &[&str]) -> OutgoingSettings {
    OutgoingSettings {
        allow: allow
            .iter()
            .map(|network| network.parse().unwrap())
            .collect(),
        ca_file: None,
    }
}

/// With little patience, so that a rule which does not hold shows soon.
async fn fetch_soon(outgoing: &Outgoing, url: &str) -> Result<Fetched, FetchError> {
    let limits = Limits {
        total: Lifetime::from_millis(500),
        ..Limits::default()
    };
    outgoing.within(limits).get(url, JSON).await
}

/// A server on this machine, and a client that may reach it as `rp.example` and by its address.
struct Site {
    server: RunningServer,
    outgoing: Arc<Outgoing>,
}

impl Site {
    async fn serving(router: Router) -> Self {
        let names = Names::default().with("rp.example", &["127.0.0.1"]);
        let outgoing = names.outgoing(settings(&[LOOPBACK]));
        let server = serve(router).await;
        Self { server, outgoing }
    }

    fn port(&self) -> u16 {
        self.server.address().port()
    }

    fn url(&self, path: &str) -> String {
        format!("http://rp.example:{}{path}", self.port())
    }

    async fn get(&self, path: &str) -> Result<Fetched, FetchError> {
        self.outgoing.get(&self.url(path), JSON).await
    }

    async fn get_within(&self, path: &str, limits: Limits) -> Result<Fetched, FetchError> {
        let bounded = self.outgoing.within(limits);
        bounded.get(&self.url(path), JSON).await
    }
}

async fn bind() -> Server {
    let limits = ListenerLimits {
        connections: 100,
        header_timeout: Lifetime::seconds(10),
        request_timeout: Lifetime::seconds(10),
    };
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    Server::bind(any_port, limits).await.unwrap()
}

async fn serve(router: Router) -> RunningServer {
    bind().await.start(router)
}

/// Counts who comes, and then answers.
fn counted(answer: &'static str) -> (Router, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let handler = get(async move || {
        counter.fetch_add(1, Ordering::SeqCst);
        answer
    });
    (Router::new().route("/", handler), count)
}
