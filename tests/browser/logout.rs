//! Front-channel logout and session management, with applications on another port.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Html;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use vidimus::protocol::client::TokenEndpointAuthMethod;
use vidimus::protocol::client::{Client, ClientMetadata, ClientType, GrantType};
use vidimus::protocol::ids::{ClientId, RealmId};
use vidimus::protocol::response_type::ResponseType;
use vidimus::protocol::scope::ScopeSet;
use vidimus::server::demo::{self, PASSWORD, USERNAME};

use crate::chromium::{Browser, Setup, browse};

/// RFC 7636 Appendix B
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A page that asks the frame and shows what it answers.
const WATCHING: &str = r#"<!doctype html><title>App</title><p id="said">nothing yet</p>
<iframe id="op" src="FRAME"></iframe>
<script>
addEventListener("message", (event) => {
  if (event.origin === "ISSUER") document.getElementById("said").textContent = "says " + event.data;
});
let message;
const ask = (text) => { message = text; };
// The frame may not be there yet.
setInterval(() => {
  if (message) document.getElementById("op").contentWindow.postMessage(message, "ISSUER");
}, 50);
</script>"#;

/// A server with one application beside it.
struct Site {
    issuer: String,
    app: String,
    /// Every address of the application that was asked for.
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinSet<()>,
}

const CLIENT: &str = "watching";

impl Site {
    async fn start() -> Self {
        let demo = demo::prepare(0).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let app = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let mut site = Self {
            issuer: demo.issuer.clone(),
            app,
            asked: Arc::default(),
            serving: JoinSet::new(),
        };
        let store = &demo.assembled.app.store;
        let mut realm = store
            .realm(&RealmId::default_realm())
            .await
            .unwrap()
            .unwrap();
        realm.settings.session_management = true;
        store.update_realm(&realm, &[]).await.unwrap();
        let now = demo.assembled.app.now();
        let id = ClientId::parse(CLIENT).unwrap();
        let client =
            Client::registered_by_admin(RealmId::default_realm(), id, None, site.metadata(), now);
        store.create_client(&client, &[]).await.unwrap();
        let page = WATCHING
            .replace("FRAME", &format!("{}/check_session", site.issuer))
            .replace("ISSUER", &site.issuer);
        let router = Router::new()
            .fallback(answer)
            .with_state((Arc::clone(&site.asked), page));
        site.serving
            .spawn(async { axum::serve(listener, router).await.unwrap() });
        let grace = demo.config.shutdown_grace;
        site.serving.spawn(async move {
            let served = vidimus::server::serve(demo.server, demo.assembled, grace).await;
            served.unwrap();
        });
        site
    }

