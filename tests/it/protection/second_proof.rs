//! What a right password is worth after many wrong ones.

use http::StatusCode;
use vidimus::account::mail::{Mail, MailKind};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::time::Lifetime;
use vidimus::store::ephemeral::Quota;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Change, Effects};

use super::guesses::{Path, Places};
use super::{at_login, to_login, type_in};
use crate::events::recorded;
use crate::links::{CHOSEN, done, fill, outbox, press};
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::world::{PASSWORD, Shared};
use crate::support::{Answer, Browser, World};

const SESSION: &str = "__Host-vidimus_session";
/// Failures in a row that are too many.
const TOO_MANY: u32 = 20;

/// A wrong password for `ada` by a name of hers, slowly and from anywhere.
async fn guess(world: &World, name: &str, number: u32) {
    world.advance(61);
    let (mut browser, page) = at_login(world, &format!("198.51.100.{number}")).await;
    let answer = type_in(&mut browser, &page, name, "wrong").await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
}

/// A world in which so many passwords were tried, by each of ada's names in turn.
async fn after_guesses(number: u32) -> World {
    guessed_at(World::in_memory().await, number).await
}

async fn guessed_at(world: World, number: u32) -> World {
    world.ada().await;
    for number in 0..number {
        let name = ["ada", "Ada@Example.Test"][usize::try_from(number).unwrap() % 2];
        guess(&world, name, number).await;
    }
    world.advance(61);
    world
}

