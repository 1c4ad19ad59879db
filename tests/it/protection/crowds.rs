//! Who is let in when more people sign in than passwords can be checked.

use http::StatusCode;
use vidimus::flows::hash_pool::{Lane, Place};

use super::{at_login, devices, type_in};
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, World};

/// Takes every place that is left to a lane.
fn fill(world: &World, lane: Lane) -> Vec<Place> {
    let taken: Vec<Place> = std::iter::from_fn(|| world.app.hashing.place(lane).ok()).collect();
    assert!(!taken.is_empty());
    taken
}

/// Asserts that an attempt was not looked at, and gives the turn of the page.
fn turn_of(page: &Answer) -> String {
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{page:?}");
    assert_eq!(page.header("retry-after"), Some("2"));
    assert!(page.body.contains("value=\"ada\""), "{page:?}");
    attribute(&page.body, "name=\"turn\"", "value")
}

/// Types the right password once more, with a turn.
async fn again(browser: &mut Browser, page: &Answer, turn: &str) -> Answer {
    let fields = [("username", "ada"), ("password", PASSWORD), ("turn", turn)];
    browser.submit(page, &fields).await
}

#[tokio::test]
async fn whoever_was_told_to_come_again_comes_before_a_crowd() {
    let world = World::in_memory().await;
    world.ada().await;
    let _crowd = fill(&world, Lane::New);
    let (mut browser, page) = at_login(&world, "192.0.2.1").await;
    let turn = turn_of(&type_in(&mut browser, &page, "ada", PASSWORD).await);
    world.advance(1);
    let early = again(&mut browser, &page, &turn).await;
    assert_eq!(turn_of(&early), turn);
    world.advance(1);
    let altered = turn.replacen('1', "2", 1);
    for other in ["", "x", ".", &altered] {
        assert_ne!(turn_of(&again(&mut browser, &page, other).await), turn);
    }
    let answer = again(&mut browser, &page, &turn).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

#[tokio::test]
async fn a_turn_is_of_one_address_and_lapses() {
    let world = World::in_memory().await;
    world.ada().await;
    let _crowd = fill(&world, Lane::New);
    let (mut browser, page) = at_login(&world, "192.0.2.1").await;
    let turn = turn_of(&type_in(&mut browser, &page, "ada", PASSWORD).await);
    world.advance(2);
    let (mut stranger, elsewhere) = at_login(&world, "192.0.2.2").await;
    assert_ne!(
        turn_of(&again(&mut stranger, &elsewhere, &turn).await),
        turn
    );
    world.advance(300);
    assert_ne!(turn_of(&again(&mut browser, &page, &turn).await), turn);
}

#[tokio::test]
async fn an_owner_on_a_known_device_comes_before_everybody() {
    let world = devices::world().await;
    let known = devices::sign_in(&world, &world.browser(), "192.0.2.1").await;
    let known = devices::signed_out(known);
    let _crowd = fill(&world, Lane::Waited);
    devices::sign_in(&world, &known, "192.0.2.1").await;
}
