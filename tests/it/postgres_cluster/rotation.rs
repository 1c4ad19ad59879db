//! Keys that change every few seconds, under load, before a relying party that fetches the JWKS no
//! oftener than its `Cache-Control` allows and never for the sake of an unknown `kid`.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet};
use openidconnect::{ClaimsVerificationError, ClientId, ClientSecret, IssuerUrl, Nonce};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;
use vidimus::flows::realm_keys::Rotation;
use vidimus::keys::KeySchedule;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;

use super::Cluster;
use crate::support::{Deployment, TestClient, World};

const DURATION: Duration = Duration::from_mins(1);
const WORKERS: usize = 4;
const TOKENS_LIVE_SECONDS: u32 = 6;
/// A token is verified again at this age.
const LATE: Duration = Duration::from_millis(4500);
/// One takes about five seconds; a busy machine may be slower.
const ROTATIONS: usize = 6;

fn schedule() -> KeySchedule {
    KeySchedule {
        jwks_max_age: Lifetime::seconds(2),
        token_lifetime: Lifetime::seconds(TOKENS_LIVE_SECONDS),
        heartbeat: Lifetime::from_millis(200),
        max_ring_age: Lifetime::seconds(1),
        ..KeySchedule::default()
    }
}

/// A relying party's cache of the JWKS.
struct Cache {
    nodes: Vec<World>,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    fetched: Mutex<Fetched>,
}

struct Fetched {
    keys: CoreJsonWebKeySet,
    good_until: Instant,
    times: usize,
}

impl Cache {
    fn of(client: &TestClient, nodes: &[World]) -> Self {
        Self {
            nodes: nodes.to_vec(),
            issuer: IssuerUrl::new(client.world.app.settings.issuer.clone()).unwrap(),
            client_id: ClientId::new(client.id().to_owned()),
            client_secret: ClientSecret::new(client.secret.clone().unwrap()),
            fetched: Mutex::new(Fetched {
                keys: CoreJsonWebKeySet::default(),
                good_until: Instant::now(),
                times: 0,
            }),
        }
    }

    /// The keys as they were fetched, for as long as they may be kept; each time from the other
    /// node.
    async fn keys(&self) -> CoreJsonWebKeySet {
        let mut fetched = self.fetched.lock().await;
        if Instant::now() >= fetched.good_until {
            let node = &self.nodes[fetched.times % self.nodes.len()];
            let answer = node.browser().get("/jwks").await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            let caching = answer.header("cache-control").unwrap();
            let seconds = caching.strip_prefix("public, max-age=").unwrap();
            let age = Duration::from_secs(seconds.parse().unwrap());
            fetched.keys = serde_json::from_str(&answer.body).unwrap();
            fetched.good_until = Instant::now() + age;
            fetched.times += 1;
        }
        fetched.keys.clone()
    }

    async fn verify(&self, token: &str) -> Result<(), ClaimsVerificationError> {
        let token: CoreIdToken = token.parse().unwrap();
        let verifier = CoreIdTokenVerifier::new_confidential_client(
            self.client_id.clone(),
            self.client_secret.clone(),
            self.issuer.clone(),
            self.keys().await,
        );
        let any_nonce = |_: Option<&Nonce>| Ok(());
        token.claims(&verifier, any_nonce).map(|_claims| ())
    }
}

fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap());
    let header: serde_json::Value = serde_json::from_slice(&header.unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// What a worker saw.
#[derive(Default)]
struct Seen {
    kids: HashSet<String>,
    verified: usize,
    verified_late: usize,
    failures: Vec<String>,
}

impl Seen {
    fn note(&mut self, token: &str, outcome: Result<(), ClaimsVerificationError>, late: bool) {
        match outcome {
            Ok(()) if late => self.verified_late += 1,
            Ok(()) => self.verified += 1,
            // The machine was so busy that the token's time ran out; that is no failure of keys.
            Err(ClaimsVerificationError::Expired(_)) => {}
            Err(error) => {
                let when = if late { "late" } else { "fresh" };
                self.failures
                    .push(format!("{when} {}: {error}", kid(token)));
            }
        }
    }
}

/// Refreshes at each node in turn and has every token verified twice: fresh, and near its end.
async fn work(cache: Arc<Cache>, clients: Vec<TestClient>, until: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut waiting: VecDeque<(Instant, String)> = VecDeque::new();
    let tokens = clients[0].tokens(&[]).await;
    let mut refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    let mut turn = 0;
    while Instant::now() < until {
        let client = &clients[turn % clients.len()];
        turn += 1;
        let answer = client.refresh(&refresh).await;
        let issued_at = Instant::now();
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let tokens = answer.json();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        refresh = text("refresh_token");
        let id_token = text("id_token");
        seen.kids.insert(kid(&id_token));
        let outcome = cache.verify(&id_token).await;
        seen.note(&id_token, outcome, false);
        waiting.push_back((issued_at + LATE, id_token));
        // The other node knows the key as well.
        let other = &clients[turn % clients.len()];
        let access = text("access_token");
        if !other.is_active(&access).await && issued_at.elapsed() < LATE {
            seen.failures.push(format!("inactive: {}", kid(&access)));
        }
        while waiting
            .front()
            .is_some_and(|(due, _)| *due <= Instant::now())
        {
            let (_, token) = waiting.pop_front().unwrap();
            let outcome = cache.verify(&token).await;
            seen.note(&token, outcome, true);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    seen
}

/// Asks for a rotation again and again, at each node in turn; counts the keys that were made.
async fn rotate(nodes: Vec<World>, until: Instant) -> usize {
    let mut made = 0;
    while Instant::now() < until {
        let app = &nodes[made % nodes.len()].app;
        let realm = RealmId::default_realm();
        let rotation = Rotation::Normal(Some(SigningAlgorithm::Rs256));
        made += app
            .keys
            .rotate(&realm, rotation, app.now())
            .await
            .unwrap()
            .len();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_change_every_few_seconds_fail_no_verification() {
    let mut deployment = Deployment::cluster().await;
    deployment.schedule = schedule();
    deployment.token_lifetime = Lifetime::seconds(TOKENS_LIVE_SECONDS);
    let mut cluster = Cluster::over(deployment).await;
    let cache = Arc::new(Cache::of(&cluster.clients[0], &cluster.nodes));
    let begun = Instant::now();
    let until = begun + DURATION;
    let rotating = rotate(cluster.nodes.clone(), until);
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(work(cache.clone(), cluster.clients.clone(), until));
    }
    let (made, seen) = tokio::join!(rotating, workers.join_all());
    let failures: Vec<&String> = seen.iter().flat_map(|seen| &seen.failures).collect();
    assert!(failures.is_empty(), "{failures:?}");
    let kids: HashSet<&String> = seen.iter().flat_map(|seen| &seen.kids).collect();
    assert!(
        kids.len() > ROTATIONS,
        "{} keys signed, {made} were made",
        kids.len()
    );
    let verified: usize = seen.iter().map(|seen| seen.verified).sum();
    let verified_late: usize = seen.iter().map(|seen| seen.verified_late).sum();
    assert!(verified > 500, "{verified} tokens");
    assert!(verified_late > 300, "{verified_late} tokens near their end");
    // The cache was one: it fetched no oftener than it might.
    let times = cache.fetched.lock().await.times;
    assert!(times <= 1 + 60 / 2 + 1, "{times} fetches");
    cluster.stop().await;
}
