//! `/account/address`, `/confirm-new-address` and `/agree-to-new-address`.

use http::StatusCode;
use vidimus::account::event::EventKind;
use vidimus::account::mail::{Mail, MailKind};
use vidimus::account::user::User;
use vidimus::protocol::ids::UserId;
use vidimus::store::{Effects, MailFilter};

use super::Realms;
use crate::links::{altered, complaint, done, link_of, outbox, press, refusal};
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser};

/// Signs `ada` of the default realm in and asks for another address.
async fn ask(realms: &Realms, email: &str) -> (Browser, Answer) {
    ask_as(realms, "ada", email).await
}

async fn ask_as(realms: &Realms, name: &str, email: &str) -> (Browser, Answer) {
    let realm = &realms.realms[0];
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, name).await;
    let page = browser.get(&realms.url(realm, "/account/address")).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let fields = [("csrf", csrf.as_str()), ("email", email)];
    let answer = browser
        .post(&realms.url(realm, "/account/address"), &fields)
        .await;
    (browser, answer)
}

/// The mail of a kind.
async fn mail(realms: &Realms, kind: MailKind) -> Mail {
    let mails = outbox(&realms.world).await;
    let mut of_kind = mails.into_iter().filter(|mail| mail.kind == kind);
    of_kind.next_back().expect("a mail of the kind")
}

/// The link of the mail to an address.
async fn link_to(realms: &Realms, email: &str) -> String {
    let mails = outbox(&realms.world).await;
    link_of(mails.iter().find(|mail| mail.to == email).unwrap())
}

/// The links of the mails to the new and to the present address.
async fn both_links(realms: &Realms) -> [String; 2] {
    [
        link_of(&mail(realms, MailKind::ConfirmNewAddress).await),
        link_of(&mail(realms, MailKind::AgreeToNewAddress).await),
    ]
}

#[tokio::test]
async fn the_address_changes_when_both_mailboxes_have_confirmed() {
    for order in [[0, 1], [1, 0]] {
        let realms = Realms::new().await;
        let realm = &realms.realms[0];
        let (mut browser, answer) = ask(&realms, " New@Example.test ").await;
        let told = browser.get(answer.location()).await;
        assert!(told.body.contains("We have sent the mail"), "{told:?}");
        assert!(told.body.contains("and one to the old"), "{told:?}");
        let agreement = mail(&realms, MailKind::AgreeToNewAddress).await;
        assert_eq!(agreement.to, "ada@example.test");
        assert_eq!(agreement.values["new_email"], "new@example.test");
        assert!(agreement.values["lock_link"].contains("/lock-account?"));
        let confirmation = mail(&realms, MailKind::ConfirmNewAddress).await;
        assert_eq!(confirmation.to, "new@example.test");
        let links = both_links(&realms).await;
        // Whoever has the mailbox confirms, in any browser.
        let mut other = realms.world.browser();
        for link in &links {
            let seen = other.get(link).await;
            assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
            assert!(seen.body.contains("new@example.test"), "{seen:?}");
        }
        let [first, second] = order.map(|place| &links[place]);
        let waits = press(&mut other, first, &[]).await;
        assert_eq!(done(&waits), "address_awaited");
        assert!(
            waits
                .body
                .contains("The other mailbox still has to confirm")
        );
        let still = realms.user(realm, "ada").await;
        assert_eq!(still.email.as_deref(), Some("ada@example.test"));
        assert_eq!(refusal(&other.get(first).await), "used");
        let changed = press(&mut other, second, &[]).await;
        assert_eq!(done(&changed), "address_changed");
        let after = realms.user(realm, "new@example.test").await;
        assert_eq!(after.username, "ada");
        assert!(after.email_verified);
        for link in &links {
            assert_eq!(refusal(&other.get(link).await), "used");
        }
        let told = realms.events(realm, "ada").await;
        let of = |kind| {
            told.iter()
                .filter(|stored| stored.event.kind == kind)
                .count()
        };
        assert_eq!(of(EventKind::AddressChangeAgreed), 1);
        assert_eq!(of(EventKind::AddressChanged), 1);
    }
}

#[tokio::test]
async fn an_unconfirmed_address_is_told_and_the_new_one_is_enough() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let ada = realms.user(realm, "ada").await;
    let unsure = User {
        id: UserId::parse("u-unsure").unwrap(),
        username: "unsure".to_owned(),
        email: Some("unsure@example.test".to_owned()),
        email_verified: false,
        ..ada
    };
    let store = &realms.world.app.store;
    store.create_user(&unsure, &Effects::NONE).await.unwrap();
    ask_as(&realms, "unsure", "new@example.test").await;
    let warning = mail(&realms, MailKind::AddressChanging).await;
    assert_eq!(warning.to, "unsure@example.test");
    assert!(warning.values["lock_link"].contains("/lock-account?"));
    let link = link_of(&mail(&realms, MailKind::ConfirmNewAddress).await);
    let changed = press(&mut realms.world.browser(), &link, &[]).await;
    assert_eq!(done(&changed), "address_changed");
    let after = realms.user(realm, "new@example.test").await;
    assert_eq!(after.username, "unsure");
}

#[tokio::test]
async fn a_newer_wish_voids_the_links_of_the_one_before() {
    let realms = Realms::new().await;
    ask(&realms, "thief@example.test").await;
    let older = both_links(&realms).await;
    let mut browser = realms.world.browser();
    let waits = press(&mut browser, &older[1], &[]).await;
    assert_eq!(done(&waits), "address_awaited");
    ask(&realms, "new@example.test").await;
    for link in &older {
        assert_eq!(refusal(&browser.get(link).await), "unknown");
    }
    // The agreement was to the other address.
    let newer = link_to(&realms, "new@example.test").await;
    let waits = press(&mut browser, &newer, &[]).await;
    assert_eq!(done(&waits), "address_awaited");
    let ada = realms.user(&realms.realms[0], "ada").await;
    assert_eq!(ada.email.as_deref(), Some("ada@example.test"));
}

#[tokio::test]
async fn a_link_that_confirms_nothing_says_why() {
    let realms = Realms::new().await;
    ask(&realms, "new@example.test").await;
    let links = both_links(&realms).await;
    let mut browser = realms.world.browser();
    for (place, link) in links.iter().enumerate() {
        let token = link.split("token=").nth(1).unwrap();
        let (own, other) = match place {
            0 => ("confirm-new-address", "agree-to-new-address"),
            _ => ("agree-to-new-address", "confirm-new-address"),
        };
        let unknown = [
            altered(link),
            format!("/realms/acme/{own}?token={token}"),
            format!("/{other}?token={token}"),
        ];
        for address in unknown {
            assert_eq!(refusal(&browser.get(&address).await), "unknown");
        }
        let fields = [("token", token), ("csrf", "forged")];
        let forged = browser.post(&format!("/{own}"), &fields).await;
        assert_eq!(complaint(&forged), "This form was out of date.");
    }
    let agree = browser.get(&links[1]).await;
    assert!(agree.body.contains("If you did not ask for this"));
    realms.world.advance(30 * 60);
    for link in &links {
        assert_eq!(refusal(&browser.get(link).await), "expired");
    }
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
