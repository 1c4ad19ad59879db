//! Clients that register themselves (RFC 7591, OIDC Registration).

mod documents;
mod limits;
mod managing;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use vidimus::protocol::client::Client;
use vidimus::protocol::ids::{ClientId, RealmId};
use vidimus::protocol::realm::{RealmSettings, RegistrationMode};
use vidimus::secret::Digest;
use vidimus::store::Realm;

use crate::support::browser::{path_of, send};
use crate::support::{Answer, TestClient, World};

pub(crate) const CALLBACK: &str = "https://app.example/cb";

/// A world whose default realm has these switches.
pub(crate) async fn world_with(settings: RealmSettings) -> World {
    let world = World::in_memory().await;
    settle(&world, settings).await;
    world
}

/// A world where everybody may register.
pub(crate) async fn open_world() -> World {
    world_with(open()).await
}

pub(crate) fn open() -> RealmSettings {
    RealmSettings {
        registration: RegistrationMode::Open,
        ..RealmSettings::default()
    }
}

pub(crate) async fn settle(world: &World, settings: RealmSettings) {
    let realm = RealmId::default_realm();
    let row = world.app.store.realm(&realm).await.unwrap().unwrap();
    let row = Realm { settings, ..row };
    world.app.store.update_realm(&row, &[]).await.unwrap();
}

/// Sends JSON, with a token if there is one.
pub(crate) async fn call(
    world: &World,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path_of(path));
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    send(&world.router, request.body(body).unwrap()).await
}

pub(crate) async fn register(world: &World, metadata: &Value) -> Answer {
    call(world, Method::POST, "/register", None, Some(metadata)).await
}

pub(crate) fn metadata(changes: &Value) -> Value {
    let mut metadata = json!({"client_name": "Notes", "redirect_uris": [CALLBACK]});
    let members = metadata.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    metadata
}

/// A client that has registered itself.
pub(crate) struct Own {
    pub(crate) world: World,
    pub(crate) told: Value,
}

