//! Invitations.

use http::StatusCode;
use vidimus::account::event::Caller;
use vidimus::account::mail::MailKind;
use vidimus::account::user::LoginName;
use vidimus::flows::invitations::{Invitation, effects};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;

use super::{
    CHOSEN, altered, complaint, done, link_of, mail_to, open_sign_up, press, refusal, seen,
};
use crate::support::World;
use crate::support::browser::attribute;

const EVE: &str = "eve@example.test";

/// Invites Eve for a day and gives the link of the mail.
pub(super) async fn invite(world: &World) -> String {
    let realm = RealmId::default_realm();
    let app = &world.app;
    let invitation = Invitation {
        realm: &realm,
        email: EVE,
        name: Some("Eve"),
        language: "en",
        lifetime: Lifetime::seconds(86_400),
    };
    let issuer = app.issuer(&realm);
    let keys = (app.master.as_ref(), app.entropy.as_ref(), &issuer);
    let (effects, link) = effects(keys, &invitation, &Caller::default(), app.now()).unwrap();
    app.store.write_effects(&effects, app.now()).await.unwrap();
    link
}

#[tokio::test]
async fn somebody_who_was_invited_makes_the_account() {
    let world = World::in_memory().await;
    let link = invite(&world).await;
    let mail = mail_to(&world, EVE).await;
    assert_eq!(
        (mail.kind, link_of(&mail)),
        (MailKind::Invitation, link.clone())
    );
    let mut browser = world.browser();
    let form = browser.get(&link).await;
    assert_eq!(attribute(&form.body, "id=\"email\"", "value"), EVE);
    assert_eq!(attribute(&form.body, "id=\"name\"", "value"), "Eve");
    let fields = [("name", "Eve Moneypenny"), ("password", "short")];
    let answer = press(&mut browser, &link, &fields).await;
    assert_eq!(complaint(&answer), "That password cannot be taken.");
    // The address is the invited one, whatever is posted.
    let fields = [
        ("name", "Eve Moneypenny"),
        ("password", CHOSEN),
        ("email", "mallory@example.test"),
    ];
    let answer = press(&mut browser, &link, &fields).await;
    assert_eq!(done(&answer), "account_made");
    let login = LoginName::parse(EVE).unwrap();
    let eve = world
        .app
        .store
        .user_by_login(&RealmId::default_realm(), &login)
        .await;
    let eve = eve.unwrap().unwrap();
    assert!(eve.email_verified && eve.stands());
    assert_eq!(eve.profile.name.as_deref(), Some("Eve Moneypenny"));
    assert_eq!(refusal(&browser.get(&link).await), "used");
    let client = world.client(ClientType::Web).await;
    let login = browser.get(&client.authorize_url(&[])).await;
    let login = browser.get(login.location()).await;
    let fields = [("username", EVE), ("password", CHOSEN)];
    let answer = browser.submit(&login, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

/// Only whoever makes the account with the link, from the mailbox itself, is told.
#[tokio::test]
async fn the_page_does_not_tell_that_the_address_has_an_account() {
    let mut pages = Vec::new();
    for has_account in [false, true] {
        let world = World::in_memory().await;
        let link = invite(&world).await;
        if has_account {
            world.user(&RealmId::default_realm(), "eve").await;
        }
        let mut browser = world.browser();
        browser.get(&link).await;
        // The first answer gives a cookie, which is another each time.
        let shown = browser.get(&link).await;
        assert_eq!(shown.status, StatusCode::OK);
        let token = attribute(&shown.body, "name=\"token\"", "value");
        pages.push(seen(&shown, EVE).replace(&token, "TOKEN"));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn an_invitation_that_does_nothing_says_why() {
    let world = World::in_memory().await;
    open_sign_up(&world, Some("https://example.test/terms")).await;
    let link = invite(&world).await;
    let mut browser = world.browser();
    assert_eq!(refusal(&browser.get(&altered(&link)).await), "unknown");
    let answer = press(&mut browser, &link, &[("password", CHOSEN)]).await;
    assert_eq!(complaint(&answer), "The terms are not accepted yet.");
    world.advance(1);
    let newer = invite(&world).await;
    assert_eq!(refusal(&browser.get(&link).await), "unknown");
    world.advance(86_400);
    assert_eq!(refusal(&browser.get(&newer).await), "expired");
}
