//! Single use of codes and refresh tokens under fire.

use std::collections::HashSet;
use std::sync::Arc;

use http::StatusCode;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;

use crate::support::racing::{CALLERS, one_winner, race, rounds};
use crate::support::{Answer, Browser, Deployment, TestClient, World};

/// One person, one client, and the client's view of each node.
struct Race {
    clients: Vec<TestClient>,
    browser: Browser,
    stranger: Browser,
}

impl Race {
    async fn on(nodes: &[World]) -> Self {
        nodes[0].ada().await;
        let client = nodes[0]
            .client_with(&RealmId::default_realm(), ClientType::Web, |metadata| {
                // Each of the many refreshes signs twice; RSA would be most of the work.
                metadata.id_token_signed_response_alg = SigningAlgorithm::Es256;
            })
            .await;
        let stranger = nodes[0].browser();
        let mut browser = stranger.clone();
        browser.authorize(&client.authorize_url(&[]), "ada").await;
        Self {
            clients: nodes.iter().map(|node| client.on(node)).collect(),
            browser,
            stranger,
        }
    }

    /// A code out of the session that stands.
    async fn code(&self) -> String {
        let address = self.clients[0].authorize_url(&[]);
        let answer = self.browser.clone().get(&address).await;
        answer.param("code").unwrap()
    }

    /// A code out of a session of its own: a theft ends all that came of one.
    async fn code_of_new_session(&self, round: usize) -> String {
        let address = format!("2001:db8:{round:x}::1");
        let mut browser = self.stranger.clone().at_address(address);
        let request = self.clients[0].authorize_url(&[]);
        let answer = browser.authorize(&request, "ada").await;
        answer.param("code").unwrap()
    }

    /// Redeems at the node of that place.
    async fn redeem(&self, node: usize, code: &str) -> Answer {
        let client = &self.clients[node % self.clients.len()];
        client.post("/token", &client.redemption(code)).await
    }

    async fn refresh(&self, node: usize, token: &str) -> Answer {
        let client = &self.clients[node % self.clients.len()];
        client.refresh(token).await
    }

    async fn assert_dead(&self, access_token: &str, refresh_token: &str) {
        for client in &self.clients {
            assert!(!client.is_active(access_token).await);
            assert!(!client.is_active(refresh_token).await);
        }
        let answer = self.refresh(1, refresh_token).await;
        assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
    }
}

fn member(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap().to_owned()
}

/// RFC 6749 §4.1.2: "MUST NOT be used more than once".
async fn each_code_is_redeemed_once(nodes: &[World]) {
    let people = Arc::new(Race::on(nodes).await);
    rounds(|_| one_code(people.clone())).await;
}

async fn one_code(people: Arc<Race>) {
    let code = people.code().await;
    let redeem = |client: TestClient, _| {
        let code = code.clone();
        async move { client.post("/token", &client.redemption(&code)).await }
    };
    let answers = race(&people.clients, redeem).await;
    let (good, bad) = one_winner(answers, |answer| answer.status == StatusCode::OK);
    for answer in &bad {
        assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
    }
    // The others were replays by the authenticated client.
    let (access, refresh) = ("access_token", "refresh_token");
    people
        .assert_dead(&member(&good, access), &member(&good, refresh))
        .await;
}

/// RFC 6749 §4.1.2: "SHOULD revoke […] all tokens previously issued".
async fn a_replayed_code_revokes_its_family(nodes: &[World]) {
    let people = Race::on(nodes).await;
    let code = people.code().await;
    let tokens = people.redeem(0, &code).await;
    let (access, refresh) = (
        member(&tokens, "access_token"),
        member(&tokens, "refresh_token"),
    );
    for client in &people.clients {
        assert!(client.is_active(&access).await);
        assert!(client.is_active(&refresh).await);
    }
    assert_eq!(people.redeem(1, &code).await.error(), "invalid_grant");
    people.assert_dead(&access, &refresh).await;
}

/// RFC 9700 §4.14.2
async fn each_family_has_one_successor(nodes: &[World]) {
    let people = Arc::new(Race::on(nodes).await);
    rounds(|round| one_rotation(people.clone(), round)).await;
}

async fn one_rotation(people: Arc<Race>, round: usize) {
    let code = people.code_of_new_session(round).await;
    let spent = member(&people.redeem(round, &code).await, "refresh_token");
    let refresh = |client: TestClient, _| {
        let spent = spent.clone();
        async move { client.refresh(&spent).await }
    };
    let successor = successor(&race(&people.clients, refresh).await);
    assert_ne!(successor, spent);
    // Nobody was logged out: the successor works.
    let next = people.refresh(round, &successor).await;
    assert_eq!(next.status, StatusCode::OK, "{next:?}");
    let access = member(&next, "access_token");
    assert!(people.clients[0].is_active(&access).await);
    // Now that it was used, its predecessor is a stolen one.
    let replay = people.refresh(round + 1, &spent).await;
    assert_eq!(replay.error(), "invalid_grant");
    people
        .assert_dead(&access, &member(&next, "refresh_token"))
        .await;
}

/// The one refresh token that all were given.
fn successor(answers: &[Answer]) -> String {
    assert_eq!(answers.len(), CALLERS);
    let successors: HashSet<String> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            member(answer, "refresh_token")
        })
        .collect();
    assert_eq!(successors.len(), 1);
    successors.into_iter().next().unwrap()
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_code_is_redeemed_once() {
        let deployment = Deployment::sqlite();
        super::each_code_is_redeemed_once(&deployment.two_nodes().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replayed_code_revokes_its_family() {
        let deployment = Deployment::sqlite();
        super::a_replayed_code_revokes_its_family(&deployment.two_nodes().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_family_has_one_successor() {
        let deployment = Deployment::sqlite();
        super::each_family_has_one_successor(&deployment.two_nodes().await).await;
    }
}

mod postgres_cluster {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_code_is_redeemed_once() {
        let deployment = Deployment::cluster().await;
        super::each_code_is_redeemed_once(&deployment.two_nodes().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replayed_code_revokes_its_family() {
        let deployment = Deployment::cluster().await;
        super::a_replayed_code_revokes_its_family(&deployment.two_nodes().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_family_has_one_successor() {
        let deployment = Deployment::cluster().await;
        super::each_family_has_one_successor(&deployment.two_nodes().await).await;
    }
}
