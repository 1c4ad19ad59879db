//! One assertion, presented by many at once.

use http::StatusCode;
use tokio::task::JoinSet;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::ClientType;

use super::assert_refused;
use crate::support::assertions::AssertingClient;
use crate::support::{Deployment, World};

const ROUNDS: usize = 50;
const CALLERS: usize = 64;

/// RFC 7523 §3 `jti`: of all who present an assertion, one is let in.
async fn each_assertion_is_used_once(nodes: &[World], rounds: usize) {
    let client =
        AssertingClient::register(&nodes[0], ClientType::M2m, SigningAlgorithm::Es256).await;
    let views: Vec<AssertingClient> = nodes.iter().map(|node| client.on(node)).collect();
    let mut successes = 0;
    for _ in 0..rounds {
        let assertion = client.assertion();
        let mut calls = JoinSet::new();
        for caller in 0..CALLERS {
            let (client, assertion) = (views[caller % views.len()].clone(), assertion.clone());
            calls.spawn(async move { client.ask(&assertion).await });
        }
        let (good, bad): (Vec<_>, Vec<_>) = calls
            .join_all()
            .await
            .into_iter()
            .partition(|answer| answer.status == StatusCode::OK);
        assert_eq!((good.len(), bad.len()), (1, CALLERS - 1));
        successes += good.len();
        for answer in &bad {
            assert_refused(answer, "again");
        }
    }
    assert_eq!(successes, rounds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_assertion_is_used_once_on_sqlite() {
    let deployment = Deployment::sqlite();
    each_assertion_is_used_once(&deployment.two_nodes().await, ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_assertion_is_used_once_on_a_cluster() {
    let deployment = Deployment::cluster().await;
    each_assertion_is_used_once(&deployment.two_nodes().await, ROUNDS).await;
}
