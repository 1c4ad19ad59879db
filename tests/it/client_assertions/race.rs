//! One assertion, presented by many at once.

use http::StatusCode;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::ClientType;

use super::assert_refused;
use crate::support::assertions::AssertingClient;
use crate::support::racing::{one_winner, race, rounds};
use crate::support::{Deployment, World};

/// RFC 7523 §3 `jti`: of all who present an assertion, one is let in.
async fn each_assertion_is_used_once(nodes: &[World]) {
    let client =
        AssertingClient::register(&nodes[0], ClientType::M2m, SigningAlgorithm::Es256).await;
    let views: Vec<AssertingClient> = nodes.iter().map(|node| client.on(node)).collect();
    rounds(|_| one_assertion(views.clone())).await;
}

async fn one_assertion(views: Vec<AssertingClient>) {
    let assertion = views[0].assertion();
    let present = |client: AssertingClient, _| {
        let assertion = assertion.clone();
        async move { client.ask(&assertion).await }
    };
    let answers = race(&views, present).await;
    let (_token, bad) = one_winner(answers, |answer| answer.status == StatusCode::OK);
    for answer in &bad {
        assert_refused(answer, "again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_assertion_is_used_once_on_sqlite() {
    let deployment = Deployment::sqlite();
    each_assertion_is_used_once(&deployment.two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_assertion_is_used_once_on_a_cluster() {
    let deployment = Deployment::cluster().await;
    each_assertion_is_used_once(&deployment.two_nodes().await).await;
}
