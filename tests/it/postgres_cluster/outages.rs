//! A Redis that is emptied, restarted, killed or silent costs a little time and lets nothing
//! revoked through.

use std::time::Duration;

use tokio::time::Instant;

use super::{Cluster, Tokens};
use crate::support::Deployment;

/// What a check may take longer than with a Redis that answers.
const ADDED: Duration = Duration::from_millis(100);
const CHECKS: usize = 12;
/// Colleagues on the same machine may hold up a round; a server that is slow is slow in all.
const ROUNDS: usize = 4;

/// As it is configured in earnest.
async fn strict() -> Cluster {
    let mut deployment = Deployment::cluster().await;
    deployment.patience = Duration::from_millis(50);
    Cluster::over(deployment).await
}

async fn revoked(cluster: &Cluster) -> Tokens {
    let tokens = cluster.tokens().await;
    cluster.assert_good_everywhere(&tokens).await;
    let fields = [("token", &*tokens.refresh)];
    let answer = cluster.clients[0].post("/revoke", &fields).await;
    assert_eq!(answer.status, 200);
    cluster.assert_refused_everywhere(&tokens).await;
    tokens
}

/// Checks a revoked token at each node, and tells how long each check took.
async fn checks(cluster: &Cluster, tokens: &Tokens) -> Vec<Duration> {
    let mut spans = Vec::new();
    for _ in 0..CHECKS {
        for client in &cluster.clients {
            let begun = Instant::now();
            assert!(!client.is_active(&tokens.access).await);
            spans.push(begun.elapsed());
            let begun = Instant::now();
            let answer = client.userinfo(&tokens.access).await;
            assert_eq!(answer.error(), "invalid_token");
            spans.push(begun.elapsed());
        }
    }
    spans
}

fn median(mut spans: Vec<Duration>) -> Duration {
    spans.sort_unstable();
    spans[spans.len() / 2]
}

#[derive(Debug, Clone, Copy)]
enum Outage {
    Flushed,
    RestartedEmpty,
    Killed,
    Silent,
}

impl Outage {
    async fn begin(self, cluster: &mut Cluster) {
        let redis = cluster.deployment.redis.as_mut().unwrap();
        match self {
            Self::Flushed => redis.flush().await,
            Self::RestartedEmpty => redis.restart().await,
            Self::Killed => redis.kill(),
            Self::Silent => redis.hang(Duration::from_mins(10)).await,
        }
    }
}

/// Every check refuses, and in one round at least none of them takes long.
async fn still_refused_and_soon(outage: Outage) {
    let mut cluster = strict().await;
    let tokens = revoked(&cluster).await;
    let mut worst = Vec::new();
    for _ in 0..ROUNDS {
        cluster.until_redis_is_believed().await;
        let usual = median(checks(&cluster, &tokens).await);
        outage.begin(&mut cluster).await;
        let longest = checks(&cluster, &tokens).await.into_iter().max().unwrap();
        worst.push(longest.saturating_sub(usual));
        if worst.last().unwrap() < &ADDED {
            break;
        }
        cluster.deployment.redis.as_mut().unwrap().restart().await;
    }
    assert!(worst.last().unwrap() < &ADDED, "{outage:?} adds {worst:?}");
    // Still so when the servers come back without anything in memory.
    cluster.restart().await;
    checks(&cluster, &tokens).await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flushed_redis_lets_nothing_revoked_through() {
    still_refused_and_soon(Outage::Flushed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_was_restarted_empty_lets_nothing_revoked_through() {
    still_refused_and_soon(Outage::RestartedEmpty).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_redis_lets_nothing_revoked_through() {
    still_refused_and_soon(Outage::Killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_redis_lets_nothing_revoked_through() {
    still_refused_and_soon(Outage::Silent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarted_nodes_refuse_what_was_revoked_before() {
    let mut cluster = strict().await;
    let tokens = revoked(&cluster).await;
    let good = cluster.tokens().await;
    cluster.restart().await;
    cluster.assert_refused_everywhere(&tokens).await;
    cluster.assert_good_everywhere(&good).await;
    cluster.deployment.redis.as_ref().unwrap().flush().await;
    cluster.restart().await;
    cluster.assert_refused_everywhere(&tokens).await;
    cluster.until_redis_is_believed().await;
    cluster.assert_refused_everywhere(&tokens).await;
    cluster.assert_good_everywhere(&good).await;
    cluster.stop().await;
}
