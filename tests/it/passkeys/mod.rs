//! Passkeys: made on the page of the account, used in the place of the password and as the second
//! factor, refused when anything about them is not true.

mod account;
mod ceremonies;
mod races;
mod refusals;
mod second_factor;

use http::StatusCode;
use serde_json::{Value, json};
use vidimus::account::event::EventKind;
use vidimus::account::user::User;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RealmSettings;
use vidimus::store::passkeys::Passkey;
use vidimus::store::{EventPage, Realm};

use crate::support::browser::attribute;
use crate::support::passkey::{Says, SoftPasskey};
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, TestClient, World, decode_claims};

const SESSION: &str = "__Host-vidimus_session";
const SIGN_IN: &str = "__Host-vidimus_signin";

/// Opens a page of the account, signing in with the password of `username` where that is asked.
async fn open(browser: &mut Browser, path: &str, username: &str) -> Answer {
    let mut answer = browser.get(path).await;
    for _ in 0..6 {
        if answer.status == StatusCode::SEE_OTHER {
            let location = answer.location().to_owned();
            answer = browser.get(&location).await;
        } else if answer.body.contains("id=\"login-submit\"") {
            let fields = [("username", username), ("password", PASSWORD)];
            answer = browser.submit(&answer, &fields).await;
        } else {
            return answer;
        }
    }
    panic!("the pages go in circles: {answer:?}");
}

fn csrf(page: &Answer) -> String {
    attribute(&page.body, "name=\"csrf\"", "value")
}

