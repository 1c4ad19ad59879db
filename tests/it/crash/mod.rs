//! `kill -9` under load, again and again: what was acknowledged is still true after the restart.

mod load;
mod mails;
mod story;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

use crate::support::program::{Site, until};
use crate::support::wire_client::WireClient;
use load::Load;
use story::Story;

const PASSWORD: &str = "correct-horse-battery";
/// How soon after the start of the program the server must be ready.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// How many workers call at the same time.
const WORKERS: usize = 12;

/// What has been acknowledged since the first round, and must be true after the last.
#[derive(Default)]
struct Acknowledged {
    clients: Vec<WireClient>,
    stories: Vec<Story>,
    lost: usize,
    slowest_start: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_lose_nothing_acknowledged_and_spend_nothing_twice() {
    rounds(Site::on_sqlite(), 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_kills_on_postgres_lose_nothing_acknowledged_and_spend_nothing_twice() {
    rounds(Site::on_postgres().await, 5).await;
}

async fn rounds(site: Site, rounds: u64) {
    // However slow the machine is, the token before the last is a repeat and no replay.
    let site = Arc::new(site.with("VIDIMUS_TOKENS__REFRESH_GRACE", "5m"));
    let address = ("127.0.0.1", site.port());
    let create = ["user", "create", "--username", "ada", "--password-stdin"];
    let created = site.run_with_input(&create, PASSWORD);
    assert_eq!(created.code, 0, "{created:?}");
    let client = WireClient::register(&site);
    // The first start makes keys, which later ones find.
    let mut serving = site.serve().await;
    let mut kept = Acknowledged::default();
    for round in 0..rounds {
        let cookie = client.sign_in("ada", PASSWORD).await.cookie();
        let load = Load::start(&site, &client, &cookie);
        load.until_it_is_time().await;
        load.expect_losses();
        serving.kill();
        let (stories, clients) = load.finish().await;
        if round % 4 == 3 {
            // Killed again while it starts.
            let starting = site.launch(&["serve"]);
            until("it listens", async || {
                TcpStream::connect(address).await.is_ok()
            })
            .await;
            starting.kill();
        }
        serving = site.serve().await;
        let took = serving.ready_after;
        assert!(
            took < READY_WITHIN,
            "ready after {took:?}:\n{}",
            serving.log()
        );
        kept.slowest_start = kept.slowest_start.max(took);
        for client in &clients {
            is_registered(client).await;
        }
        kept.clients.extend(clients);
        kept.lost += stories.iter().filter(|story| story.lost_an_answer).count();
        for mut story in stories {
            story.check(&client).await;
            kept.stories.push(story);
        }
    }
    let log = serving.log();
    assert!(!log.contains("panicked"), "{log}");
    at_the_end(&client, kept, rounds).await;
}

/// Everything once more, after all crashes.
#[expect(clippy::print_stderr, reason = "how much was proven is worth knowing")]
async fn at_the_end(client: &WireClient, kept: Acknowledged, rounds: u64) {
    let told = kept.stories.len();
    // Without these the test would prove nothing.
    assert!(kept.lost > 0, "no answer was ever lost");
    assert!(
        !kept.clients.is_empty(),
        "no client was registered under load"
    );
    for kind in story::Kind::ALL {
        let of_kind = kept.stories.iter().filter(|story| story.kind == kind);
        assert!(of_kind.count() > 0, "no story of {kind:?}");
    }
    for client in &kept.clients {
        is_registered(client).await;
    }
    for mut story in kept.stories {
        story.check_again(client).await;
    }
    let (clients, lost, slowest) = (kept.clients.len(), kept.lost, kept.slowest_start);
    eprintln!(
        "{rounds} kills: {told} codes, {lost} lost answers, {clients} clients, \
         ready within {slowest:?}"
    );
}

/// The client's secret is accepted.
async fn is_registered(client: &WireClient) {
    let answer = client.post("/introspect", &[("token", "x")]).await;
    assert_eq!(
        answer.status, 200,
        "client {} is lost: {answer:?}",
        client.id
    );
}
