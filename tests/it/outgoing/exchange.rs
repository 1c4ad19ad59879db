//! One exchange: what is sent, what is taken from the answer, and what it may cost.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use hyper::body::{Body as HttpBody, Frame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use vidimus::outgoing::{FetchError, Limits, Outgoing, OutgoingSettings, TlsReason};
use vidimus::protocol::time::Lifetime;
use vidimus::store::sqlite::SqliteStore;

use super::{JSON, LOOPBACK, Site, bind, counted, serve, settings};
use crate::support::World;
use crate::support::certificates::Authority;
use crate::support::names::Names;
use crate::support::world::Shared;

#[tokio::test]
async fn fetches_from_an_address_that_the_operator_allows() {
    let router = Router::new().route(
        "/jwks",
        get(async |headers: HeaderMap| {
            let names: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
            let told = format!(
                "{} {:?} {:?} {names:?}",
                headers["user-agent"].to_str().unwrap(),
                headers["accept"],
                headers["host"]
            );
            let fields = [
                ("content-type", "application/jwk-set+json; charset=utf-8"),
                ("cache-control", "public, max-age=60"),
                ("set-cookie", "a=b"),
            ];
            (fields, told)
        }),
    );
    let site = Site::serving(router).await;
    let port = site.port();
    for host in [
        "rp.example",
        "127.0.0.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
    ] {
        let url = format!("http://{host}:{port}/jwks#key");
        // The second request would carry the cookie, if there were a jar.
        for _ in 0..2 {
            let fetched = site.outgoing.get(&url, "application/jwk-set+json").await;
            let fetched = fetched.unwrap();
            assert_eq!(
                fetched.content_type.as_deref(),
                Some("application/jwk-set+json")
            );
            assert_eq!(fetched.max_age, Some(Lifetime::seconds(60)));
            let told = String::from_utf8(fetched.bytes.to_vec()).unwrap();
            assert!(
                told.starts_with("Vidimus \"application/jwk-set+json\" "),
                "{told}"
            );
            assert!(!told.contains("cookie"), "{told}");
            assert!(!told.contains("accept-encoding"), "{told}");
        }
    }
}

#[tokio::test]
async fn the_system_knows_the_names_of_this_machine() {
    let (router, _) = counted("hello");
    let server = serve(router).await;
    let url = format!("http://localhost:{}/", server.address().port());
    let allowing = Outgoing::new(settings(&["127.0.0.0/8", "::1/128"])).unwrap();
    assert_eq!(allowing.get(&url, JSON).await.unwrap().bytes, "hello");
    let half = Outgoing::new(settings(&["192.0.2.250/32"])).unwrap();
    let refused = half.get(&url, JSON).await;
    assert_eq!(refused, Err(FetchError::AddressNotAllowed));
}

#[tokio::test]
async fn posts_a_form_and_tells_the_status() {
    let router = Router::new().route(
        "/logout/{status}",
        post(
            async |Path(status): Path<u16>, headers: HeaderMap, body: Bytes| {
                assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
                assert_eq!(body, "logout_token=a.b%26c&x=%C3%A4");
                (StatusCode::from_u16(status).unwrap(), "x".repeat(1_000_000))
            },
        ),
    );
    let site = Site::serving(router).await;
    for status in [200, 204, 400, 501] {
        let url = site.url(&format!("/logout/{status}"));
        let form = [("logout_token", "a.b&c"), ("x", "ä")];
        assert_eq!(site.outgoing.post_form(&url, &form).await, Ok(status));
    }
}

#[tokio::test]
async fn a_world_has_a_way_out_that_tests_can_script() {
    let (router, _) = counted("hello");
    let server = serve(router).await;
    let url = format!("http://rp.example:{}/", server.address().port());
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let shared = Shared::over(store);
    let world = World::node(&shared).await;
    let refused = world.app.outgoing.get(&url, JSON).await;
    assert_eq!(refused, Err(FetchError::NotHttps));
    let names = Names::default().with("rp.example", &["127.0.0.1"]);
    let world = World::node(&shared.reaching(&names, &[LOOPBACK])).await;
    let fetched = world.app.outgoing.get(&url, JSON).await.unwrap();
    assert_eq!(fetched.bytes, "hello");
}

