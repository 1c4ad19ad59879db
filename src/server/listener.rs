//! The accept loop: HTTP/1.1 with a limit on everything that a client can make us wait for.
//!
//! Our own loop because `axum::serve` sets no timer: a client that sends its headers a byte a
//! minute would hold a connection for ever.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

use super::tls::Tls;
use crate::protocol::time::Lifetime;

/// The head of a request may have so many fields.
const MAX_HEADERS: usize = 100;
/// The head of a request may have so many bytes.
const BUFFER_BYTES: usize = 16 * 1024;
/// How long a connection that has sent no request yet is kept after a stop was asked for: its
/// request may be on the wire already.
const SILENCE: Duration = Duration::from_millis(200);
/// How long to wait after the system refused a connection, mostly for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a client may ask of the listener.
#[derive(Debug, Clone, Copy)]
pub struct ListenerLimits {
    /// Connections at one time; more wait in the system's queue.
    pub connections: usize,
    /// How long the head of a request may take, and the TLS handshake before it.
    pub header_timeout: Lifetime,
    /// How long a request may take from its head to its answer, its body included.
    pub request_timeout: Lifetime,
}

/// A bound listener that does not accept yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: ListenerLimits,
    tls: Option<Arc<Tls>>,
    draining: CancellationToken,
}

impl Server {
    /// Binds; port 0 takes a free one.
    pub async fn bind(listen: SocketAddr, limits: ListenerLimits) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        Ok(Self {
            listener,
            address,
            limits,
            tls: None,
            draining: CancellationToken::new(),
        })
    }

    /// The same, speaking TLS when there is a certificate.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<Arc<Tls>>) -> Self {
        self.tls = tls;
        self
    }

    /// The bound address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cancelled as soon as a stop is asked for, for readiness.
    pub fn draining(&self) -> CancellationToken {
        self.draining.clone()
    }

    /// Begins to accept.
    pub fn start(self, router: Router) -> RunningServer {
        let tracker = TaskTracker::new();
        let at_once = CancellationToken::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_timeout.to_std())
            .max_headers(MAX_HEADERS)
            .max_buf_size(BUFFER_BYTES);
        if let Some(tls) = &self.tls {
            tracker.spawn(Arc::clone(tls).watch(self.draining.clone()));
        }
        let shared = Shared {
            http,
            router,
            tls: self.tls,
            handshake_timeout: self.limits.header_timeout.to_std(),
            request_timeout: self.limits.request_timeout.to_std(),
            draining: self.draining.clone(),
            at_once: at_once.clone(),
            tracker: tracker.clone(),
        };
        let slots = Arc::new(Semaphore::new(
            self.limits.connections.min(Semaphore::MAX_PERMITS),
        ));
        tracker.spawn(accept(self.listener, shared, slots));
        RunningServer {
            address: self.address,
            draining: self.draining,
            at_once,
            tracker,
        }
    }
}

/// A server that accepts. Dropping it leaves it running; [`RunningServer::stop`] ends it.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    draining: CancellationToken,
    at_once: CancellationToken,
    tracker: TaskTracker,
}

impl RunningServer {
    /// The bound address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cancel it to cut all connections off.
    pub fn at_once(&self) -> CancellationToken {
        self.at_once.clone()
    }

    /// Stops accepting, lets requests in flight finish for `grace`, then cuts the rest off.
    /// Returns how many connections were cut off.
    pub async fn stop(self, grace: Lifetime) -> usize {
        self.draining.cancel();
        self.tracker.close();
        let finished = tokio::time::timeout(grace.to_std(), self.tracker.wait()).await;
        if finished.is_ok() {
            return 0;
        }
        let unfinished = self.tracker.len();
        self.at_once.cancel();
        self.tracker.wait().await;
        unfinished
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Shared {
    http: http1::Builder,
    router: Router,
    tls: Option<Arc<Tls>>,
    handshake_timeout: Duration,
    request_timeout: Duration,
    draining: CancellationToken,
    at_once: CancellationToken,
    tracker: TaskTracker,
}

async fn accept(listener: TcpListener, shared: Shared, slots: Arc<Semaphore>) {
    let draining = shared.draining.clone();
    // Leaving the loop drops the listener, which closes the port.
    let accepting = async {
        loop {
            // The slot comes first, so that connections beyond the limit cost us nothing.
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let connection = converse(stream, peer, slot, shared.clone());
                    shared.tracker.spawn(connection);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = draining.cancelled() => {}
    }
}

/// Serves one connection to its end.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    _slot: OwnedSemaphorePermit,
    shared: Shared,
) {
    // Answers are small and written whole; waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before its first request");
        return;
    }
    // A client that never reads its answers must not hold its slot for ever.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.request_timeout));
    let stream = Box::pin(stream);
    let Some(tls) = &shared.tls else {
        return answer(stream, peer, shared).await;
    };
    let handshake = tls.acceptor().accept(stream);
    let handshake = tokio::time::timeout(shared.handshake_timeout, handshake);
    let encrypted = tokio::select! {
        encrypted = handshake => encrypted,
        () = shared.at_once.cancelled() => return,
        () = stopped_for_a_moment(&shared.draining) => return,
    };
    match encrypted {
        Ok(Ok(stream)) => answer(stream, peer, shared).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_elapsed) => tracing::debug!("a TLS handshake took too long"),
    }
}

/// Answers the requests of one connection, encrypted or not.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    peer: SocketAddr,
    shared: Shared,
) {
    let Shared {
        http,
        router,
        tls: _,
        handshake_timeout: _,
        request_timeout,
        draining,
        at_once,
        tracker: _,
    } = shared;
    let spoken = Arc::new(AtomicBool::new(false));
    let speaks = Arc::clone(&spoken);
    let service = service_fn(move |mut request: Request<Incoming>| {
        speaks.store(true, Ordering::Release);
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut router = router.clone();
        async move {
            let answer = tokio::time::timeout(request_timeout, router.call(request)).await;
            answer.unwrap_or_else(|_elapsed| Ok(took_too_long()))
        }
    });
    let connection = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = at_once.cancelled() => return,
        () = draining.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = at_once.cancelled() => return,
                () = silent(&spoken) => return,
            }
        }
    };
    if let Err(error) = ended {
        // Clients go away and send nonsense all day long.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Done a moment after a stop was asked for; a handshake under way may still become a request.
async fn stopped_for_a_moment(draining: &CancellationToken) {
    draining.cancelled().await;
    tokio::time::sleep(SILENCE).await;
}

/// Done when the connection has sent no request by a moment after a stop was asked for. HTTP's
/// own graceful end closes connections between requests, but waits for the first one of a new
/// connection, which would hold up the stop for the whole header timeout.
async fn silent(spoken: &AtomicBool) {
    tokio::time::sleep(SILENCE).await;
    if spoken.load(Ordering::Acquire) {
        std::future::pending::<()>().await;
    }
}

fn took_too_long() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
