//! The accept loop against clients that are slow, many, or in the middle of something.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use vidimus::protocol::time::Lifetime;
use vidimus::server::{ListenerLimits, RunningServer, Server};

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const GRACE: Lifetime = Lifetime::seconds(10);

fn limits() -> ListenerLimits {
    ListenerLimits {
        connections: 100,
        header_timeout: Lifetime::seconds(10),
        request_timeout: Lifetime::seconds(10),
    }
}

async fn serve(limits: ListenerLimits, router: Router) -> RunningServer {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    Server::bind(any_port, limits).await.unwrap().start(router)
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

async fn connect(server: &RunningServer) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

/// The head and body of one small answer.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    while !bytes.ends_with(b"hello") {
        match stream.read(&mut buffer).await.unwrap() {
            0 => break,
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Everything until the server closes, however it does.
async fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _reset_is_closed_too = stream.read_to_end(&mut bytes).await;
    bytes
}

#[tokio::test]
async fn answers_many_requests_on_one_connection_and_knows_the_peer() {
    let router = Router::new().route(
        "/",
        get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
            assert!(peer.ip().is_loopback());
            "hello"
        }),
    );
    let server = serve(limits(), router).await;
    let mut stream = connect(&server).await;
    for _ in 0..3 {
        stream.write_all(GET).await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
    assert_eq!(server.stop(GRACE).await, 0);
}

#[tokio::test]
async fn closes_a_connection_whose_headers_take_too_long() {
    let header_timeout = Lifetime::from_millis(200);
    let server = serve(
        ListenerLimits {
            header_timeout,
            ..limits()
        },
        hello(),
    )
    .await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: loc")
        .await
        .unwrap();
    let last_words = until_closed(&mut stream).await;
    assert!(!last_words.starts_with(b"HTTP/1.1 200"));
    server.stop(GRACE).await;
}

#[tokio::test]
async fn answers_408_when_a_request_takes_too_long() {
    let request_timeout = Lifetime::from_millis(200);
    let router = Router::new().route("/", get(async || std::future::pending::<()>().await));
    let server = serve(
        ListenerLimits {
            request_timeout,
            ..limits()
        },
        router,
    )
    .await;
    let mut stream = connect(&server).await;
    stream.write_all(GET).await.unwrap();
    let text = String::from_utf8(until_closed(&mut stream).await).unwrap();
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    server.stop(GRACE).await;
}

#[tokio::test]
async fn refuses_too_many_and_too_large_headers() {
    let server = serve(limits(), hello()).await;
    let many = "a: b\r\n".repeat(101);
    let large = format!("a: {}\r\n", "b".repeat(20_000));
    for headers in [many, large] {
        let mut stream = connect(&server).await;
        let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(until_closed(&mut stream).await.starts_with(b"HTTP/1.1 431"));
    }
    server.stop(GRACE).await;
}

#[tokio::test]
async fn serves_no_more_connections_than_allowed_at_one_time() {
    let requests_served = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests_served);
    let handler = get(async move || {
        counter.fetch_add(1, Ordering::SeqCst);
        "hello"
    });
    let router = Router::new().route("/", handler);
    let server = serve(
        ListenerLimits {
            connections: 1,
            ..limits()
        },
        router,
    )
    .await;
    let mut first = connect(&server).await;
    first.write_all(GET).await.unwrap();
    answer(&mut first).await;
    let mut second = connect(&server).await;
    second.write_all(GET).await.unwrap();
    // The first connection goes on being served while the second waits.
    for requests in 2..20 {
        first.write_all(GET).await.unwrap();
        answer(&mut first).await;
        assert_eq!(requests_served.load(Ordering::SeqCst), requests);
    }
    drop(first);
    assert!(answer(&mut second).await.starts_with("HTTP/1.1 200"));
    server.stop(GRACE).await;
}

/// A handler that says when it is reached and answers when it is let go.
fn held() -> (Router, mpsc::Receiver<()>, Arc<Notify>) {
    let (arrived, reached) = mpsc::channel(1);
    let release = Arc::new(Notify::new());
    let held = Arc::clone(&release);
    let handler = get(async move || {
        arrived.send(()).await.unwrap();
        held.notified().await;
        "hello"
    });
    (Router::new().route("/", handler), reached, release)
}

#[tokio::test]
async fn a_graceful_stop_finishes_the_request_in_flight_and_accepts_no_other() {
    let (router, mut reached, release) = held();
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), limits())
        .await
        .unwrap();
    let (address, draining) = (server.address(), server.draining());
    let running = server.start(router);
    let mut stream = connect(&running).await;
    stream.write_all(GET).await.unwrap();
    reached.recv().await.unwrap();
    assert!(!draining.is_cancelled());
    let (unfinished, text) = tokio::join!(running.stop(GRACE), async {
        // Readiness sees the stop before the requests have finished.
        draining.cancelled().await;
        release.notify_one();
        // The stop ends the connection, so this is everything.
        String::from_utf8(until_closed(&mut stream).await).unwrap()
    });
    assert_eq!(unfinished, 0);
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(text.ends_with("hello"), "{text}");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_stop_cuts_off_what_outlasts_the_grace() {
    let (router, mut reached, _never_released) = held();
    let server = serve(limits(), router).await;
    let mut stream = connect(&server).await;
    stream.write_all(GET).await.unwrap();
    reached.recv().await.unwrap();
    assert_eq!(server.stop(Lifetime::from_millis(50)).await, 1);
    assert!(until_closed(&mut stream).await.is_empty());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_connections_without_a_request() {
    let server = serve(limits(), hello()).await;
    let mut silent = connect(&server).await;
    let mut idle = connect(&server).await;
    idle.write_all(GET).await.unwrap();
    answer(&mut idle).await;
    // Well inside the grace, which the header timeout alone would use up.
    assert_eq!(server.stop(GRACE).await, 0);
    assert!(until_closed(&mut silent).await.is_empty());
    assert!(until_closed(&mut idle).await.is_empty());
}

/// A client that sends requests and never reads must not hold its slot for ever.
#[tokio::test]
async fn closes_a_connection_whose_answers_are_not_read() {
    let limits = ListenerLimits {
        request_timeout: Lifetime::from_millis(300),
        ..limits()
    };
    let large = Router::new().route("/", get(async || "x".repeat(4 * 1024 * 1024)));
    let server = serve(limits, large).await;
    let mut stream = connect(&server).await;
    for _ in 0..8 {
        stream.write_all(GET).await.unwrap();
    }
    // Nothing is read; the server gives up, after which writing fails.
    let gone = async {
        while stream.write_all(GET).await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let limit = std::time::Duration::from_secs(20);
    tokio::time::timeout(limit, gone)
        .await
        .expect("the connection is closed");
    server.stop(GRACE).await;
}