#[tokio::test]
async fn an_error_of_theirs_is_told_with_its_status() {
    let status = async |Path(status): Path<u16>| StatusCode::from_u16(status).unwrap();
    let site = Site::serving(Router::new().route("/{status}", get(status))).await;
    for status in [201, 204, 404, 500] {
        let refused = site.get(&format!("/{status}")).await;
        assert_eq!(refused, Err(FetchError::Status(status)));
    }
}

#[tokio::test]
async fn reads_no_more_than_the_limit() {
    let sized = async |Path(size): Path<usize>| "x".repeat(size);
    // Without end, and without saying how long it is.
    let endless = async || Body::new(Unending(Some(&[b'x'; 1024])));
    let router = Router::new()
        .route("/{size}", get(sized))
        .route("/endless", get(endless));
    let site = Site::serving(router).await;
    let limit = Limits::default().body_bytes;
    assert_eq!(limit, 64 * 1024);
    let whole = site.get(&format!("/{limit}")).await.unwrap();
    assert_eq!(whole.bytes.len(), limit);
    let more = site.get(&format!("/{}", limit + 1)).await;
    assert_eq!(more, Err(FetchError::TooLarge));
    assert_eq!(site.get("/endless").await, Err(FetchError::TooLarge));
    let small = Limits {
        body_bytes: 10,
        ..Limits::default()
    };
    assert!(site.get_within("/10", small).await.is_ok());
    let refused = site.get_within("/11", small).await;
    assert_eq!(refused, Err(FetchError::TooLarge));
}

/// A body that repeats a chunk without end, or waits for its first one without end.
struct Unending(Option<&'static [u8]>);

impl HttpBody for Unending {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match self.0 {
            Some(chunk) => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(chunk))))),
            None => Poll::Pending,
        }
    }
}

#[tokio::test]
async fn reads_no_head_that_is_too_large_and_no_encoded_body() {
    let many = async || {
        let mut headers = HeaderMap::new();
        for number in 0..101 {
            let name: http::HeaderName = format!("x-{number}").parse().unwrap();
            headers.insert(name, "a".parse().unwrap());
        }
        headers
    };
    let router = Router::new()
        .route("/large", get(async || [("x-large", "x".repeat(20_000))]))
        .route("/many", get(many))
        .route(
            "/gzip",
            get(async || ([("content-encoding", "gzip")], "\u{1f}")),
        );
    let site = Site::serving(router).await;
    assert_eq!(site.get("/large").await, Err(FetchError::TooLarge));
    assert_eq!(site.get("/many").await, Err(FetchError::TooLarge));
    assert_eq!(site.get("/gzip").await, Err(FetchError::Malformed));
}

#[tokio::test]
async fn waits_no_longer_than_the_limit() {
    let router = Router::new()
        .route("/silent", get(async || std::future::pending::<()>().await))
        .route("/stalled", get(async || Body::new(Unending(None))));
    let site = Site::serving(router).await;
    let short = Limits {
        total: Lifetime::from_millis(50),
        ..Limits::default()
    };
    for path in ["/silent", "/stalled"] {
        let refused = site.get_within(path, short).await;
        assert_eq!(refused, Err(FetchError::Timeout), "{path}");
    }
    // A handshake that is never answered ends with the connect limit.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let impatient = Limits {
        connect: Lifetime::from_millis(50),
        ..Limits::default()
    };
    let url = format!("https://rp.example:{port}/");
    let refused = site.outgoing.within(impatient).get(&url, JSON).await;
    assert_eq!(refused, Err(FetchError::Timeout));
}

#[tokio::test]
async fn what_is_no_http_is_malformed_and_nobody_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let outgoing = Names::default().outgoing(settings(&[LOOPBACK]));
    let url = format!("http://127.0.0.1:{port}/");
    let speak = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        assert!(stream.read(&mut head).await.unwrap() > 0);
        stream.write_all(b"220 mail ESMTP\r\n\r\n").await.unwrap();
        stream
    };
    let (answer, _stream) = tokio::join!(outgoing.get(&url, JSON), speak);
    assert_eq!(answer, Err(FetchError::Malformed));
    drop(listener);
    let nobody = outgoing.get(&url, JSON).await;
    assert_eq!(nobody, Err(FetchError::Unreachable));
}

