//! Registration of people.

use http::StatusCode;
use serde_json::json;
use vidimus::account::mail::MailKind;
use vidimus::account::user::{LoginName, User};
use vidimus::flows::LinkLimits;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::{RealmId, UserId};
use vidimus::protocol::time::Lifetime;
use vidimus::store::ephemeral::Quota;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Creation, Effects};

use super::{
    CHOSEN, altered, complaint, done, fill, link_of, mail_to, open_sign_up, outbox, press, refusal,
    seen,
};
use crate::support::browser::attribute;
use crate::support::world::Shared;
use crate::support::{Answer, Browser, World};

const EVE: &str = "eve@example.test";

async fn open_world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    open_sign_up(&world, None).await;
    world
}

/// Fills in the form, as Eve.
async fn register(browser: &mut Browser, page: &str, password: &str) -> Answer {
    let fields = [
        ("email", EVE),
        ("name", "Eve Moneypenny"),
        ("password", password),
    ];
    let sent = fill(browser, page, &fields).await;
    assert!(sent.body.contains("id=\"mail-sent\""), "{sent:?}");
    sent
}

/// The newest link to Eve.
async fn newest_link(world: &World) -> String {
    let mails = outbox(world).await;
    let newest = mails.iter().find(|mail| mail.to == EVE).unwrap();
    assert_eq!(newest.kind, MailKind::ConfirmAddress);
    link_of(newest)
}

async fn account(world: &World, email: &str) -> Option<User> {
    let login = LoginName::parse(email).unwrap();
    let realm = RealmId::default_realm();
    let found = world.app.store.user_by_login(&realm, &login).await;
    found.unwrap()
}

/// Initiating User Registration §4.1
#[tokio::test]
async fn an_app_that_asks_for_registration_gets_a_code_at_its_end() {
    let world = open_world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let asks = client.authorize_url(&[("prompt", "create"), ("state", "s1")]);
    let to_form = browser.get(&asks).await;
    assert!(to_form.location().contains("/sign-up?"), "{to_form:?}");
    let form = browser.get(to_form.location()).await;
    assert!(form.body.contains("Notes"), "{form:?}");
    register(&mut browser, to_form.location(), CHOSEN).await;
    assert!(account(&world, EVE).await.is_none(), "confirmed by nobody");
    let link = newest_link(&world).await;
    for _ in 0..2 {
        assert_eq!(world.browser().get(&link).await.status, StatusCode::OK);
    }
    assert!(
        account(&world, EVE).await.is_none(),
        "a GET confirms nothing"
    );
    let mut answer = press(&mut browser, &link, &[("password", CHOSEN)]).await;
    let eve = account(&world, EVE).await.unwrap();
    assert!(eve.email_verified && eve.stands());
    assert_eq!(eve.username, EVE);
    assert_eq!(eve.profile.name.as_deref(), Some("Eve Moneypenny"));
    // Signed in, and asked for consent like everybody.
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    let consent = answer.location().to_owned();
    assert!(consent.contains("/consent?"), "{consent}");
    answer = browser.authorize(&consent, "nobody").await;
    assert_eq!(answer.param("state").as_deref(), Some("s1"));
    let code = answer.param("code").unwrap();
    let tokens = client.post("/token", &client.redemption(&code)).await;
    assert!(tokens.json()["id_token"].is_string(), "{tokens:?}");
}

