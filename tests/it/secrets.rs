//! Neither the log at its most talkative nor any event holds what was typed, mailed or kept in a
//! cookie on the way through a sign-in. What a whole process tells is `commands::leaks`.

use http::StatusCode;
use serde_json::Value;
use vidimus::account::mail::MailKind;
use vidimus::account::user::User;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::store::{Change, Effects, EventFilter, EventPlace};

use crate::links::{CHOSEN, fill, outbox, press};
use crate::passkeys::{add, login_page, options, send};
use crate::protection::{at_login, type_in};
use crate::support::log::Log;
use crate::support::passkey::{Says, SoftPasskey};
use crate::support::world::PASSWORD;
use crate::support::{Browser, World};

const NEW: &str = "plane-jar-ostrich";
const WRONG: &str = "a-wrong-password-of-hers";
const MISTAKEN: &str = "a-password-for-a-name";

#[tokio::test]
async fn no_step_of_a_sign_in_tells_a_secret() {
    let log = Log::begin();
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let mut secrets = [PASSWORD, NEW, WRONG, MISTAKEN, CHOSEN]
        .map(str::to_owned)
        .to_vec();
    forced_change(&world, &ada, &mut secrets).await;
    mailed_code(&world, &mut secrets).await;
    reset(&world, &mut secrets).await;
    passkey(&world, &mut secrets).await;
    let log = log.end();
    let told = events(&world).await;
    for kind in [
        "sign_in.doubted",
        "sign_in.refused",
        "sign_in.succeeded",
        "factor.added",
    ] {
        assert!(told.contains(kind) && log.contains(kind), "{kind}: {told}");
    }
    for secret in &secrets {
        assert!(secret.len() >= 8, "{secret:?} proves nothing");
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "the log holds {secret:?}");
        assert!(!told.contains(secret.as_str()), "{secret:?} in {told}");
    }
}

async fn events(world: &World) -> String {
    let (realm, all) = (RealmId::default_realm(), EventFilter::default());
    let store = &world.app.store;
    let events = store.list_events(&realm, &all, EventPlace::After(0), 1_000);
    let events = events.await.unwrap();
    let lines = events.iter().map(|stored| {
        let event = &stored.event;
        format!("{} {:?}", event.kind.as_str(), event)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whatever a browser keeps for us.
fn keep(browser: &Browser, secrets: &mut Vec<String>) {
    let values = browser.cookies.iter();
    let ours = values.filter(|(name, _)| !name.ends_with("_language"));
    secrets.extend(ours.map(|(_, value)| value.clone()));
}

async fn forced_change(world: &World, ada: &User, secrets: &mut Vec<String>) {
    let (store, now) = (&world.app.store, world.app.now());
    let marked = store
        .set_must_change_password(&ada.realm, &ada.id, true, &Effects::NONE, now)
        .await;
    assert_eq!(marked.unwrap(), Change::Changed);
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = browser.authorize(&client.authorize_url(&[]), "ada").await;
    keep(&browser, secrets);
    let weak = browser.submit(&page, &[("password", PASSWORD)]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY, "{weak:?}");
    let answer = browser.submit(&page, &[("password", NEW)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    keep(&browser, secrets);
    // The device is known by its cookie, and signs in again.
    let again = client.authorize_url(&[("prompt", "login")]);
    let page = login_page(&mut browser, &again).await;
    type_in(&mut browser, &page, "ada", NEW).await;
    keep(&browser, secrets);
}

async fn mailed_code(world: &World, secrets: &mut Vec<String>) {
    for number in 0..20 {
        world.advance(61);
        let (mut browser, page) = at_login(world, &format!("198.51.100.{number}")).await;
        type_in(&mut browser, &page, "ada", WRONG).await;
        type_in(&mut browser, &page, MISTAKEN, WRONG).await;
    }
    world.advance(61);
    let (mut browser, page) = at_login(world, "192.0.2.1").await;
    let answer = type_in(&mut browser, &page, "ada", NEW).await;
    keep(&browser, secrets);
    let page = browser.get(answer.location()).await;
    let code = mailed(world, MailKind::SignInCode, "code").await;
    let lock = mailed(world, MailKind::SignInCode, "lock_link").await;
    secrets.push(token_of(&lock));
    browser.submit(&page, &[("code", "98765432")]).await;
    let answer = browser.submit(&page, &[("code", &code)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    secrets.extend([code, "98765432".to_owned()]);
}

async fn reset(world: &World, secrets: &mut Vec<String>) {
    let fields = [("email", "ada@example.test")];
    fill(&mut world.browser(), "/forgot-password", &fields).await;
    let link = mailed(world, MailKind::ResetPassword, "link").await;
    let answer = press(&mut world.browser(), &link, &[("password", CHOSEN)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    secrets.push(token_of(&link));
}

async fn passkey(world: &World, secrets: &mut Vec<String>) {
    world.user(&RealmId::default_realm(), "bob").await;
    let client = world.client(ClientType::Web).await;
    let mut key = SoftPasskey::new(true);
    let mut browser = world.browser();
    add(&mut browser, &mut key, "bob").await;
    keep(&browser, secrets);
    for says in [
        Says::but(|says| says.signature_broken = true),
        Says::truth(),
    ] {
        let mut browser = world.browser();
        let page = login_page(&mut browser, &client.authorize_url(&[])).await;
        let asked = options(&mut browser, &page).await;
        let answer = key.answer(&asked, &says);
        send(&mut browser, &page, &answer).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let signature = answer["response"]["signature"].as_str().unwrap();
        secrets.extend([signature.to_owned(), text(&asked["challenge"])]);
        keep(&browser, secrets);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn token_of(link: &str) -> String {
    link.split_once("token=").unwrap().1.to_owned()
}

/// A value of the newest mail of a kind.
async fn mailed(world: &World, kind: MailKind, value: &str) -> String {
    let mails = outbox(world).await;
    let mail = mails.iter().find(|mail| mail.kind == kind).unwrap();
    mail.values[value].clone()
}
