//! A forgotten password.

use http::StatusCode;
use vidimus::account::event::Caller;
use vidimus::account::link::LinkPurpose;
use vidimus::account::mail::MailKind;
use vidimus::account::user::{AccountSwitch, LoginName};
use vidimus::flows::LinkLimits;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;
use vidimus::store::Effects;
use vidimus::store::ephemeral::Quota;
use vidimus::store::sqlite::SqliteStore;

use super::{
    CHOSEN, altered, complaint, done, fill, link_of, mail_to, outbox, press, refusal, seen,
};
use crate::support::browser::attribute;
use crate::support::world::{PASSWORD, Shared};
use crate::support::{SignedIn, World};

const ADA: &str = "ada@example.test";

/// Asks for a link for `ada` and gives it.
async fn link_for_ada(world: &World) -> String {
    let asked = fill(&mut world.browser(), "/forgot-password", &[("email", ADA)]).await;
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    let mails = outbox(world).await;
    let mail = mails
        .iter()
        .find(|mail| mail.kind == MailKind::ResetPassword);
    link_of(mail.unwrap())
}

async fn password_works(world: &World, password: &str) -> bool {
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let answer = browser.get(&client.authorize_url(&[])).await;
    let page = browser.get(answer.location()).await;
    let fields = [("username", "ada"), ("password", password)];
    browser.submit(&page, &fields).await.status == StatusCode::SEE_OTHER
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_grant() {
    let mut ada = SignedIn::with("openid offline_access", |_| {}).await;
    let world = ada.client.world.clone();
    let link = link_for_ada(&world).await;
    // Programs that read mail follow links; nothing comes of it.
    for _ in 0..3 {
        assert_eq!(world.browser().get(&link).await.status, StatusCode::OK);
    }
    assert!(ada.is_signed_in().await);
    let answer = press(&mut world.browser(), &link, &[("password", CHOSEN)]).await;
    assert_eq!(done(&answer), "password_set");
    assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
    ada.must_sign_in_again().await;
    assert!(!ada.client.is_active(&ada.token("access_token")).await);
    let refreshed = ada.client.refresh(&ada.token("refresh_token")).await;
    assert_eq!(refreshed.error(), "invalid_grant");
    assert!(!password_works(&world, PASSWORD).await);
    assert!(password_works(&world, CHOSEN).await);
    let told = outbox(&world).await;
    let told = told
        .iter()
        .find(|mail| mail.kind == MailKind::PasswordChanged);
    assert!(told.unwrap().values["lock_link"].contains("/lock-account?token="));
}

/// The page's fields, for password managers.
#[tokio::test]
async fn the_page_names_the_account_beside_the_new_password() {
    let world = World::in_memory().await;
    world.ada().await;
    let link = link_for_ada(&world).await;
    let page = world.browser().get(&link).await;
    let about = |mark, name| attribute(&page.body, mark, name);
    assert_eq!(about("id=\"password\"", "autocomplete"), "new-password");
    assert_eq!(about("id=\"password\"", "minlength"), "15");
    assert_eq!(about("id=\"email\"", "autocomplete"), "username");
    assert_eq!(about("id=\"email\"", "value"), ADA);
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

/// Words, status, headers and mails.
#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answer() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut answers = Vec::new();
    for email in [ADA, "eve@example.test"] {
        let mut browser = world.browser();
        let login = browser.get(&client.authorize_url(&[])).await;
        let login = browser.get(login.location()).await;
        let forgot = attribute(&login.body, "id=\"forgot-password\"", "href");
        let asked = fill(&mut browser, "/forgot-password", &[("email", email)]).await;
        assert_eq!(asked.status, StatusCode::OK);
        assert!(asked.body.contains("id=\"mail-sent\""), "{asked:?}");
        let body = asked.body.replace(email, "EMAIL");
        answers.push(body);
        // With a request in the address too.
        let asked = fill(&mut browser, &forgot, &[("email", email)]).await;
        assert!(asked.body.contains("id=\"mail-sent\""), "{asked:?}");
    }
    assert_eq!(answers[0], answers[1]);
    let kinds = |mails: &[vidimus::account::mail::Mail], email: &str| {
        let to = mails.iter().filter(|mail| mail.to == email);
        to.map(|mail| mail.kind).collect::<Vec<_>>()
    };
    let mails = outbox(&world).await;
    assert_eq!(kinds(&mails, ADA), [MailKind::ResetPassword; 2]);
    assert_eq!(kinds(&mails, "eve@example.test"), [MailKind::NoAccount; 2]);
    let nobodys = mails.iter().find(|mail| mail.kind == MailKind::NoAccount);
    assert!(nobodys.unwrap().values.is_empty());
}

/// The whole answer, headers too, when it is refused.
#[tokio::test]
async fn known_and_unknown_addresses_are_limited_alike() {
    let limit = |burst| Quota {
        burst,
        interval: Lifetime::seconds(1250),
    };
    let mut answers = Vec::new();
    for email in [ADA, "eve@example.test"] {
        let store = SqliteStore::in_memory().await.unwrap();
        let shared = Shared {
            links: LinkLimits {
                per_address: limit(100),
                per_mailbox: limit(3),
                uses: limit(100),
            },
            ..Shared::over(std::sync::Arc::new(store))
        };
        let world = World::node(&shared).await;
        world.ada().await;
        let mut browser = world.browser();
        let mut statuses = Vec::new();
        for _ in 0..4 {
            let asked = fill(&mut browser, "/forgot-password", &[("email", email)]).await;
            statuses.push(asked.status.as_u16());
            if asked.status == StatusCode::TOO_MANY_REQUESTS {
                assert!(asked.header("retry-after").is_some());
                answers.push(seen(&asked, email));
            }
        }
        assert_eq!(statuses, [200, 200, 200, 429]);
        // Another spelling is the same mailbox.
        let spelled = email.to_uppercase();
        let asked = fill(&mut browser, "/forgot-password", &[("email", &spelled)]).await;
        assert_eq!(asked.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(outbox(&world).await.len(), 3);
        world.advance(1250);
        let asked = fill(&mut browser, "/forgot-password", &[("email", email)]).await;
        assert_eq!(asked.status, StatusCode::OK);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn one_address_asks_for_few_mails() {
    let limit = |burst| Quota {
        burst,
        interval: Lifetime::seconds(1250),
    };
    let store = SqliteStore::in_memory().await.unwrap();
    let shared = Shared {
        links: LinkLimits {
            per_address: limit(3),
            per_mailbox: limit(100),
            uses: limit(100),
        },
        ..Shared::over(std::sync::Arc::new(store))
    };
    let world = World::node(&shared).await;
    world.ada().await;
    link_for_ada(&world).await;
    for (number, status) in [(1, 200), (2, 200), (3, 429)] {
        let email = format!("{number}@example.test");
        let asked = fill(
            &mut world.browser(),
            "/forgot-password",
            &[("email", &email)],
        )
        .await;
        assert_eq!(asked.status.as_u16(), status, "{asked:?}");
    }
}

#[tokio::test]
async fn a_link_that_does_nothing_says_why() {
    let world = World::in_memory().await;
    world.ada().await;
    let acme = RealmId::parse("acme").unwrap();
    let row = world.app.store.realm(&RealmId::default_realm()).await;
    let row = vidimus::store::Realm {
        id: acme.clone(),
        ..row.unwrap().unwrap()
    };
    world.app.store.create_realm(&row, &[]).await.unwrap();
    let link = link_for_ada(&world).await;
    let token = link.split("token=").nth(1).unwrap().to_owned();
    let mut browser = world.browser();
    let other_page = |purpose: LinkPurpose| format!("{}?token={token}", purpose.path());
    let unknown = [
        altered(&link),
        "/reset-password".to_owned(),
        format!("/realms/acme/reset-password?token={token}"),
        other_page(LinkPurpose::ConfirmAddress),
        other_page(LinkPurpose::Invitation),
        other_page(LinkPurpose::LockAccount),
        other_page(LinkPurpose::ConfirmNewAddress),
        other_page(LinkPurpose::AgreeToNewAddress),
    ];
    for address in unknown {
        assert_eq!(
            refusal(&browser.get(&address).await),
            "unknown",
            "{address}"
        );
    }
    // The button says the same as the page.
    let page = browser.get(&link).await;
    let altered_token = altered(&token);
    let fields = [("token", altered_token.as_str()), ("password", CHOSEN)];
    assert_eq!(refusal(&browser.submit(&page, &fields).await), "unknown");
    let fields = [("token", token.as_str()), ("password", CHOSEN)];
    assert_eq!(done(&browser.submit(&page, &fields).await), "password_set");
    assert_eq!(refusal(&browser.submit(&page, &fields).await), "used");
    assert_eq!(refusal(&browser.get(&link).await), "used");
    world.advance(1);
    let late = link_for_ada(&world).await;
    let page = browser.get(&late).await;
    let token = late.split("token=").nth(1).unwrap();
    world.advance(30 * 60);
    let fields = [("token", token), ("password", CHOSEN)];
    assert_eq!(refusal(&browser.submit(&page, &fields).await), "expired");
    assert!(password_works(&world, CHOSEN).await);
}

#[tokio::test]
async fn a_newer_link_makes_the_older_one_void() {
    let world = World::in_memory().await;
    world.ada().await;
    let first = link_for_ada(&world).await;
    world.advance(1);
    let second = link_for_ada(&world).await;
    assert_ne!(first, second);
    assert_eq!(refusal(&world.browser().get(&first).await), "unknown");
    assert_eq!(world.browser().get(&second).await.status, StatusCode::OK);
}

/// Nobody's link is made for the sake of equal work; it would open nothing.
#[tokio::test]
async fn no_mail_with_a_link_goes_to_an_address_that_is_only_a_user_name() {
    let world = World::in_memory().await;
    let mut odd = world.ada().await;
    odd.id = vidimus::protocol::ids::UserId::parse("odd").unwrap();
    odd.username = "victim@example.test".to_owned();
    odd.email = Some("odd@example.test".to_owned());
    let created = world.app.store.create_user(&odd, &Effects::NONE).await;
    assert_eq!(created.unwrap(), vidimus::store::Creation::Created);
    let email = [("email", "victim@example.test")];
    fill(&mut world.browser(), "/forgot-password", &email).await;
    let mail = mail_to(&world, "victim@example.test").await;
    assert_eq!(mail.kind, MailKind::NoAccount);
}

#[tokio::test]
async fn a_password_that_is_not_taken_leaves_the_link_unused() {
    let world = World::in_memory().await;
    world.ada().await;
    let link = link_for_ada(&world).await;
    let mut browser = world.browser();
    for (password, words) in [
        ("too short", "It needs at least 15 characters."),
        (&"x".repeat(257), "It can have 256 characters."),
        ("password", "Many people use it, so it is tried first."),
        ("", "It needs at least 15 characters."),
    ] {
        let answer = press(&mut browser, &link, &[("password", password)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(complaint(&answer), "That password cannot be taken.");
        let list = answer.body.split("id=\"password-weaknesses\"").nth(1);
        assert!(list.unwrap().contains(words), "{words}: {answer:?}");
        assert!(answer.body.contains("aria-invalid=\"true\""));
    }
    let answer = press(&mut browser, &link, &[("password", CHOSEN)]).await;
    assert_eq!(done(&answer), "password_set");
}

#[tokio::test]
async fn a_form_from_elsewhere_sets_nothing() {
    let world = World::in_memory().await;
    world.ada().await;
    let link = link_for_ada(&world).await;
    let mut browser = world.browser();
    browser.get(&link).await;
    let token = link.split("token=").nth(1).unwrap();
    let fields = [("token", token), ("password", CHOSEN), ("csrf", "forged")];
    let answer = browser.post("/reset-password", &fields).await;
    assert_eq!(complaint(&answer), "This form was out of date.");
    let fields = [("email", "eve@example.test"), ("csrf", "forged")];
    let answer = browser.post("/forgot-password", &fields).await;
    assert_eq!(complaint(&answer), "This form was out of date.");
    assert!(password_works(&world, PASSWORD).await);
    assert_eq!(outbox(&world).await.len(), 1);
}

/// Decision 0011: a mailbox proves a mailbox.
#[tokio::test]
async fn a_reset_opens_no_account_that_was_closed() {
    for switch in [
        AccountSwitch::Disable,
        AccountSwitch::Lock,
        AccountSwitch::Delete,
    ] {
        let world = World::in_memory().await;
        let ada = world.ada().await;
        let realm = RealmId::default_realm();
        let account = (&realm, &ada.id);
        let caller = Caller::default();
        vidimus::flows::accounts::switch(&world.app, account, switch, &caller)
            .await
            .unwrap();
        let link = link_for_ada(&world).await;
        let answer = press(&mut world.browser(), &link, &[("password", CHOSEN)]).await;
        assert_eq!(done(&answer), "password_set");
        let login = LoginName::parse("ada").unwrap();
        let user = world.app.store.user_by_login(&realm, &login).await;
        assert!(!user.unwrap().unwrap().stands(), "{switch:?}");
        assert!(!password_works(&world, CHOSEN).await, "{switch:?}");
    }
}

/// The browser that asked goes on with its request; another one goes back to the app.
#[tokio::test]
async fn the_browser_that_asked_goes_on_with_its_request() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    for same in [true, false] {
        let mut browser = world.browser();
        let login = browser.get(&client.authorize_url(&[("state", "s1")])).await;
        let login = browser.get(login.location()).await;
        let forgot = attribute(&login.body, "id=\"forgot-password\"", "href");
        let sent = fill(&mut browser, &forgot, &[("email", ADA)]).await;
        let back = attribute(&sent.body, "id=\"to-sign-in\"", "href");
        assert!(
            browser
                .get(&back)
                .await
                .body
                .contains("id=\"login-submit\"")
        );
        let link = link_of(&outbox(&world).await[0]);
        let mut there = if same { browser } else { world.browser() };
        let answer = press(&mut there, &link, &[("password", CHOSEN)]).await;
        assert_eq!(done(&answer), "password_set");
        assert_eq!(answer.body.contains("id=\"to-sign-in\""), same);
        if same {
            let on = attribute(&answer.body, "id=\"to-sign-in\"", "href");
            let fields = [("username", "ada"), ("password", CHOSEN)];
            let answer = fill(&mut there, &on, &fields).await;
            let answer = there.authorize(answer.location(), "ada").await;
            assert_eq!(answer.param("state").as_deref(), Some("s1"));
            assert!(answer.param("code").is_some());
        }
        world.advance(60);
    }
}

/// What is typed behind a link costs a hash.
#[tokio::test]
async fn uses_of_links_are_counted_by_address() {
    let store = SqliteStore::in_memory().await.unwrap();
    let mut shared = Shared::over(std::sync::Arc::new(store));
    shared.links.uses = Quota {
        burst: 3,
        interval: Lifetime::seconds(1_250),
    };
    let world = World::node(&shared).await;
    world.ada().await;
    let link = link_for_ada(&world).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = press(&mut world.browser(), &link, &[("password", "weak")]).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 422, 429]);
}