/// Initiating User Registration §4.1: whoever is signed in is asked too, and may sign in instead.
#[tokio::test]
async fn somebody_with_an_account_signs_in_from_the_form() {
    let world = open_world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    let asks = client.authorize_url(&[("prompt", "create")]);
    let to_form = browser.get(&asks).await;
    assert!(to_form.location().contains("/sign-up?"), "{to_form:?}");
    let form = browser.get(to_form.location()).await;
    let sign_in = attribute(&form.body, "id=\"to-sign-in\"", "href");
    let answer = browser.authorize(&sign_in, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// Initiating User Registration §4.2
#[tokio::test]
async fn registration_is_offered_only_where_people_may_register() {
    let world = World::in_memory().await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let document = "/.well-known/openid-configuration";
    let asks = client.authorize_url(&[("prompt", "create")]);
    let offers = |answer: Answer| answer.json()["prompt_values_supported"].clone();
    let without = json!(["none", "login", "consent", "select_account"]);
    assert_eq!(offers(browser.get(document).await), without);
    let refused = browser.get(&asks).await;
    assert_eq!(refused.param("error").as_deref(), Some("invalid_request"));
    let login = browser.get(&client.authorize_url(&[])).await;
    let login = browser.get(login.location()).await;
    assert!(!login.body.contains("id=\"to-sign-up\""));
    let form = browser.get("/sign-up").await;
    assert_eq!(form.status, StatusCode::FORBIDDEN);
    assert!(form.body.contains("id=\"sign-up-closed\""));
    // A form that is posted all the same makes nothing.
    let csrf = attribute(&login.body, "name=\"csrf\"", "value");
    let fields = [("csrf", &*csrf), ("email", EVE), ("password", CHOSEN)];
    let posted = browser.post("/sign-up", &fields).await;
    assert_eq!(posted.status, StatusCode::FORBIDDEN);
    assert!(outbox(&world).await.is_empty());
    open_sign_up(&world, None).await;
    world.advance(1);
    let with = json!(["none", "login", "consent", "select_account", "create"]);
    assert_eq!(offers(browser.get(document).await), with);
    let login = browser.get(&client.authorize_url(&[])).await;
    let login = browser.get(login.location()).await;
    let to_form = attribute(&login.body, "id=\"to-sign-up\"", "href");
    assert_eq!(browser.get(&to_form).await.status, StatusCode::OK);
    let both = client.authorize_url(&[("prompt", "none create")]);
    let refused = browser.get(&both).await;
    assert_eq!(refused.param("error").as_deref(), Some("invalid_request"));
}

/// Words, status, headers and mails.
#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answer() {
    let world = open_world().await;
    let mut answers = Vec::new();
    for email in ["ada@example.test", EVE] {
        let mut browser = world.browser();
        let fields = [("email", email), ("name", "X"), ("password", CHOSEN)];
        let sent = fill(&mut browser, "/sign-up", &fields).await;
        assert_eq!(sent.status, StatusCode::OK);
        // Once more, from the page after it.
        let again = [("email", email)];
        let again = browser.submit(&sent, &again).await;
        assert_eq!(again.status, StatusCode::OK);
        answers.push(format!("{}\n{}", seen(&sent, email), seen(&again, email)));
    }
    assert_eq!(answers[0], answers[1]);
    let mails = outbox(&world).await;
    for (email, kind) in [
        ("ada@example.test", MailKind::AlreadyRegistered),
        (EVE, MailKind::ConfirmAddress),
    ] {
        let to: Vec<_> = mails.iter().filter(|mail| mail.to == email).collect();
        assert_eq!(to.len(), 2);
        assert!(to.iter().all(|mail| mail.kind == kind), "{to:?}");
        let confirms = link_of(to[0]).contains("token=");
        assert_eq!(confirms, kind == MailKind::ConfirmAddress);
    }
    // Ada is greeted by her own name, not by what a stranger typed.
    let ada = mails.iter().find(|mail| mail.to == "ada@example.test");
    assert_eq!(ada.unwrap().name.as_deref(), Some("Ada Lovelace"));
}

/// A user name may look like the address of somebody else's mailbox.
#[tokio::test]
async fn a_mailbox_is_told_nothing_of_an_account_that_only_has_its_name() {
    let world = open_world().await;
    let (zoe, dave) = ("zoe@corp.test", "dave@corp.test");
    let account = User {
        id: UserId::parse("u-dave").unwrap(),
        username: zoe.to_owned(),
        email: Some(dave.to_owned()),
        ..world.person("ada").await
    };
    let created = world.app.store.create_user(&account, &Effects::NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    let mut answers = Vec::new();
    for email in [zoe, EVE] {
        let mut browser = world.browser();
        let fields = [("email", email), ("name", "X"), ("password", CHOSEN)];
        let sent = fill(&mut browser, "/sign-up", &fields).await;
        answers.push(seen(&sent, email));
        // As to every address that has no account.
        let mail = mail_to(&world, email).await;
        assert_eq!(mail.kind, MailKind::ConfirmAddress);
        assert_eq!(mail.name.as_deref(), Some("X"));
    }
    assert_eq!(answers[0], answers[1]);
    let link = link_of(&mail_to(&world, zoe).await);
    let answer = press(&mut world.browser(), &link, &[("password", CHOSEN)]).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
    assert_eq!(world.person(zoe).await, account);
}

/// Nothing that was typed can be used before the mailbox was proven.
#[tokio::test]
async fn nobody_signs_in_before_the_address_is_confirmed() {
    let world = open_world().await;
    register(&mut world.browser(), "/sign-up", CHOSEN).await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let login = browser.get(&client.authorize_url(&[])).await;
    let login = browser.get(login.location()).await;
    let fields = [("username", EVE), ("password", CHOSEN)];
    let answer = browser.submit(&login, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Whoever registers another's address gets nothing when its owner follows the link.
#[tokio::test]
async fn the_owner_of_a_mailbox_does_not_confirm_a_strangers_password() {
    let world = open_world().await;
    let strangers = "the password of a stranger";
    register(&mut world.browser(), "/sign-up", strangers).await;
    let mut owner = world.browser();
    let link = newest_link(&world).await;
    for password in ["", CHOSEN, "another try by the owner"] {
        let answer = press(&mut owner, &link, &[("password", password)]).await;
        let words = "That is not the password of this registration.";
        assert_eq!(complaint(&answer), words);
    }
    assert!(account(&world, EVE).await.is_none());
    // The owner registers as if nothing had happened; the stranger's form is void.
    world.advance(1);
    register(&mut owner, "/sign-up", CHOSEN).await;
    assert_eq!(refusal(&owner.get(&link).await), "unknown");
    let own = newest_link(&world).await;
    let answer = press(&mut owner, &own, &[("password", strangers)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = press(&mut owner, &own, &[("password", CHOSEN)]).await;
    assert_eq!(done(&answer), "account_made");
    assert!(account(&world, EVE).await.is_some());
}

#[tokio::test]
async fn another_browser_is_sent_back_to_the_app_and_not_signed_in() {
    let world = open_world().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let to_form = browser
        .get(&client.authorize_url(&[("prompt", "create")]))
        .await;
    register(&mut browser, to_form.location(), CHOSEN).await;
    let link = newest_link(&world).await;
    let mut other = world.browser();
    let answer = press(&mut other, &link, &[("password", CHOSEN)]).await;
    assert_eq!(done(&answer), "account_made");
    assert!(!answer.body.contains("id=\"to-sign-in\""), "{answer:?}");
    assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
    let silent = client.authorize_url(&[("prompt", "none")]);
    let answer = other.get(&silent).await;
    assert_eq!(answer.param("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn the_mail_is_sent_again_to_the_browser_that_asked() {
    let world = open_world().await;
    let mut browser = world.browser();
    let sent = register(&mut browser, "/sign-up", CHOSEN).await;
    let first = newest_link(&world).await;
    world.advance(1);
    // Another browser learns nothing and changes nothing.
    let mut other = world.browser();
    let page = fill(
        &mut other,
        "/sign-up",
        &[("email", "x@example.test"), ("password", CHOSEN)],
    );
    let page = page.await;
    let answer = other.submit(&page, &[("email", EVE)]).await;
    assert_eq!(complaint(&answer), "There is nothing to send again.");
    let answer = other.submit(&page, &[("email", "ada@example.test")]).await;
    assert_eq!(complaint(&answer), "There is nothing to send again.");
    assert_eq!(newest_link(&world).await, first);
    let again = browser.submit(&sent, &[("email", EVE)]).await;
    assert!(again.body.contains("id=\"mail-sent\""), "{again:?}");
    let second = newest_link(&world).await;
    assert_eq!(refusal(&browser.get(&first).await), "unknown");
    let answer = press(&mut browser, &second, &[("password", CHOSEN)]).await;
    assert_eq!(done(&answer), "account_made");
    // There is nothing to send any more.
    let again = browser.submit(&sent, &[("email", EVE)]).await;
    assert_eq!(complaint(&again), "There is nothing to send again.");
}

#[tokio::test]
async fn registrations_and_mails_are_limited() {
    let limit = |burst| Quota {
        burst,
        interval: Lifetime::seconds(1250),
    };
    let store = SqliteStore::in_memory().await.unwrap();
    let shared = Shared {
        links: LinkLimits {
            per_address: limit(4),
            per_mailbox: limit(3),
            uses: limit(100),
        },
        ..Shared::over(std::sync::Arc::new(store))
    };
    let world = World::node(&shared).await;
    open_sign_up(&world, None).await;
    let mut browser = world.browser();
    let sent = register(&mut browser, "/sign-up", CHOSEN).await;
    for status in [200, 200, 429] {
        let again = browser.submit(&sent, &[("email", EVE)]).await;
        assert_eq!(again.status.as_u16(), status, "{again:?}");
    }
    // What is not taken costs nothing, and the limit of the address holds for every mailbox.
    for password in ["short", "short", "short"] {
        let fields = [("email", "x@example.test"), ("password", password)];
        let answer = fill(&mut browser, "/sign-up", &fields).await;
        assert_eq!(complaint(&answer), "That password cannot be taken.");
    }
    let fields = [("email", "x@example.test"), ("password", CHOSEN)];
    let answer = fill(&mut browser, "/sign-up", &fields).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    assert_eq!(outbox(&world).await.len(), 3);
}

/// Counted before a password is hashed, right or wrong.
#[tokio::test]
async fn uses_of_links_are_limited() {
    let limit = |burst| Quota {
        burst,
        interval: Lifetime::seconds(60),
    };
    let store = SqliteStore::in_memory().await.unwrap();
    let shared = Shared {
        links: LinkLimits {
            per_address: limit(100),
            per_mailbox: limit(100),
            // Registering costs a hash as well, and is counted with them.
            uses: limit(3),
        },
        ..Shared::over(std::sync::Arc::new(store))
    };
    let world = World::node(&shared).await;
    open_sign_up(&world, None).await;
    let mut browser = world.browser();
    register(&mut browser, "/sign-up", CHOSEN).await;
    let link = newest_link(&world).await;
    for (password, status) in [("wrong", 422), ("wrong", 422), (CHOSEN, 429)] {
        let answer = press(&mut browser, &link, &[("password", password)]).await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    }
    world.advance(60);
    let answer = press(&mut browser, &link, &[("password", CHOSEN)]).await;
    assert_eq!(done(&answer), "account_made");
}

#[tokio::test]
async fn the_form_says_what_is_wrong_and_keeps_what_was_typed() {
    let world = open_world().await;
    let mut browser = world.browser();
    let long = "n".repeat(201);
    for (email, name, password, words) in [
        ("eve", "Eve", CHOSEN, "That is not an e-mail address."),
        ("", "Eve", CHOSEN, "That is not an e-mail address."),
        (EVE, long.as_str(), CHOSEN, "That name cannot be kept."),
        (EVE, "Eve\u{202e}", CHOSEN, "That name cannot be kept."),
        (EVE, "Eve", "short", "That password cannot be taken."),
    ] {
        let fields = [("email", email), ("name", name), ("password", password)];
        let answer = fill(&mut browser, "/sign-up", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(complaint(&answer), words);
        assert_eq!(attribute(&answer.body, "id=\"email\"", "value"), email);
        assert!(!answer.body.contains(CHOSEN));
    }
    let fields = [("email", EVE), ("password", CHOSEN), ("csrf", "forged")];
    let answer = browser.post("/sign-up", &fields).await;
    assert_eq!(complaint(&answer), "This form was out of date.");
    assert!(outbox(&world).await.is_empty());
}

#[tokio::test]
async fn terms_must_be_accepted_where_there_are_any() {
    let world = World::in_memory().await;
    open_sign_up(&world, Some("https://example.test/terms")).await;
    let mut browser = world.browser();
    let form = browser.get("/sign-up").await;
    let terms = attribute(&form.body, "id=\"terms-link\"", "href");
    assert_eq!(terms, "https://example.test/terms");
    let fields = [("email", EVE), ("password", CHOSEN)];
    let answer = browser.submit(&form, &fields).await;
    assert_eq!(complaint(&answer), "The terms are not accepted yet.");
    assert!(outbox(&world).await.is_empty());
    let fields = [("email", EVE), ("password", CHOSEN), ("terms", "accepted")];
    let answer = browser.submit(&form, &fields).await;
    assert!(answer.body.contains("id=\"mail-sent\""), "{answer:?}");
}

#[tokio::test]
async fn a_link_that_confirms_nothing_says_why() {
    let world = open_world().await;
    let mut browser = world.browser();
    register(&mut browser, "/sign-up", CHOSEN).await;
    let link = newest_link(&world).await;
    assert_eq!(refusal(&browser.get(&altered(&link)).await), "unknown");
    let page = browser.get(&link).await;
    let token = attribute(&page.body, "name=\"token\"", "value");
    world.advance(30 * 60);
    let fields = [("token", &*token), ("password", CHOSEN)];
    let answer = browser.submit(&page, &fields).await;
    assert_eq!(refusal(&answer), "expired");
    assert!(answer.body.contains("id=\"another-link\""));
    register(&mut browser, "/sign-up", CHOSEN).await;
    let link = newest_link(&world).await;
    let answer = press(&mut browser, &link, &[("password", CHOSEN)]).await;
    assert_eq!(done(&answer), "account_made");
    assert_eq!(refusal(&browser.get(&link).await), "used");
}

/// An admin was faster. Only whoever has the mailbox is told.
#[tokio::test]
async fn an_address_that_got_an_account_meanwhile_is_not_confirmed() {
    let world = open_world().await;
    let mut browser = world.browser();
    register(&mut browser, "/sign-up", CHOSEN).await;
    let mut by_admin = account(&world, "ada").await.unwrap();
    by_admin.id = UserId::parse("by-admin").unwrap();
    by_admin.username = "eve".to_owned();
    by_admin.email = Some(EVE.to_owned());
    let none = Effects::NONE;
    let verb = world.app.store.create_user(&by_admin, &none);
    assert_eq!(verb.await.unwrap(), Creation::Created);
    let link = newest_link(&world).await;
    let answer = press(&mut browser, &link, &[("password", CHOSEN)]).await;
    assert_eq!(complaint(&answer), "This address has an account already.");
    assert_eq!(account(&world, EVE).await.unwrap().id, by_admin.id);
    assert_eq!(mail_to(&world, EVE).await.kind, MailKind::ConfirmAddress);
}
