//! Devices that are known: who is told of others, and who may go on while strangers guess.

use http::StatusCode;
use vidimus::account::mail::{Mail, MailKind};
use vidimus::account::user::AccountSwitch;
use vidimus::protocol::ids::RealmId;
use vidimus::store::Effects;

use super::{at_login, type_in};
use crate::links::{done, outbox, press};
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Browser, World};

const KNOWN: &str = "__Host-vidimus_known";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// A world in which `ada` has had an account for a while.
pub(super) async fn world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    world.advance(2 * 86_400);
    world
}

/// Signs in with what a browser has, at an address.
pub(super) async fn sign_in(world: &World, browser: &Browser, address: &str) -> Browser {
    let (_, page) = at_login(world, address).await;
    let mut browser = browser.clone().at_address(address);
    let page = browser.get(&attribute(&page.body, "<form", "action")).await;
    let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    browser
}

/// Forgets everything but that the device is known.
pub(super) fn signed_out(mut browser: Browser) -> Browser {
    browser.cookies.retain(|name, _| name == KNOWN);
    assert_eq!(browser.cookies.len(), 1);
    browser
}

async fn notices(world: &World) -> Vec<Mail> {
    let mut mails = outbox(world).await;
    mails.retain(|mail| mail.kind == MailKind::NewDevice);
    mails
}

/// Wrong passwords for `ada` from many addresses, until her name must wait.
async fn flood(world: &World) {
    for number in 0..30 {
        let (mut browser, page) = at_login(world, &format!("198.51.100.{number}")).await;
        let answer = type_in(&mut browser, &page, "ada", "wrong").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
    }
    panic!("nobody is slowed down");
}

#[tokio::test]
async fn an_owner_is_told_of_a_new_device_and_not_of_a_known_one() {
    let world = world().await;
    let fresh = world.browser().called(FIREFOX);
    let known = sign_in(&world, &fresh, "192.0.2.1").await;
    let told = notices(&world).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].to, "ada@example.test");
    assert_eq!(told[0].values["device"], "Firefox, Linux, 192.0.2.1");
    sign_in(&world, &signed_out(known.clone()), "203.0.113.7").await;
    assert_eq!(notices(&world).await.len(), 1, "the device was known");
    sign_in(&world, &fresh, "192.0.2.1").await;
    assert_eq!(
        notices(&world).await.len(),
        2,
        "another browser of the same kind"
    );
}

#[tokio::test]
async fn whoever_has_just_made_the_account_is_not_told() {
    let world = World::in_memory().await;
    world.ada().await;
    let first = sign_in(&world, &world.browser(), "192.0.2.1").await;
    assert!(first.cookies.contains_key(KNOWN));
    assert_eq!(notices(&world).await.len(), 0);
    sign_in(&world, &world.browser(), "192.0.2.1").await;
    assert_eq!(notices(&world).await.len(), 1);
}

#[tokio::test]
async fn the_link_in_the_notice_locks_the_account() {
    let world = world().await;
    sign_in(&world, &world.browser(), "192.0.2.1").await;
    let link = notices(&world).await.remove(0).values["lock_link"].clone();
    let answer = press(&mut world.browser(), &link, &[]).await;
    assert_eq!(done(&answer), "account_locked");
    assert!(!world.person("ada").await.stands());
}

