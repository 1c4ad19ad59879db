//! TLS from files: the listener, the program, and what an operator does with certificates.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use axum::Router;
use axum::routing::get;
use rustls::pki_types::CertificateDer;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use vidimus::protocol::time::Lifetime;
use vidimus::server::{ListenerLimits, RunningServer, Server};

use crate::support::certificates::{Authority, Certified};
use crate::support::program::{Serving, Site, until};

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const GRACE: Lifetime = Lifetime::seconds(10);

fn limits() -> ListenerLimits {
    ListenerLimits {
        connections: 100,
        header_timeout: Lifetime::seconds(10),
        request_timeout: Lifetime::seconds(10),
    }
}

async fn serve(limits: ListenerLimits, authority: &Authority) -> RunningServer {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::bind(any_port, limits).await.unwrap();
    let tls = authority.certify("localhost").tls();
    let hello = Router::new().route("/", get(async || "hello"));
    server.with_tls(tls).start(hello)
}

async fn connect(authority: &Authority, server: &RunningServer) -> TlsStream<TcpStream> {
    let connected = authority.connect(server.address(), &[&TLS13]).await;
    connected.unwrap()
}

/// Asks and reads one small answer.
async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(GET).await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"hello") {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
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
async fn answers_over_tls_1_2_and_1_3_and_speaks_http_1_1() {
    let authority = Authority::new();
    let server = serve(limits(), &authority).await;
    for version in [&TLS12, &TLS13] {
        let connected = authority.connect(server.address(), &[version]).await;
        let mut stream = connected.unwrap();
        let spoken = stream.get_ref().1.alpn_protocol();
        assert_eq!(spoken, Some(&b"http/1.1"[..]));
        for _ in 0..3 {
            assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
        }
    }
    assert_eq!(server.stop(GRACE).await, 0);
}

#[tokio::test]
async fn plain_http_is_refused_at_once() {
    // Far away, so that only a refusal can end the connection.
    let header_timeout = Lifetime::seconds(60);
    let server = serve(
        ListenerLimits {
            header_timeout,
            ..limits()
        },
        &Authority::new(),
    )
    .await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(GET).await.unwrap();
    let closed = tokio::time::timeout(GRACE.to_std(), until_closed(&mut stream)).await;
    let said = closed.expect("the connection is closed");
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    server.stop(GRACE).await;
}

#[tokio::test]
async fn a_slow_handshake_is_cut_off_and_frees_its_place() {
    let authority = Authority::new();
    let limits = ListenerLimits {
        connections: 1,
        header_timeout: Lifetime::from_millis(200),
        ..limits()
    };
    let server = serve(limits, &authority).await;
    for begun in [&b""[..], b"\x16\x03\x01"] {
        let mut slow = TcpStream::connect(server.address()).await.unwrap();
        slow.write_all(begun).await.unwrap();
        let closed = tokio::time::timeout(GRACE.to_std(), until_closed(&mut slow)).await;
        assert!(closed.expect("the connection is closed").is_empty());
    }
    ask(&mut connect(&authority, &server).await).await;
    server.stop(GRACE).await;
}

#[tokio::test]
async fn a_handshake_under_way_counts_as_a_connection() {
    let authority = Authority::new();
    let limits = ListenerLimits {
        connections: 1,
        header_timeout: Lifetime::from_millis(300),
        ..limits()
    };
    let server = serve(limits, &authority).await;
    let silent = TcpStream::connect(server.address()).await.unwrap();
    let second = async { ask(&mut connect(&authority, &server).await).await };
    let answered = tokio::time::timeout(GRACE.to_std(), second).await;
    answered.expect("the second one is served");
    // The first one had to go before.
    let mut silent = silent.into_std().unwrap();
    let left = std::io::Read::read(&mut silent, &mut [0; 16]);
    assert_eq!(left.unwrap(), 0);
    server.stop(GRACE).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_handshakes() {
    let authority = Authority::new();
    let server = serve(limits(), &authority).await;
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    let mut idle = connect(&authority, &server).await;
    ask(&mut idle).await;
    assert_eq!(server.stop(GRACE).await, 0);
    assert!(until_closed(&mut silent).await.is_empty());
}

/// An installation that speaks TLS.
struct Installation {
    site: Site,
    authority: Authority,
}

impl Installation {
    fn new() -> (Self, Certified) {
        let site = Site::on_sqlite();
        let authority = Authority::new();
        let first = authority.certify("localhost");
        let (certificate, key) = first.write(site.path("").as_path());
        let issuer = format!("https://localhost:{}", site.port());
        let site = site
            .with("VIDIMUS_ISSUER", &issuer)
            .with(
                "VIDIMUS_TLS__CERTIFICATE_FILE",
                certificate.to_str().unwrap(),
            )
            .with("VIDIMUS_TLS__KEY_FILE", key.to_str().unwrap());
        (Self { site, authority }, first)
    }

    async fn serve(&self) -> Serving {
        let serving = self.site.launch(&["serve"]);
        serving.until_logged("vidimus is ready").await;
        serving
    }

    /// The certificate that a new connection is shown.
    async fn shown(&self) -> CertificateDer<'static> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.site.port()));
        let stream = self.authority.connect(address, &[&TLS13]).await.unwrap();
        let chain = stream.get_ref().1.peer_certificates().unwrap();
        chain[0].clone().into_owned()
    }

    async fn until_shown(&self, certified: &Certified) {
        let wanted = certified.der();
        until("the new certificate is shown", async || {
            self.shown().await == wanted
        })
        .await;
    }

    fn folder(&self) -> std::path::PathBuf {
        self.site.path("")
    }
}

#[tokio::test]
async fn a_replaced_certificate_is_shown_to_new_connections_and_a_bad_one_is_not() {
    let (installation, first) = Installation::new();
    let serving = installation.serve().await;
    assert_eq!(installation.shown().await, first.der());
    // Nobody tells the server.
    let second = installation.authority.certify("localhost");
    second.write(&installation.folder());
    installation.until_shown(&second).await;
    // A certificate without its key, as when somebody forgets one of the two files.
    let third = installation.authority.certify("localhost");
    let certificate = installation.site.path("tls.pem");
    fs::write(&certificate, &third.certificate).unwrap();
    serving.hang_up();
    serving
        .until_logged("is not the key of the certificate")
        .await;
    assert_eq!(installation.shown().await, second.der());
    fs::write(&certificate, "nonsense").unwrap();
    serving.hang_up();
    serving.until_logged("holds no certificate").await;
    fs::remove_file(&certificate).unwrap();
    serving.hang_up();
    serving.until_logged("cannot be read").await;
    assert_eq!(installation.shown().await, second.der());
    third.write(&installation.folder());
    serving.hang_up();
    installation.until_shown(&third).await;
    serving.terminate();
    let (status, log) = serving.ended().await;
    assert!(status.success(), "{log}");
    assert!(!log.contains("PRIVATE KEY"), "{log}");
}

#[tokio::test]
async fn a_healthcheck_asks_over_tls_whatever_the_certificate_says() {
    let (installation, _) = Installation::new();
    let site = &installation.site;
    assert_eq!(site.run(&["healthcheck"]).code, 5);
    let serving = installation.serve().await;
    for check in [&["healthcheck"][..], &["healthcheck", "--ready"]] {
        let done = site.run(check);
        assert_eq!((done.code, done.data.as_str()), (0, ""), "{done:?}");
        assert!(done.talk.starts_with("https://127.0.0.1:"), "{done:?}");
        assert!(done.talk.contains("200"), "{done:?}");
    }
    drop(serving);
}

#[test]
fn files_that_cannot_be_used_are_mistakes_in_the_configuration() {
    let (installation, first) = Installation::new();
    let site = &installation.site;
    let (certificate, key) = (site.path("tls.pem"), site.path("tls.key"));
    let other = installation.authority.certify("localhost");
    let refused = |spoil: &dyn Fn(), told: &str| {
        first.write(&installation.folder());
        assert_eq!(site.run(&["config", "check"]).code, 0);
        spoil();
        for command in [&["config", "check"][..], &["serve"]] {
            let done = site.run(command);
            assert_eq!(done.code, 2, "{done:?}");
            assert!(done.talk.contains(told), "{done:?}");
            assert!(!done.talk.contains("PRIVATE KEY"), "{done:?}");
        }
    };
    let write = |path: &Path, text: &str| fs::write(path, text).unwrap();
    let open_to_all = || fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&open_to_all, "is open to everybody (mode 644)");
    refused(
        &|| write(&key, &other.key),
        "is not the key of the certificate",
    );
    refused(&|| write(&key, "nonsense"), "holds no private key");
    refused(&|| write(&certificate, "nonsense"), "holds no certificate");
    refused(
        &|| fs::remove_file(&certificate).unwrap(),
        "tls.certificate_file   names ",
    );
    refused(&|| fs::remove_file(&key).unwrap(), "tls.key_file   names ");
}