    fn metadata(&self) -> ClientMetadata {
        ClientMetadata {
            client_name: "Watching".to_owned(),
            client_type: ClientType::Spa,
            redirect_uris: vec![format!("{}/callback", self.app)],
            post_logout_redirect_uris: vec![format!("{}/bye", self.app)],
            grant_types: vec![GrantType::AuthorizationCode],
            token_endpoint_auth_method: TokenEndpointAuthMethod::None,
            response_types: vec![ResponseType::CODE],
            scope: ScopeSet::parse("openid").unwrap(),
            first_party: true,
            frontchannel_logout_uri: Some(format!("{}/frontchannel", self.app)),
            frontchannel_logout_session_required: true,
            ..ClientMetadata::default()
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Signs in; the parameters of the answer, and the ID token.
    async fn sign_in(&self, browser: &Browser) -> (url::Url, String) {
        let redirect = format!("{}/callback", self.app);
        let params = [
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", &redirect),
            ("scope", "openid"),
            ("state", "s"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let address = format!("{}/authorize?{}", self.issuer, query(&params));
        browser.open(&address).await;
        browser.fill("username", USERNAME).await;
        browser.fill("password", PASSWORD).await;
        browser.click("login-submit").await;
        browser.element("said").await;
        let answer = url::Url::parse(&browser.address().await).unwrap();
        let code = param(&answer, "code");
        let params = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT),
            ("code", &code),
            ("redirect_uri", &redirect),
            ("code_verifier", VERIFIER),
        ];
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let tokens = http
            .post(format!("{}/token", self.issuer))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(query(&params))
            .send()
            .await
            .unwrap();
        let tokens: Value = serde_json::from_slice(&tokens.bytes().await.unwrap()).unwrap();
        (answer, tokens["id_token"].as_str().unwrap().to_owned())
    }

    fn logout(&self, hint: &str, state: &str) -> String {
        let bye = format!("{}/bye", self.app);
        let params = [
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", &bye),
            ("state", state),
        ];
        format!("{}/end_session?{}", self.issuer, query(&params))
    }
}

async fn answer(
    State((asked, page)): State<(Arc<Mutex<Vec<String>>>, String)>,
    request: Request,
) -> Html<String> {
    asked.lock().unwrap().push(request.uri().to_string());
    Html(page)
}

fn query(params: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish()
}

fn param(address: &url::Url, name: &str) -> String {
    let found = address.query_pairs().find(|(key, _)| key == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {address}"))
        .1
        .into_owned()
}

const STATE: &str = r##"!"#$%&'()*+,-./0123456789:;<=>?@AZ[\]^_`az{|}~"##;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tells_the_app_in_a_frame_and_then_goes_back_to_it() {
    browse(Setup::default(), |browser| async move {
        let site = Site::start().await;
        let (_, hint) = site.sign_in(&browser).await;
        browser.open(&site.logout(&hint, STATE)).await;
        browser.element("said").await;
        let back = url::Url::parse(&browser.address().await).unwrap();
        assert_eq!(back.path(), "/bye", "{back}");
        assert_eq!(param(&back, "state"), STATE);
        let asked = site.asked();
        let told = asked
            .iter()
            .position(|one| one.starts_with("/frontchannel?iss="));
        let went = asked.iter().position(|one| one.starts_with("/bye?"));
        assert!(told.is_some() && told < went, "{asked:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_the_app_is_told_and_a_link_leads_back() {
    let setup = Setup {
        no_scripts: true,
        ..Setup::default()
    };
    browse(setup, |browser| async move {
        let site = Site::start().await;
        let (_, hint) = site.sign_in(&browser).await;
        browser.open(&site.logout(&hint, STATE)).await;
        browser.screenshot("signed-out-frames").await;
        browser.click("continue").await;
        browser.element("said").await;
        let back = url::Url::parse(&browser.address().await).unwrap();
        assert_eq!(
            (back.path(), param(&back, "state").as_str()),
            ("/bye", STATE)
        );
        let asked = site.asked();
        assert!(
            asked
                .iter()
                .any(|one| one.starts_with("/frontchannel?iss=")),
            "{asked:?}"
        );
    })
    .await;
}

/// OIDC Session Management §3.2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_frame_answers_unchanged_and_after_a_logout_changed() {
    browse(Setup::default(), |browser| async move {
        let site = Site::start().await;
        let (answer, hint) = site.sign_in(&browser).await;
        let state = param(&answer, "session_state");
        let message = format!("{CLIENT} {state}");
        asks(&browser, &message, "unchanged").await;
        asks(&browser, "no message", "error").await;
        asks(&browser, &format!("other {state}"), "changed").await;
        asks(&browser, &message, "unchanged").await;
        browser.open(&site.logout(&hint, STATE)).await;
        browser.element("said").await;
        asks(&browser, &message, "changed").await;
    })
    .await;
}

async fn asks(browser: &Browser, message: &str, wanted: &str) {
    let message = serde_json::to_string(message).unwrap();
    browser.ask(&format!("ask({message})")).await;
    browser.reads("said", &format!("says {wanted}")).await;
}
