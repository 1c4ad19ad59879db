//! What proves no second factor is told, and so are new recovery codes.

use super::account::{open, press};
use super::{after_password, type_code, with_app};
use crate::events::recorded;
use crate::links::outbox;
use crate::support::browser::attribute;

/// A code that was used is refused as one that was never right, and told as such.
#[tokio::test]
async fn codes_that_prove_nothing_are_told() {
    let (world, client, app) = with_app().await;
    world.advance(300);
    let (code, recovery) = (app.code(), app.recovery_codes[0].clone());
    let mut unknown = app.recovery_codes[1].clone();
    let first = if unknown.starts_with('A') { "B" } else { "A" };
    unknown.replace_range(..1, first);
    let typed = [
        ("totp", code.as_str(), true),
        ("totp", code.as_str(), false),
        ("totp", "no code", false),
        ("recovery_code", recovery.as_str(), true),
        ("recovery_code", recovery.as_str(), false),
        ("recovery_code", unknown.as_str(), false),
        ("recovery_code", "no code", false),
    ];
    for (number, (factor, code, taken)) in typed.into_iter().enumerate() {
        let mut browser = world.browser().at_address(format!("198.51.100.{number}"));
        let mut page = after_password(&mut browser, &client).await;
        if factor == "recovery_code" {
            let other = attribute(&page.body, "id=\"factor-other\"", "href");
            page = browser.get(&other).await;
        }
        let answer = type_code(&mut browser, &page, &[("code", code)]).await;
        assert_eq!(answer.param_if_any("code").is_some(), taken, "{answer:?}");
    }
    let ada = world.person("ada").await.id;
    let told = recorded(&world).await;
    let refused = told
        .iter()
        .filter(|event| event.kind.as_str() == "factor.refused");
    let refused: Vec<_> = refused
        .map(|event| {
            assert_eq!(event.user.as_ref(), Some(&ada));
            assert!(event.caller.address.is_some());
            event.detail["factor"].as_str()
        })
        .collect();
    let expected = [
        "totp",
        "totp",
        "recovery_code",
        "recovery_code",
        "recovery_code",
    ];
    assert_eq!(refused, expected);
    let told = format!("{told:?}");
    for secret in [&code, &recovery, &unknown] {
        assert!(!told.contains(secret.as_str()), "{told}");
    }
}

/// Whoever has made themselves another way in does not do so unseen.
#[tokio::test]
async fn new_recovery_codes_are_told_to_the_owner() {
    let (world, _, app) = with_app().await;
    let mut browser = world.browser();
    let mut page = open(&mut browser, "/account/factors").await;
    page = type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
    if !page.body.contains("make-codes") {
        page = open(&mut browser, "/account/factors").await;
    }
    let codes = press(&mut browser, &page, &[("action", "codes")]).await;
    assert!(codes.body.contains("id=\"recovery-codes\""), "{codes:?}");
    let mails = outbox(&world).await;
    let told = mails
        .iter()
        .find(|mail| mail.kind.as_str() == "recovery-codes-made");
    let told = told.unwrap_or_else(|| panic!("{mails:?}"));
    assert_eq!(told.to, "ada@example.test");
    let locked = crate::links::press(&mut world.browser(), &told.values["lock_link"], &[]).await;
    assert_eq!(locked.status, http::StatusCode::OK, "{locked:?}");
    assert!(world.person("ada").await.locked_at.is_some());
}