/// Types the right password in a new browser; gives it and the page after.
async fn right_password(world: &World, name: &str) -> (Browser, Answer) {
    let (mut browser, page) = at_login(world, "192.0.2.1").await;
    let answer = type_in(&mut browser, &page, name, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    let location = answer.location().to_owned();
    let page = browser.get(&location).await;
    (browser, page)
}

fn asks_for_mailed_code(page: &Answer) -> bool {
    page.body.contains("Enter the code from your mail")
}

async fn codes(world: &World) -> Vec<Mail> {
    let mut mails = outbox(world).await;
    mails.retain(|mail| mail.kind == MailKind::SignInCode);
    mails
}

/// NIST SP 800-63B-4 §3.2.2: guesses over all names of an account add up.
#[tokio::test]
async fn after_many_guesses_a_password_takes_a_mailed_code() {
    let world = after_guesses(TOO_MANY).await;
    let (mut browser, page) = right_password(&world, "ada").await;
    assert!(asks_for_mailed_code(&page), "{page:?}");
    let before = browser.cookies[SESSION].clone();
    let mails = codes(&world).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "ada@example.test");
    let code = &mails[0].values["code"];
    let wrong = if code == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    for typed in [wrong, "", "ada"] {
        let answer = browser.submit(&page, &[("code", typed)]).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
        assert_eq!(browser.cookies[SESSION], before);
    }
    let answer = browser.submit(&page, &[("code", code)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    assert_ne!(browser.cookies[SESSION], before);
    // The owner was there: the guesses before count no more.
    let (_, page) = right_password(&world, "ada").await;
    assert!(!asks_for_mailed_code(&page), "{page:?}");
}

#[tokio::test]
async fn before_that_the_password_is_enough_and_ends_the_row() {
    let world = after_guesses(TOO_MANY - 1).await;
    let (_, page) = right_password(&world, "ada").await;
    assert!(!asks_for_mailed_code(&page), "{page:?}");
    for number in 0..TOO_MANY - 1 {
        guess(&world, "ada", number).await;
    }
    world.advance(61);
    let (_, page) = right_password(&world, "ada").await;
    assert!(!asks_for_mailed_code(&page), "{page:?}");
    assert_eq!(codes(&world).await.len(), 0);
}

/// The pages of the account, where a password is typed too, are no way to guess beside that.
#[tokio::test]
async fn guesses_at_the_pages_of_the_account_add_up() {
    let places = Places::new().await;
    for number in 0..5 {
        let address = format!("203.0.113.{number}");
        assert!(places.guess(Path::Deletion, &address, number).await);
    }
    for number in 5..TOO_MANY {
        guess(&places.world, "bob", number).await;
    }
    places.world.advance(61);
    let (_, page) = right_password(&places.world, "bob").await;
    assert!(asks_for_mailed_code(&page), "{page:?}");
}

/// Guessing slowly does not help: a row is remembered for a month.
#[tokio::test]
async fn slow_guesses_add_up() {
    let world = World::in_memory().await;
    world.ada().await;
    for number in 0..TOO_MANY {
        guess(&world, "ada", number).await;
        world.advance(86_400);
        world.app.store.purge(world.app.now(), 1_000).await.unwrap();
    }
    let (_, page) = right_password(&world, "ada").await;
    assert!(asks_for_mailed_code(&page), "{page:?}");
}

/// Who guesses sees the same for this account as for any other and for none.
#[tokio::test]
async fn a_guesser_does_not_see_that_a_code_would_be_asked_for() {
    let world = after_guesses(TOO_MANY + 5).await;
    let (browser, page) = at_login(&world, "192.0.2.3").await;
    let doubted = type_in(&mut browser.clone(), &page, "ada", "wrong").await;
    let unknown = type_in(&mut browser.clone(), &page, "eve", "wrong").await;
    assert_eq!(doubted.status, unknown.status);
    assert_eq!(doubted.body.replace("ada", "eve"), unknown.body);
}

/// The code is for the browser that gave the password, once, for ten minutes.
#[tokio::test]
async fn a_code_is_for_its_own_sign_in() {
    let world = after_guesses(TOO_MANY).await;
    let (mut first, page) = right_password(&world, "ada").await;
    let code = codes(&world).await[0].values["code"].clone();
    world.advance(61);
    let (mut second, _) = right_password(&world, "ada").await;
    let own = page_of(&mut second.clone(), &page).await;
    let other = second.submit(&own, &[("code", &code)]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    world.advance(601);
    let late = first.submit(&page, &[("code", &code)]).await;
    assert_eq!(late.status, StatusCode::SEE_OTHER, "{late:?}");
    assert!(late.location().contains("/login?"), "{late:?}");
}

/// The page under the same address, for another browser.
async fn page_of(browser: &mut Browser, page: &Answer) -> Answer {
    browser.get(&attribute(&page.body, "<form", "action")).await
}

/// RFC 6238 §5.2 holds for these too.
#[tokio::test]
async fn wrong_codes_are_few() {
    let world = after_guesses(TOO_MANY).await;
    let (browser, page) = right_password(&world, "ada").await;
    let code = codes(&world).await[0].values["code"].clone();
    let mut looked_at = 0;
    for number in 0..30 {
        let mut browser = browser.clone().at_address(format!("203.0.113.{number}"));
        let answer = browser.submit(&page, &[("code", "12345670")]).await;
        looked_at += u32::from(answer.status == StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(looked_at, 5);
    let mut browser = browser.at_address("203.0.113.99");
    let answer = browser.submit(&page, &[("code", &code)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
}

/// A second factor is a second proof, and the mail's link locks the account.
#[tokio::test]
async fn whoever_has_an_app_is_asked_for_that() {
    let world = World::in_memory().await;
    world.ada().await;
    let app = Authenticator::of(&world, "ada").await;
    for number in 0..TOO_MANY {
        guess(&world, "ada", number).await;
    }
    world.advance(61);
    let (mut browser, page) = right_password(&world, "ada").await;
    assert!(page.body.contains("Enter your code"), "{page:?}");
    assert_eq!(codes(&world).await.len(), 0);
    let answer = browser.submit(&page, &[("code", &app.next_code())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

#[tokio::test]
async fn the_mail_with_the_code_can_lock_the_account() {
    let world = after_guesses(TOO_MANY).await;
    right_password(&world, "ada").await;
    let lock = codes(&world).await[0].values["lock_link"].clone();
    assert_eq!(
        done(&press(&mut world.browser(), &lock, &[]).await),
        "account_locked"
    );
}

/// Nobody is locked out by strangers: who has no second proof to give is asked for none.
#[tokio::test]
async fn who_has_no_second_proof_is_not_locked_out() {
    let world = World::in_memory().await;
    let mut ada = world.ada().await;
    ada.email = None;
    ada.username = "ada2".to_owned();
    ada.id = vidimus::protocol::ids::UserId::parse("u-ada2").unwrap();
    let store = &world.app.store;
    store.create_user(&ada, &Effects::NONE).await.unwrap();
    for number in 0..TOO_MANY + 5 {
        guess(&world, "ada2", number).await;
    }
    world.advance(61);
    let (_, page) = right_password(&world, "ada2").await;
    assert!(!asks_for_mailed_code(&page), "{page:?}");
}

/// The owner signs in on a known device after so many guesses of others; gives it and the answer.
async fn known_among_guesses() -> (World, Browser, Answer) {
    let world = World::in_memory().await;
    world.ada().await;
    let (mut known, _) = right_password(&world, "ada").await;
    for number in 0..TOO_MANY {
        guess(&world, "ada", number).await;
    }
    known.cookies.retain(|name, _| name.ends_with("_known"));
    let client = world.client(ClientType::Web).await;
    let page = to_login(&mut known, &client.authorize_url(&[])).await;
    let answer = type_in(&mut known, &page, "ada", PASSWORD).await;
    (world, known, answer)
}

/// The owner on a known device is asked for nothing more.
#[tokio::test]
async fn a_known_device_is_not_doubted() {
    let (world, _, answer) = known_among_guesses().await;
    assert!(!answer.location().contains("mailed-code"), "{answer:?}");
    // That was no stranger, and strangers stay doubted.
    world.advance(61);
    let (_, page) = right_password(&world, "ada").await;
    assert!(asks_for_mailed_code(&page), "{page:?}");
}

/// A link in the mailbox is a second proof as well: whoever resets the password goes on.
#[tokio::test]
async fn a_reset_ends_the_doubt() {
    let world = after_guesses(TOO_MANY).await;
    let fields = [("email", "ada@example.test")];
    fill(&mut world.browser(), "/forgot-password", &fields).await;
    let mails = outbox(&world).await;
    let mail = mails
        .iter()
        .find(|mail| mail.kind == MailKind::ResetPassword);
    let link = mail.unwrap().values["link"].clone();
    let answer = press(&mut world.browser(), &link, &[("password", CHOSEN)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let (mut browser, page) = at_login(&world, "192.0.2.1").await;
    let answer = type_in(&mut browser, &page, "ada", CHOSEN).await;
    assert!(!answer.location().contains("mailed-code"), "{answer:?}");
}

/// Mails to the owner that strangers can ask for are not those that the owner needs.
#[tokio::test]
async fn no_stranger_uses_up_the_codes_of_an_owner() {
    let store = SqliteStore::in_memory().await.unwrap();
    let mut shared = Shared::over(std::sync::Arc::new(store));
    shared.links.per_mailbox = Quota {
        burst: 3,
        interval: Lifetime::seconds(3_600),
    };
    let world = guessed_at(World::node(&shared).await, TOO_MANY).await;
    let mut asked = StatusCode::OK;
    for number in 0..4 {
        let mut stranger = world.browser().at_address(format!("203.0.113.{number}"));
        let fields = [("email", "ada@example.test")];
        asked = fill(&mut stranger, "/forgot-password", &fields)
            .await
            .status;
    }
    assert_eq!(asked, StatusCode::TOO_MANY_REQUESTS);
    let (mut browser, page) = right_password(&world, "ada").await;
    let code = codes(&world).await[0].values["code"].clone();
    let answer = browser.submit(&page, &[("code", &code)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

/// Whoever knows the password fills no mailbox with it.
#[tokio::test]
async fn codes_are_mailed_so_often_and_no_more() {
    let world = after_guesses(TOO_MANY).await;
    for _ in 0..5 {
        right_password(&world, "ada").await;
        world.advance(61);
    }
    let (mut browser, page) = at_login(&world, "192.0.2.1").await;
    let answer = type_in(&mut browser, &page, "ada", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    assert_eq!(codes(&world).await.len(), 5);
    world.advance(600);
    right_password(&world, "ada").await;
}

/// A stolen session has no guesses of its own; its owner signs in once more.
#[tokio::test]
async fn a_doubted_password_changes_and_deletes_nothing() {
    let (world, mut known, _) = known_among_guesses().await;
    world.advance(61);
    let current = [("current", PASSWORD), ("password", CHOSEN)];
    let named = [("username", "ada"), ("password", PASSWORD)];
    for (path, form, fields) in [
        ("/account/password", "id=\"current-password\"", current),
        ("/account/data", "id=\"confirm-username\"", named),
    ] {
        let page = known.get(path).await;
        assert!(page.body.contains(form), "{page:?}");
        let csrf = attribute(&page.body, "name=\"csrf\"", "value");
        let action = if path == "/account/data" {
            "/account/data/delete"
        } else {
            path
        };
        let fields = [vec![("csrf", &*csrf)], fields.to_vec()].concat();
        let answer = known.post(action, &fields).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
        assert!(
            answer.body.contains("Too many wrong passwords"),
            "{answer:?}"
        );
        world.advance(61);
    }
    let (mut browser, page) = right_password(&world, "ada").await;
    let code = codes(&world).await[0].values["code"].clone();
    browser.submit(&page, &[("code", &code)]).await;
    let page = browser.get("/account/password").await;
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let fields = [vec![("csrf", &*csrf)], current.to_vec()].concat();
    let answer = browser.post("/account/password", &fields).await;
    assert!(
        answer.location().contains("notice=password-changed"),
        "{answer:?}"
    );
}

/// Where a second factor is demanded, it is set up after the code and not in its place.
#[tokio::test]
async fn a_mailed_code_is_no_second_factor() {
    let world = after_guesses(TOO_MANY).await;
    let realm = RealmId::default_realm();
    let mut row = world.app.store.realm(&realm).await.unwrap().unwrap();
    row.settings.second_factor = vidimus::protocol::realm::SecondFactorRule::Required;
    let changed = world.app.store.update_realm(&row, &[]).await.unwrap();
    assert_eq!(changed, Change::Changed);
    world.advance(2);
    let (mut browser, page) = right_password(&world, "ada").await;
    assert!(asks_for_mailed_code(&page), "{page:?}");
    assert!(!page.body.contains("id=\"remember\""));
    let code = codes(&world).await[0].values["code"].clone();
    let answer = browser.submit(&page, &[("code", &code)]).await;
    assert!(answer.location().contains("/login/set-up"), "{answer:?}");
}

/// A code that proves no mailbox is a sign-in that was refused.
#[tokio::test]
async fn wrong_codes_are_told() {
    let world = after_guesses(TOO_MANY).await;
    let (mut browser, page) = right_password(&world, "ada").await;
    for code in ["12345670", "no code"] {
        let answer = browser.submit(&page, &[("code", code)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let ada = world.person("ada").await.id;
    let told = recorded(&world).await;
    let told: Vec<_> = told
        .iter()
        .filter(|event| {
            event
                .detail
                .get("factor")
                .is_some_and(|factor| factor == "mail")
        })
        .map(|event| (event.kind.as_str(), event.user.clone()))
        .collect();
    let refused = ("sign_in.refused", Some(ada));
    assert_eq!(told, [refused.clone(), refused]);
}
