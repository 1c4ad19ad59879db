//! One answer to one pushed request (RFC 9126 §4), under fire.

use http::StatusCode;
use vidimus::protocol::client::ClientType;

use crate::support::racing::{ROUNDS, one_winner, race};
use crate::support::{Browser, Deployment, TestClient, World};

/// The same signed-in person at each node.
async fn browsers(nodes: &[World], client: &TestClient) -> Vec<Browser> {
    let mut first = nodes[0].browser();
    let answer = first.authorize(&client.authorize_url(&[]), "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    nodes.iter().map(|node| first.on(node)).collect()
}

/// RFC 9126 §4: each completion has its answer, and exactly one of them has a code, which works.
async fn each_request_has_one_code(nodes: &[World]) {
    nodes[0].ada().await;
    let client = nodes[0].client(ClientType::Web).await;
    let browsers = browsers(nodes, &client).await;
    for round in 0..ROUNDS {
        let pushed = client.on(&nodes[round % nodes.len()]).push(&[]).await;
        assert_eq!(pushed.status, StatusCode::CREATED, "{pushed:?}");
        let name = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let address = client.kept_url(&name);
        let complete = |mut browser: Browser, _| {
            let address = address.clone();
            async move { browser.get(&address).await }
        };
        let answers = race(&browsers, complete).await;
        let (answered, told) = one_winner(answers, |answer| answer.param("code").is_some());
        for answer in &told {
            assert!(answer.location().contains("/error?e="), "{answer:?}");
        }
        let code = answered.param("code").unwrap();
        let tokens = client.post("/token", &client.redemption(&code)).await;
        assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_has_one_code_on_sqlite() {
    let deployment = Deployment::sqlite();
    each_request_has_one_code(&deployment.two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_has_one_code_on_a_cluster() {
    let deployment = Deployment::cluster().await;
    each_request_has_one_code(&deployment.two_nodes().await).await;
}
