//! A signed-in person changes the password.

use std::net::IpAddr;

use http::StatusCode;
use vidimus::account::event::Caller;
use vidimus::account::password::policy::PasswordWeakness as W;
use vidimus::flows::FlowError;
use vidimus::flows::password::{Change, ChangeRefusal, Changed, change};
use vidimus::flows::session::{LiveSession, resume};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;

use super::{secret, settle};
use crate::support::signed_in::SignedIn;
use crate::support::world::PASSWORD;
use crate::support::{Browser, World};

const COOKIE: &str = "__Host-vidimus_session";
const NEW: &str = "plane-jar-ostrich";

async fn live(world: &World, browser: &Browser) -> LiveSession {
    let (app, realm) = (&world.app, RealmId::default_realm());
    let cookie = browser.cookies.get(COOKIE).map(String::as_str);
    let live = resume(app, &realm, cookie, None, app.now()).await;
    live.unwrap().unwrap()
}

async fn try_change(
    world: &World,
    browser: &Browser,
    (current, new): (&str, &str),
) -> Result<Changed, ChangeRefusal> {
    let live = live(world, browser).await;
    let wanted = Change {
        realm: &RealmId::default_realm(),
        live: &live,
        current: secret(current),
        new: secret(new),
        address: IpAddr::from([192, 0, 2, 7]),
        caller: &Caller::default(),
    };
    change(&world.app, wanted)
        .await
        .map_err(|error| match error {
            FlowError::Refused(refusal) => refusal,
            FlowError::Busy { .. } | FlowError::Fault(_) => panic!("{error:?}"),
        })
}

/// `ada` at two browsers, each with tokens of one application.
async fn twice() -> (SignedIn, SignedIn) {
    let world = World::beside_apps().await;
    world.ada().await;
    let scope = "openid offline_access";
    let here = SignedIn::at(&world, scope, |_| {}).await;
    let there = SignedIn::at(&world, scope, |_| {}).await;
    world.advance(2);
    (here, there)
}

async fn refreshes(signed_in: &SignedIn) -> bool {
    let token = signed_in.token("refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
    let answer = signed_in.client.post("/token", &form).await;
    answer.status == StatusCode::OK
}

#[tokio::test]
async fn ends_every_other_session_and_spares_this_one() {
    let (mut here, mut there) = twice().await;
    let world = here.client.world.clone();
    let old = here.browser.cookies.get(COOKIE).unwrap().clone();
    let changed = try_change(&world, &here.browser, (PASSWORD, NEW)).await;
    let cookie = changed.unwrap().cookie.expose().clone();
    here.browser.cookies.insert(COOKIE.to_owned(), cookie);
    assert!(here.is_signed_in().await && refreshes(&here).await);
    there.must_sign_in_again().await;
    assert!(!refreshes(&there).await, "a grant of the other session");
    // Tokens that were out are refused everywhere; applications fetch new ones.
    for signed_in in [&here, &there] {
        let token = signed_in.token("access_token");
        let answer = signed_in.client.userinfo(&token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    // The cookie was renewed, so a stolen one is worth nothing.
    here.browser.cookies.insert(COOKIE.to_owned(), old);
    assert!(!here.is_signed_in().await);
}

#[tokio::test]
async fn the_new_password_signs_in_and_the_old_one_does_not() {
    let (here, _there) = twice().await;
    let world = &here.client.world;
    try_change(world, &here.browser, (PASSWORD, NEW))
        .await
        .unwrap();
    let client = world.client(ClientType::Web).await;
    for (password, signs_in) in [(PASSWORD, false), (NEW, true)] {
        let mut browser = world.browser();
        let page = browser.get(&client.authorize_url(&[])).await;
        let page = browser.get(page.location()).await;
        let form = [("username", "ada"), ("password", password)];
        let answer = browser.submit(&page, &form).await;
        assert_eq!(answer.status == 422, !signs_in, "{answer:?}");
    }
}

#[tokio::test]
async fn gives_every_reason_and_changes_nothing() {
    let (mut here, mut there) = twice().await;
    let world = here.client.world.clone();
    settle(&world, |policy| policy.classes.digit = true).await;
    for (new, weaknesses) in [
        (
            "lovelace",
            vec![W::TooShort { least: 15 }, W::NoDigit, W::Personal],
        ),
        (PASSWORD, vec![W::NoDigit, W::UsedBefore]),
    ] {
        let refused = try_change(&world, &here.browser, (PASSWORD, new)).await;
        assert_eq!(refused.unwrap_err(), ChangeRefusal::Weak(weaknesses));
    }
    assert!(here.is_signed_in().await && there.is_signed_in().await);
}

/// The cookie alone is worth no guess more than nothing.
#[tokio::test]
async fn a_wrong_present_password_counts_as_a_sign_in() {
    let (here, _there) = twice().await;
    let world = &here.client.world;
    let guess = async |current| {
        let refused = try_change(world, &here.browser, (current, NEW)).await;
        refused.unwrap_err()
    };
    for _ in 0..5 {
        assert_eq!(
            guess("wrong-horse-battery").await,
            ChangeRefusal::WrongPassword
        );
    }
    let waits = guess(PASSWORD).await;
    assert!(matches!(waits, ChangeRefusal::SlowDown { .. }), "{waits:?}");
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let page = browser.get(&client.authorize_url(&[])).await;
    let page = browser.get(page.location()).await;
    let form = [("username", "ada"), ("password", PASSWORD)];
    let answer = browser.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}
