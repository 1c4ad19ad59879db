//! `/account/activity`.

use vidimus::account::event::{Caller, Event, EventKind};
use vidimus::protocol::ids::ClientId;
use vidimus::protocol::time::Lifetime;
use vidimus::store::Effects;

use super::Realms;
use crate::support::browser::attribute;

#[tokio::test]
async fn tells_what_happened_and_from_where() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let mut browser = realms.world.browser().called("curl/8.5.0");
        realms.sign_in(&mut browser, realm, "ada").await;
        let page = browser.get(&realms.url(realm, "/account/activity")).await;
        assert!(page.body.contains("<strong>Signed in</strong>"), "{page:?}");
        assert!(page.body.contains("curl"));
        assert!(page.body.contains("192.0.2.7"));
        assert!(page.body.contains("id=\"not-me-password\""));
        let mut bob = realms.world.browser();
        realms.sign_in(&mut bob, realm, "bob").await;
        let theirs = bob.get(&realms.url(realm, "/account/activity")).await;
        assert!(!theirs.body.contains("curl"), "{theirs:?}");
    }
}

/// Writes as many events of `ada`; each is a day older than the one before.
async fn fill(realms: &Realms, days: u32) {
    let realm = &realms.realms[1];
    let ada = realms.user(realm, "ada").await;
    let now = realms.world.app.now();
    let mut effects = Effects::NONE;
    for day in (0..days).rev() {
        let at = now.minus(Lifetime::seconds(day * 86_400));
        let event = Event::new(realm, EventKind::UserUnlocked, &Caller::default(), at);
        effects = effects.and_event(event.of_user(&ada.id));
    }
    let store = &realms.world.app.store;
    let client = ClientId::parse("nobody").unwrap();
    let carrier = store.withdraw_consent(realm, &ada.id, &client, &effects, now);
    carrier.await.unwrap();
}

#[tokio::test]
async fn shows_ninety_days_page_by_page() {
    let realms = Realms::new().await;
    let realm = &realms.realms[1];
    fill(&realms, 120).await;
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let mut page = browser.get(&realms.url(realm, "/account/activity")).await;
    assert!(!page.body.contains("id=\"newest\""));
    let mut shown = 0;
    loop {
        assert!(page.body.len() < 40_000, "{}", page.body.len());
        shown += page
            .body
            .matches("<strong>The account was unlocked")
            .count();
        if !page.body.contains("id=\"older\"") {
            break;
        }
        let older = attribute(&page.body, "id=\"older\"", "href");
        page = browser.get(&older).await;
        assert!(page.body.contains("id=\"newest\""));
    }
    assert_eq!(shown, 91, "today and ninety days before");
}

#[tokio::test]
async fn a_place_that_is_none_shows_the_newest() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    for place in ["x", "", "99999999999999999999999", "1;DROP"] {
        let address = realms.url(realm, &format!("/account/activity?before={place}"));
        let page = browser.get(&address).await;
        assert!(page.body.contains("<strong>Signed in</strong>"), "{place}");
    }
}
