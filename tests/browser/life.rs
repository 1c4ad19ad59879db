//! A person's whole life with an account, by keyboard alone and without scripts, on two nodes and
//! with a real mailbox.

use std::sync::Arc;

use http::header::COOKIE;
use serde_json::Value;

use crate::application::Application;
use crate::chromium::{Browser, Setup, browse_in};
use crate::cluster::Cluster;
use crate::person::Person;

/// A telephone with a keyboard, whose owner lets no script run.
const WITHOUT_SCRIPTS: Setup = Setup {
    screen: Some((390, 844)),
    dark: false,
    no_scripts: true,
};

const OPEN: [&str; 7] = [
    "realm",
    "set",
    "default",
    "--sign-up",
    "open",
    "--terms-url",
    "https://example.test/terms",
];

#[tokio::test]
async fn lasts_from_registration_to_deletion_and_back_without_scripts_and_mouse() {
    browse_in(
        [WITHOUT_SCRIPTS, Setup::default()],
        |[browser, other]| async move {
            let cluster = Arc::new(Cluster::start().await);
            cluster.admin(&OPEN);
            let notes = Application::register(&cluster).await;
            let mut person = Person::new(browser, &cluster);
            registers(&person).await;
            adds_an_app(&mut person).await;
            signs_in_with_both_factors(&mut person).await;
            changes_the_address(&mut person).await;
            let token = enters(&mut person, &other, &notes).await;
            ends_a_session(&person, &other, &notes, &token).await;
            let token = enters(&mut person, &other, &notes).await;
            withdraws_consent(&person, &notes, &token).await;
            let token = enters(&mut person, &other, &notes).await;
            resets_the_password(&mut person, &other, &notes, &token).await;
            takes_data_along(&mut person).await;
            deletes_and_comes_back(&mut person).await;
            cluster.expect_calm();
        },
    )
    .await;
}

/// From the sign-in page of the account to the account.
async fn registers(person: &Person) {
    let browser = &person.browser;
    browser.open(&person.cluster.at("/account")).await;
    browser.press("to-sign-up").await;
    browser.write("email", &person.address).await;
    browser.write("name", "Grace Hopper").await;
    browser.write("password", "too short").await;
    browser.tick("terms").await;
    browser.press("sign-up-submit").await;
    // The browser itself holds a form back that is not complete; the focus is where to mend it.
    browser.write("password", &person.password).await;
    browser.press("sign-up-submit").await;
    browser.element("mail-sent").await;
    let mail = person.cluster.mail(&person.address, "Confirm").await;
    browser.open(&mail.link()).await;
    browser.write("password", &person.password).await;
    browser.press("confirm-submit").await;
    browser.element("link-done").await;
    browser.press("to-sign-in").await;
    person.give_password().await;
    browser.reads("check-email", &person.address).await;
}

async fn adds_an_app(person: &mut Person) {
    let browser = person.browser.clone();
    browser.press("place-sign_in").await;
    browser.press("manage-factors").await;
    browser.press("add-app").await;
    person.scan().await;
    browser.write("name", "My telephone").await;
    browser.write("code", "000 000").await;
    browser.press("set-up-submit").await;
    browser.element("factor-error").await;
    browser.write("code", &person.app_shows(0)).await;
    browser.press("set-up-submit").await;
    person.keep_codes().await;
    browser.press("recovery-onward").await;
    browser.reads("codes-left", "10").await;
}

async fn signs_in_with_both_factors(person: &mut Person) {
    let browser = person.browser.clone();
    person.sign_out().await;
    browser.open(&person.cluster.at("/account")).await;
    person.give_password().await;
    browser.write("code", &person.app_shows(1)).await;
    browser.press("factor-submit").await;
    browser.element("check-factor").await;
    person.sign_out().await;
    person.sign_in().await;
    browser.reads("check-factor", "9").await;
    let used = "A recovery code was used";
    person.cluster.mail(&person.address, used).await;
}

async fn changes_the_address(person: &mut Person) {
    let browser = person.browser.clone();
    let new = "hopper@example.test".to_owned();
    browser.press("place-profile").await;
    browser.press("change-address").await;
    browser.write("email", &new).await;
    browser.press("address-submit").await;
    browser.reads("account-notice", "half an hour").await;
    let mail = person.cluster.mail(&new, "Confirm your new address").await;
    browser.open(&mail.link()).await;
    browser.press("new-address-submit").await;
    browser.reads("link-done", "other mailbox").await;
    // Whoever has the old address agrees.
    let agreement = "Agree to the new address";
    let mail = person.cluster.mail(&person.address, agreement).await;
    browser.open(&mail.link()).await;
    browser.press("new-address-submit").await;
    browser.reads("link-done", "changed").await;
    person.address = new;
    browser.open(&person.cluster.at("/account")).await;
    browser.reads("check-email", &person.address).await;
}

