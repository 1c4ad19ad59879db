//! What one node revokes, all refuse.

use http::StatusCode;
use vidimus::store::RevocationMark;
use vidimus::store::ephemeral::IndexAnswer;

use super::{Cluster, index, until};
use crate::support::TestClient;

async fn revoke(client: &TestClient, token: &str) {
    let answer = client.post("/revoke", &[("token", token)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_has_revoked_the_other_refuses_at_once() {
    let mut cluster = Cluster::start().await;
    for round in 0..10 {
        let (at, other) = (round % 2, (round + 1) % 2);
        let tokens = cluster.tokens().await;
        cluster.assert_good_everywhere(&tokens).await;
        cluster.until_redis_is_believed().await;
        let token = if round % 4 < 2 {
            &tokens.refresh
        } else {
            &tokens.access
        };
        revoke(&cluster.clients[at], token).await;
        let client = &cluster.clients[other];
        assert!(!client.is_active(&tokens.access).await);
        assert_eq!(
            client.userinfo(&tokens.access).await.error(),
            "invalid_token"
        );
        cluster.assert_refused_everywhere(&tokens).await;
    }
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_alone_knows_what_was_revoked() {
    let mut cluster = Cluster::start().await;
    let tokens = cluster.tokens().await;
    let mark = RevocationMark::Family(tokens.family());
    cluster.until_redis_is_believed().await;
    revoke(&cluster.clients[0], &tokens.refresh).await;
    // Believed or not; when believed, it says that the mark stands.
    until(async || match index(&cluster.nodes[1], &mark).await {
        Some(IndexAnswer::Known(standing)) => {
            assert!(standing[0].is_some());
            true
        }
        Some(IndexAnswer::Lost) | None => false,
    })
    .await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flushed_redis_is_filled_again_by_the_job() {
    let mut cluster = Cluster::start().await;
    let tokens = cluster.tokens().await;
    let mark = RevocationMark::Family(tokens.family());
    revoke(&cluster.clients[0], &tokens.refresh).await;
    for _ in 0..3 {
        cluster.deployment.redis.as_ref().unwrap().flush().await;
        for node in &cluster.nodes {
            until(async || match index(node, &mark).await {
                Some(IndexAnswer::Known(standing)) => {
                    assert!(standing[0].is_some(), "believed before it was filled");
                    true
                }
                Some(IndexAnswer::Lost) | None => false,
            })
            .await;
        }
        cluster.assert_refused_everywhere(&tokens).await;
    }
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_without_redis_is_acknowledged_and_refused_everywhere() {
    let mut cluster = Cluster::start().await;
    let tokens = cluster.tokens().await;
    let single = cluster.tokens().await;
    cluster.deployment.redis.as_mut().unwrap().kill();
    revoke(&cluster.clients[0], &tokens.refresh).await;
    cluster.assert_refused_everywhere(&tokens).await;
    revoke(&cluster.clients[1], &single.access).await;
    cluster.assert_refused_everywhere(&single).await;
    cluster.deployment.redis.as_mut().unwrap().restart().await;
    // At every moment of the return, and after it.
    let mark = RevocationMark::Family(tokens.family());
    for node in 0..2 {
        until(async || {
            cluster.assert_refused_everywhere(&tokens).await;
            cluster.assert_refused_everywhere(&single).await;
            let answer = index(&cluster.nodes[node], &mark).await;
            matches!(answer, Some(IndexAnswer::Known(_)))
        })
        .await;
    }
    cluster.assert_refused_everywhere(&tokens).await;
    cluster.assert_refused_everywhere(&single).await;
    cluster.stop().await;
}

/// The hard case: the others go on believing a Redis that this node could not tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_cut_off_from_redis_revokes_for_all() {
    let mut cluster = Cluster::start().await;
    let cut_off = cluster.deployment.node_cut_off().await;
    for _ in 0..3 {
        let tokens = cluster.tokens().await;
        cluster.until_redis_is_believed().await;
        revoke(&cluster.clients[0].on(&cut_off), &tokens.refresh).await;
        cluster.assert_refused_everywhere(&tokens).await;
    }
    cut_off.app.store.close().await;
    cluster.stop().await;
}
