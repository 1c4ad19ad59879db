//! A person who has signed in to one application, and what happens when they sign out.

use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;

use super::{Answer, Browser, TestClient, World};

/// Where test clients want to be sent after a logout.
pub(crate) const BYE: &str = "https://rp.example.test/bye";

/// The suite's `state`: 90 characters, every kind of visible ASCII among them.
pub(crate) const STATE: &str = r##"!"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz"##;

/// `ada` in a browser, at one client.
pub(crate) struct SignedIn {
    pub(crate) client: TestClient,
    pub(crate) browser: Browser,
    /// The authorization response.
    pub(crate) answer: Answer,
    pub(crate) tokens: serde_json::Value,
    scope: String,
}

impl SignedIn {
    /// In a world of their own.
    pub(crate) async fn with(scope: &str, change: impl FnOnce(&mut ClientMetadata)) -> Self {
        let world = World::beside_apps().await;
        world.ada().await;
        Self::at(&world, scope, change).await
    }

    /// In a world where `ada` is known.
    pub(crate) async fn at(
        world: &World,
        scope: &str,
        change: impl FnOnce(&mut ClientMetadata),
    ) -> Self {
        let realm = RealmId::default_realm();
        let client = world.client_with(&realm, ClientType::Web, change).await;
        let mut browser = world.browser();
        let address = client.authorize_url(&[("scope", scope)]);
        let answer = browser.authorize(&address, "ada").await;
        let code = answer.param("code").unwrap();
        let tokens = client
            .post("/token", &client.redemption(&code))
            .await
            .json();
        Self {
            client,
            browser,
            answer,
            tokens,
            scope: scope.to_owned(),
        }
    }

    /// The same browser goes on to another client.
    pub(crate) async fn joins(&mut self, change: impl FnOnce(&mut ClientMetadata)) -> TestClient {
        let realm = RealmId::default_realm();
        let world = &self.client.world;
        let client = world.client_with(&realm, ClientType::Web, change).await;
        let address = client.authorize_url(&[]);
        let answer = self.browser.authorize(&address, "ada").await;
        let code = answer.param("code").unwrap();
        client.post("/token", &client.redemption(&code)).await;
        client
    }

    /// Opens the logout address with parameters.
    pub(crate) async fn logout(&mut self, fields: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.browser.get(&format!("/end_session?{query}")).await
    }

    /// The same request again, which must show no page.
    pub(crate) fn silent(&self) -> String {
        self.client
            .authorize_url(&[("prompt", "none"), ("scope", &self.scope)])
    }

    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let silent = self.silent();
        self.browser.get(&silent).await.param("code").is_some()
    }

    /// How every module of the suite ends.
    pub(crate) async fn must_sign_in_again(&mut self) {
        let silent = self.silent();
        let answer = self.browser.get(&silent).await;
        let error = answer.param("error");
        assert_eq!(error.as_deref(), Some("login_required"), "{answer:?}");
        assert_eq!(answer.param("code"), None);
    }

    pub(crate) fn token(&self, name: &str) -> String {
        self.tokens[name].as_str().unwrap().to_owned()
    }
}
