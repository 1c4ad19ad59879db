//! Second factors: who is asked, what proves one, what is remembered.

mod account;
mod races;
mod told;
mod walk;

use http::StatusCode;
use vidimus::account::user::AccountSwitch;
use vidimus::flows::accounts;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::{RealmSettings, SecondFactorRule};
use vidimus::store::{Change, Effects};

use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::passwords::set_password;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, TestClient, World, decode_claims};

const SESSION: &str = "__Host-vidimus_session";
const SIGN_IN: &str = "__Host-vidimus_signin";
const DEVICE: &str = "__Host-vidimus_device";
const ESSENTIAL: &str = r#"{"id_token":{"acr":{"essential":true,"value":"urn:vidimus:acr:2fa"}}}"#;

/// `ada`, who has an app, and a client that asks for nothing.
async fn with_app() -> (World, TestClient, Authenticator) {
    let world = World::in_memory().await;
    world.ada().await;
    let app = Authenticator::of(&world, "ada").await;
    let client = world.client(ClientType::Web).await;
    (world, client, app)
}

async fn client_with(world: &World, change: impl FnOnce(&mut ClientMetadata)) -> TestClient {
    let realm = RealmId::default_realm();
    world.client_with(&realm, ClientType::Web, change).await
}

async fn set_realm(world: &World, change: impl FnOnce(&mut RealmSettings)) {
    let store = &world.app.store;
    let mut realm = store
        .realm(&RealmId::default_realm())
        .await
        .unwrap()
        .unwrap();
    change(&mut realm.settings);
    assert_eq!(
        store.update_realm(&realm, &[]).await.unwrap(),
        Change::Changed
    );
    world.advance(2);
}

/// Opens the request and types the password; gives the page that follows.
async fn after_password(browser: &mut Browser, client: &TestClient) -> Answer {
    browser.authorize(&client.authorize_url(&[]), "ada").await
}

fn asks_for_code(page: &Answer) -> bool {
    page.body.contains("id=\"factor-submit\"")
}

/// Types a code; follows to the client.
async fn type_code(browser: &mut Browser, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.submit(page, fields).await;
    if answer.status != StatusCode::SEE_OTHER {
        return answer;
    }
    let location = answer.location().to_owned();
    if location.starts_with("https://rp.example.test") {
        return answer;
    }
    browser.authorize(&location, "ada").await
}

async fn claims(client: &TestClient, answer: &Answer) -> serde_json::Value {
    let code = answer.param("code").unwrap_or_else(|| panic!("{answer:?}"));
    let tokens = client
        .post("/token", &client.redemption(&code))
        .await
        .json();
    decode_claims(tokens["id_token"].as_str().unwrap())
}

