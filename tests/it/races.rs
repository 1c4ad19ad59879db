//! Single use under fire: many clients at once, on one node and on two.

use std::collections::HashSet;

use http::StatusCode;
use tokio::task::JoinSet;
use vidimus::protocol::client::ClientType;

use crate::support::{Answer, Browser, Deployment, TestClient, World};

const FAMILIES: usize = 200;
const CALLERS: usize = 64;
/// So many families are raced for at one time: a code lives for a minute, and a spent refresh
/// token is answered for half of one.
const BATCH: usize = 10;

/// One person, one client, and the client's view of each node.
struct Race {
    clients: Vec<TestClient>,
    browser: Browser,
}

impl Race {
    async fn on(nodes: &[World]) -> Self {
        nodes[0].ada().await;
        let client = nodes[0].client(ClientType::Web).await;
        let mut browser = nodes[0].browser();
        browser.authorize(&client.authorize_url(&[]), "ada").await;
        Self {
            clients: nodes.iter().map(|node| client.on(node)).collect(),
            browser,
        }
    }

    /// A code out of the session that stands.
    async fn code(&mut self) -> String {
        let address = self.clients[0].authorize_url(&[]);
        self.browser.get(&address).await.param("code").unwrap()
    }

    async fn codes(&mut self, count: usize) -> Vec<String> {
        let mut codes = Vec::new();
        for _ in 0..count {
            codes.push(self.code().await);
        }
        codes
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

    /// Presents each credential many times at once, spread over the nodes; the answers by
    /// credential.
    async fn at_once(&self, credentials: &[String], kind: Kind) -> Vec<Vec<Answer>> {
        let mut calls = JoinSet::new();
        for caller in 0..CALLERS {
            for (place, credential) in credentials.iter().enumerate() {
                let client = self.clients[(caller + place) % self.clients.len()].clone();
                let credential = credential.clone();
                calls.spawn(async move {
                    let answer = match kind {
                        Kind::Code => client.post("/token", &client.redemption(&credential)).await,
                        Kind::RefreshToken => client.refresh(&credential).await,
                    };
                    (place, answer)
                });
            }
        }
        let mut answers = vec![Vec::new(); credentials.len()];
        while let Some(call) = calls.join_next().await {
            let (place, answer) = call.unwrap();
            answers[place].push(answer);
        }
        answers
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

#[derive(Debug, Clone, Copy)]
enum Kind {
    Code,
    RefreshToken,
}

fn member(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap().to_owned()
}

/// RFC 6749 §4.1.2: "MUST NOT be used more than once".
async fn each_code_is_redeemed_once(nodes: &[World]) {
    let mut race = Race::on(nodes).await;
    let mut successes = 0;
    for _ in 0..FAMILIES / BATCH {
        let codes = race.codes(BATCH).await;
        for answers in race.at_once(&codes, Kind::Code).await {
            assert_eq!(answers.len(), CALLERS);
            let (good, bad): (Vec<Answer>, Vec<Answer>) = answers
                .into_iter()
                .partition(|answer| answer.status == StatusCode::OK);
            successes += good.len();
            assert_eq!(good.len(), 1);
            for answer in &bad {
                assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
            }
            // The others were replays by the authenticated client.
            let (access, refresh) = ("access_token", "refresh_token");
            race.assert_dead(&member(&good[0], access), &member(&good[0], refresh))
                .await;
        }
    }
    assert_eq!(successes, FAMILIES);
}

/// RFC 6749 §4.1.2: "SHOULD revoke […] all tokens previously issued".
async fn a_replayed_code_revokes_its_family(nodes: &[World]) {
    let mut race = Race::on(nodes).await;
    let code = race.code().await;
    let tokens = race.redeem(0, &code).await;
    let (access, refresh) = (
        member(&tokens, "access_token"),
        member(&tokens, "refresh_token"),
    );
    for client in &race.clients {
        assert!(client.is_active(&access).await);
        assert!(client.is_active(&refresh).await);
    }
    assert_eq!(race.redeem(1, &code).await.error(), "invalid_grant");
    race.assert_dead(&access, &refresh).await;
}

/// RFC 9700 §4.14.2
async fn each_family_has_one_successor(nodes: &[World]) {
    let mut race = Race::on(nodes).await;
    for _ in 0..FAMILIES / BATCH {
        let mut tokens = Vec::new();
        for (place, code) in race.codes(BATCH).await.iter().enumerate() {
            let answer = race.redeem(place, code).await;
            tokens.push(member(&answer, "refresh_token"));
        }
        let answers = race.at_once(&tokens, Kind::RefreshToken).await;
        for (place, (spent, answers)) in tokens.iter().zip(answers).enumerate() {
            assert_eq!(answers.len(), CALLERS);
            let successors: HashSet<String> = answers
                .iter()
                .map(|answer| {
                    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
                    member(answer, "refresh_token")
                })
                .collect();
            assert_eq!(successors.len(), 1);
            let successor = successors.into_iter().next().unwrap();
            assert_ne!(&successor, spent);
            // Nobody was logged out: the successor works.
            let next = race.refresh(place, &successor).await;
            assert_eq!(next.status, StatusCode::OK, "{next:?}");
            let access = member(&next, "access_token");
            assert!(race.clients[0].is_active(&access).await);
            // Now that it was used, its predecessor is a stolen one.
            let replay = race.refresh(place + 1, spent).await;
            assert_eq!(replay.error(), "invalid_grant");
            race.assert_dead(&access, &member(&next, "refresh_token"))
                .await;
        }
    }
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_code_is_redeemed_once() {
        let deployment = Deployment::sqlite();
        super::each_code_is_redeemed_once(&[deployment.node().await]).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replayed_code_revokes_its_family() {
        let deployment = Deployment::sqlite();
        super::a_replayed_code_revokes_its_family(&[deployment.node().await]).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_family_has_one_successor() {
        let deployment = Deployment::sqlite();
        super::each_family_has_one_successor(&[deployment.node().await]).await;
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