#[tokio::test]
async fn a_host_is_asked_four_times_at_once_and_the_fifth_is_told_to_wait() {
    let (reached, release) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (here, let_go) = (Arc::clone(&reached), Arc::clone(&release));
    let held = async move || {
        here.add_permits(1);
        let_go.acquire().await.unwrap().forget();
        "hello"
    };
    let router = Router::new().route("/", get(held));
    let site = Arc::new(Site::serving(router).await);
    let mut asking = JoinSet::new();
    for _ in 0..4 {
        let site = Arc::clone(&site);
        asking.spawn(async move { site.get("/").await });
    }
    reached.acquire_many(4).await.unwrap().forget();
    assert_eq!(site.get("/").await, Err(FetchError::Busy));
    // Another spelling of the name is the same host.
    let dotted = format!("http://RP.example.:{}/", site.port());
    let busy = site.outgoing.get(&dotted, JSON).await;
    assert_eq!(busy, Err(FetchError::Busy));
    release.add_permits(5);
    while let Some(fetched) = asking.join_next().await {
        assert_eq!(fetched.unwrap().unwrap().bytes, "hello");
    }
    assert!(site.get("/").await.is_ok());
}

#[tokio::test]
async fn trusts_the_authorities_of_the_operators_file_and_only_for_their_names() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, &authority.pem).unwrap();
    let (router, count) = counted("hello");
    let tls = authority.certify("rp.example").tls();
    let server = bind().await.with_tls(tls).start(router);
    let port = server.address().port();
    let names = Names::default()
        .with("rp.example", &["127.0.0.1"])
        .with("rp.example.", &["127.0.0.1"])
        .with("other.example", &["127.0.0.1"]);
    let trusting = names.outgoing(OutgoingSettings {
        ca_file: Some(ca_file),
        ..settings(&[LOOPBACK])
    });
    for host in ["rp.example", "rp.example."] {
        let fetched = trusting.get(&format!("https://{host}:{port}/"), JSON).await;
        assert_eq!(fetched.unwrap().bytes, "hello", "{host}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
    let wrong_name = FetchError::Tls(TlsReason::WrongName);
    for host in ["other.example", "127.0.0.1"] {
        let refused = trusting.get(&format!("https://{host}:{port}/"), JSON).await;
        assert_eq!(refused, Err(wrong_name), "{host}");
    }
    let without = names.outgoing(settings(&[LOOPBACK]));
    let url = format!("https://rp.example:{port}/");
    let refused = without.get(&url, JSON).await;
    assert_eq!(refused, Err(FetchError::Tls(TlsReason::UnknownIssuer)));
    let lapsed = authority.certify_until("rp.example", 2020).tls();
    let lapsed = bind().await.with_tls(lapsed).start(Router::new());
    let url = format!("https://rp.example:{}/", lapsed.address().port());
    let refused = trusting.get(&url, JSON).await;
    assert_eq!(refused, Err(FetchError::Tls(TlsReason::Expired)));
    // Nobody who could not prove who they are was sent a request.
    assert_eq!(count.load(Ordering::SeqCst), 2);
    let plain = Site::serving(Router::new()).await;
    let url = format!("https://rp.example:{}/", plain.port());
    let refused = plain.outgoing.get(&url, JSON).await;
    assert_eq!(refused, Err(FetchError::Tls(TlsReason::Handshake)));
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_told_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let problem = || {
        let settings = OutgoingSettings {
            ca_file: Some(path.clone()),
            ..OutgoingSettings::default()
        };
        Outgoing::new(settings).unwrap_err().to_string()
    };
    assert!(problem().contains("cannot be read"), "{}", problem());
    std::fs::write(&path, "hello").unwrap();
    assert!(problem().contains("holds no certificate"), "{}", problem());
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&path, nonsense).unwrap();
    assert!(problem().contains("is no certificate"), "{}", problem());
}

#[test]
fn reasons_are_words_of_printable_ascii() {
    for (error, word) in [
        (FetchError::AddressNotAllowed, "address_not_allowed"),
        (FetchError::NotHttps, "not_https"),
        (FetchError::Status(404), "status(404)"),
        (FetchError::Tls(TlsReason::Expired), "tls(expired)"),
    ] {
        assert_eq!(error.to_string(), word);
    }
}
