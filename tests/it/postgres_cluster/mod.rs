//! Two nodes over Postgres and Redis.

use std::time::Duration;

use vidimus::jobs::Jobs;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::{FamilyId, RealmId};
use vidimus::store::RevocationMark;
use vidimus::store::ephemeral::IndexAnswer;

use crate::support::{Deployment, TestClient, World, decode_claims};

mod alone;
mod keys;
mod outages;
mod revocations;
mod rotation;

/// Tokens of one sign-in.
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn family(&self) -> FamilyId {
        let claims = decode_claims(&self.access);
        FamilyId::parse(claims["fam"].as_str().unwrap()).unwrap()
    }
}

/// Two nodes with their jobs running, and a client's view of each.
struct Cluster {
    deployment: Deployment,
    nodes: Vec<World>,
    clients: Vec<TestClient>,
    jobs: Vec<Jobs>,
}

impl Cluster {
    async fn start() -> Self {
        Self::over(Deployment::cluster().await).await
    }

    async fn over(deployment: Deployment) -> Self {
        let nodes = Vec::from(deployment.two_nodes().await);
        nodes[0].ada().await;
        let client = nodes[0].client(ClientType::Web).await;
        let clients = nodes.iter().map(|node| client.on(node)).collect();
        let mut cluster = Self {
            deployment,
            nodes,
            clients,
            jobs: Vec::new(),
        };
        cluster.start_jobs();
        cluster.until_redis_is_believed().await;
        cluster
    }

    fn start_jobs(&mut self) {
        let start = |node: &World| Jobs::start(node.jobs.clone());
        self.jobs = self.nodes.iter().map(start).collect();
    }

    /// Stops both nodes, and starts two others over what is left.
    async fn restart(&mut self) {
        self.stop().await;
        self.nodes = Vec::from(self.deployment.two_nodes().await);
        let client = self.clients[0].clone();
        self.clients = self.nodes.iter().map(|node| client.on(node)).collect();
        self.start_jobs();
    }

    async fn stop(&mut self) {
        for jobs in self.jobs.drain(..) {
            jobs.shut_down().await;
        }
        for node in &self.nodes {
            node.app.store.close().await;
        }
    }

    /// Signs in at the first node.
    async fn tokens(&self) -> Tokens {
        let tokens = self.clients[0].tokens(&[]).await;
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Tokens {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }

    /// Waits until every node takes Redis's word.
    async fn until_redis_is_believed(&self) {
        let mark = RevocationMark::Family(FamilyId::parse("nobody").unwrap());
        for node in &self.nodes {
            until(async || matches!(index(node, &mark).await, Some(IndexAnswer::Known(_)))).await;
        }
    }

    async fn assert_refused_everywhere(&self, tokens: &Tokens) {
        for client in &self.clients {
            assert_eq!(
                client.userinfo(&tokens.access).await.error(),
                "invalid_token"
            );
            assert!(!client.is_active(&tokens.access).await);
        }
    }

    async fn assert_good_everywhere(&self, tokens: &Tokens) {
        for client in &self.clients {
            assert_eq!(client.userinfo(&tokens.access).await.status, 200);
            assert!(client.is_active(&tokens.access).await);
        }
    }
}

/// What a node's index says of a mark; `None` when it does not answer.
async fn index(node: &World, mark: &RevocationMark) -> Option<IndexAnswer> {
    let marks = std::slice::from_ref(mark);
    let (memory, realm) = (&node.app.ephemeral, RealmId::default_realm());
    memory.standing(&realm, marks, node.app.now()).await.ok()
}

/// Waits for something that must come to pass, half a minute at most.
async fn until(mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not come to pass");
}
