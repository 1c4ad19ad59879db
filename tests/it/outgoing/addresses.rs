//! Addresses that must not be reached, in every disguise.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use vidimus::outgoing::FetchError;

use super::{JSON, LOOPBACK, Site, counted, fetch_soon, serve, settings};
use crate::support::names::Names;

/// Listeners on one port of this machine that nobody may come to.
struct Trap {
    port: u16,
    listeners: Vec<TcpListener>,
}

impl Trap {
    fn new() -> Self {
        loop {
            let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = first.local_addr().unwrap().port();
            let more = [
                TcpListener::bind((Ipv4Addr::new(127, 1, 2, 3), port)),
                TcpListener::bind((Ipv6Addr::LOCALHOST, port)),
            ];
            let Ok(mut listeners) = more.into_iter().collect::<Result<Vec<_>, _>>() else {
                continue;
            };
            listeners.push(first);
            return Self { port, listeners };
        }
    }

    /// How many connections came since the last look. The system takes them without being asked.
    fn caught(&self) -> usize {
        let caught = self.listeners.iter().map(|listener| {
            listener.set_nonblocking(true).unwrap();
            std::iter::from_fn(|| listener.accept().ok()).count()
        });
        caught.sum()
    }
}

/// Hosts as they may stand in a URL. None of them may be reached.
const HOSTS: &[&str] = &[
    // Loopback, in every spelling that a URL parser takes.
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.1.2.3",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0X7F.0.0.1",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "0177.0x0.0.01",
    "00000177.0.0.1",
    "127.0x000001",
    "2130771459",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "0",
    "0x",
    "0.0.0.0",
    "0.0.0.1",
    // Private networks.
    "10.0.0.1",
    "10.255.255.255",
    "012.0.0.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "0xc0a80001",
    "3232235521",
    // Link-local, and where machines of others are told their secrets.
    "169.254.169.254",
    "169.254.170.2",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.43518",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    // Whatever else is not the public Internet.
    "100.64.0.1",
    "100.127.255.255",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "4294967295",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::2]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:127.1.2.3]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:0.0.0.0]",
    "[::ffff:168.63.129.16]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001::1]",
    "[2001:0:7f00:1::]",
    "[2001:0:808:808:0:0:80ff:fffe]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[100::1]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[ff02::1]",
    // Names.
    "localhost",
    "LocalHost",
    "localhost.",
    "a.localhost",
    "printer.local",
    "metadata.google.internal",
    "public.internal",
    "loop.example",
    "loop.example.",
    "six.example",
    "mapped.example",
    "nat64.example",
    "tunnel.example",
    "zero.example",
    "metadata.example",
    "private.example",
    "one-of-two.example",
    "two-of-two.example",
];

/// What a resolver in the hands of an attacker says.
fn hostile_names() -> Names {
    let local = ["127.0.0.1", "::1"];
    [
        ("localhost", &local[..]),
        ("localhost.", &local),
        ("a.localhost", &local),
        ("printer.local", &["192.168.0.9"]),
        ("metadata.google.internal", &["169.254.169.254"]),
        ("public.internal", &["8.8.8.8"]),
        ("loop.example", &["127.0.0.1"]),
        ("loop.example.", &["127.1.2.3"]),
        ("six.example", &["::1"]),
        ("mapped.example", &["::ffff:127.0.0.1"]),
        ("nat64.example", &["64:ff9b::7f00:1"]),
        ("tunnel.example", &["2002:7f00:1::"]),
        ("zero.example", &["0.0.0.0"]),
        ("metadata.example", &["169.254.169.254"]),
        ("private.example", &["10.0.0.1"]),
        ("one-of-two.example", &["127.0.0.1", "8.8.8.8"]),
        ("two-of-two.example", &["8.8.8.8", "::1"]),
    ]
    .into_iter()
    .fold(Names::default(), |names, (name, addresses)| {
        names.with(name, addresses)
    })
}

#[tokio::test]
async fn a_hundred_tricky_addresses_reach_nothing() {
    assert!(HOSTS.len() >= 100, "{}", HOSTS.len());
    let trap = Trap::new();
    let port = trap.port;
    let closed = hostile_names().outgoing(settings(&[]));
    // Something is allowed, so that neither `http` nor local names are refused by themselves.
    let ajar = hostile_names().outgoing(settings(&["192.0.2.250/32"]));
    for host in HOSTS {
        for (outgoing, scheme) in [(&closed, "https"), (&ajar, "https"), (&ajar, "http")] {
            let url = format!("{scheme}://{host}:{port}/latest/meta-data?a=b#c");
            let refused = fetch_soon(outgoing, &url).await;
            assert_eq!(refused, Err(FetchError::AddressNotAllowed), "{url}");
            let posted = outgoing.post_form(&url, &[("logout_token", "a.b.c")]).await;
            assert_eq!(posted, Err(FetchError::AddressNotAllowed), "{url}");
        }
        let plain = closed.get(&format!("http://{host}:{port}/"), JSON).await;
        assert_eq!(plain, Err(FetchError::NotHttps), "{host}");
    }
    assert_eq!(trap.caught(), 0);
    // The trap does catch.
    for address in ["127.0.0.1", "127.1.2.3", "::1"] {
        drop(std::net::TcpStream::connect((address, port)).unwrap());
        assert_eq!(trap.caught(), 1, "{address}");
    }
}

