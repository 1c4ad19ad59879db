//! A relying party on the `openidconnect` crate, against listeners: it knows the issuer and its
//! registration, and everything else comes from discovery.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::StatusCode;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreIdTokenClaims, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, IntrospectionUrl,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, RevocationUrl, Scope,
    TokenIntrospectionResponse as _, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use vidimus::config::{Config, Flag, Sources, load};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::time::Lifetime;
use vidimus::server::assemble::assemble;
use vidimus::server::{Background, Migration, RunningServer, bind};

use crate::support::redis::TestRedis;
use crate::support::wire::Wire;
use crate::support::world::{REDIRECT, Shared};
use crate::support::{Browser, TestClient, World, postgres};

const BYE: &str = "https://rp.example.test/bye";

/// What discovery offers beyond OIDC Discovery §3.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are the document's members"
)]
struct MoreEndpoints {
    introspection_endpoint: IntrospectionUrl,
    revocation_endpoint: RevocationUrl,
    end_session_endpoint: EndSessionUrl,
}

impl AdditionalProviderMetadata for MoreEndpoints {}

type Metadata = ProviderMetadata<
    MoreEndpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointSet,
    EndpointSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

// ---- the server ----

/// Nodes behind one issuer, each with its own listener, as `vidimus serve` assembles them.
struct Site {
    wire: Arc<Wire>,
    client: TestClient,
    running: Vec<(RunningServer, Box<dyn Background>)>,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn open(nodes: usize, database: Option<String>, redis: Option<&TestRedis>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut settings = vec![
            ("data", path("data")),
            ("keys_dir", path("keys")),
            ("passwords.memory_kib", "7168".to_owned()),
        ];
        settings.extend(database.map(|url| ("database_url", url)));
        settings.extend(redis.map(|redis| ("redis_url", redis.url())));
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let limits = config(&settings, "http://localhost:1").limits;
        let mut servers = Vec::new();
        for _ in 0..nodes {
            servers.push(bind(local, &limits).await.unwrap());
        }
        let address = |port| format!("http://localhost:{port}");
        let own: Vec<String> = servers
            .iter()
            .map(|server| address(server.address().port()))
            .collect();
        let config = config(&settings, &own[0]);
        let mut running = Vec::new();
        let mut record = None;
        for server in servers {
            let node = assemble(&config, Migration::Apply, server.draining());
            let node = node.await.unwrap();
            record = Some(node.app.store.clone());
            running.push((server.start(node.router), node.background));
        }
        // Registers people and clients, as the command line does: beside the nodes.
        let desk = Shared {
            real_time: true,
            ..Shared::over(record.unwrap())
        };
        let desk = World::node(&desk).await;
        desk.ada().await;
        Self {
            wire: Arc::new(Wire::to(&own[0], own.clone())),
            client: desk.client(ClientType::Web).await,
            running,
            _folder: folder,
        }
    }

    async fn close(self) {
        for (server, background) in self.running {
            assert_eq!(server.stop(Lifetime::seconds(10)).await, 0);
            background.stop().await;
        }
    }
}

