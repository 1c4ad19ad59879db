//! Where known passwords are looked up, and what becomes of the answers.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use http::{HeaderMap, StatusCode, Uri};
use vidimus::account::password::policy::{BreachRule, PasswordWeakness as W};
use vidimus::flows::password::{BreachSource, Breaches};
use vidimus::protocol::time::Lifetime;
use vidimus::server::{ListenerLimits, RunningServer, Server};
use vidimus::store::sqlite::SqliteStore;

use super::{settle, weaknesses};
use crate::support::World;
use crate::support::names::Names;
use crate::support::world::{PASSWORD, Shared};

/// The SHA-1 of [`PASSWORD`], in the parts that are told and that are answered.
const TOLD: &str = "F9797";
const ANSWERED: &str = "9FF44A9A1A4105F4BAE6FE809715E0A0A84";
const UNKNOWN: &str = "plane-jar-ostrich";

/// A world that looks passwords up at a source, whose realm has a rule about them.
async fn world(source: Option<BreachSource>, rule: BreachRule) -> World {
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let names = Names::default().with("breaches.example", &["127.0.0.1"]);
    let shared = Shared {
        breaches: Breaches::at(source).unwrap(),
        ..Shared::over(store).reaching(&names, &["127.0.0.1/32"])
    };
    let world = World::node(&shared).await;
    settle(&world, |policy| policy.breached = rule).await;
    world
}

/// Somebody who knows passwords.
struct Ranges {
    server: RunningServer,
    asked: Arc<Mutex<Vec<(Uri, HeaderMap)>>>,
}

impl Ranges {
    /// Answers every range with the same words.
    async fn answering(status: StatusCode, body: String) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        let router = Router::new().fallback(async move |uri: Uri, headers: HeaderMap| {
            heard.lock().unwrap().push((uri, headers));
            (status, body)
        });
        let limits = ListenerLimits {
            connections: 100,
            header_timeout: Lifetime::seconds(10),
            request_timeout: Lifetime::seconds(10),
        };
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any_port, limits).await.unwrap().start(router);
        Self { server, asked }
    }

    fn source(&self) -> BreachSource {
        let port = self.server.address().port();
        BreachSource::Range(format!("http://breaches.example:{port}/range/"))
    }
}

#[tokio::test]
async fn tells_five_digits_of_the_digest_and_nothing_else() {
    let ranges = Ranges::answering(StatusCode::OK, format!("{ANSWERED}:3\r\n")).await;
    let world = world(Some(ranges.source()), BreachRule::Refuse).await;
    let ada = world.ada().await;
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, [W::Breached]);
    let asked = ranges.asked.lock().unwrap();
    let [(uri, headers)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(uri.to_string(), format!("/range/{TOLD}"));
    assert_eq!(headers.get("add-padding").unwrap(), "true");
    let all = format!("{headers:?}");
    assert!(!all.contains(ANSWERED) && !all.contains(PASSWORD), "{all}");
}

#[tokio::test]
async fn takes_what_is_not_listed_or_only_padding() {
    let padding = format!("{ANSWERED}:0\r\n{}:1\r\n", "0".repeat(35));
    let ranges = Ranges::answering(StatusCode::OK, padding).await;
    let world = world(Some(ranges.source()), BreachRule::RefuseUnknown).await;
    let ada = world.ada().await;
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, []);
}

#[tokio::test]
async fn asks_nobody_where_the_realm_does_not_want_it() {
    let ranges = Ranges::answering(StatusCode::OK, format!("{ANSWERED}:3\r\n")).await;
    let world = world(Some(ranges.source()), BreachRule::Off).await;
    let ada = world.ada().await;
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, []);
    assert!(ranges.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn without_an_answer_the_rule_decides() {
    let broken = Ranges::answering(StatusCode::BAD_GATEWAY, String::new()).await;
    let large = Ranges::answering(StatusCode::OK, "x".repeat(300 * 1024)).await;
    let nowhere = BreachSource::Range("https://nowhere.example/range/".to_owned());
    for source in [
        None,
        Some(broken.source()),
        Some(large.source()),
        Some(nowhere),
    ] {
        for (rule, expected) in [
            (BreachRule::Refuse, vec![]),
            (BreachRule::RefuseUnknown, vec![W::BreachUnknown]),
        ] {
            let world = world(source.clone(), rule).await;
            let ada = world.ada().await;
            let found = weaknesses(&world, &ada, PASSWORD).await;
            assert_eq!(found, expected, "{source:?}");
        }
    }
}

#[tokio::test]
async fn searches_a_file_that_may_be_replaced_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pwned.txt");
    list(&path, &[&format!("{TOLD}{ANSWERED}:7")]);
    let source = BreachSource::File(path.clone());
    let world = world(Some(source), BreachRule::RefuseUnknown).await;
    let ada = world.ada().await;
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, [W::Breached]);
    assert_eq!(weaknesses(&world, &ada, UNKNOWN).await, []);
    list(&path, &[]);
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, []);
    std::fs::remove_file(&path).unwrap();
    let gone = weaknesses(&world, &ada, PASSWORD).await;
    assert_eq!(gone, [W::BreachUnknown]);
}

#[test]
fn takes_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pwned.txt");
    let source = || Breaches::at(Some(BreachSource::File(path.clone())));
    assert!(source().is_err());
    std::fs::write(&path, "password\n").unwrap();
    assert!(source().is_err());
    list(&path, &[]);
    assert!(source().is_ok());
}

/// Writes a sorted list of digests, these among others.
fn list(path: &Path, known: &[&str]) {
    let others = (0..500).map(|number| format!("{:040X}:1", u128::from(u64::MAX) * number));
    let mut lines: Vec<String> = others
        .chain(known.iter().map(|&line| line.into()))
        .collect();
    lines.sort();
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all((lines.join("\r\n") + "\r\n").as_bytes())
        .unwrap();
}
