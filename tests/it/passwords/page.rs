//! `/account/password`

use http::StatusCode;
use vidimus::account::mail::{Mail, MailKind};
use vidimus::protocol::ids::RealmId;

use super::settle;
use crate::events::recorded;
use crate::links::outbox;
use crate::support::browser::attribute;
use crate::support::signed_in::SignedIn;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, World};

const PATH: &str = "/account/password";
const NEW: &str = "plane-jar-ostrich";

/// The mails that wait, but for those that tell of a new device.
async fn about_the_password(world: &World) -> Vec<Mail> {
    let mut mails = outbox(world).await;
    mails.retain(|mail| mail.kind != MailKind::NewDevice);
    mails
}

async fn signed_in() -> (World, SignedIn, SignedIn) {
    let world = World::beside_apps().await;
    world.ada().await;
    let scope = "openid offline_access";
    let here = SignedIn::at(&world, scope, |_| {}).await;
    let there = SignedIn::at(&world, scope, |_| {}).await;
    world.advance(2);
    (world, here, there)
}

/// Fills in the form of the page.
async fn fill_in(browser: &mut Browser, current: &str, new: &str) -> Answer {
    let page = browser.get(PATH).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let fields = [("csrf", &*csrf), ("current", current), ("password", new)];
    browser.post(PATH, &fields).await
}

#[tokio::test]
async fn has_what_password_managers_look_for() {
    let (world, mut here, _there) = signed_in().await;
    let page = here.browser.get(PATH).await;
    for part in [
        "id=\"current-password\" autocomplete=\"current-password\"",
        "id=\"password\" autocomplete=\"new-password\" minlength=\"15\" passwordrules=\"minlength: 15;\"",
        "value=\"ada\" autocomplete=\"username\" hidden",
    ] {
        assert!(page.body.contains(part), "{part} in {page:?}");
    }
    settle(&world, |policy| policy.alone.length = 12).await;
    let page = here.browser.get(PATH).await;
    assert!(page.body.contains("At least 12 characters"), "{page:?}");
    // W3C "A Well-Known URL for Changing Passwords" §2
    let known = here.browser.get("/.well-known/change-password").await;
    assert!(known.location().ends_with(PATH), "{known:?}");
    let stranger = world.browser().get(PATH).await;
    assert!(stranger.location().contains("/login?account=password"));
}

#[tokio::test]
async fn changes_the_password_and_goes_on_in_this_session_only() {
    let (world, mut here, mut there) = signed_in().await;
    let answer = fill_in(&mut here.browser, PASSWORD, NEW).await;
    assert!(
        answer.location().contains("notice=password-changed"),
        "{answer:?}"
    );
    let page = here.browser.get(answer.location()).await;
    assert!(page.body.contains("Your password is changed."), "{page:?}");
    assert!(here.is_signed_in().await);
    there.must_sign_in_again().await;
    let refreshed = here.client.refresh(&here.token("refresh_token")).await;
    assert_eq!(refreshed.status, StatusCode::OK);
    let mails = about_the_password(&world).await;
    let [mail] = mails.as_slice() else {
        panic!("{mails:?}");
    };
    assert_eq!(mail.kind, MailKind::PasswordChanged);
    assert!(mail.values["lock_link"].contains("/lock-account?token="));
    let activity = here.browser.get("/account/activity").await;
    assert!(
        activity.body.contains("The password was changed"),
        "{activity:?}"
    );
}

#[tokio::test]
async fn says_at_the_field_what_is_wrong_and_changes_nothing() {
    let (world, mut here, mut there) = signed_in().await;
    let wrong = fill_in(&mut here.browser, "wrong-horse-battery", NEW).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let about = "data-conceal-label=\"Hide password\" aria-invalid=\"true\" aria-describedby=\"form-error\"";
    assert!(wrong.body.contains(about), "{wrong:?}");
    let weak = fill_in(&mut here.browser, PASSWORD, "password").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "at least 15 characters",
        "Many people use it",
        "password-weaknesses",
    ] {
        assert!(weak.body.contains(part), "{part} in {weak:?}");
    }
    let same = fill_in(&mut here.browser, PASSWORD, PASSWORD).await;
    assert!(same.body.contains("You have used it before."), "{same:?}");
    for shown in [&wrong, &weak, &same] {
        for typed in [PASSWORD, NEW, "wrong-horse-battery"] {
            assert!(!shown.body.contains(typed), "{typed} in {shown:?}");
        }
    }
    assert!(here.is_signed_in().await && there.is_signed_in().await);
    assert!(about_the_password(&world).await.is_empty());
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let (_world, mut here, mut there) = signed_in().await;
    let fields = [("csrf", "x"), ("current", PASSWORD), ("password", NEW)];
    let answer = here.browser.post(PATH, &fields).await;
    assert!(answer.location().contains("notice=stale"), "{answer:?}");
    assert!(there.is_signed_in().await);
}

#[tokio::test]
async fn guesses_at_the_present_password_slow_down() {
    let (_world, mut here, _there) = signed_in().await;
    for _ in 0..5 {
        let wrong = fill_in(&mut here.browser, "wrong-horse-battery", NEW).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let slow = fill_in(&mut here.browser, PASSWORD, NEW).await;
    assert_eq!(slow.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_form_of_one_realm_changes_nothing_in_another() {
    let (world, mut here, _there) = signed_in().await;
    let acme = RealmId::parse("acme").unwrap();
    let row = world.app.store.realm(&RealmId::default_realm()).await;
    let row = vidimus::store::Realm {
        id: acme.clone(),
        ..row.unwrap().unwrap()
    };
    world.app.store.create_realm(&row, &[]).await.unwrap();
    world.user(&acme, "ada").await;
    let page = here.browser.get(&world.url(&acme, PATH)).await;
    assert!(page.location().contains("/realms/acme/login?"), "{page:?}");
}

/// Whoever has the cookie and guesses leaves a trace.
#[tokio::test]
async fn a_wrong_present_password_is_told() {
    let (world, mut here, _there) = signed_in().await;
    let wrong = fill_in(&mut here.browser, "wrong-horse-battery", NEW).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = recorded(&world).await.pop().unwrap();
    assert_eq!(told.kind.as_str(), "sign_in.refused");
    assert_eq!(told.user, Some(world.person("ada").await.id));
    assert!(told.session.is_some() && told.caller.address.is_some());
    assert_eq!(told.detail["factor"], "password");
    assert_eq!(told.detail["purpose"], "password_change");
    assert!(!format!("{told:?}").contains("horse"), "{told:?}");
}
