//! The link in notices with which an owner locks the account.

use vidimus::flows::links::lock_link;
use vidimus::protocol::ids::RealmId;
use vidimus::store::Effects;

use super::{altered, complaint, done, press, refusal};
use crate::support::{SignedIn, World};

/// A link as in a notice to `ada`.
pub(super) async fn link_to_ada(world: &World) -> String {
    let realm = RealmId::default_realm();
    let login = vidimus::account::user::LoginName::parse("ada").unwrap();
    let ada = world.app.store.user_by_login(&realm, &login).await;
    let ada = ada.unwrap().unwrap();
    let now = world.app.now();
    let email = ada.email.as_deref().unwrap();
    let issuer = world.app.issuer(&realm);
    let keys = (&issuer, world.app.entropy.as_ref());
    let (link, address) = lock_link(keys, (&realm, &ada.id), email, now).unwrap();
    let effects = Effects::NONE.and_link(link);
    world.app.store.write_effects(&effects, now).await.unwrap();
    address
}

#[tokio::test]
async fn an_owner_locks_the_account_with_one_button() {
    let mut ada = SignedIn::with("openid offline_access", |_| {}).await;
    let world = ada.client.world.clone();
    let link = link_to_ada(&world).await;
    let later = link_to_ada(&world).await;
    let mut browser = world.browser();
    browser.get(&link).await;
    assert!(ada.is_signed_in().await, "a GET locks nothing");
    let token = link.split("token=").nth(1).unwrap();
    let fields = [("token", token), ("csrf", "forged")];
    let answer = browser.post("/lock-account", &fields).await;
    assert_eq!(complaint(&answer), "This form was out of date.");
    assert!(
        ada.is_signed_in().await,
        "a form from elsewhere locks nothing"
    );
    let answer = press(&mut browser, &link, &[]).await;
    assert_eq!(done(&answer), "account_locked");
    ada.must_sign_in_again().await;
    assert!(!ada.client.is_active(&ada.token("access_token")).await);
    let refreshed = ada.client.refresh(&ada.token("refresh_token")).await;
    assert_eq!(refreshed.error(), "invalid_grant");
    assert_eq!(refusal(&browser.get(&link).await), "used");
    // The mail before stays good.
    assert_eq!(
        done(&press(&mut browser, &later, &[]).await),
        "account_locked"
    );
}

#[tokio::test]
async fn a_link_that_locks_nothing_says_why() {
    let world = World::in_memory().await;
    world.ada().await;
    let link = link_to_ada(&world).await;
    let mut browser = world.browser();
    assert_eq!(refusal(&browser.get(&altered(&link)).await), "unknown");
    world.advance(7 * 86_400 - 1);
    let page = browser.get(&link).await;
    assert_eq!(page.status, 200);
    world.advance(1);
    assert_eq!(refusal(&browser.get(&link).await), "expired");
}
