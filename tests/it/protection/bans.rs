//! Addresses from which too many names are tried.

use http::StatusCode;
use vidimus::account::event::EventKind;
use vidimus::account::mail::{Mail, MailKind};
use vidimus::flows::App;
use vidimus::protocol::ids::RealmId;
use vidimus::store::{Effects, EventFilter, EventPlace};

use super::guesses::{PATHS, Places};
use super::{at_login, ban, type_in};
use crate::links::{CHOSEN, fill, link_of, outbox, press};
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, World};

const NAMES: u32 = 15;

/// Tries so many names in vain from an address, slowly enough for every other limit.
async fn try_names(world: &World, address: &str, names: u32) {
    for number in 0..names {
        let (mut browser, page) = at_login(world, address).await;
        let answer = type_in(&mut browser, &page, &format!("name{number}"), "wrong").await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
        world.advance(20);
    }
}

/// What somebody with the right password is answered at an address.
async fn knock(world: &World, address: &str, name: &str) -> Answer {
    let (mut browser, page) = at_login(world, address).await;
    type_in(&mut browser, &page, name, PASSWORD).await
}

async fn is_banned(world: &World, address: &str) -> bool {
    let answer = knock(world, address, "ada").await;
    match answer.status {
        StatusCode::SEE_OTHER => false,
        StatusCode::TOO_MANY_REQUESTS => {
            let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!(wait > 60, "{wait}: that is another limit");
            true
        }
        _ => panic!("{answer:?}"),
    }
}

async fn world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    world
}

#[tokio::test]
async fn so_many_names_from_one_prefix_are_banned_for_a_day() {
    let world = world().await;
    try_names(&world, "2001:db8:1::1", NAMES - 1).await;
    assert!(!is_banned(&world, "2001:db8:1::2").await);
    world.advance(60);
    try_names(&world, "2001:db8:1::3", 1).await;
    assert!(
        !is_banned(&world, "2001:db8:1::2").await,
        "name0 again is no other name"
    );
    world.advance(60);
    let (mut browser, page) = at_login(&world, "2001:db8:1::4").await;
    type_in(&mut browser, &page, "one-more", "wrong").await;
    assert!(is_banned(&world, "2001:db8:1::2").await);
    assert!(!is_banned(&world, "2001:db8:2::1").await);
    world.advance(86_400 - 60);
    assert!(is_banned(&world, "2001:db8:1::2").await);
    world.advance(61);
    assert!(!is_banned(&world, "2001:db8:1::2").await);
}

#[tokio::test]
async fn names_that_were_tried_slowly_make_no_ban() {
    let world = world().await;
    for number in 0..3 * NAMES {
        let (mut browser, page) = at_login(&world, "192.0.2.50").await;
        type_in(&mut browser, &page, &format!("name{number}"), "wrong").await;
        world.advance(3 * 3_600 / (NAMES - 1) + 1);
    }
    assert!(!is_banned(&world, "192.0.2.50").await);
}

/// A school, an office, a provider that gives one address to many.
#[tokio::test]
async fn people_who_share_an_address_and_sign_in_are_no_attack() {
    let world = world().await;
    for number in 0..2 * NAMES {
        let name = format!("pupil{number}");
        world.user(&RealmId::default_realm(), &name).await;
        let answer = knock(&world, "192.0.2.50", &name).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        world.advance(20);
    }
    assert!(!is_banned(&world, "192.0.2.50").await);
}