/// RFC 8176 §2
#[tokio::test]
async fn a_password_alone_opens_no_session_of_who_has_an_app() {
    let (world, client, app) = with_app().await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client).await;
    assert!(asks_for_code(&page), "{page:?}");
    let before = browser.cookies.get(SESSION).cloned();
    let half = browser.cookies.get(SIGN_IN).cloned().unwrap();
    assert_ne!(Some(&half), before.as_ref());
    let silent = client.authorize_url(&[("prompt", "none")]);
    let answer = browser.get(&silent).await;
    assert_eq!(answer.param("error").as_deref(), Some("login_required"));
    let code = app.next_code();
    let answer = type_code(&mut browser, &page, &[("code", &code)]).await;
    let told = claims(&client, &answer).await;
    assert_eq!(told["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    assert!(!browser.cookies.contains_key(SIGN_IN));
    assert_ne!(browser.cookies.get(SESSION).cloned(), before);
}

#[tokio::test]
async fn the_page_has_what_phones_look_for() {
    let (world, client, _) = with_app().await;
    let page = after_password(&mut world.browser(), &client).await;
    for part in [
        "<label for=\"code\">",
        "inputmode=\"numeric\" autocomplete=\"one-time-code\"",
        "id=\"factor-other\"",
    ] {
        assert!(page.body.contains(part), "{part} in {page:?}");
    }
    assert!(!page.body.contains("id=\"remember\""));
}

/// RFC 6238 §5.2
#[tokio::test]
async fn a_code_is_taken_once_and_with_one_step_of_drift() {
    let (world, client, app) = with_app().await;
    world.advance(300);
    for (steps, taken) in [
        (-2, false),
        (2, false),
        (-1, true),
        (-1, false),
        (1, true),
        (0, false),
    ] {
        let address = format!("198.51.100.{}", steps + 5);
        let mut browser = world.browser().at_address(address);
        let page = after_password(&mut browser, &client).await;
        let code = app.code_in(steps);
        let answer = type_code(&mut browser, &page, &[("code", &code)]).await;
        assert_eq!(
            answer.param_if_any("code").is_some(),
            taken,
            "{steps}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_recovery_code_lets_in_once() {
    let (world, client, app) = with_app().await;
    assert_eq!(app.recovery_codes.len(), 10);
    let typed = app.recovery_codes[3].to_lowercase().replace('-', " ");
    for taken in [true, false] {
        let mut browser = world.browser();
        let page = after_password(&mut browser, &client).await;
        let other = attribute(&page.body, "id=\"factor-other\"", "href");
        let page = browser.get(&other).await;
        let answer = type_code(&mut browser, &page, &[("code", &typed)]).await;
        assert_eq!(answer.param_if_any("code").is_some(), taken, "{answer:?}");
    }
    let facts = world
        .app
        .store
        .factors(
            &RealmId::default_realm(),
            &world.person("ada").await.id,
            None,
            world.app.now(),
        )
        .await
        .unwrap();
    assert_eq!(facts.factors.recovery_codes, 9);
}

/// RFC 6238 §5.2
#[tokio::test]
async fn wrong_codes_slow_down_over_all_paths() {
    let (world, client, app) = with_app().await;
    let mut statuses = Vec::new();
    for number in 0..7 {
        let mut browser = world.browser();
        let page = after_password(&mut browser, &client).await;
        let fields = [("code", "000000")];
        let page = if number % 2 == 0 {
            page
        } else {
            let other = attribute(&page.body, "id=\"factor-other\"", "href");
            browser.get(&other).await
        };
        statuses.push(browser.submit(&page, &fields).await.status);
        world.advance(21);
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(statuses[..5], [wrong; 5]);
    assert_eq!(statuses[5], StatusCode::TOO_MANY_REQUESTS);
    // Waiting is enough, and a good code ends the count.
    world.advance(900);
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client).await;
    let answer = type_code(&mut browser, &page, &[("code", &app.code())]).await;
    assert!(answer.param_if_any("code").is_some(), "{answer:?}");
}

#[tokio::test]
async fn a_sign_in_in_progress_lapses_and_is_void_after_a_change() {
    for change in ["time", "password", "lock", "reset"] {
        let (world, client, app) = with_app().await;
        let ada = world.person("ada").await;
        let (realm, store) = (RealmId::default_realm(), &world.app.store);
        let mut browser = world.browser();
        let page = after_password(&mut browser, &client).await;
        let caller = vidimus::account::event::Caller::default();
        match change {
            "time" => world.advance(601),
            "password" => set_password(&world.app, &ada, "plane-jar-ostrich").await,
            "lock" => {
                for switch in [AccountSwitch::Lock, AccountSwitch::Unlock] {
                    let verb = accounts::switch(&world.app, (&realm, &ada.id), switch, &caller);
                    verb.await.unwrap();
                }
            }
            _ => {
                let none = Effects::NONE;
                let verb = store.reset_factors(&realm, &ada.id, &none, world.app.now());
                verb.await.unwrap();
            }
        }
        let code = app.next_code();
        let answer = browser.submit(&page, &[("code", &code)]).await;
        assert!(
            answer.location().contains("/login?"),
            "{change}: {answer:?}"
        );
    }
}

/// OIDC Core §5.5.1.1, RFC 9470 §4
#[tokio::test]
async fn a_live_session_is_made_stronger_where_a_client_asks() {
    let (world, plain, app) = with_app().await;
    set_realm(&world, |realm| realm.remember_devices_days = 30).await;
    let strict = client_with(&world, |metadata| metadata.require_second_factor = true).await;
    for (client, changes) in [
        (&strict, vec![]),
        (&plain, vec![("claims", ESSENTIAL)]),
        (&plain, vec![("acr_values", "urn:vidimus:acr:2fa")]),
    ] {
        let mut browser = remembered_browser(&world, &plain, &app).await;
        let weak = browser.get(&plain.authorize_url(&[])).await;
        let told = claims(&plain, &weak).await;
        assert_eq!(told["amr"], serde_json::json!(["pwd", "rba"]));
        let auth_time = told["auth_time"].clone();
        let cookie = browser.cookies[SESSION].clone();
        world.advance(31);
        let page = browser
            .authorize(&client.authorize_url(&changes), "ada")
            .await;
        assert!(asks_for_code(&page), "{page:?}");
        let answer = type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
        let told = claims(client, &answer).await;
        assert_eq!(told["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
        let asked = !changes.is_empty();
        assert_eq!(told["acr"] == "urn:vidimus:acr:2fa", asked, "{told}");
        assert_eq!(
            told["auth_time"], auth_time,
            "the password was not asked for"
        );
        assert_ne!(browser.cookies[SESSION], cookie);
        let again = browser.get(&client.authorize_url(&changes)).await;
        assert!(again.param_if_any("code").is_some(), "{again:?}");
    }
}

/// Signs in with a code, has the device remembered, and signs in again on it without one.
async fn remembered_browser(world: &World, client: &TestClient, app: &Authenticator) -> Browser {
    let mut browser = world.browser();
    let page = after_password(&mut browser, client).await;
    let code = app.next_code();
    let answer = type_code(&mut browser, &page, &[("code", &code), ("remember", "on")]).await;
    assert!(answer.param_if_any("code").is_some(), "{answer:?}");
    browser.cookies.remove(SESSION);
    let answer = after_password(&mut browser, client).await;
    assert!(answer.param_if_any("code").is_some(), "{answer:?}");
    browser
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn without_a_page_an_unmet_demand_is_told() {
    let (world, plain, app) = with_app().await;
    set_realm(&world, |realm| realm.remember_devices_days = 30).await;
    let strict = client_with(&world, |metadata| {
        metadata.require_second_factor = true;
        metadata.first_party = true;
    })
    .await;
    let mut browser = remembered_browser(&world, &plain, &app).await;
    let silent = strict.authorize_url(&[("prompt", "none")]);
    let error = browser.get(&silent).await.param("error");
    assert_eq!(error.as_deref(), Some("interaction_required"));
    let silent = plain.authorize_url(&[("prompt", "none"), ("claims", ESSENTIAL)]);
    let error = browser.get(&silent).await.param("error");
    assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"));
}

#[tokio::test]
async fn a_realm_that_requires_it_has_everybody_set_one_up() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut before = world.browser();
    before.authorize(&client.authorize_url(&[]), "ada").await;
    set_realm(&world, |realm| {
        realm.second_factor = SecondFactorRule::Required;
    })
    .await;
    // A session from before is not enough any more.
    let silent = client.authorize_url(&[("prompt", "none")]);
    let error = before.get(&silent).await.param("error");
    assert_eq!(error.as_deref(), Some("interaction_required"));
    let page = before.authorize(&client.authorize_url(&[]), "ada").await;
    assert!(page.body.contains("id=\"set-up-submit\""), "{page:?}");
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client).await;
    assert!(page.body.contains("id=\"qr\""), "{page:?}");
    let offer = attribute(&page.body, "name=\"offer\"", "value");
    let wrong = [("offer", offer.as_str()), ("code", "000000")];
    let again = browser.submit(&page, &wrong).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = attribute(&again.body, "name=\"offer\"", "value");
    assert_eq!(kept, offer, "the picture that was scanned stays");
    let app = Authenticator::set_up(&world, &mut browser, &again).await;
    let answer = after_password(&mut browser, &client).await;
    let told = claims(&client, &answer).await;
    assert_eq!(told["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    let page = after_password(&mut world.browser(), &client).await;
    assert!(asks_for_code(&page), "{page:?}");
    assert_eq!(app.recovery_codes.len(), 10);
}

#[tokio::test]
async fn a_remembered_device_is_forgotten_with_every_change() {
    for change in ["time", "password", "reset"] {
        let (world, client, app) = with_app().await;
        let ada = world.person("ada").await;
        let (realm, store) = (RealmId::default_realm(), &world.app.store);
        set_realm(&world, |realm| realm.remember_devices_days = 1).await;
        let mut browser = remembered_browser(&world, &client, &app).await;
        assert!(browser.cookies.contains_key(DEVICE));
        browser.cookies.remove(SESSION);
        match change {
            "time" => world.advance(86_401),
            "password" => set_password(&world.app, &ada, "plane-jar-ostrich").await,
            _ => {
                let none = Effects::NONE;
                let verb = store.reset_factors(&realm, &ada.id, &none, world.app.now());
                verb.await.unwrap();
                Authenticator::of(&world, "ada").await;
            }
        }
        let password = if change == "password" {
            "plane-jar-ostrich"
        } else {
            PASSWORD
        };
        let page = with_password(&mut browser, &client, password).await;
        assert!(asks_for_code(&page), "{change}: {page:?}");
    }
}

/// Opens the request and types this password; gives the page that follows.
async fn with_password(browser: &mut Browser, client: &TestClient, password: &str) -> Answer {
    let answer = browser.get(&client.authorize_url(&[])).await;
    let page = browser.get(answer.location()).await;
    let fields = [("username", "ada"), ("password", password)];
    let answer = browser.submit(&page, &fields).await;
    browser.get(answer.location()).await
}

/// Another person's remembered device is none.
#[tokio::test]
async fn a_remembered_device_is_its_owners_only() {
    let (world, client, app) = with_app().await;
    world.user(&RealmId::default_realm(), "bob").await;
    Authenticator::of(&world, "bob").await;
    set_realm(&world, |realm| realm.remember_devices_days = 1).await;
    let mut browser = remembered_browser(&world, &client, &app).await;
    browser.cookies.remove(SESSION);
    let page = browser.authorize(&client.authorize_url(&[]), "bob").await;
    assert!(asks_for_code(&page), "{page:?}");
}

#[tokio::test]
async fn a_form_from_elsewhere_proves_nothing() {
    let (world, client, app) = with_app().await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client).await;
    let action = attribute(&page.body, "<form", "action");
    let code = app.next_code();
    let answer = browser
        .post(&action, &[("code", &code), ("csrf", "forged")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = type_code(&mut browser, &answer, &[("code", &code)]).await;
    assert!(answer.param_if_any("code").is_some(), "{answer:?}");
}

#[tokio::test]
async fn the_password_of_another_person_does_not_use_this_ones_step() {
    let (world, client, app) = with_app().await;
    world.user(&RealmId::default_realm(), "bob").await;
    let bobs = Authenticator::of(&world, "bob").await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, &client).await;
    world.advance(30);
    let answer = browser.submit(&page, &[("code", &bobs.code())]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = type_code(&mut browser, &page, &[("code", &app.code())]).await;
    assert!(answer.param_if_any("code").is_some(), "{answer:?}");
}