/// Opens the application in the other browser, which has a mouse and scripts; its refresh token.
async fn enters(person: &mut Person, other: &Browser, notes: &Application) -> String {
    let cluster = &Arc::clone(&person.cluster);
    other.open(&notes.door(cluster)).await;
    let (shown, _) = other.first_of(&["login-submit", "consent-approve"]).await;
    if shown == "login-submit" {
        other.fill("username", &person.address).await;
        other.fill("password", &person.password).await;
        other.click("login-submit").await;
        other.click("factor-other").await;
        other.reads("factor-other", "app").await;
        other.fill("code", &person.recovery_code()).await;
        other.click("factor-submit").await;
    }
    let (shown, _) = other.first_of(&["consent-approve", "notes"]).await;
    if shown == "consent-approve" {
        other.click("consent-approve").await;
    }
    let token = notes.take_in(cluster, other).await;
    assert_eq!(session_statuses(cluster, other).await, [200, 200]);
    token
}

/// How the nodes answer who has the session of a browser.
async fn session_statuses(cluster: &Cluster, browser: &Browser) -> [u16; 2] {
    let cookies = browser.client().get_all_cookies().await.unwrap();
    let cookies = cookies
        .iter()
        .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
        .collect::<Vec<_>>()
        .join("; ");
    let statuses = cluster.statuses(|line, node| {
        let request = line.get(format!("{node}/account"));
        request.header(COOKIE, &cookies)
    });
    statuses.await.map(|status| status.as_u16())
}

/// Nothing of a session is left, on any node.
async fn is_over(person: &Person, other: &Browser, notes: &Application, token: &str) {
    let cluster = &person.cluster;
    assert_eq!(session_statuses(cluster, other).await, [303, 303]);
    assert_eq!(notes.refreshes(cluster, token).await, [false, false]);
}

async fn ends_a_session(person: &Person, other: &Browser, notes: &Application, token: &str) {
    let browser = &person.browser;
    browser.press("place-sessions").await;
    // The other one is whichever can be ended from here.
    let (end, _) = browser.first_of(&["end-1", "end-2"]).await;
    browser.press(end).await;
    browser.element("account-notice").await;
    assert_eq!(browser.count(".card").await, 1);
    let cluster = &person.cluster;
    assert_eq!(session_statuses(cluster, other).await, [303, 303]);
    // What was to last beyond the session is not of it.
    assert_eq!(notes.refreshes(cluster, token).await, [true, true]);
}

async fn withdraws_consent(person: &Person, notes: &Application, token: &str) {
    let browser = &person.browser;
    browser.press("place-apps").await;
    browser.reads("app-1", "Notes").await;
    browser.press("disconnect-1").await;
    browser.element("no-apps").await;
    let still = notes.refreshes(&person.cluster, token).await;
    assert_eq!(still, [false, false]);
}

async fn resets_the_password(
    person: &mut Person,
    other: &Browser,
    notes: &Application,
    token: &str,
) {
    let browser = person.browser.clone();
    person.sign_out().await;
    browser.open(&person.cluster.at("/account")).await;
    browser.press("forgot-password").await;
    browser.write("email", &person.address).await;
    browser.press("forgot-submit").await;
    browser.element("mail-sent").await;
    let mail = person.cluster.mail(&person.address, "Choose a new").await;
    browser.open(&mail.link()).await;
    person.password = "eleven kites above the dunes".to_owned();
    browser.write("password", &person.password).await;
    browser.press("reset-submit").await;
    browser.element("link-done").await;
    is_over(person, other, notes, token).await;
    let changed = "Your password was changed";
    person.cluster.mail(&person.address, changed).await;
}

async fn takes_data_along(person: &mut Person) {
    person.sign_in().await;
    let browser = &person.browser;
    browser.press("place-data").await;
    browser.press("download").await;
    let saved = browser.saved("account.json").await;
    let saved: Value = serde_json::from_str(&saved).unwrap();
    assert!(saved.to_string().contains(&person.address), "{saved}");
}

async fn deletes_and_comes_back(person: &mut Person) {
    let browser = person.browser.clone();
    let whose = browser.texts(".whose .quiet").await;
    browser.write("confirm-username", "somebody else").await;
    browser.write("password", &person.password).await;
    browser.press("delete").await;
    browser.reads("delete-error", "not your user name").await;
    browser.write("confirm-username", &whose[0]).await;
    browser.write("password", &person.password).await;
    browser.press("delete").await;
    let mail = person.cluster.mail(&person.address, "was deleted").await;
    browser.open(&person.cluster.at("/account")).await;
    person.give_password().await;
    browser.reads("login-error", "did not match").await;
    browser.open(&mail.link()).await;
    browser.press("undo-submit").await;
    browser.element("link-done").await;
    person.sign_in().await;
}