#[tokio::test]
async fn no_spelling_of_a_url_hides_its_host() {
    let trap = Trap::new();
    let outgoing = hostile_names().outgoing(settings(&["192.0.2.250/32"]));
    for (url, refusal) in [
        ("https://rp.example@127.0.0.1:{p}/", FetchError::InvalidUrl),
        ("https://127.0.0.1:{p}@rp.example/", FetchError::InvalidUrl),
        ("https://:secret@127.0.0.1:{p}/", FetchError::InvalidUrl),
        ("https://[fe80::1%25lo]:{p}/", FetchError::InvalidUrl),
        ("https://[::1%lo]:{p}/", FetchError::InvalidUrl),
        ("https://127.0.0.1:{p}:443/", FetchError::InvalidUrl),
        ("https://127.0.0.256:{p}/", FetchError::InvalidUrl),
        ("//127.0.0.1:{p}/", FetchError::InvalidUrl),
        (
            "https://127.0.0.1:{p}\\@rp.example/",
            FetchError::AddressNotAllowed,
        ),
        (
            "https://127.0.0.1:{p}#@rp.example/",
            FetchError::AddressNotAllowed,
        ),
        (
            "https://127.0.0.1:{p}?@rp.example/",
            FetchError::AddressNotAllowed,
        ),
        ("https:127.0.0.1:{p}/", FetchError::AddressNotAllowed),
        ("https:///127.0.0.1:{p}/", FetchError::AddressNotAllowed),
        ("https:\\\\127.0.0.1:{p}\\a", FetchError::AddressNotAllowed),
        (" https://127.0.0.1:{p}/ ", FetchError::AddressNotAllowed),
        ("ht\ntps://127.0\t.0.1:{p}/", FetchError::AddressNotAllowed),
        ("HTTPS://LOOP.EXAMPLE:{p}/", FetchError::AddressNotAllowed),
        (
            "https://loop.ex\u{ad}ample:{p}/",
            FetchError::AddressNotAllowed,
        ),
        (
            "https://ｌｏｏｐ.example:{p}/",
            FetchError::AddressNotAllowed,
        ),
        ("file:///etc/passwd", FetchError::NotHttps),
        ("ftp://127.0.0.1:{p}/", FetchError::NotHttps),
        ("gopher://127.0.0.1:{p}/_x", FetchError::NotHttps),
        ("ws://127.0.0.1:{p}/", FetchError::NotHttps),
        ("unix:/run/docker.sock", FetchError::NotHttps),
        ("https://nobody.example:{p}/", FetchError::Unresolvable),
    ] {
        let url = url.replace("{p}", &trap.port.to_string());
        assert_eq!(fetch_soon(&outgoing, &url).await, Err(refusal), "{url}");
    }
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn http_is_for_allowed_addresses_only() {
    let names = Names::default()
        .with("public.example", &["8.8.8.8"])
        .with("both.example", &["127.0.0.1", "8.8.8.8"]);
    let outgoing = names.outgoing(settings(&[LOOPBACK]));
    for host in ["8.8.8.8", "public.example", "both.example"] {
        let refused = fetch_soon(&outgoing, &format!("http://{host}/")).await;
        assert_eq!(refused, Err(FetchError::NotHttps), "{host}");
    }
}

/// A name that leads elsewhere a moment after it was judged.
#[tokio::test]
async fn the_address_that_was_judged_is_the_one_that_is_reached() {
    let (router, count) = counted("hello");
    let server = serve(router).await;
    let port = server.address().port();
    // The same port of another address, where nobody may come.
    let trap = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).unwrap();
    let names = Names::default()
        .with("rebound.example", &["127.0.0.1"])
        .with("rebound.example", &["::1"]);
    let outgoing = names.outgoing(settings(&[LOOPBACK]));
    let url = format!("http://rebound.example:{port}/");
    assert_eq!(outgoing.get(&url, JSON).await.unwrap().bytes, "hello");
    assert_eq!(names.asked().len(), 1);
    for asked in 2..5 {
        let refused = fetch_soon(&outgoing, &url).await;
        assert_eq!(refused, Err(FetchError::AddressNotAllowed));
        assert_eq!(names.asked().len(), asked);
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err());
}

#[tokio::test]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let trap = Trap::new();
    let port = trap.port;
    let moved = async move |Path((status, host)): Path<(u16, String)>| {
        let location = format!("http://{host}:{port}/");
        (
            StatusCode::from_u16(status).unwrap(),
            [("location", location)],
        )
    };
    let router = Router::new().route("/{status}/{host}", get(moved).post(moved));
    let site = Site::serving(router).await;
    for status in [300, 301, 302, 303, 304, 307, 308] {
        // The first would even be allowed.
        for host in ["127.0.0.1", "[::1]", "127.1.2.3", "169.254.169.254"] {
            let path = format!("/{status}/{host}");
            assert_eq!(site.get(&path).await, Err(FetchError::Redirect), "{path}");
            let posted = site.outgoing.post_form(&site.url(&path), &[]).await;
            assert_eq!(posted, Err(FetchError::Redirect), "{path}");
        }
    }
    assert_eq!(trap.caught(), 0);
}
