//! A refresh token that comes a second time was copied: all that its sign-in has given ends, and the
//! owner is told.

use http::StatusCode;
use serde_json::Value;
use vidimus::account::mail::Mail;
use vidimus::protocol::client::ClientType;
use vidimus::store::Effects;

use crate::events::recorded;
use crate::links::{outbox, press};
use crate::support::signed_in::SignedIn;
use crate::support::{Browser, TestClient, World};

/// An application that was opened in a browser, and its tokens.
struct Opened {
    client: TestClient,
    tokens: Value,
}

impl Opened {
    async fn in_browser(browser: &mut Browser, world: &World, scope: &str) -> Self {
        let client = world.client(ClientType::Web).await;
        let address = client.authorize_url(&[("scope", scope)]);
        let answer = browser.authorize(&address, "ada").await;
        let code = answer.param("code").unwrap();
        let tokens = client.post("/token", &client.redemption(&code)).await;
        let tokens = tokens.json();
        Self { client, tokens }
    }

    fn token(&self, name: &str) -> &str {
        self.tokens[name].as_str().unwrap()
    }

    /// Whether its tokens are of any use; they agree.
    async fn stands(&self) -> bool {
        let access = self.client.is_active(self.token("access_token")).await;
        let refreshed = self.client.refresh(self.token("refresh_token")).await;
        assert_eq!(refreshed.status == StatusCode::OK, access, "{refreshed:?}");
        access
    }
}

/// Uses a token, and then uses it again when no answer can have been lost.
async fn replay(client: &TestClient, token: &str) {
    let first = client.refresh(token).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    client.world.advance(31);
    for _ in 0..3 {
        let replayed = client.refresh(token).await;
        assert_eq!(replayed.error(), "invalid_grant");
    }
}

async fn notices(world: &World) -> Vec<Mail> {
    let mut mails = outbox(world).await;
    mails.retain(|mail| mail.kind.as_str() == "access-stolen");
    mails
}

async fn told(world: &World, kind: &str) -> usize {
    let events = recorded(world).await;
    events
        .iter()
        .filter(|event| event.kind.as_str() == kind)
        .count()
}

/// RFC 9700 §4.14.2
#[tokio::test]
async fn a_theft_ends_the_session_and_all_that_came_of_it() {
    let world = World::in_memory().await;
    world.ada().await;
    let mut elsewhere = SignedIn::at(&world, "openid", |_| {}).await;
    let mut here = SignedIn::at(&world, "openid", |_| {}).await;
    let other = Opened::in_browser(&mut here.browser, &world, "openid email").await;
    let offline = "openid offline_access";
    let lasting = Opened::in_browser(&mut here.browser, &world, offline).await;
    replay(&here.client, &here.token("refresh_token")).await;
    here.must_sign_in_again().await;
    assert!(!other.stands().await && !lasting.stands().await);
    assert!(elsewhere.is_signed_in().await);
    let token = elsewhere.token("refresh_token");
    let refreshed = elsewhere.client.refresh(&token).await;
    assert_eq!(refreshed.status, StatusCode::OK, "{refreshed:?}");
    for kind in ["token.reuse_detected", "session.ended"] {
        assert_eq!(told(&world, kind).await, 1, "{kind}");
    }
    let notices = notices(&world).await;
    let [notice] = &notices[..] else {
        panic!("{notices:?}");
    };
    assert_eq!(notice.to, "ada@example.test");
    assert_eq!(notice.values["what"], "Notes");
    press(&mut world.browser(), &notice.values["lock_link"], &[]).await;
    assert!(world.person("ada").await.locked_at.is_some());
}

/// Access that outlives its session has nothing to do with what else came of that.
#[tokio::test]
async fn a_theft_after_the_session_ends_that_grant_alone() {
    let world = World::in_memory().await;
    world.ada().await;
    let scope = "openid offline_access";
    let stolen = SignedIn::at(&world, scope, |_| {}).await;
    let mut browser = stolen.browser.clone();
    let other = Opened::in_browser(&mut browser, &world, scope).await;
    let session = crate::device::session_of(&world, &browser).await;
    let (realm, now) = (&stolen.client.realm, world.app.now());
    let none = Effects::NONE;
    let ended = world.app.store.end_session(realm, &session, &none, now);
    ended.await.unwrap();
    replay(&stolen.client, &stolen.token("refresh_token")).await;
    assert!(other.stands().await);
    assert_eq!(told(&world, "token.reuse_detected").await, 1);
    assert_eq!(told(&world, "session.ended").await, 0);
    assert_eq!(notices(&world).await.len(), 1);
}

/// RFC 9700 §4.14.2: a client that asks again since no answer came is no thief.
#[tokio::test]
async fn a_lost_answer_ends_nothing_and_is_told_to_nobody() {
    let world = World::in_memory().await;
    world.ada().await;
    let mut here = SignedIn::at(&world, "openid", |_| {}).await;
    let token = here.token("refresh_token");
    for _ in 0..2 {
        let answer = here.client.refresh(&token).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        world.advance(29);
    }
    assert!(here.is_signed_in().await);
    assert!(notices(&world).await.is_empty());
}
