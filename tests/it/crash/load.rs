//! Many callers at once, until the server is gone.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{JoinSet, spawn_blocking};

use super::WORKERS;
use super::story::{Kind, Story};
use crate::support::program::Site;
use crate::support::wire_client::{CREATE, WireClient};

/// The server dies after so many answers, at least and at most.
const ANSWERS: (u64, u64) = (10, 120);
const PATIENCE: Duration = Duration::from_mins(1);

/// What the callers share.
struct Shared {
    site: Arc<Site>,
    client: WireClient,
    cookie: String,
    answers: AtomicU64,
    fatal: u64,
    time: Notify,
    losses_expected: AtomicBool,
    gone: AtomicBool,
}

pub(super) struct Load {
    shared: Arc<Shared>,
    workers: JoinSet<Vec<Story>>,
    registrars: JoinSet<Vec<WireClient>>,
}

impl Load {
    pub(super) fn start(site: &Arc<Site>, client: &WireClient, cookie: &str) -> Self {
        let shared = Arc::new(Shared {
            site: Arc::clone(site),
            client: client.clone(),
            cookie: cookie.to_owned(),
            answers: AtomicU64::new(0),
            fatal: ANSWERS.0 + random() % (ANSWERS.1 - ANSWERS.0),
            time: Notify::new(),
            losses_expected: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        });
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            workers.spawn(call(Arc::clone(&shared), worker));
        }
        let mut registrars = JoinSet::new();
        registrars.spawn(register(Arc::clone(&shared)));
        Self {
            shared,
            workers,
            registrars,
        }
    }

    /// Returns after a number of answers that nobody can foresee.
    pub(super) async fn until_it_is_time(&self) {
        let time = self.shared.time.notified();
        tokio::time::timeout(PATIENCE, time)
            .await
            .expect("the server answers");
    }

    /// From now on an answer may be lost; before, each one counts.
    pub(super) fn expect_losses(&self) {
        self.shared.losses_expected.store(true, Ordering::SeqCst);
    }

    /// Returns what every caller has lived through, and the clients that were registered.
    pub(super) async fn finish(self) -> (Vec<Story>, Vec<WireClient>) {
        self.shared.gone.store(true, Ordering::SeqCst);
        let stories = self.workers.join_all().await.into_iter().flatten();
        let clients = self.registrars.join_all().await.into_iter().flatten();
        (stories.collect(), clients.collect())
    }
}

impl Shared {
    fn answered(&self) {
        if self.answers.fetch_add(1, Ordering::SeqCst) + 1 == self.fatal {
            self.time.notify_one();
        }
    }

    fn lost(&self) {
        let expected = self.losses_expected.load(Ordering::SeqCst);
        assert!(expected, "an answer was lost before the server was killed");
        self.gone.store(true, Ordering::SeqCst);
    }
}

/// Gets codes and does something with each.
async fn call(shared: Arc<Shared>, worker: usize) -> Vec<Story> {
    let mut stories = Vec::new();
    let mut kinds = Kind::ALL.into_iter().cycle().skip(worker);
    while !shared.gone.load(Ordering::SeqCst) {
        let Some(answer) = shared.client.try_authorize(&shared.cookie).await else {
            shared.lost();
            break;
        };
        let code = answer
            .param("code")
            .unwrap_or_else(|| panic!("no code: {answer:?}"));
        shared.answered();
        let kind = kinds.next().unwrap();
        let each = || shared.answered();
        let story = Story::live(kind, code, &shared.client, &each).await;
        if story.lost_an_answer {
            shared.lost();
        }
        stories.push(story);
    }
    stories
}

/// Registers clients through the command line, which works on the same record from another process.
async fn register(shared: Arc<Shared>) -> Vec<WireClient> {
    let mut clients = Vec::new();
    while !shared.gone.load(Ordering::SeqCst) {
        let site = Arc::clone(&shared.site);
        let done = spawn_blocking(move || site.run(&CREATE)).await.unwrap();
        clients.push(WireClient::of(&shared.site, &done.json()));
    }
    clients
}

/// The standard library's only randomness.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
