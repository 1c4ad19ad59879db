//! Passkeys on the pages of the account.

use http::StatusCode;
use serde_json::Value;
use vidimus::account::event::EventKind;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::SecondFactorRule;
use vidimus::store::{Change, MailFilter};

use super::{
    SESSION, add, csrf, events_of, open, options, passkeys_of, refused, send, sign_in, with_passkey,
};
use crate::support::browser::attribute;
use crate::support::passkey::{RP_ID, Says, SoftPasskey, bytes};
use crate::support::{Answer, Browser, TestClient, World};

/// Posts what a button of the page says.
async fn press(browser: &mut Browser, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let token = csrf(page);
    let mut all = vec![("csrf", token.as_str())];
    all.extend(fields);
    browser.post("/account/passkeys", &all).await
}

/// A browser that is signed in with a passkey, at the page of passkeys.
async fn at_page(world: &World, client: &TestClient, key: &mut SoftPasskey) -> (Browser, Answer) {
    let mut browser = world.browser();
    sign_in(&mut browser, client, key, &Says::truth()).await;
    let page = open(&mut browser, "/account/passkeys", "ada").await;
    (browser, page)
}

/// What the page tells whoever keeps the passkeys.
fn signal(page: &Answer, method: &str) -> Value {
    serde_json::from_str(&attribute(&page.body, method, "data-detail")).unwrap()
}

#[tokio::test]
async fn a_passkey_is_made_named_and_removed() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = open(&mut browser, "/account/passkeys/add", "ada").await;
    let before = browser.cookies[SESSION].clone();
    let asked = options(&mut browser, &page).await;
    assert_eq!(asked["rp"]["id"], RP_ID);
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(
        asked["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(asked["attestation"], "none");
    assert_eq!(asked["user"]["name"], "ada");
    // WebAuthn §14.6.1: the handle is random, and tells nothing.
    let handle = bytes(&asked["user"]["id"]);
    assert_eq!(handle.len(), 16);
    assert_ne!(handle, ada.id.as_str().as_bytes());
    let mut key = SoftPasskey::new(true);
    let answer = key.register(&asked, &Says::truth());
    let codes = send(&mut browser, &page, &answer).await;
    assert!(codes.body.contains("id=\"recovery-codes\""), "{codes:?}");
    assert_ne!(browser.cookies[SESSION], before);
    assert_eq!(events_of(&world, &ada).await[0], EventKind::FactorAdded);
    let (mut browser, page) = at_page(&world, &client, &mut key).await;
    for part in ["Laptop", "synced between your devices"] {
        assert!(page.body.contains(part), "{part} in {page:?}");
    }
    let id = attribute(&page.body, "name=\"id\"", "value");
    let rename = [("action", "rename"), ("id", id.as_str()), ("name", "Phone")];
    press(&mut browser, &page, &rename).await;
    let page = open(&mut browser, "/account/passkeys", "ada").await;
    assert!(page.body.contains("Phone"), "{page:?}");
    press(&mut browser, &page, &[("action", "remove"), ("id", &id)]).await;
    assert_eq!(passkeys_of(&world, &ada).await, []);
    assert_eq!(events_of(&world, &ada).await[0], EventKind::FactorRemoved);
}

/// WebAuthn §5.1.10: the page tells which passkeys there are, and how the person is called now.
#[tokio::test]
async fn the_page_tells_who_keeps_the_passkeys() {
    let (world, client, mut key) = with_passkey(true).await;
    let (mut browser, page) = at_page(&world, &client, &mut key).await;
    let accepted = signal(&page, "signalAllAcceptedCredentials");
    assert_eq!(accepted["rpId"], RP_ID);
    let expected = serde_json::json!([key.credential_text()]);
    assert_eq!(accepted["allAcceptedCredentialIds"], expected);
    let details = signal(&page, "signalCurrentUserDetails");
    assert_eq!(details["name"], "ada");
    assert_eq!(details["userId"], accepted["userId"]);
    // After the last one is gone, the page says that there is none.
    let id = attribute(&page.body, "name=\"id\"", "value");
    press(&mut browser, &page, &[("action", "remove"), ("id", &id)]).await;
    let page = open(&mut browser, "/account/passkeys", "ada").await;
    let accepted = signal(&page, "signalAllAcceptedCredentials");
    assert_eq!(accepted["allAcceptedCredentialIds"], serde_json::json!([]));
}

/// Two people have two handles, one person has one.
#[tokio::test]
async fn a_handle_is_of_one_person() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    world.user(&ada.realm, "bob").await;
    let mut handles = Vec::new();
    for who in ["ada", "ada", "bob"] {
        let mut browser = world.browser();
        let page = open(&mut browser, "/account/passkeys/add", who).await;
        handles.push(options(&mut browser, &page).await["user"]["id"].clone());
    }
    assert_eq!(handles[0], handles[1]);
    assert_ne!(handles[0], handles[2]);
}

