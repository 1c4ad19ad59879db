//! Second factors on the pages of the account.

use http::StatusCode;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::realm::SecondFactorRule;

use super::{DEVICE, SESSION, after_password, asks_for_code, set_realm, type_code, with_app};
use crate::links::CHOSEN;
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, World};

const PASSWORD_PAGE: &str = "/account/password";

/// Signs in to a page of the account with the password.
async fn open(browser: &mut Browser, path: &str) -> Answer {
    let mut answer = browser.get(path).await;
    for _ in 0..6 {
        if answer.status == StatusCode::SEE_OTHER {
            let location = answer.location().to_owned();
            answer = browser.get(&location).await;
        } else if answer.body.contains("id=\"login-submit\"") {
            let fields = [("username", "ada"), ("password", PASSWORD)];
            answer = browser.submit(&answer, &fields).await;
        } else {
            return answer;
        }
    }
    panic!("the pages go in circles: {answer:?}");
}

/// Posts what a button of the page says.
async fn press(browser: &mut Browser, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post("/account/factors", &all).await
}

fn app_id(page: &Answer) -> String {
    attribute(&page.body, "name=\"id\"", "value")
}

#[tokio::test]
async fn an_app_is_added_and_removed_again() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = open(&mut browser, "/account/factors/app").await;
    assert!(page.body.contains("id=\"qr\""), "{page:?}");
    let before = browser.cookies[SESSION].clone();
    let app = Authenticator::set_up(&world, &mut browser, &page).await;
    assert_eq!(app.recovery_codes.len(), 10);
    assert_ne!(browser.cookies[SESSION], before);
    let page = open(&mut browser, "/account/factors").await;
    assert!(page.body.contains("Phone"), "{page:?}");
    let other = after_password(&mut world.browser(), &client).await;
    assert!(asks_for_code(&other), "{other:?}");
    let id = app_id(&page);
    press(
        &mut browser,
        &page,
        &[("action", "rename"), ("id", &id), ("name", "Tablet")],
    )
    .await;
    let page = open(&mut browser, "/account/factors").await;
    assert!(page.body.contains("Tablet"), "{page:?}");
    press(&mut browser, &page, &[("action", "remove"), ("id", &id)]).await;
    let answer = after_password(&mut world.browser(), &client).await;
    assert!(answer.param_if_any("code").is_some(), "{answer:?}");
}