/// What the script of a page asks for before it asks the browser.
pub(crate) async fn options(browser: &mut Browser, page: &Answer) -> Value {
    let address = attribute(&page.body, "id=\"passkey-form\"", "data-options");
    let answer = browser.post(&address, &[("csrf", &csrf(page))]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

/// Sends the passkey form of a page.
pub(crate) async fn send(browser: &mut Browser, page: &Answer, credential: &str) -> Answer {
    let action = attribute(&page.body, "id=\"passkey-form\"", "action");
    let fields = [
        ("csrf", csrf(page).as_str()),
        ("credential", credential),
        ("name", "Laptop"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    browser.post(&action, &fields).await
}

/// Makes a passkey on the page of the account of `username`.
pub(crate) async fn add(browser: &mut Browser, key: &mut SoftPasskey, username: &str) -> Answer {
    let page = open(browser, "/account/passkeys/add", username).await;
    let options = options(browser, &page).await;
    let answer = key.register(&options, &Says::truth());
    send(browser, &page, &answer).await
}

/// `ada` with a passkey, a client, and the browser in which the passkey was made.
async fn with_passkey(synced: bool) -> (World, TestClient, SoftPasskey) {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut key = SoftPasskey::new(synced);
    let answer = add(&mut world.browser(), &mut key, "ada").await;
    assert!(answer.body.contains("id=\"recovery-codes\""), "{answer:?}");
    (world, client, key)
}

/// The login page of an authorization request.
pub(crate) async fn login_page(browser: &mut Browser, address: &str) -> Answer {
    let mut page = browser.get(address).await;
    while page.status == StatusCode::SEE_OTHER {
        let location = page.location().to_owned();
        page = browser.get(&location).await;
    }
    page
}

/// Signs in with a passkey; gives the answer to the form.
async fn sign_in(
    browser: &mut Browser,
    client: &TestClient,
    key: &mut SoftPasskey,
    says: &Says,
) -> Answer {
    let page = login_page(browser, &client.authorize_url(&[])).await;
    let options = options(browser, &page).await;
    let answer = key.answer(&options, says);
    send(browser, &page, &answer).await
}

/// Goes on after a sign-in, to the client.
async fn to_client(browser: &mut Browser, answer: &Answer) -> Answer {
    let location = answer.location().to_owned();
    if location.starts_with("https://rp.example.test") {
        return answer.clone();
    }
    browser.authorize(&location, "nobody").await
}

async fn claims(client: &TestClient, answer: &Answer) -> Value {
    let code = answer.param("code").unwrap_or_else(|| panic!("{answer:?}"));
    let tokens = client.post("/token", &client.redemption(&code)).await;
    decode_claims(tokens.json()["id_token"].as_str().unwrap())
}

async fn passkeys_of(world: &World, user: &User) -> Vec<Passkey> {
    let store = &world.app.store;
    store.passkeys(&user.realm, &user.id).await.unwrap()
}

/// What happened to a person, latest first.
async fn events_of(world: &World, user: &User) -> Vec<EventKind> {
    let page = EventPage {
        since: vidimus::protocol::time::Timestamp::from_unix_millis(0),
        before: None,
        limit: 50,
    };
    let store = &world.app.store;
    let events = store.events_of_user(&user.realm, &user.id, page).await;
    let events = events.unwrap();
    events.iter().map(|stored| stored.event.kind).collect()
}

fn refused(answer: &Answer) -> bool {
    answer.status == StatusCode::UNPROCESSABLE_ENTITY
}

/// RFC 8176 §2, WebAuthn §7.2
#[tokio::test]
async fn a_passkey_signs_in_without_a_name_or_a_password() {
    for (synced, methods) in [
        (true, json!(["swk", "user", "mfa"])),
        (false, json!(["hwk", "user", "mfa"])),
    ] {
        let (world, client, mut key) = with_passkey(synced).await;
        let mut browser = world.browser();
        let strong = [("acr_values", "urn:vidimus:acr:2fa")];
        let page = login_page(&mut browser, &client.authorize_url(&strong)).await;
        let before = browser.cookies[SESSION].clone();
        let asked = options(&mut browser, &page).await;
        let answer = key.answer(&asked, &Says::truth());
        let answer = send(&mut browser, &page, &answer).await;
        let answer = to_client(&mut browser, &answer).await;
        let told = claims(&client, &answer).await;
        assert_eq!(told["amr"], methods);
        assert_eq!(told["acr"], "urn:vidimus:acr:2fa");
        assert_ne!(browser.cookies[SESSION], before);
        let ada = world.person("ada").await;
        assert!(events_of(&world, &ada).await.contains(&EventKind::SignedIn));
        let own = passkeys_of(&world, &ada).await;
        assert_eq!(own[0].last_used_at, Some(world.app.now()));
        assert_eq!(own[0].synced, synced);
    }
}

/// WebAuthn §14.6.2: nothing in the options tells whether anybody has a passkey.
#[tokio::test]
async fn everybody_is_asked_in_the_same_way() {
    let (world, client, _) = with_passkey(true).await;
    let mut all = Vec::new();
    for hint in ["ada", "nobody"] {
        let mut browser = world.browser();
        let address = client.authorize_url(&[("login_hint", hint)]);
        let page = login_page(&mut browser, &address).await;
        assert!(page.body.contains("autocomplete=\"username webauthn\""));
        assert!(page.body.contains("<noscript>"));
        let mut options = options(&mut browser, &page).await;
        assert_eq!(options["allowCredentials"], json!([]));
        assert_eq!(options["userVerification"], "required");
        options["challenge"].take();
        all.push(options);
    }
    assert_eq!(all[0], all[1]);
}

#[tokio::test]
async fn a_realm_takes_its_own_passkeys_only() {
    let (world, _, mut key) = with_passkey(true).await;
    let acme = RealmId::parse("acme").unwrap();
    let realm = Realm {
        id: acme.clone(),
        name: "Acme".to_owned(),
        settings: RealmSettings::default(),
        created_at: world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    world.user(&acme, "ada").await;
    let elsewhere = world.client_with(&acme, ClientType::Web, |_| {}).await;
    let mut browser = world.browser();
    let answer = sign_in(&mut browser, &elsewhere, &mut key, &Says::truth()).await;
    assert!(refused(&answer), "{answer:?}");
    // It is somebody's, so nobody is told to forget it.
    assert!(!answer.body.contains("signalUnknownCredential"));
    let mut unknown = SoftPasskey::new(true);
    let answer = sign_in(&mut browser, &elsewhere, &mut unknown, &Says::truth()).await;
    assert!(refused(&answer), "{answer:?}");
    let told = attribute(&answer.body, "signalUnknownCredential", "data-detail");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["credentialId"], unknown.credential_text());
    assert_eq!(told["rpId"], "id.example.test");
}

/// OIDC Core §3.1.2.1: a passkey is a sign-in like any other for `prompt=login` and `max_age`.
#[tokio::test]
async fn a_passkey_is_a_fresh_sign_in() {
    let (world, client, mut key) = with_passkey(true).await;
    let mut browser = world.browser();
    let answer = sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
    to_client(&mut browser, &answer).await;
    for asked in [("prompt", "login"), ("max_age", "60")] {
        world.advance(600);
        let page = login_page(&mut browser, &client.authorize_url(&[asked])).await;
        let options = options(&mut browser, &page).await;
        let answer = key.answer(&options, &Says::truth());
        let answer = send(&mut browser, &page, &answer).await;
        let answer = to_client(&mut browser, &answer).await;
        let told = claims(&client, &answer).await;
        assert_eq!(told["auth_time"], world.app.now().unix_seconds());
    }
}

/// W3C "A Well-Known URL for Relying Party Passkey Endpoints" §2
#[tokio::test]
async fn password_managers_find_the_pages() {
    let world = World::in_memory().await;
    let document = world.browser().get("/.well-known/passkey-endpoints").await;
    assert_eq!(document.header("content-type"), Some("application/json"));
    let expected = json!({
        "enroll": "https://id.example.test/account/passkeys/add",
        "manage": "https://id.example.test/account/passkeys",
    });
    assert_eq!(document.json(), expected);
}
