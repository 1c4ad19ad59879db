//! A role that asks for a second factor.

use http::StatusCode;
use vidimus::account::role::Holder;
use vidimus::account::user::User;
use vidimus::protocol::client::ClientType;
use vidimus::store::Change;

use super::{NONE, default_realm, grant, group, join, role, scene};
use crate::device::{codes, enter, poll};
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::{Answer, World};

fn sets_up(page: &Answer) -> bool {
    page.body.contains("id=\"set-up-submit\"")
}

/// A role that asks for a second factor, in the hands of a group of `ada`'s.
async fn strict_role(world: &World, ada: &User) {
    let admins = group(world, &default_realm(), "admins").await;
    join(world, &admins, ada).await;
    let mut admin = role(world, &default_realm(), None, "admin").await;
    grant(world, &admin, Holder::Group(admins.id)).await;
    admin.require_second_factor = true;
    let (store, now) = (&world.app.store, world.app.now());
    let changed = store.update_role(&admin, &NONE, now).await;
    assert_eq!(changed.unwrap(), Change::Changed);
}

#[tokio::test]
async fn whoever_has_the_role_sets_a_second_factor_up_and_nobody_else() {
    let (world, ada, client, _) = scene().await;
    world.user(&default_realm(), "bob").await;
    strict_role(&world, &ada).await;
    let address = client.authorize_url(&[]);
    let page = world.browser().authorize(&address, "ada").await;
    assert!(sets_up(&page), "{page:?}");
    let answer = world.browser().authorize(&address, "bob").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// RFC 8628 §3.3: nor does it let a device in, on a page that is older than the role or a new one.
#[tokio::test]
async fn whoever_has_the_role_lets_a_device_in_with_the_second_factor_only() {
    let (world, ada, ..) = scene().await;
    let device = world.client(ClientType::Device).await;
    let waiting = codes(&device, "openid").await;
    let mut browser = world.browser();
    let asked = enter(&mut browser, &device, &waiting.user).await;
    assert!(asked.body.contains("id=\"consent-approve\""), "{asked:?}");
    strict_role(&world, &ada).await;
    let late = browser.submit(&asked, &[("decision", "approve")]).await;
    assert_ne!(late.status, StatusCode::OK, "{late:?}");
    let pending = poll(&device, &waiting.device).await;
    assert_eq!(pending.error(), "authorization_pending");
    let page = enter(&mut browser, &device, &waiting.user).await;
    assert!(sets_up(&page), "{page:?}");
}

/// The session is older than the role.
#[tokio::test]
async fn a_session_by_password_is_not_enough_from_then_on() {
    let (world, ada, client, _) = scene().await;
    let mut browser = world.browser();
    let address = client.authorize_url(&[]);
    let answer = browser.authorize(&address, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    strict_role(&world, &ada).await;
    let silent = browser
        .get(&client.authorize_url(&[("prompt", "none")]))
        .await;
    assert_eq!(
        silent.param("error").as_deref(),
        Some("interaction_required")
    );
    let page = browser.authorize(&address, "ada").await;
    assert!(sets_up(&page), "{page:?}");
    Authenticator::of(&world, "ada").await;
    let page = world.browser().authorize(&address, "ada").await;
    assert!(page.body.contains("id=\"factor-submit\""), "{page:?}");
}

/// The realm demands none; the role does, of an app as of a passkey.
#[tokio::test]
async fn whoever_has_the_role_keeps_the_last_factor() {
    let (world, ada, ..) = scene().await;
    strict_role(&world, &ada).await;
    let app = Authenticator::of(&world, "ada").await;
    let mut browser = world.browser();
    let page = browser.get("/account/factors").await;
    let page = browser.authorize(page.location(), "ada").await;
    let answer = browser.submit(&page, &[("code", &app.next_code())]).await;
    let page = browser.get(answer.location()).await;
    let (csrf, id) = ("name=\"csrf\"", "name=\"id\"");
    let [csrf, id] = [csrf, id].map(|mark| attribute(&page.body, mark, "value"));
    let fields = [("csrf", &*csrf), ("action", "remove"), ("id", &id)];
    let answer = browser.post("/account/factors", &fields).await;
    assert!(
        answer.location().ends_with("?notice=last-factor"),
        "{answer:?}"
    );
    let apps = world.app.store.totp_apps(&ada.realm, &ada.id).await;
    assert_eq!(apps.unwrap().len(), 1);
}
