//! One answer to one pushed request (RFC 9126 §4), under fire: on one node and on two.

use http::StatusCode;
use tokio::task::JoinSet;
use vidimus::protocol::client::ClientType;

use crate::support::{Browser, Deployment, TestClient, World};

const ROUNDS: usize = 20;
const CALLERS: usize = 64;

/// The same signed-in person at each node.
async fn browsers(nodes: &[World], client: &TestClient) -> Vec<Browser> {
    let mut first = nodes[0].browser();
    let answer = first.authorize(&client.authorize_url(&[]), "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    let at = |node: &World| {
        let mut browser = node.browser();
        browser.cookies.clone_from(&first.cookies);
        browser
    };
    nodes.iter().map(at).collect()
}

/// RFC 9126 §4: each completion has its answer, and exactly one of them has a code, which works.
async fn each_request_has_one_code(nodes: &[World], rounds: usize) {
    nodes[0].ada().await;
    let client = nodes[0].client(ClientType::Web).await;
    let browsers = browsers(nodes, &client).await;
    for round in 0..rounds {
        let pushed = client.on(&nodes[round % nodes.len()]).push(&[]).await;
        assert_eq!(pushed.status, StatusCode::CREATED, "{pushed:?}");
        let name = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let address = client.kept_url(&name);
        let mut calls = JoinSet::new();
        for caller in 0..CALLERS {
            let mut browser = browsers[caller % browsers.len()].clone();
            let address = address.clone();
            calls.spawn(async move { browser.get(&address).await });
        }
        let answers = calls.join_all().await;
        let codes: Vec<String> = answers.iter().filter_map(|one| one.param("code")).collect();
        assert_eq!((answers.len(), codes.len()), (CALLERS, 1));
        let told = answers
            .iter()
            .filter(|one| one.location().contains("/error?e="));
        assert_eq!(told.count(), CALLERS - 1);
        let tokens = client.post("/token", &client.redemption(&codes[0])).await;
        assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_has_one_code_on_sqlite() {
    let deployment = Deployment::sqlite();
    each_request_has_one_code(&[deployment.node().await], ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_has_one_code_on_two_nodes() {
    let deployment = Deployment::cluster().await;
    each_request_has_one_code(&deployment.two_nodes().await, ROUNDS).await;
}