impl Own {
    pub(crate) async fn registered(world: &World, changes: &Value) -> Self {
        let answer = register(world, &metadata(changes)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        Self {
            world: world.clone(),
            told: answer.json(),
        }
    }

    pub(crate) fn text(&self, member: &str) -> &str {
        self.told[member]
            .as_str()
            .unwrap_or_else(|| panic!("no {member} in {}", self.told))
    }

    /// Calls the registration's address with its token.
    pub(crate) async fn manage(&self, method: Method, body: Option<&Value>) -> Answer {
        let token = Some(self.text("registration_access_token"));
        let address = self.text("registration_client_uri");
        call(&self.world, method, address, token, body).await
    }

    /// What an update would say that changes nothing else.
    pub(crate) fn update(&self, changes: &Value) -> Value {
        let mut body = metadata(changes);
        body["client_id"] = self.told["client_id"].clone();
        body
    }

    pub(crate) async fn stored(&self) -> Option<Client> {
        let id = ClientId::parse(self.text("client_id")).unwrap();
        let realm = RealmId::default_realm();
        self.world.app.store.client(&realm, &id).await.unwrap()
    }

    /// The client as it calls the other endpoints.
    pub(crate) async fn client(&self) -> TestClient {
        TestClient {
            world: self.world.clone(),
            realm: RealmId::default_realm(),
            client: self.stored().await.unwrap(),
            secret: self.told["client_secret"].as_str().map(str::to_owned),
        }
    }
}

/// RFC 7591 §3.2.1
#[tokio::test]
async fn a_client_registers_itself_and_gets_tokens() {
    let world = open_world().await;
    world.ada().await;
    let grants = json!(["authorization_code", "refresh_token"]);
    let own = Own::registered(&world, &json!({"grant_types": grants})).await;
    assert_eq!(own.told["client_secret_expires_at"], 0);
    assert_eq!(own.told["client_id_issued_at"], 1_800_000_000);
    assert_eq!(own.told["redirect_uris"], json!([CALLBACK]));
    assert_eq!(own.told["grant_types"], grants);
    assert_eq!(own.told["response_types"], json!(["code"]));
    assert_eq!(
        own.told["token_endpoint_auth_method"],
        "client_secret_basic"
    );
    assert_eq!(own.told["id_token_signed_response_alg"], "RS256");
    assert_eq!(own.told["application_type"], "web");
    let address = format!("https://id.example.test/register/{}", own.text("client_id"));
    assert_eq!(own.text("registration_client_uri"), address);
    for member in [
        "first_party",
        "introspection",
        "unverified",
        "compatibility",
        "client_type",
    ] {
        assert!(own.told.get(member).is_none(), "{member}");
    }
    let scope = "openid profile email address phone offline_access";
    let tokens = own.client().await.tokens(&[("scope", scope)]).await;
    assert_eq!(tokens["scope"], scope);
    assert!(tokens["refresh_token"].is_string(), "{tokens}");
}

#[tokio::test]
async fn an_answer_is_not_kept_by_anybody() {
    let world = open_world().await;
    let answer = register(&world, &metadata(&json!({}))).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

/// RFC 7591 §2: a public client has no secret.
#[tokio::test]
async fn a_client_without_a_secret_is_told_none() {
    let world = open_world().await;
    let own = Own::registered(&world, &json!({"token_endpoint_auth_method": "none"})).await;
    assert!(own.told.get("client_secret").is_none());
    assert!(own.told.get("client_secret_expires_at").is_none());
    assert_eq!(own.stored().await.unwrap().secret, None);
}

/// OIDC Core §9: the MAC of `client_secret_jwt` is computed with the secret itself.
#[tokio::test]
async fn a_secret_that_a_mac_needs_is_kept_sealed() {
    let world = open_world().await;
    let method = json!({"token_endpoint_auth_method": "client_secret_jwt"});
    let own = Own::registered(&world, &method).await;
    let stored = own.stored().await.unwrap();
    assert_eq!(stored.secret, None);
    let sealed = stored.sealed_secret.unwrap();
    let secret = own.text("client_secret");
    assert!(
        !sealed
            .windows(secret.len())
            .any(|part| part == secret.as_bytes())
    );
    let opened =
        vidimus::keys::open_client_secret(&world.app.master, &stored.realm, &stored.id, &sealed);
    assert_eq!(opened.unwrap().expose(), secret);
}

/// OWASP API3:2023
#[tokio::test]
async fn a_client_cannot_give_itself_what_is_the_admins() {
    let world = open_world().await;
    let wish = json!({
        "first_party": true, "introspection": "realm", "unverified": false,
        "client_type": "m2m", "compatibility": {"cannot_do_pkce": true}, "origin": "admin",
        "client_id": "chosen", "client_secret": "chosen", "scope": "openid api:write",
        "disabled_at": null, "created_at": 0, "registration_access_token": "chosen",
    });
    let own = Own::registered(&world, &wish).await;
    let judge = |client: &Client| {
        let metadata = &client.metadata;
        assert!(metadata.unverified && !metadata.first_party);
        assert_eq!(metadata.scope.to_string(), "openid");
        assert!(!metadata.compatibility.cannot_do_pkce);
        assert_eq!(client.origin.as_str(), "registered");
        assert_ne!(client.id.as_str(), "chosen");
        assert_ne!(client.secret, Some(Digest::of("chosen")));
        assert_ne!(client.registration_token, Some(Digest::of("chosen")));
    };
    judge(&own.stored().await.unwrap());
    let mut update = own.update(&wish);
    update["client_id"] = own.told["client_id"].clone();
    let members = update.as_object_mut().unwrap();
    members.remove("client_secret");
    members.remove("registration_access_token");
    let answer = own.manage(Method::PUT, Some(&update)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    judge(&own.stored().await.unwrap());
}

/// RFC 7591 §3.2.2
#[tokio::test]
async fn what_cannot_be_registered_is_400_with_the_code_for_it() {
    let world = open_world().await;
    for (changes, error) in [
        (
            json!({"redirect_uris": ["https://app.example/cb#x"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["http://app.example/cb"]}),
            "invalid_redirect_uri",
        ),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (
            json!({"logo_uri": "http://app.example/\"x\""}),
            "invalid_client_metadata",
        ),
        (
            json!({"id_token_signed_response_alg": "none"}),
            "invalid_client_metadata",
        ),
        (
            json!({"response_types": ["code id_token"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}}),
            "invalid_client_metadata",
        ),
        (
            json!({"software_statement": "x"}),
            "unapproved_software_statement",
        ),
    ] {
        let answer = register(&world, &metadata(&changes)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes}");
        assert_eq!(answer.error(), error, "{changes}");
        let description = answer.json()["error_description"].clone();
        let plain = |c: char| (' '..='~').contains(&c) && c != '"' && c != '\\';
        assert!(
            description.as_str().unwrap().chars().all(plain),
            "{description}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let world = open_world().await;
    let large = format!("{{\"client_name\": \"{}\"}}", "x".repeat(70_000));
    let deep = "[".repeat(100_000);
    for (kind, body) in [
        ("application/json", "[]"),
        ("application/json", "{"),
        ("application/json", ""),
        ("application/json", &deep),
        ("application/json", &large),
        ("application/x-www-form-urlencoded", "client_name=x"),
        ("text/plain", "{}"),
    ] {
        let request = Request::post("/register")
            .header(CONTENT_TYPE, kind)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let answer = send(&world.router, request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
        assert_eq!(answer.error(), "invalid_client_metadata");
    }
}

/// A realm without registration has no such endpoint, and does not advertise one.
#[tokio::test]
async fn a_realm_without_registration_has_no_endpoint() {
    let world = World::in_memory().await;
    let answer = register(&world, &metadata(&json!({}))).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let discovery = "/.well-known/openid-configuration";
    let document = call(&world, Method::GET, discovery, None, None)
        .await
        .json();
    assert!(document.get("registration_endpoint").is_none());
    settle(&world, open()).await;
    world.advance(1);
    let document = call(&world, Method::GET, discovery, None, None)
        .await
        .json();
    let endpoint = document["registration_endpoint"].as_str().unwrap();
    let answer = call(
        &world,
        Method::POST,
        endpoint,
        None,
        Some(&metadata(&json!({}))),
    )
    .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let realms = world.app.store.list_realms().await.unwrap();
    assert_eq!(realms.len(), 1);
}

/// What a client registered in one realm is nobody in another.
#[tokio::test]
async fn a_registration_belongs_to_its_realm() {
    let world = open_world().await;
    let own = Own::registered(&world, &json!({})).await;
    let acme = Realm {
        id: RealmId::parse("acme").unwrap(),
        name: "Acme".to_owned(),
        settings: open(),
        created_at: world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    world.app.store.create_realm(&acme, &[]).await.unwrap();
    let address = format!("/realms/acme/register/{}", own.text("client_id"));
    let token = Some(own.text("registration_access_token"));
    let answer = call(&world, Method::GET, &address, token, None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let body = metadata(&json!({}));
    let there = call(
        &world,
        Method::POST,
        "/realms/acme/register",
        None,
        Some(&body),
    )
    .await;
    let address = there.json()["registration_client_uri"].clone();
    let prefix = "https://id.example.test/realms/acme/register/vid_";
    assert!(address.as_str().unwrap().starts_with(prefix), "{address}");
}

/// People are told plainly, and see what the client says of itself.
#[tokio::test]
async fn the_consent_page_says_that_nobody_has_checked_the_app() {
    let world = open_world().await;
    world.ada().await;
    let own = Own::registered(&world, &json!({"client_name": "Your bank"})).await;
    let page = consent_page(&own.client().await).await;
    let warning = "Unverified app: nobody here has checked who runs it";
    assert!(page.body.contains(warning), "{page:?}");
    let mut trusted = own.stored().await.unwrap();
    trusted.metadata.unverified = false;
    world.app.store.update_client(&trusted, &[]).await.unwrap();
    world.advance(1);
    let page = consent_page(&own.client().await).await;
    assert!(!page.body.contains("Unverified"), "{page:?}");
}

/// Signs `ada` in and gives the page that asks for her consent.
pub(crate) async fn consent_page(client: &TestClient) -> Answer {
    use crate::support::world::PASSWORD;
    let mut browser = client.world.browser();
    let answer = browser.get(&client.authorize_url(&[])).await;
    let login = browser.get(answer.location()).await;
    let fields = [("username", "ada"), ("password", PASSWORD)];
    let answer = browser.submit(&login, &fields).await;
    let page = browser.get(answer.location()).await;
    assert!(page.body.contains("consent-approve"), "{page:?}");
    page
}
