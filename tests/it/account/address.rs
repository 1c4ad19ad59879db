//! `/account/address` and `/confirm-new-address`.

use http::StatusCode;
use vidimus::account::mail::MailKind;
use vidimus::store::MailFilter;

use super::Realms;
use crate::links::{link_of, outbox, press};
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser};

/// Signs `ada` of the default realm in and asks for another address.
async fn ask(realms: &Realms, email: &str) -> (Browser, Answer) {
    let realm = &realms.realms[0];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let page = browser.get(&realms.url(realm, "/account/address")).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let fields = [("csrf", csrf.as_str()), ("email", email)];
    let answer = browser
        .post(&realms.url(realm, "/account/address"), &fields)
        .await;
    (browser, answer)
}

#[tokio::test]
async fn a_link_to_the_new_address_changes_it_and_the_old_one_is_told() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let (mut browser, answer) = ask(&realms, " New@Example.test ").await;
    let told = browser.get(answer.location()).await;
    assert!(told.body.contains("We have sent a link"), "{told:?}");
    let before = realms.user(realm, "ada").await;
    assert_eq!(before.email.as_deref(), Some("ada@example.test"));
    let mails = outbox(&realms.world).await;
    let mail = |to: &str| mails.iter().find(|mail| mail.to == to).unwrap();
    let warning = mail("ada@example.test");
    assert_eq!(warning.kind, MailKind::AddressChanging);
    assert!(warning.values["lock_link"].contains("/lock-account?"));
    let confirmation = mail("new@example.test");
    assert_eq!(confirmation.kind, MailKind::ConfirmNewAddress);
    // Whoever has the mailbox confirms, in any browser.
    let link = link_of(confirmation);
    let mut other = realms.world.browser();
    let seen = other.get(&link).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    let still = realms.user(realm, "ada").await;
    assert_eq!(
        still.email, before.email,
        "looking at a link changes nothing"
    );
    let done = press(&mut other, &link, &[]).await;
    assert!(done.body.contains("Your address is changed"), "{done:?}");
    let after = realms.user(realm, "new@example.test").await;
    assert_eq!(after.username, "ada");
    assert!(after.email_verified);
    let again = other.get(&link).await;
    assert_eq!(again.status, StatusCode::GONE, "{again:?}");
}

#[tokio::test]
async fn an_address_that_is_taken_is_answered_the_same() {
    let realms = Realms::new().await;
    let (_, free) = ask(&realms, "free@example.test").await;
    let (_, taken) = ask(&realms, "bob@example.test").await;
    assert_eq!(free.status, taken.status);
    assert_eq!(free.location(), taken.location());
    let mails = outbox(&realms.world).await;
    let to = |to: &str| mails.iter().find(|mail| mail.to == to).unwrap();
    assert_eq!(to("bob@example.test").kind, to("free@example.test").kind);
    // Only whoever has the mailbox learns it, and the address stays bob's.
    let mut bob = realms.world.browser();
    let refused = press(&mut bob, &link_of(to("bob@example.test")), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .body
            .contains("This address has an account already.")
    );
    let owner = realms.user(&realms.realms[0], "bob@example.test").await;
    assert_eq!(owner.username, "bob");
}

#[tokio::test]
async fn the_link_of_the_old_address_stops_it() {
    let realms = Realms::new().await;
    ask(&realms, "thief@example.test").await;
    let mails = outbox(&realms.world).await;
    let to = |to: &str| mails.iter().find(|mail| mail.to == to).unwrap();
    let lock = to("ada@example.test").values["lock_link"].clone();
    realms.world.advance(1);
    press(&mut realms.world.browser(), &lock, &[]).await;
    let thief = link_of(to("thief@example.test"));
    let refused = press(&mut realms.world.browser(), &thief, &[]).await;
    assert_eq!(refused.status, StatusCode::GONE, "{refused:?}");
    let ada = realms.user(&realms.realms[0], "ada").await;
    assert_eq!(ada.email.as_deref(), Some("ada@example.test"));
    assert!(!ada.stands());
}

#[tokio::test]
async fn what_is_no_address_is_told_at_the_field() {
    let realms = Realms::new().await;
    for typed in ["", "ada", "a b@example.test", "@example.test"] {
        let (_, answer) = ask(&realms, typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.body.contains("aria-invalid=\"true\""), "{typed}");
    }
    let mut mails = outbox(&realms.world).await;
    // Each browser that asked is a new device.
    mails.retain(|mail| mail.kind != MailKind::NewDevice);
    assert!(mails.is_empty(), "{mails:?}");
}

#[tokio::test]
async fn asks_for_a_fresh_sign_in_and_a_form_of_ours() {
    let realms = Realms::new().await;
    let realm = &realms.realms[1];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let address = realms.url(realm, "/account/address");
    let forged = [("csrf", "forged"), ("email", "thief@example.test")];
    let answer = browser.post(&address, &forged).await;
    assert!(answer.location().starts_with(&address), "{answer:?}");
    let page = browser.get(&address).await;
    realms.world.advance(5 * 60);
    let answer = browser.get(&address).await;
    assert_eq!(
        answer.location(),
        realms.url(realm, "/login?account=address")
    );
    let fields = [("email", "thief@example.test"), ("password", PASSWORD)];
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    let answer = browser.post(&address, &all).await;
    assert_eq!(
        answer.location(),
        realms.url(realm, "/login?account=address")
    );
    let store = &realms.world.app.store;
    let mails = store.list_mails(realm, MailFilter::All, 10).await.unwrap();
    assert!(mails.is_empty(), "{mails:?}");
}