/// Where a second factor is demanded, the last one stays.
#[tokio::test]
async fn the_last_demanded_factor_stays() {
    let (world, client, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    let store = &world.app.store;
    let mut realm = store
        .realm(&RealmId::default_realm())
        .await
        .unwrap()
        .unwrap();
    realm.settings.second_factor = SecondFactorRule::Required;
    let changed = store.update_realm(&realm, &[]).await;
    assert_eq!(changed.unwrap(), Change::Changed);
    world.advance(2);
    let (mut browser, page) = at_page(&world, &client, &mut key).await;
    let id = attribute(&page.body, "name=\"id\"", "value");
    let remove = [("action", "remove"), ("id", id.as_str())];
    let answer = press(&mut browser, &page, &remove).await;
    assert!(
        answer.location().ends_with("?notice=last-factor"),
        "{answer:?}"
    );
    assert_eq!(passkeys_of(&world, &ada).await.len(), 1);
    let mut second = SoftPasskey::new(false);
    add(&mut browser, &mut second, "ada").await;
    let page = open(&mut browser, "/account/passkeys", "ada").await;
    press(&mut browser, &page, &remove).await;
    assert_eq!(passkeys_of(&world, &ada).await.len(), 1);
}

/// The password alone changes nothing once there is a passkey, and an old sign-in nothing at all.
#[tokio::test]
async fn changes_take_a_fresh_sign_in_with_the_second_factor() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut weak = world.browser();
    let page = open(&mut weak, "/account/passkeys/add", "ada").await;
    let asked = options(&mut weak, &page).await;
    let mut key = SoftPasskey::new(true);
    add(&mut world.browser(), &mut key, "ada").await;
    // The session of the password alone was there before.
    let mut another = SoftPasskey::new(true);
    let answer = another.register(&asked, &Says::truth());
    let answer = send(&mut weak, &page, &answer).await;
    assert!(answer.location().contains("/login/factor"), "{answer:?}");
    let address = "/account/passkeys/options";
    let answer = weak.post(address, &[("csrf", &csrf(&page))]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
    let (mut browser, page) = at_page(&world, &client, &mut key).await;
    world.advance(301);
    let id = attribute(&page.body, "name=\"id\"", "value");
    let answer = press(&mut browser, &page, &[("action", "remove"), ("id", &id)]).await;
    assert!(answer.location().contains("/login?"), "{answer:?}");
    let answer = browser.get("/account/passkeys/add").await;
    assert!(answer.location().contains("/login?"), "{answer:?}");
    let answer = browser.post(address, &[("csrf", &csrf(&page))]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
    assert_eq!(passkeys_of(&world, &ada).await.len(), 1);
}

/// What was made for one session is not added by another, and not twice.
#[tokio::test]
async fn a_made_passkey_is_added_once_where_it_was_asked_for() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let (mut browser, mut other) = (world.browser(), world.browser());
    let page = open(&mut browser, "/account/passkeys/add", "ada").await;
    let others = open(&mut other, "/account/passkeys/add", "ada").await;
    let asked = options(&mut browser, &page).await;
    let made = SoftPasskey::new(true).register(&asked, &Says::truth());
    let answer = send(&mut other, &others, &made).await;
    assert!(refused(&answer), "{answer:?}");
    assert_eq!(passkeys_of(&world, &ada).await, []);
    let before = browser.clone();
    send(&mut browser, &page, &made).await;
    assert_eq!(passkeys_of(&world, &ada).await.len(), 1);
    send(&mut before.clone(), &page, &made).await;
    assert_eq!(passkeys_of(&world, &ada).await.len(), 1);
}

/// The owner is written to when a passkey comes or goes, and when it signs in on a new device.
#[tokio::test]
async fn the_owner_is_told_by_mail() {
    let (world, client, mut key) = with_passkey(true).await;
    let mails = async |kind| {
        let realm = RealmId::default_realm();
        let store = &world.app.store;
        let all = store.list_mails(&realm, MailFilter::All, 50).await;
        let all = all.unwrap();
        all.iter().filter(|mail| mail.kind == kind).count()
    };
    assert_eq!(mails("factor-changed").await, 1);
    assert_eq!(mails("new-device").await, 0);
    let (mut browser, page) = at_page(&world, &client, &mut key).await;
    assert_eq!(mails("new-device").await, 1);
    let id = attribute(&page.body, "name=\"id\"", "value");
    press(&mut browser, &page, &[("action", "remove"), ("id", &id)]).await;
    assert_eq!(mails("factor-changed").await, 2);
}
