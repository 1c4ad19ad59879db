//! `/account/profile`.

use http::StatusCode;
use vidimus::account::event::EventKind;
use vidimus::account::user::Profile;
use vidimus::store::{Change, Effects};

use super::Realms;
use crate::support::browser::attribute;

#[tokio::test]
async fn saves_every_claim_and_shows_it_again() {
    let realms = Realms::new().await;
    let fields = [
        ("name", "Augusta Ada King"),
        ("given_name", "Ada"),
        ("family_name", "King"),
        ("nickname", "Countess"),
        ("birthdate", "1815-12-10"),
        ("gender", "female"),
        ("phone_number", "+44 20 7946 0018"),
        ("website", "https://ada.example/"),
        ("locale", "en-GB"),
        ("zoneinfo", "Europe/London"),
        ("address.street_address", "12 St James's Square"),
        ("address.locality", "London"),
        ("address.country", "United Kingdom"),
    ];
    for realm in &realms.realms {
        let mut browser = realms.world.browser();
        realms.sign_in(&mut browser, realm, "ada").await;
        let page = browser.get(&realms.url(realm, "/account/profile")).await;
        assert!(page.body.len() < 40_000, "{}", page.body.len());
        let saved = realms.press(&mut browser, &page, &fields).await;
        assert!(saved.body.contains("Saved."), "{saved:?}");
        for (name, value) in fields {
            let shown = attribute(&saved.body, &format!("name=\"{name}\""), "value");
            assert_eq!(shown, value, "{name}");
        }
        let user = realms.user(realm, "ada").await;
        assert_eq!(user.profile.nickname.as_deref(), Some("Countess"));
        let address = user.profile.address.unwrap();
        assert_eq!(address.locality.as_deref(), Some("London"));
        assert_eq!(user.email.as_deref(), Some("ada@example.test"));
        let theirs = realms.user(realm, "bob").await;
        assert_eq!(theirs.profile.nickname, None);
        let events = realms.events(realm, "ada").await;
        assert_eq!(events[0].event.kind, EventKind::ProfileChanged);
        assert!(!events[0].event.detail["claims"].contains("Countess"));
        let emptied = realms.press(&mut browser, &saved, &[("name", "Ada")]).await;
        assert!(emptied.body.contains("Saved."), "{emptied:?}");
        let user = realms.user(realm, "ada").await;
        let only_name = Profile {
            name: Some("Ada".to_owned()),
            ..Profile::default()
        };
        assert_eq!(user.profile, only_name);
    }
}

#[tokio::test]
async fn tells_all_that_is_wrong_at_its_fields_and_saves_nothing() {
    let realms = Realms::new().await;
    let realm = &realms.realms[1];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let page = browser.get(&realms.url(realm, "/account/profile")).await;
    let before = realms.user(realm, "ada").await;
    let fields = [
        ("name", "Changed"),
        ("birthdate", "1815-02-30"),
        ("website", "javascript:alert(1)"),
        ("zoneinfo", "<script>"),
    ];
    let action = attribute(&page.body, "class=\"stack\"", "action");
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    let refused = browser.post(&action, &all).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("<title>Error: Your profile"));
    assert_eq!(refused.body.matches("aria-invalid=\"true\"").count(), 3);
    for id in ["birthdate", "website", "zoneinfo"] {
        assert!(refused.body.contains(&format!("id=\"{id}-error\"")), "{id}");
    }
    let typed = attribute(&refused.body, "name=\"name\"", "value");
    assert_eq!(typed, "Changed", "what was typed is not lost");
    assert_eq!(realms.user(realm, "ada").await, before);
}

/// OIDC Core §5.1: `phone_number_verified` is about the number that stands beside it.
#[tokio::test]
async fn a_new_phone_number_is_not_a_verified_one() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let mut user = realms.user(realm, "ada").await;
    user.profile.phone_number = Some("+1 604 555 1234".to_owned());
    user.profile.phone_number_verified = true;
    let store = &realms.world.app.store;
    let none = Effects::NONE;
    let verb = store.change_profile(&user, user.updated_at, &none);
    assert_eq!(verb.await.unwrap(), Change::Changed);
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let address = realms.url(realm, "/account/profile");
    for (number, verified) in [("+1 604 555 1234", true), ("+1 604 555 9999", false)] {
        let page = browser.get(&address).await;
        let fields = [("phone_number", number)];
        realms.press(&mut browser, &page, &fields).await;
        let user = realms.user(realm, "ada").await;
        assert_eq!(user.profile.phone_number.as_deref(), Some(number));
        assert_eq!(user.profile.phone_number_verified, verified, "{number}");
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_saves_nothing() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let before = realms.user(realm, "ada").await;
    let address = realms.url(realm, "/account/profile");
    let forged = [("csrf", "forged"), ("name", "Mallory")];
    let answer = browser.post(&address, &forged).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(realms.user(realm, "ada").await, before);
}

#[tokio::test]
async fn a_name_that_turns_the_direction_of_others_is_none() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let page = browser.get(&realms.url(realm, "/account/profile")).await;
    let before = realms.user(realm, "ada").await.profile;
    let fields = [("name", "Ada\u{202e}nimda"), ("nickname", "a\u{200b}b")];
    let refused = realms.press(&mut browser, &page, &fields).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{refused:?}"
    );
    assert_eq!(realms.user(realm, "ada").await.profile, before);
}