/// Owners who mistype on devices that are known are none either.
#[tokio::test]
async fn people_who_share_an_address_and_mistype_are_no_attack() {
    let world = world().await;
    for number in 0..=NAMES {
        let name = format!("pupil{number}");
        world.user(&RealmId::default_realm(), &name).await;
        let (mut browser, page) = at_login(&world, "192.0.2.50").await;
        let answer = type_in(&mut browser, &page, &name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        browser.cookies.retain(|name, _| name.ends_with("_known"));
        let page = browser.get(&attribute(&page.body, "<form", "action")).await;
        let answer = type_in(&mut browser, &page, &name, "mistyped").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.advance(20);
    }
    assert!(!is_banned(&world, "192.0.2.50").await);
}

#[tokio::test]
async fn a_ban_says_the_same_of_known_and_unknown_accounts() {
    let world = world().await;
    try_names(&world, "192.0.2.50", NAMES).await;
    let (browser, page) = at_login(&world, "192.0.2.50").await;
    let known = type_in(&mut browser.clone(), &page, "ada", PASSWORD).await;
    let unknown = type_in(&mut browser.clone(), &page, "eve", PASSWORD).await;
    for answer in [&known, &unknown] {
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
        assert!(answer.body.contains("Please wait 24 hours"), "{answer:?}");
    }
    assert_eq!(known.header("retry-after"), unknown.header("retry-after"));
    assert_eq!(known.body.replace("ada", "eve"), unknown.body);
}

#[tokio::test]
async fn a_ban_is_said_in_every_language() {
    let world = world().await;
    try_names(&world, "192.0.2.50", NAMES).await;
    for (language, words) in [
        ("en", "Please wait 24 hours, then try again."),
        ("de", "Bitte warten Sie 24 Stunden"),
        ("fr", "Veuillez patienter 24 heures"),
        ("es", "Espere 24 horas"),
        ("ja", "24 時間待ってから"),
        ("ar", "24 ساعة"),
    ] {
        let (mut browser, page) = at_login(&world, "192.0.2.50").await;
        language.clone_into(&mut browser.accepts);
        let page = browser.get(&attribute(&page.body, "<form", "action")).await;
        let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let plain = answer.body.replace("<bdi>", "").replace("</bdi>", "");
        assert!(plain.contains(words), "{language}: {answer:?}");
        assert!(answer.header("retry-after").is_some());
    }
}

#[tokio::test]
async fn a_banned_prefix_tries_nothing_at_all() {
    let places = Places::new().await;
    ban(&places.world, "192.0.2.50").await;
    for (number, path) in PATHS.into_iter().enumerate() {
        assert!(
            !places.guess(path, "192.0.2.50", 700 + number).await,
            "{path:?}"
        );
        assert!(
            places.guess(path, "192.0.2.51", 800 + number).await,
            "{path:?}"
        );
    }
    let mut stranger = places.world.browser().at_address("192.0.2.50");
    for page in ["/forgot-password", "/sign-up"] {
        let form = stranger.get(page).await;
        let fields = [
            ("email", "carl@example.test"),
            ("name", ""),
            ("password", "seven herons by the quiet weir"),
        ];
        let answer = stranger.submit(&form, &fields).await;
        assert_eq!(
            answer.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{page}: {answer:?}"
        );
    }
}

/// The link of a mail sets no password there, and is unused elsewhere.
#[tokio::test]
async fn a_banned_prefix_uses_no_link() {
    let world = world().await;
    let fields = [("email", "ada@example.test")];
    fill(&mut world.browser(), "/forgot-password", &fields).await;
    let mails = outbox(&world).await;
    let reset = |mail: &&Mail| mail.kind == MailKind::ResetPassword;
    let link = link_of(mails.iter().find(reset).unwrap());
    try_names(&world, "192.0.2.50", NAMES).await;
    for (address, expected) in [
        ("192.0.2.50", StatusCode::TOO_MANY_REQUESTS),
        ("192.0.2.51", StatusCode::OK),
    ] {
        let mut browser = world.browser().at_address(address);
        let answer = press(&mut browser, &link, &[("password", CHOSEN)]).await;
        assert_eq!(answer.status, expected, "{address}: {answer:?}");
    }
}

/// Their count is their own: who shares the address of an attacker gets in.
#[tokio::test]
async fn a_known_device_is_let_in_from_a_banned_prefix() {
    let world = world().await;
    let (mut browser, page) = at_login(&world, "192.0.2.50").await;
    type_in(&mut browser, &page, "ada", PASSWORD).await;
    try_names(&world, "192.0.2.50", NAMES).await;
    assert!(is_banned(&world, "192.0.2.50").await);
    browser.cookies.retain(|name, _| name.ends_with("_known"));
    let page = browser.get(&attribute(&page.body, "<form", "action")).await;
    let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

#[tokio::test]
async fn a_ban_is_of_one_realm_and_told() {
    let world = world().await;
    try_names(&world, "192.0.2.50", NAMES).await;
    let (store, now) = (&world.app.store, world.app.now());
    let acme = RealmId::parse("acme").unwrap();
    assert!(store.bans(&acme, now).await.unwrap().is_empty());
    let bans = store.bans(&RealmId::default_realm(), now).await.unwrap();
    assert_eq!(bans.len(), 1);
    assert_eq!(bans[0].prefix, "192.0.2.50");
    let of_bans = EventFilter {
        kind: Some(EventKind::NetworkBanned),
        ..EventFilter::default()
    };
    let realm = RealmId::default_realm();
    let told = store.list_events(&realm, &of_bans, EventPlace::After(0), 10);
    let told = told.await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].event.detail["prefix"], "192.0.2.50");
}

/// What was noted before does not ban it again.
#[tokio::test]
async fn a_ban_that_was_lifted_begins_anew() {
    let world = world().await;
    try_names(&world, "192.0.2.50", NAMES).await;
    lift(&world.app, "192.0.2.50").await;
    assert!(!is_banned(&world, "192.0.2.50").await);
    world.advance(60);
    try_names(&world, "192.0.2.50", NAMES - 1).await;
    assert!(!is_banned(&world, "192.0.2.50").await);
}

async fn lift(app: &App, prefix: &str) {
    let realm = RealmId::default_realm();
    let lifted = app
        .store
        .lift_ban(&realm, prefix, &Effects::NONE, app.now())
        .await;
    lifted.unwrap();
}
