//! What keeps strangers from guessing their way in, and owners from being kept out by them.

mod bans;
mod crowds;
mod devices;
mod guesses;
mod second_proof;

use http::StatusCode;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;
use vidimus::store::Effects;
use vidimus::store::protection::Ban;

use crate::support::{Answer, Browser, World};

/// Bans an address of the default realm for a day.
pub(crate) async fn ban(world: &World, prefix: &str) {
    let now = world.app.now();
    let ban = Ban {
        prefix: prefix.to_owned(),
        created_at: now,
        expires_at: now.plus(Lifetime::seconds(86_400)),
    };
    let realm = RealmId::default_realm();
    let banned = world.app.store.ban(&realm, &ban, &Effects::NONE).await;
    banned.unwrap();
}

/// Somebody's browser at an address, at the sign-in page of an application.
pub(super) async fn at_login(world: &World, address: &str) -> (Browser, Answer) {
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser().at_address(address);
    let page = to_login(&mut browser, &client.authorize_url(&[])).await;
    (browser, page)
}

/// Follows a request to the sign-in page.
pub(super) async fn to_login(browser: &mut Browser, request: &str) -> Answer {
    let answer = browser.get(request).await;
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page
}

/// Types a password at the sign-in page.
pub(super) async fn type_in(
    browser: &mut Browser,
    page: &Answer,
    name: &str,
    password: &str,
) -> Answer {
    let fields = [("username", name), ("password", password)];
    browser.submit(page, &fields).await
}
