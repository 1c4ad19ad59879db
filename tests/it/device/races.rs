//! One device code, many polls; one device, many answers.

use std::sync::Arc;

use http::StatusCode;
use vidimus::flows::interaction::seal;
use vidimus::protocol::authorize::Interaction;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::SessionId;
use vidimus::protocol::params::Params;
use vidimus::secret::Digest;

use super::{Codes, codes_of, poll, text};
use crate::support::racing::{one_winner, race, rounds};
use crate::support::{Answer, Browser, Deployment, TestClient, World};

/// The session of a browser that is signed in.
pub(crate) async fn session_of(world: &World, browser: &Browser) -> SessionId {
    let realm = vidimus::protocol::ids::RealmId::default_realm();
    let mut cookies = browser.cookies.iter();
    let own = cookies.find(|(name, _)| name.ends_with("vidimus_session"));
    let cookie = Digest::of(own.unwrap().1);
    let facts = world.app.store.session_facts(&realm, &cookie, None).await;
    facts.unwrap().unwrap().session.id
}

/// One person, one kind of device, and their view of each node.
struct Race {
    devices: Vec<TestClient>,
    browsers: Vec<Browser>,
    session: SessionId,
}

impl Race {
    async fn on(nodes: &[World]) -> Self {
        nodes[0].ada().await;
        let device = nodes[0].client(ClientType::Device).await;
        let web = nodes[0].client(ClientType::Web).await;
        let mut browser = nodes[0].browser();
        browser.authorize(&web.authorize_url(&[]), "ada").await;
        Self {
            devices: nodes.iter().map(|node| device.on(node)).collect(),
            browsers: nodes.iter().map(|node| browser.on(node)).collect(),
            session: session_of(&nodes[0], &browser).await,
        }
    }

    /// A device that waits, asking from an address of its own.
    async fn waiting(&self, round: usize) -> Codes {
        let device = &self.devices[round % self.devices.len()];
        let address = format!("198.51.{}.{}", round / 250, round % 250);
        let path = "/device_authorization";
        codes_of(&device.post_from(&address, path, &[]).await)
    }

    /// The page that asks about a code, as if this session had just typed it.
    async fn question(&self, codes: &Codes) -> Answer {
        let device = &self.devices[0];
        let app = &device.world.app;
        let code = codes.user.replace('-', "");
        let params = Params::parse(format!("user_code={code}").as_bytes());
        let typed = Interaction {
            started_at: app.now(),
            signed_in: Some(self.session.clone()),
            allowed: None,
        };
        let query = seal(app, &device.realm, &params, &typed);
        let address = device.world.url(&device.realm, "/device/confirm");
        let mut browser = self.browsers[0].clone();
        browser.get(&format!("{address}?{query}")).await
    }

    async fn allow(&self, codes: &Codes) {
        let page = self.question(codes).await;
        let mut browser = self.browsers[0].clone();
        let done = browser.submit(&page, &[("decision", "approve")]).await;
        assert!(done.body.contains("id=\"device-done\""), "{done:?}");
    }

    /// Polls many times at once, spread over the nodes.
    async fn polls(&self, codes: &Codes) -> Vec<Answer> {
        let poll = |device: TestClient, _| {
            let code = codes.device.clone();
            async move { poll(&device, &code).await }
        };
        race(&self.devices, poll).await
    }

    /// Presses the buttons many times at once, each of the two at both nodes.
    async fn answers(&self, codes: &Codes, decisions: [&'static str; 2]) -> Vec<Answer> {
        let page = self.question(codes).await;
        let press = |mut browser: Browser, caller: usize| {
            let (page, decision) = (page.clone(), decisions[caller / 2 % 2]);
            async move { browser.submit(&page, &[("decision", decision)]).await }
        };
        race(&self.browsers, press).await
    }
}

/// RFC 8628 §3.5, RFC 6749 §4.1.2: one poll is given tokens; the others were replays by the client
/// itself, and end them.
async fn each_device_code_is_redeemed_once(nodes: &[World]) {
    let people = Arc::new(Race::on(nodes).await);
    rounds(|round| one_device_code(people.clone(), round)).await;
}

async fn one_device_code(people: Arc<Race>, round: usize) {
    let codes = people.waiting(round).await;
    people.allow(&codes).await;
    let answers = people.polls(&codes).await;
    let (good, bad) = one_winner(answers, |answer| answer.status == StatusCode::OK);
    for answer in &bad {
        assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
    }
    let tokens = good.json();
    for device in &people.devices {
        let access = text(&tokens["access_token"]);
        let refused = device.userinfo(&access).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        let refreshed = device.refresh(&text(&tokens["refresh_token"])).await;
        assert_eq!(refreshed.error(), "invalid_grant", "{refreshed:?}");
    }
}

/// RFC 8628 §3.3: one answer counts, and an approval opens one family.
async fn each_device_is_answered_once(nodes: &[World]) {
    let people = Arc::new(Race::on(nodes).await);
    rounds(|round| one_device(people.clone(), round)).await;
}

async fn one_device(people: Arc<Race>, round: usize) {
    let codes = people.waiting(round).await;
    let decisions = if round.is_multiple_of(2) {
        ["approve", "approve"]
    } else {
        ["approve", "deny"]
    };
    let answers = people.answers(&codes, decisions).await;
    let is_done = |answer: &Answer| answer.body.contains("id=\"device-done\"");
    let (done, late) = one_winner(answers, is_done);
    for answer in &late {
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
    }
    let device = &people.devices[0];
    let answer = poll(device, &codes.device).await;
    if done.body.contains("is connected") {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let refresh = text(&answer.json()["refresh_token"]);
        let refreshed = device.refresh(&refresh).await;
        assert_eq!(refreshed.status, StatusCode::OK, "{refreshed:?}");
    } else {
        assert_eq!(answer.error(), "access_denied");
    }
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_device_code_is_redeemed_once() {
        let deployment = Deployment::sqlite();
        super::each_device_code_is_redeemed_once(&deployment.two_nodes().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_device_is_answered_once() {
        let deployment = Deployment::sqlite();
        super::each_device_is_answered_once(&deployment.two_nodes().await).await;
    }
}

mod postgres_cluster {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_device_code_is_redeemed_once() {
        let deployment = Deployment::cluster().await;
        super::each_device_code_is_redeemed_once(&deployment.two_nodes().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_device_is_answered_once() {
        let deployment = Deployment::cluster().await;
        super::each_device_is_answered_once(&deployment.two_nodes().await).await;
    }
}
