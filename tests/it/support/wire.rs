//! Real sockets: requests under one issuer's address, carried to its listeners in turn, as a
//! balancer without stickiness would.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::header::HOST;
use http::{HeaderValue, Request, Response};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use super::Answer;

/// The way to the nodes of one issuer.
pub(crate) struct Wire {
    http: reqwest::Client,
    issuer: String,
    nodes: Vec<String>,
    carried: AtomicUsize,
}

impl Wire {
    /// `nodes` are the listeners' own addresses, `http://localhost:<port>`.
    pub(crate) fn to(issuer: &str, nodes: Vec<String>) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(30));
        Self {
            http: http.build().unwrap(),
            issuer: issuer.to_owned(),
            nodes,
            carried: AtomicUsize::new(0),
        }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// How many requests went through; of two in a row, no node has had both.
    pub(crate) fn carried(&self) -> usize {
        self.carried.load(Ordering::SeqCst)
    }

    /// Sends a request and reads the answer whole.
    pub(crate) async fn ask(&self, request: Request<String>) -> Answer {
        let response = self.carry(request.map(String::into_bytes)).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body).unwrap(),
        }
    }

    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
        let (mut parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let origin = self.issuer.split_once("://").unwrap().1;
        // The library revokes over HTTPS only (RFC 7009 §2); the address is ours all the same.
        let path = ["http://", "https://"]
            .iter()
            .find_map(|scheme| address.strip_prefix(scheme)?.strip_prefix(origin))
            .unwrap_or(&address);
        assert!(path.starts_with('/'), "{address} is not at {origin}");
        let turn = self.carried.fetch_add(1, Ordering::SeqCst);
        let node = &self.nodes[turn % self.nodes.len()];
        let host = HeaderValue::from_str(origin).unwrap();
        parts.headers.insert(HOST, host);
        let sent = self
            .http
            .request(parts.method, format!("{node}{path}"))
            .headers(parts.headers)
            .body(body)
            .send()
            .await?;
        let mut response = Response::builder().status(sent.status());
        response
            .headers_mut()
            .unwrap()
            .extend(sent.headers().clone());
        Ok(response.body(sent.bytes().await?.to_vec()).unwrap())
    }
}

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.carry(request))
    }
}