fn config(settings: &[(&'static str, String)], issuer: &str) -> Config {
    let issuer = ("issuer", issuer.to_owned());
    let flag = |(key, value): &(&'static str, String)| Flag {
        key,
        flag: "test",
        value: value.clone(),
    };
    let sources = Sources {
        file: Some("/dev/null".into()),
        environment: Vec::new(),
        flags: settings.iter().chain([&issuer]).map(flag).collect(),
    };
    load(&sources).unwrap().config
}

// ---- the relying party ----

struct RelyingParty {
    wire: Arc<Wire>,
    browser: Browser,
    metadata: Metadata,
    client: Client,
}

impl RelyingParty {
    async fn discover(site: &Site) -> Self {
        let issuer = IssuerUrl::new(site.wire.issuer().to_owned()).unwrap();
        let metadata = Metadata::discover_async(issuer, &*site.wire).await.unwrap();
        let more = metadata.additional_metadata().clone();
        // The library demands https for revocation; the wire knows.
        let revocation = more.revocation_endpoint.replacen("http:", "https:", 1);
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(site.client.id().to_owned()),
            site.client.secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).unwrap())
        .set_introspection_url(more.introspection_endpoint)
        .set_revocation_url(RevocationUrl::new(revocation).unwrap());
        Self {
            wire: site.wire.clone(),
            browser: Browser::over(&site.wire),
            metadata,
            client,
        }
    }

    /// Code and PKCE, by way of the login and the consent page.
    async fn sign_in(&mut self) -> (CoreTokenResponse, Nonce) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = self.client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        let scopes = ["profile", "email", "offline_access"];
        let (address, state, nonce) = request
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        let answer = self.browser.authorize(address.as_str(), "ada").await;
        assert_eq!(answer.param("state").as_ref(), Some(state.secret()));
        assert_eq!(answer.param("iss").as_deref(), Some(self.wire.issuer()));
        let code = AuthorizationCode::new(answer.param("code").unwrap());
        let exchange = self.client.exchange_code(code).unwrap();
        let exchange = exchange.set_pkce_verifier(verifier);
        (exchange.request_async(&*self.wire).await.unwrap(), nonce)
    }

    /// Every check of the library, and `at_hash`.
    fn verify(&self, answer: &CoreTokenResponse, nonce: Option<&Nonce>) -> CoreIdTokenClaims {
        let id_token = answer.id_token().unwrap();
        let verifier = self.client.id_token_verifier();
        let claims = match nonce {
            Some(nonce) => id_token.claims(&verifier, nonce),
            None => id_token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
        };
        let claims = claims.unwrap().clone();
        let hash = AccessTokenHash::from_token(
            answer.access_token(),
            id_token.signing_alg().unwrap(),
            id_token.signing_key(&verifier).unwrap(),
        );
        assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
        claims
    }

    async fn userinfo(&self, answer: &CoreTokenResponse) -> Result<CoreUserInfoClaims, String> {
        let token = answer.access_token().clone();
        let request = self.client.user_info(token, None).unwrap();
        let answer = request.request_async(&*self.wire).await;
        answer.map_err(|error| error.to_string())
    }

    async fn is_active(&self, answer: &CoreTokenResponse) -> bool {
        let request = self.client.introspect(answer.access_token());
        request.request_async(&*self.wire).await.unwrap().active()
    }

    /// Where the browser is sent by a request to sign out.
    async fn sign_out(&mut self, answer: &CoreTokenResponse) -> String {
        let more = self.metadata.additional_metadata();
        let address = LogoutRequest::from(more.end_session_endpoint.clone())
            .set_id_token_hint(answer.id_token().unwrap())
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(BYE.to_owned()).unwrap())
            .set_state(CsrfToken::new("s1".to_owned()))
            .http_get_url();
        let answer = self.browser.get(address.as_str()).await;
        answer.location().to_owned()
    }
}

/// The whole life of a sign-in.
async fn journey(site: Site) {
    let mut party = RelyingParty::discover(&site).await;
    let (first, nonce) = party.sign_in().await;
    let claims = party.verify(&first, Some(&nonce));
    let info = party.userinfo(&first).await.unwrap();
    assert_eq!(info.subject(), claims.subject());
    assert_eq!(info.email().unwrap().as_str(), "ada@example.test");

    let refresh = first.refresh_token().unwrap();
    let request = party.client.exchange_refresh_token(refresh).unwrap();
    let second = request.request_async(&*party.wire).await.unwrap();
    assert_ne!(second.refresh_token().unwrap().secret(), refresh.secret());
    assert_eq!(party.verify(&second, None).subject(), claims.subject());
    assert!(party.is_active(&second).await);

    let refresh = second.refresh_token().unwrap().clone();
    let request = party.client.revoke_token(refresh.clone().into()).unwrap();
    request.request_async(&*party.wire).await.unwrap();
    for tokens in [&first, &second, &first, &second] {
        assert!(!party.is_active(tokens).await);
        assert!(party.userinfo(tokens).await.is_err());
        // An odd number of requests, so that each is asked of each node.
        let request = party.client.exchange_refresh_token(&refresh).unwrap();
        assert!(request.request_async(&*party.wire).await.is_err());
    }

    // The session still stands: nobody types a password for the next tokens.
    let silent = site.client.authorize_url(&[("prompt", "none")]);
    let silent = silent.replace(&site.client.world.app.settings.issuer, site.wire.issuer());
    assert!(party.browser.get(&silent).await.param("code").is_some());
    assert_eq!(party.sign_out(&second).await, format!("{BYE}?state=s1"));
    let answer = party.browser.get(&silent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.param("error").as_deref(), Some("login_required"));
    assert!(site.wire.carried() > 20);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn does_everything_on_a_sqlite_file() {
    journey(Site::open(1, None, None).await).await;
}

mod postgres_redis {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn does_everything() {
        let redis = TestRedis::start().await;
        let database = postgres::fresh_database().await;
        journey(Site::open(1, Some(database), Some(&redis)).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn does_each_step_on_the_other_of_two_nodes() {
        let redis = TestRedis::start().await;
        let database = postgres::fresh_database().await;
        journey(Site::open(2, Some(database), Some(&redis)).await).await;
    }
}