#[tokio::test]
async fn new_recovery_codes_replace_the_old_ones() {
    let (world, client, app) = with_app().await;
    let mut browser = world.browser();
    let page = open(&mut browser, "/account/factors").await;
    let page = type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
    let page = if page.body.contains("make-codes") {
        page
    } else {
        open(&mut browser, "/account/factors").await
    };
    let codes = press(&mut browser, &page, &[("action", "codes")]).await;
    assert!(codes.body.contains("id=\"recovery-codes\""), "{codes:?}");
    let mut stranger = world.browser();
    let page = after_password(&mut stranger, &client).await;
    let other = attribute(&page.body, "id=\"factor-other\"", "href");
    let page = stranger.get(&other).await;
    let answer = stranger
        .submit(&page, &[("code", &app.recovery_codes[0])])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A session is as good as new after a change of the password, which alone must not make it so.
#[tokio::test]
async fn a_change_of_the_password_takes_the_second_factor_too() {
    let (world, client, app) = with_app().await;
    set_realm(&world, |realm| realm.remember_devices_days = 30).await;
    let mut browser = super::remembered_browser(&world, &client, &app).await;
    let change = async |browser: &mut Browser| {
        let page = open(browser, "/account/factors").await;
        let csrf = attribute(&page.body, "name=\"csrf\"", "value");
        let fields = [
            ("csrf", &*csrf),
            ("current", PASSWORD),
            ("password", CHOSEN),
        ];
        browser
            .post(PASSWORD_PAGE, &fields)
            .await
            .location()
            .to_owned()
    };
    assert!(change(&mut browser).await.contains("/login/factor"));
    let answer = browser.get(PASSWORD_PAGE).await;
    assert!(answer.location().contains("/login/factor"), "{answer:?}");
    let page = browser.get(answer.location()).await;
    type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
    assert_eq!(browser.get(PASSWORD_PAGE).await.status, StatusCode::OK);
    world.advance(301);
    assert!(change(&mut browser).await.contains("/login?"));
    let page = open(&mut browser, PASSWORD_PAGE).await;
    type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
    assert!(
        change(&mut browser)
            .await
            .contains("notice=password-changed")
    );
}

/// The password and a remembered device change nothing about second factors.
#[tokio::test]
async fn changes_take_a_fresh_sign_in_with_the_second_factor() {
    let (world, client, app) = with_app().await;
    set_realm(&world, |realm| realm.remember_devices_days = 30).await;
    let mut browser = super::remembered_browser(&world, &client, &app).await;
    assert!(browser.cookies.contains_key(DEVICE));
    let page = open(&mut browser, "/account/factors").await;
    let id = app_id(&page);
    for fields in [
        vec![("action", "remove"), ("id", id.as_str())],
        vec![("action", "codes")],
    ] {
        let answer = press(&mut browser, &page, &fields).await;
        assert!(answer.location().contains("/login/factor"), "{answer:?}");
    }
    let answer = browser.get("/account/factors/app").await;
    assert!(answer.location().contains("/login/factor"), "{answer:?}");
    let page = browser.get(answer.location()).await;
    type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
    world.advance(301);
    let page = open(&mut browser, "/account/factors").await;
    let answer = press(&mut browser, &page, &[("action", "remove"), ("id", &id)]).await;
    assert!(answer.location().contains("/login?"), "{answer:?}");
    let page = open(&mut browser, "/account/factors").await;
    assert_eq!(app_id(&page), id, "nothing was removed");
    let device = page.body.rsplit("name=\"id\" value=\"").next().unwrap();
    let device = device.split('"').next().unwrap().to_owned();
    press(
        &mut browser,
        &page,
        &[("action", "forget"), ("id", &device)],
    )
    .await;
    browser.cookies.remove(SESSION);
    let page = after_password(&mut browser, &client).await;
    assert!(asks_for_code(&page), "{page:?}");
}

/// What would open others goes with the other sessions; the browser that asks stays as it is.
#[tokio::test]
async fn the_end_of_other_sessions_forgets_their_devices() {
    let (world, client, app) = with_app().await;
    set_realm(&world, |realm| realm.remember_devices_days = 30).await;
    let mut there = super::remembered_browser(&world, &client, &app).await;
    let mut here = super::remembered_browser(&world, &client, &app).await;
    let mut half = world.browser();
    let waiting = after_password(&mut half, &client).await;
    assert!(asks_for_code(&waiting), "{waiting:?}");
    let page = open(&mut here, "/account/sessions").await;
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let fields = [("csrf", csrf.as_str()), ("others", "end")];
    let answer = here.post("/account/sessions", &fields).await;
    assert!(answer.location().ends_with("?notice=others-ended"));
    for (browser, asked) in [(&mut here, false), (&mut there, true)] {
        browser.cookies.remove(SESSION);
        let page = after_password(browser, &client).await;
        assert_eq!(asks_for_code(&page), asked, "{page:?}");
    }
    let late = half.submit(&waiting, &[("code", &app.next_code())]).await;
    assert!(late.location().contains("/login?"), "{late:?}");
}

/// Where a second factor is demanded, the last one stays.
#[tokio::test]
async fn the_last_demanded_app_stays() {
    let (world, _, app) = with_app().await;
    set_realm(&world, |realm| {
        realm.second_factor = SecondFactorRule::Required;
    })
    .await;
    let mut browser = world.browser();
    let page = open(&mut browser, "/account/factors").await;
    type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
    let page = open(&mut browser, "/account/factors").await;
    let id = app_id(&page);
    let answer = press(&mut browser, &page, &[("action", "remove"), ("id", &id)]).await;
    assert!(
        answer.location().ends_with("?notice=last-factor"),
        "{answer:?}"
    );
    let page = browser.get(answer.location()).await;
    assert!(page.body.contains("this is your last"), "{page:?}");
    assert_eq!(app_id(&page), id);
}
