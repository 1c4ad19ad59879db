//! The pages of the account: who may see them, and the way in and out.

mod activity;
mod address;
mod apps;
mod data;
mod profile;
mod sessions;
mod undo;

use http::StatusCode;
use vidimus::account::user::{LoginName, User};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RealmSettings;
use vidimus::protocol::time::Timestamp;
use vidimus::store::{EventPage, Realm, StoredEvent};

use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, World};

/// The pages that everybody who is signed in may see.
const PAGES: &[&str] = &[
    "/account",
    "/account/profile",
    "/account/address",
    "/account/sign-in",
    "/account/password",
    "/account/sessions",
    "/account/apps",
    "/account/activity",
    "/account/data",
];

/// A server with two realms, each with an `ada` and a `bob` of its own.
struct Realms {
    world: World,
    realms: [RealmId; 2],
}

impl Realms {
    async fn new() -> Self {
        let world = World::in_memory().await;
        let realms = [
            RealmId::default_realm(),
            RealmId::parse("acme").expect("a slug"),
        ];
        let acme = Realm {
            id: realms[1].clone(),
            name: "Acme".to_owned(),
            settings: RealmSettings::default(),
            created_at: world.app.now(),
            terms_url: None,
            disabled_at: None,
        };
        world.app.store.create_realm(&acme, &[]).await.unwrap();
        for realm in &realms {
            for name in ["ada", "bob"] {
                world.user(realm, name).await;
            }
        }
        Self { world, realms }
    }

    fn url(&self, realm: &RealmId, path: &str) -> String {
        self.world.url(realm, path)
    }

    /// Presses a button of the page's own forms; gives the page after it.
    async fn press(&self, browser: &mut Browser, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let csrf = attribute(&page.body, "name=\"csrf\"", "value");
        let action = attribute(&page.body, "aria-current=\"page\"", "href");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let answer = browser.post(&action, &all).await;
        if answer.status == StatusCode::SEE_OTHER {
            browser.get(answer.location()).await
        } else {
            answer
        }
    }

    async fn user(&self, realm: &RealmId, name: &str) -> User {
        let login = LoginName::parse(name).unwrap();
        let user = self.world.app.store.user_by_login(realm, &login).await;
        user.unwrap().unwrap()
    }

    /// What happened to a person, the newest first.
    async fn events(&self, realm: &RealmId, name: &str) -> Vec<StoredEvent> {
        let user = self.user(realm, name).await;
        let page = EventPage {
            since: Timestamp::from_unix_seconds(0),
            before: None,
            limit: 1_000,
        };
        let events = self.world.app.store.events_of_user(realm, &user.id, page);
        events.await.unwrap()
    }

    /// Opens a page of the account and signs in there; gives the page.
    async fn sign_in(&self, browser: &mut Browser, realm: &RealmId, name: &str) -> Answer {
        let answer = browser.get(&self.url(realm, "/account")).await;
        let login = browser.get(answer.location()).await;
        let fields = [("username", name), ("password", PASSWORD)];
        let answer = browser.submit(&login, &fields).await;
        browser.get(answer.location()).await
    }
}

#[tokio::test]
async fn a_sign_in_leads_back_to_the_page_that_asked_for_it() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        for page in PAGES {
            // Sign-ins from one address are limited.
            realms.world.advance(60);
            let mut browser = realms.world.browser();
            let address = realms.url(realm, page);
            let answer = browser.get(&address).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
            let login = answer.location().to_owned();
            assert!(login.starts_with(&realms.url(realm, "/login?account=")));
            let login = browser.get(&login).await;
            let wrong = [("username", "ada"), ("password", "wrong-password")];
            let refused = browser.submit(&login, &wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let right = [("username", "ada"), ("password", PASSWORD)];
            let answer = browser.submit(&refused, &right).await;
            assert_eq!(answer.location(), address);
            let shown = browser.get(answer.location()).await;
            assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
            assert!(shown.body.len() < 40_000, "{page} is too heavy");
            assert_eq!(shown.header("cache-control"), Some("no-store"));
            let policy = shown.header("content-security-policy").unwrap();
            assert!(policy.contains("form-action 'self'"), "{policy}");
        }
    }
}

#[tokio::test]
async fn the_login_page_leads_nowhere_else() {
    let realms = Realms::new().await;
    let mut browser = realms.world.browser();
    for page in ["//evil.test", "https://evil.test/", "/account", "nothing"] {
        let address = format!("/login?account={page}");
        let answer = browser.get(&address).await;
        assert_ne!(answer.status, StatusCode::OK, "{page}: {answer:?}");
    }
}

#[tokio::test]
async fn a_session_of_one_realm_opens_no_account_of_another() {
    let realms = Realms::new().await;
    let [here, there] = &realms.realms;
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, here, "ada").await;
    let cookie = browser.cookies["__Host-vidimus_session"].clone();
    let name = "__Host-vidimus_session_acme".to_owned();
    browser.cookies.insert(name, cookie);
    for page in PAGES {
        let answer = browser.get(&realms.url(there, page)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}: {answer:?}");
        let login = realms.url(there, "/login?");
        assert!(answer.location().starts_with(&login), "{page}: {answer:?}");
    }
}

#[tokio::test]
async fn says_whose_account_it_is_and_where_one_is() {
    let realms = Realms::new().await;
    let mut browser = realms.world.browser();
    let page = realms.sign_in(&mut browser, &realms.realms[1], "ada").await;
    assert!(page.body.contains("<bdi>ada</bdi>"), "{}", page.body);
    let here = attribute(&page.body, "aria-current=\"page\"", "href");
    assert_eq!(here, realms.url(&realms.realms[1], "/account"));
}

#[tokio::test]
async fn signs_out_with_one_button() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let mut browser = realms.world.browser();
        let page = realms.sign_in(&mut browser, realm, "ada").await;
        let forged = [("csrf", "forged"), ("decision", "confirm")];
        let action = attribute(&page.body, "<form", "action");
        browser.post(&action, &forged).await;
        let address = realms.url(realm, "/account");
        assert_eq!(browser.get(&address).await.status, StatusCode::OK);
        let answer = browser.submit(&page, &[("decision", "confirm")]).await;
        assert!(answer.body.contains("You are signed out"), "{answer:?}");
        assert_eq!(browser.get(&address).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn asks_again_after_five_minutes_for_what_matters_and_keeps_the_session() {
    let realms = Realms::new().await;
    let realm = &realms.realms[1];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let login = realms.url(realm, "/login?account=sign-in");
    let page = realms.url(realm, "/account/sign-in");
    realms.world.advance(299);
    assert_eq!(browser.get(&login).await.location(), page);
    realms.world.advance(1);
    let again = browser.get(&login).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert!(again.body.contains("Confirm that it is you"));
    assert_eq!(attribute(&again.body, "id=\"username\"", "value"), "ada");
    let fields = [("username", "ada"), ("password", PASSWORD)];
    let answer = browser.submit(&again, &fields).await;
    assert_eq!(answer.location(), page);
    assert_eq!(browser.get(&login).await.location(), page);
}

#[tokio::test]
async fn password_managers_are_led_to_the_page_for_a_new_password() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let address = realms.url(realm, "/.well-known/change-password");
        let answer = realms.world.browser().get(&address).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        assert_eq!(answer.location(), realms.url(realm, "/account/password"));
    }
}