/// A second factor is part of the sign-in: nobody is known before the last step.
#[tokio::test]
async fn a_device_is_known_after_the_last_step_only() {
    let world = World::in_memory().await;
    world.ada().await;
    let app = Authenticator::of(&world, "ada").await;
    world.advance(2 * 86_400);
    let before = notices(&world).await.len();
    let half = sign_in(&world, &world.browser(), "192.0.2.1").await;
    assert!(!half.cookies.contains_key(KNOWN));
    assert_eq!(notices(&world).await.len(), before);
    let (mut browser, page) = at_login(&world, "192.0.2.2").await;
    let next = type_in(&mut browser, &page, "ada", PASSWORD).await;
    let page = browser.get(next.location()).await;
    let answer = browser.submit(&page, &[("code", &app.next_code())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    assert!(browser.cookies.contains_key(KNOWN));
    assert_eq!(notices(&world).await.len(), before + 1);
}

#[tokio::test]
async fn the_cookie_is_host_bound_and_long_lived() {
    let world = world().await;
    let (mut browser, page) = at_login(&world, "192.0.2.1").await;
    let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
    let set = answer.headers.get_all("set-cookie").iter();
    let set: Vec<&str> = set.map(|value| value.to_str().unwrap()).collect();
    let own = set.iter().find(|text| text.starts_with(KNOWN)).unwrap();
    for part in [
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Max-Age=34560000",
    ] {
        assert!(own.contains(part), "{own}");
    }
    assert!(!own.contains("Domain"), "{own}");
}

/// NIST SP 800-63B-4 §3.2.2: a flood against an account keeps strangers waiting, and not its owner.
#[tokio::test]
async fn a_flood_does_not_stop_the_owner_on_a_known_device() {
    let world = world().await;
    let known = sign_in(&world, &world.browser(), "192.0.2.1").await;
    flood(&world).await;
    let (mut stranger, page) = at_login(&world, "192.0.2.9").await;
    let answer = type_in(&mut stranger, &page, "ada", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    // Neither the name nor the address of the strangers matters there.
    sign_in(&world, &signed_out(known.clone()), "198.51.100.1").await;
    // Strangers wait on: the owner's success is not theirs.
    let answer = type_in(&mut stranger, &page, "ada", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
}

#[tokio::test]
async fn a_known_device_has_a_count_of_its_own() {
    let world = world().await;
    let known = signed_out(sign_in(&world, &world.browser(), "192.0.2.1").await);
    let (_, page) = at_login(&world, "192.0.2.1").await;
    let address = attribute(&page.body, "<form", "action");
    let mut looked_at = 0;
    for number in 0..200_u32 {
        // Another address each time: no prefix has to wait.
        let mut browser =
            known
                .clone()
                .at_address(format!("10.9.{}.{}", number / 250, number % 250));
        let page = browser.get(&address).await;
        let answer = type_in(&mut browser, &page, "ada", "wrong").await;
        looked_at += u32::from(answer.status == StatusCode::UNPROCESSABLE_ENTITY);
        if number % 10 == 0 {
            world.advance(5);
        }
    }
    assert!((6..=16).contains(&looked_at), "{looked_at} in 100 seconds");
}

/// Good passwords count too, or an account of one's own would keep the threads that hash busy.
#[tokio::test]
async fn a_known_device_signs_in_so_often() {
    let world = world().await;
    let known = signed_out(sign_in(&world, &world.browser(), "192.0.2.1").await);
    let (_, page) = at_login(&world, "192.0.2.1").await;
    let address = attribute(&page.body, "<form", "action");
    let mut signed_in = 0;
    for _ in 0..30 {
        let mut browser = known.clone();
        let page = browser.get(&address).await;
        let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
        signed_in += u32::from(answer.status == StatusCode::SEE_OTHER);
    }
    assert_eq!(signed_in, 10);
}

/// After so many wrong passwords it is a stranger's device, and its address and the name count.
#[tokio::test]
async fn a_known_device_is_not_spared_for_ever() {
    let world = world().await;
    let known = signed_out(sign_in(&world, &world.browser(), "192.0.2.1").await);
    for _ in 0..20 {
        world.advance(61);
        let (_, page) = at_login(&world, "192.0.2.1").await;
        let mut browser = known.clone();
        let page = browser.get(&attribute(&page.body, "<form", "action")).await;
        let answer = type_in(&mut browser, &page, "ada", "wrong").await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
    }
    flood(&world).await;
    world.advance(1);
    flood(&world).await;
    let (_, page) = at_login(&world, "192.0.2.1").await;
    let mut browser = known.clone();
    let page = browser.get(&attribute(&page.body, "<form", "action")).await;
    let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
}

/// Another person's device, another realm's, an altered cookie and one of a device that was
/// forgotten are strangers'.
#[tokio::test]
async fn a_device_is_known_for_its_person_only() {
    let world = world().await;
    world.user(&RealmId::default_realm(), "bob").await;
    let adas = signed_out(sign_in(&world, &world.browser(), "192.0.2.1").await);
    flood(&world).await;
    let mut altered = adas.clone();
    for value in altered.cookies.values_mut() {
        let other = if value.starts_with('A') { "B" } else { "A" };
        value.replace_range(0..1, other);
    }
    let (mut bobs, page) = at_login(&world, "192.0.2.4").await;
    type_in(&mut bobs, &page, "bob", PASSWORD).await;
    for stranger in [altered, signed_out(bobs)] {
        let (_, page) = at_login(&world, "192.0.2.5").await;
        let mut browser = stranger.at_address("192.0.2.5");
        let page = browser.get(&attribute(&page.body, "<form", "action")).await;
        let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    }
    let (store, realm) = (&world.app.store, RealmId::default_realm());
    let ada = world.person("ada").await;
    let none = Effects::NONE;
    for switch in [AccountSwitch::Lock, AccountSwitch::Unlock] {
        let now = world.app.now();
        let switched = store.switch_user(&realm, &ada.id, switch, &none, now);
        switched.await.unwrap();
    }
    let (_, page) = at_login(&world, "192.0.2.1").await;
    let mut browser = adas;
    let page = browser.get(&attribute(&page.body, "<form", "action")).await;
    let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
}

/// Two people at one browser are both known there.
#[tokio::test]
async fn people_share_a_device() {
    let world = world().await;
    world.user(&RealmId::default_realm(), "bob").await;
    let mut browser = signed_out(sign_in(&world, &world.browser(), "192.0.2.1").await);
    let value = browser.cookies[KNOWN].clone();
    let (_, page) = at_login(&world, "192.0.2.1").await;
    let page = browser.get(&attribute(&page.body, "<form", "action")).await;
    type_in(&mut browser, &page, "bob", PASSWORD).await;
    assert_eq!(browser.cookies[KNOWN], value);
    let before = notices(&world).await.len();
    sign_in(&world, &signed_out(browser), "192.0.2.1").await;
    assert_eq!(notices(&world).await.len(), before);
}

/// A cookie that was put there by somebody else is replaced.
#[tokio::test]
async fn a_planted_cookie_is_known_to_nobody() {
    let world = world().await;
    let mut browser = world.browser();
    let planted = "x".repeat(43);
    browser.cookies.insert(KNOWN.to_owned(), planted.clone());
    let browser = sign_in(&world, &browser, "192.0.2.1").await;
    assert_ne!(browser.cookies[KNOWN], planted);
}
