//! `/account/data`: taking one's data along, and deleting the account.

use http::StatusCode;
use serde_json::Value;
use vidimus::account::event::EventKind;
use vidimus::account::user::AccountSwitch;
use vidimus::protocol::client::ClientType;
use vidimus::store::{Change, Effects};

use super::Realms;
use crate::support::Answer;
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;

#[tokio::test]
async fn gives_all_data_as_a_file_and_no_secret() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let client = realms
            .world
            .client_with(realm, ClientType::Web, |_| {})
            .await;
        let tokens = client.tokens(&[]).await;
        let mut browser = realms.world.browser();
        realms.sign_in(&mut browser, realm, "ada").await;
        let page = browser.get(&realms.url(realm, "/account/data")).await;
        let csrf = attribute(&page.body, "name=\"csrf\"", "value");
        let address = realms.url(realm, "/account/data/download");
        let answer = browser.post(&address, &[("csrf", &csrf)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let disposition = answer.header("content-disposition").unwrap();
        assert!(disposition.starts_with("attachment"), "{disposition}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let data = answer.json();
        assert_eq!(data["issuer"], client.world.app.issuer(realm).as_str());
        assert_eq!(data["account"]["username"], "ada");
        assert_eq!(data["claims"]["email"], "ada@example.test");
        assert_eq!(data["applications"][0]["client_id"], client.id());
        assert_eq!(list(&data["sessions"]), 2);
        assert!(list(&data["events"]) >= 2, "{data}");
        let user = realms.user(realm, "ada").await;
        let session = browser.cookies.values().next().unwrap();
        for secret in [
            user.password_hash.as_deref().unwrap(),
            session,
            tokens["access_token"].as_str().unwrap(),
            tokens["refresh_token"].as_str().unwrap(),
            "$argon2",
            PASSWORD,
        ] {
            assert!(!answer.body.contains(secret), "{secret}");
        }
        let bob = realms.user(realm, "bob").await;
        assert!(!answer.body.contains(bob.id.as_str()));
    }
}

fn list(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

#[tokio::test]
async fn asks_for_a_fresh_sign_in_first() {
    let realms = Realms::new().await;
    let realm = &realms.realms[1];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let data = realms.url(realm, "/account/data");
    let page = browser.get(&data).await;
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    realms.world.advance(5 * 60);
    let login = realms.url(realm, "/login?account=data");
    assert_eq!(browser.get(&data).await.location(), login);
    for path in ["/account/data/download", "/account/data/delete"] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("username", "ada"),
            ("password", PASSWORD),
        ];
        let answer = browser.post(&realms.url(realm, path), &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        assert_eq!(answer.location(), login);
    }
    assert!(realms.user(realm, "ada").await.stands());
}

/// Fills in the form of the deletion.
pub(super) async fn delete(realms: &Realms, username: &str, password: &str, at: usize) -> Answer {
    let realm = &realms.realms[at];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let page = browser.get(&realms.url(realm, "/account/data")).await;
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", username),
        ("password", password),
    ];
    let answer = browser
        .post(&realms.url(realm, "/account/data/delete"), &fields)
        .await;
    if answer.status == StatusCode::OK {
        assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    }
    answer
}

#[tokio::test]
async fn deletes_nothing_without_the_name_and_the_password() {
    let realms = Realms::new().await;
    for (username, password) in [
        ("", PASSWORD),
        ("bob", PASSWORD),
        ("ada", "wrong"),
        ("ada", ""),
    ] {
        let answer = delete(&realms, username, password, 1).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
        assert!(answer.body.contains("id=\"delete-error\""));
        assert!(realms.user(&realms.realms[1], "ada").await.stands());
    }
}

/// A stolen session is no way to try passwords: they are counted as at the login page.
#[tokio::test]
async fn counts_the_passwords_that_are_tried() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let page = browser.get(&realms.url(realm, "/account/data")).await;
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", "ada"),
        ("password", "wrong"),
    ];
    let address = realms.url(realm, "/account/data/delete");
    let mut last = browser.post(&address, &fields).await;
    for _ in 0..20 {
        if last.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        last = browser.post(&address, &fields).await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS, "{last:?}");
}

#[tokio::test]
async fn a_deleted_account_has_no_sessions_and_no_tokens_and_can_be_brought_back() {
    let realms = Realms::new().await;
    for (at, realm) in realms.realms.iter().enumerate() {
        let client = realms
            .world
            .client_with(realm, ClientType::Web, |_| {})
            .await;
        let tokens = client
            .tokens(&[("scope", "openid offline_access"), ("prompt", "consent")])
            .await;
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let ada = realms.user(realm, "ada").await;
        let answer = delete(&realms, "Ada", PASSWORD, at).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert!(answer.body.contains("Your account is deleted"));
        assert!(!client.is_active(&text("access_token")).await);
        let refused = client.refresh(&text("refresh_token")).await;
        assert_eq!(refused.error(), "invalid_grant");
        let events = realms.events(realm, "ada").await;
        assert_eq!(events[0].event.kind, EventKind::UserDeleted);
        assert!(events[0].event.caller.address.is_some());
        assert!(realms.user(realm, "bob").await.stands());
        let restore = AccountSwitch::Restore;
        let store = &realms.world.app.store;
        let now = realms.world.app.now();
        let none = Effects::NONE;
        let restored = store.switch_user(realm, &ada.id, restore, &none, now);
        assert_eq!(restored.await.unwrap(), Change::Changed);
        let mut browser = realms.world.browser();
        let page = realms.sign_in(&mut browser, realm, "ada").await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
    }
}

/// Whoever has the cookie and guesses leaves a trace.
#[tokio::test]
async fn a_wrong_password_is_told() {
    let realms = Realms::new().await;
    let realm = &realms.realms[1];
    delete(&realms, "ada", "wrong-horse-battery", 1).await;
    let told = realms.events(realm, "ada").await.remove(0).event;
    assert_eq!(told.kind.as_str(), "sign_in.refused");
    assert!(told.session.is_some() && told.caller.address.is_some());
    assert_eq!(told.detail["factor"], "password");
    assert_eq!(told.detail["purpose"], "account_deletion");
    assert!(!format!("{told:?}").contains("horse"), "{told:?}");
}
