//! One answer to one pushed request (RFC 9126 §4), however often it is asked for.

use std::sync::Arc;

use http::StatusCode;
use vidimus::protocol::client::ClientType;

use crate::pushed_requests::assert_told;
use crate::support::racing::{one_winner, race, rounds};
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, Deployment, TestClient, World};

/// One client's view of each node, and the same signed-in person's.
struct Race {
    clients: Vec<TestClient>,
    browsers: Vec<Browser>,
}

impl Race {
    async fn on(nodes: &[World]) -> Self {
        nodes[0].ada().await;
        let client = nodes[0].client(ClientType::Web).await;
        let mut browser = nodes[0].browser();
        let answer = browser.authorize(&client.authorize_url(&[]), "ada").await;
        assert!(answer.param("code").is_some(), "{answer:?}");
        Self {
            clients: nodes.iter().map(|node| client.on(node)).collect(),
            browsers: nodes.iter().map(|node| browser.on(node)).collect(),
        }
    }
}

/// RFC 9126 §4: each completion has its answer, and exactly one of them has a code, which works.
async fn each_request_has_one_code(nodes: &[World]) {
    let people = Arc::new(Race::on(nodes).await);
    rounds(|round| one_request(people.clone(), round)).await;
}

async fn one_request(people: Arc<Race>, round: usize) {
    let client = &people.clients[round % people.clients.len()];
    let address = pushed(client).await;
    let complete = |mut browser: Browser, _| {
        let address = address.clone();
        async move { browser.get(&address).await }
    };
    let answers = race(&people.browsers, complete).await;
    let (answered, told) = one_winner(answers, |answer| answer.param("code").is_some());
    for answer in &told {
        assert!(answer.location().contains("/error?e="), "{answer:?}");
    }
    assert_works(client, &answered).await;
}

/// Pushes a request; the address that the browser is sent to.
async fn pushed(client: &TestClient) -> String {
    let answer = client.push(&[]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    client.kept_url(answer.json()["request_uri"].as_str().unwrap())
}

/// The answer's code gives tokens.
async fn assert_works(client: &TestClient, answer: &Answer) {
    let code = answer.param("code").unwrap();
    let tokens = client.post("/token", &client.redemption(&code)).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
}

/// RFC 9126 §4: whoever presses twice is not told that nothing has happened, and the answer to the
/// first press stands.
#[tokio::test]
async fn a_second_press_of_allow_takes_nothing_back() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let login = browser.get(&pushed(&client).await).await;
    let page = browser.get(login.location()).await;
    let fields = [("username", "ada"), ("password", PASSWORD)];
    let consent = browser.submit(&page, &fields).await;
    let page = browser.get(consent.location()).await;
    let first = browser.submit(&page, &[("decision", "approve")]).await;
    for decision in ["approve", "deny"] {
        let again = browser.submit(&page, &[("decision", decision)]).await;
        assert_told(&mut browser, &again, "may have its answer already").await;
    }
    assert_works(&client, &first).await;
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
