//! The demo's outgoing HTTP, with a memory: every request and its answer is kept to be shown.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, Uri};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// The most that is read of one answer.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// How long one exchange may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A request that had no usable answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireFault {
    /// Nothing came back.
    #[error("the server could not be reached")]
    Unreachable(#[from] reqwest::Error),
    /// More came back than any honest answer needs.
    #[error("the answer was too large")]
    TooLarge,
    /// The answer could not be put together.
    #[error("the answer was malformed")]
    Malformed(#[from] http::Error),
}

/// One exchange as it went over the wire.
#[derive(Debug, Clone)]
pub(super) struct Captured {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Status, headers and body; or why there is none.
    pub(super) answer: Result<(StatusCode, Vec<u8>), String>,
}

/// Builds the one outgoing client. It follows no redirects: a relying party must get its answers
/// from exactly the endpoints that it asked (RFC 9700 §4.12).
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(TIMEOUT)
        .build()
}

/// Sends requests and remembers them, for the length of one action.
pub(super) struct Recorder<'a> {
    client: &'a reqwest::Client,
    taken: Mutex<Vec<Captured>>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(client: &'a reqwest::Client) -> Self {
        Self {
            client,
            taken: Mutex::default(),
        }
    }

    /// What was exchanged so far, in order.
    pub(super) fn take(&self) -> Vec<Captured> {
        std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, WireFault> {
        let (parts, body) = request.into_parts();
        let sent = self
            .client
            .request(parts.method.clone(), parts.uri.to_string())
            .headers(parts.headers.clone())
            .body(body.clone());
        let outcome = receive(sent).await;
        let answer = match &outcome {
            Ok(response) => Ok((response.status(), response.body().clone())),
            Err(fault) => Err(fault.to_string()),
        };
        let captured = Captured {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
            answer,
        };
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(captured);
        outcome
    }
}

async fn receive(sent: reqwest::RequestBuilder) -> Result<HttpResponse, WireFault> {
    let mut response = sent.send().await?;
    let mut builder = http::Response::builder().status(response.status());
    if let Some(headers) = builder.headers_mut() {
        headers.extend(response.headers().clone());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(WireFault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(builder.body(body)?)
}

impl<'c> AsyncHttpClient<'c> for Recorder<'_> {
    type Error = WireFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WireFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}
