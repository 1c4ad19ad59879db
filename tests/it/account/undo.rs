//! `/undo-deletion`.

use http::StatusCode;
use vidimus::account::event::Caller;
use vidimus::account::mail::MailKind;
use vidimus::account::user::AccountSwitch;
use vidimus::flows::accounts;
use vidimus::store::Change;

use super::Realms;
use super::data::delete;
use crate::links::{link_of, outbox, press};
use crate::support::world::PASSWORD;

#[tokio::test]
async fn the_mailed_link_brings_the_account_back_once() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let deleted = delete(&realms, "ada", PASSWORD, 0).await;
    assert!(deleted.body.contains("ada@example.test"), "{deleted:?}");
    let mails = outbox(&realms.world).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].kind, MailKind::AccountDeleted);
    let link = link_of(&mails[0]);
    realms.world.advance(6 * 86_400);
    let mut browser = realms.world.browser();
    let seen = browser.get(&link).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    assert!(!realms.user(realm, "ada").await.stands());
    let done = press(&mut browser, &link, &[]).await;
    assert!(done.body.contains("Your account is back"), "{done:?}");
    let page = realms.sign_in(&mut browser, realm, "ada").await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let again = browser.get(&link).await;
    assert_eq!(again.status, StatusCode::GONE, "{again:?}");
}

#[tokio::test]
async fn after_seven_days_the_link_does_nothing() {
    let realms = Realms::new().await;
    delete(&realms, "ada", PASSWORD, 0).await;
    let link = link_of(&outbox(&realms.world).await[0]);
    realms.world.advance(7 * 86_400);
    let answer = realms.world.browser().get(&link).await;
    assert_eq!(answer.status, StatusCode::GONE, "{answer:?}");
    assert!(!realms.user(&realms.realms[0], "ada").await.stands());
}

/// Moves `ada` of the first realm to another state, as an admin does.
async fn switched(realms: &Realms, to: AccountSwitch) {
    let (app, realm) = (&realms.world.app, &realms.realms[0]);
    let ada = realms.user(realm, "ada").await;
    let caller = Caller::default();
    let done = accounts::switch(app, (realm, &ada.id), to, &caller).await;
    assert_eq!(done.unwrap(), Change::Changed, "{to:?}");
}

#[tokio::test]
async fn a_link_of_before_does_not_undo_what_an_admin_deletes() {
    let realms = Realms::new().await;
    delete(&realms, "ada", PASSWORD, 0).await;
    let link = link_of(&outbox(&realms.world).await[0]);
    realms.world.advance(1);
    switched(&realms, AccountSwitch::Restore).await;
    realms.world.advance(1);
    switched(&realms, AccountSwitch::Delete).await;
    let answer = realms.world.browser().get(&link).await;
    assert_eq!(answer.status, StatusCode::GONE, "{answer:?}");
    assert!(!realms.user(&realms.realms[0], "ada").await.stands());
}
