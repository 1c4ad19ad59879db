//! What is not true about a passkey is refused, and nobody is told what it was.

use http::StatusCode;
use vidimus::account::event::EventKind;
use vidimus::account::user::AccountSwitch;
use vidimus::store::factors::FactorRemoval;
use vidimus::store::{Change, Effects};

use super::{
    SESSION, SIGN_IN, add, events_of, login_page, open, options, passkeys_of, refused, send,
    sign_in, to_client, with_passkey,
};
use crate::protection::ban;
use crate::support::passkey::{Named, Says, SoftPasskey};
use crate::support::{Answer, Browser, World};

/// No session was opened, and nothing says why.
fn opens_nothing(browser: &Browser, answer: &Answer) {
    assert!(refused(answer), "{answer:?}");
    assert!(!browser.cookies.contains_key(SIGN_IN));
    for word in ["origin", "signature", "counter", "disabled", "locked"] {
        assert!(!answer.body.contains(word), "{word} in {answer:?}");
    }
}

/// The truth, but for one thing.
fn lies() -> Vec<(&'static str, Says)> {
    vec![
        (
            "origin",
            Says::but(|says| says.origin = "https://evil.test".to_owned()),
        ),
        (
            "port",
            Says::but(|says| says.origin = "https://id.example.test:444".to_owned()),
        ),
        (
            "subdomain",
            Says::but(|says| says.origin = "https://a.id.example.test".to_owned()),
        ),
        (
            "scheme",
            Says::but(|says| says.origin = "http://id.example.test".to_owned()),
        ),
        (
            "rp id",
            Says::but(|says| says.rp_id = "evil.test".to_owned()),
        ),
        (
            "challenge",
            Says::but(|says| says.challenge = Some("AAAA".to_owned())),
        ),
        (
            "handle",
            Says::but(|says| says.named = Named::Other(vec![7; 16])),
        ),
        ("no handle", Says::but(|says| says.named = Named::Nobody)),
        ("not verified", Says::but(|says| says.verified = false)),
        ("frame", Says::but(|says| says.in_frame = true)),
        (
            "page around it",
            Says::but(|says| says.top_origin = Some("https://evil.test".to_owned())),
        ),
        ("signature", Says::but(|says| says.signature_broken = true)),
    ]
}

/// WebAuthn §7.2: origin, RP ID, challenge, user, verification, signature.
#[tokio::test]
async fn refuses_what_is_not_true() {
    let (world, client, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    for (lie, says) in lies() {
        // What is tried from one address is counted.
        world.advance(300);
        let mut browser = world.browser();
        let answer = sign_in(&mut browser, &client, &mut key, &says).await;
        assert!(refused(&answer), "{lie}: {answer:?}");
        opens_nothing(&browser, &answer);
        let silent = browser
            .get(&client.authorize_url(&[("prompt", "none")]))
            .await;
        assert_eq!(
            silent.param("error").as_deref(),
            Some("login_required"),
            "{lie}"
        );
    }
    assert!(
        events_of(&world, &ada)
            .await
            .contains(&EventKind::SignInRefused)
    );
    let mut browser = world.browser();
    let answer = sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
    assert!(
        to_client(&mut browser, &answer)
            .await
            .param("code")
            .is_some()
    );
}

#[tokio::test]
async fn refuses_an_answer_that_was_given_before() {
    let (world, client, mut key) = with_passkey(true).await;
    let mut browser = world.browser();
    let page = login_page(&mut browser, &client.authorize_url(&[])).await;
    let asked = options(&mut browser, &page).await;
    let answer = key.answer(&asked, &Says::truth());
    // The browser that was asked, before its cookie changes.
    let mut thief = browser.clone();
    let first = send(&mut browser, &page, &answer).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{first:?}");
    let second = send(&mut thief, &page, &answer).await;
    opens_nothing(&thief, &second);
}

#[tokio::test]
async fn refuses_the_challenge_of_another_browser() {
    let (world, client, mut key) = with_passkey(true).await;
    let (mut asked, mut other) = (world.browser(), world.browser());
    let page = login_page(&mut asked, &client.authorize_url(&[])).await;
    let options = options(&mut asked, &page).await;
    let answer = key.answer(&options, &Says::truth());
    let others = login_page(&mut other, &client.authorize_url(&[])).await;
    let refused = send(&mut other, &others, &answer).await;
    opens_nothing(&other, &refused);
    // Whoever was asked may still answer: a stranger's try spends nothing.
    let answer = send(&mut asked, &page, &answer).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

/// A challenge of the account page signs nobody in, and one of the login page makes no passkey.
#[tokio::test]
async fn refuses_the_challenge_of_another_purpose() {
    let (world, client, mut key) = with_passkey(true).await;
    world.user(&world.person("ada").await.realm, "bob").await;
    let mut browser = world.browser();
    let page = open(&mut browser, "/account/passkeys/add", "bob").await;
    let making = options(&mut browser, &page).await;
    let login = client.authorize_url(&[("prompt", "login")]);
    let login = login_page(&mut browser, &login).await;
    let answer = key.answer(&making, &Says::truth());
    let answer = send(&mut browser, &login, &answer).await;
    assert!(refused(&answer), "{answer:?}");
    let mut asking = options(&mut browser, &login).await;
    asking["user"] = making["user"].clone();
    let made = SoftPasskey::new(true).register(&asking, &Says::truth());
    let answer = send(&mut browser, &page, &made).await;
    assert!(refused(&answer), "{answer:?}");
    let bob = world.person("bob").await;
    assert_eq!(passkeys_of(&world, &bob).await, []);
}

#[tokio::test]
async fn refuses_a_ceremony_that_took_too_long() {
    let (world, client, mut key) = with_passkey(true).await;
    let mut browser = world.browser();
    let page = login_page(&mut browser, &client.authorize_url(&[])).await;
    let asked = options(&mut browser, &page).await;
    world.advance(601);
    let answer = key.answer(&asked, &Says::truth());
    let answer = send(&mut browser, &page, &answer).await;
    opens_nothing(&browser, &answer);
    assert!(answer.body.contains("That took too long."), "{answer:?}");
}

/// WebAuthn §6.1.1
#[tokio::test]
async fn refuses_a_counter_that_does_not_go_forward() {
    let (world, client, mut key) = with_passkey(false).await;
    let ada = world.person("ada").await;
    for (counter, taken) in [(10, true), (10, false), (9, false), (0, false), (11, true)] {
        let says = Says {
            counter: Some(counter),
            ..Says::truth()
        };
        let mut browser = world.browser();
        let answer = sign_in(&mut browser, &client, &mut key, &says).await;
        assert_eq!(refused(&answer), !taken, "{counter}: {answer:?}");
        if !taken {
            assert_eq!(events_of(&world, &ada).await[0], EventKind::PasskeyCopied);
        }
    }
    assert_eq!(passkeys_of(&world, &ada).await[0].counter, 11);
}

#[tokio::test]
async fn a_passkey_of_somebody_who_does_not_stand_opens_nothing() {
    let (world, client, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    for (off, on) in [
        (AccountSwitch::Disable, AccountSwitch::Enable),
        (AccountSwitch::Lock, AccountSwitch::Unlock),
        (AccountSwitch::Delete, AccountSwitch::Restore),
    ] {
        for (switch, taken) in [(off, false), (on, true)] {
            let now = world.app.now();
            let store = &world.app.store;
            let none = Effects::NONE;
            let done = store.switch_user(&ada.realm, &ada.id, switch, &none, now);
            assert_eq!(done.await.unwrap(), Change::Changed);
            world.advance(2);
            let mut browser = world.browser();
            let answer = sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
            assert_eq!(refused(&answer), !taken, "{switch:?}: {answer:?}");
            let told = events_of(&world, &ada).await;
            assert_eq!(told[0] == EventKind::SignInRefused, !taken, "{switch:?}");
            // What is not told of an account is not told of its passkey either.
            assert!(!answer.body.contains("signalUnknownCredential"));
        }
    }
}

/// Where the password must be changed first, a passkey leads there, and to no session.
#[tokio::test]
async fn a_password_that_must_be_changed_is_changed_first() {
    let (world, client, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    let (store, now) = (&world.app.store, world.app.now());
    let marked = store
        .set_must_change_password(&ada.realm, &ada.id, true, &Effects::NONE, now)
        .await;
    assert_eq!(marked.unwrap(), Change::Changed);
    let mut browser = world.browser();
    let answer = sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
    assert!(
        answer.location().contains("/login/new-password"),
        "{answer:?}"
    );
    assert!(browser.cookies.contains_key(SIGN_IN));
    let silent = browser
        .get(&client.authorize_url(&[("prompt", "none")]))
        .await;
    assert_eq!(silent.param("error").as_deref(), Some("login_required"));
    let page = browser.get(answer.location()).await;
    let password = [("password", "plane-jar-ostrich")];
    let answer = browser.submit(&page, &password).await;
    assert!(
        to_client(&mut browser, &answer)
            .await
            .param("code")
            .is_some()
    );
}

#[tokio::test]
async fn a_removed_passkey_opens_nothing_and_is_forgotten() {
    let (world, client, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    let id = passkeys_of(&world, &ada).await[0].id.clone();
    let now = world.app.now();
    let owner = (&ada.realm, &ada.id);
    let store = &world.app.store;
    let removal = store
        .remove_passkey(owner, &id, false, &Effects::NONE, now)
        .await;
    assert_eq!(removal.unwrap(), FactorRemoval::Removed);
    let mut browser = world.browser();
    let answer = sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
    opens_nothing(&browser, &answer);
    assert!(
        answer.body.contains("signalUnknownCredential"),
        "{answer:?}"
    );
}

/// A form of another site, or one without our token, asks for nothing and opens nothing.
#[tokio::test]
async fn refuses_forms_that_are_not_ours() {
    let (world, client, mut key) = with_passkey(true).await;
    let mut browser = world.browser();
    let page = login_page(&mut browser, &client.authorize_url(&[])).await;
    let asked = options(&mut browser, &page).await;
    for path in [
        "/login/passkey/options",
        "/login/factor/passkey/options",
        "/account/passkeys/options",
    ] {
        let answer = browser.post(path, &[("csrf", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {answer:?}");
    }
    let answer = key.answer(&asked, &Says::truth());
    let mut forged = page.clone();
    forged.body = page
        .body
        .replace("name=\"csrf\" value=\"", "name=\"csrf\" value=\"x");
    let before = browser.cookies[SESSION].clone();
    let answer = send(&mut browser, &forged, &answer).await;
    assert!(refused(&answer), "{answer:?}");
    assert_eq!(browser.cookies[SESSION], before);
}

/// What a browser sends may be anything.
#[tokio::test]
async fn refuses_what_is_no_answer() {
    let (world, client, mut key) = with_passkey(true).await;
    let mut browser = world.browser();
    let page = login_page(&mut browser, &client.authorize_url(&[])).await;
    let asked = options(&mut browser, &page).await;
    let whole = key.answer(&asked, &Says::truth());
    let long = "x".repeat(20_000);
    // True, and longer than any answer.
    let padded = format!("{whole}{}", " ".repeat(20_000));
    for text in [
        padded.as_str(),
        "",
        "{}",
        "[]",
        "null",
        "\"",
        whole.get(1..).unwrap(),
        whole.get(..whole.len() / 2).unwrap(),
        &long,
    ] {
        let answer = send(&mut browser, &page, text).await;
        assert!(refused(&answer), "{text}: {answer:?}");
    }
}

/// Strangers cannot fill the record with ceremonies.
#[tokio::test]
async fn ceremonies_are_counted_by_address() {
    let world = World::in_memory().await;
    let client = world
        .client(vidimus::protocol::client::ClientType::Web)
        .await;
    let mut browser = world.browser();
    let page = login_page(&mut browser, &client.authorize_url(&[])).await;
    let csrf = super::csrf(&page);
    let mut last = StatusCode::OK;
    for _ in 0..200 {
        let fields = [("csrf", csrf.as_str())];
        last = browser.post("/login/passkey/options", &fields).await.status;
        if last != StatusCode::OK {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

/// Nobody tries passkeys without end: answers count as passwords do.
#[tokio::test]
async fn answers_are_counted_by_address() {
    let (world, client, _) = with_passkey(true).await;
    let mut browser = world.browser();
    let page = login_page(&mut browser, &client.authorize_url(&[])).await;
    for _ in 0..20 {
        let answer = send(&mut browser, &page, "{}").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        assert!(refused(&answer), "{answer:?}");
    }
    panic!("nobody is slowed down");
}

/// A passkey that is on another account already is not taken for a second one.
#[tokio::test]
async fn a_passkey_belongs_to_one_account() {
    let (world, _, mut key) = with_passkey(true).await;
    let ada = world.person("ada").await;
    world.user(&ada.realm, "bob").await;
    let answer = add(&mut world.browser(), &mut key, "bob").await;
    assert!(refused(&answer), "{answer:?}");
    assert_eq!(passkeys_of(&world, &ada).await.len(), 1);
    let bob = world.person("bob").await;
    assert_eq!(passkeys_of(&world, &bob).await, []);
}

/// Whoever shares the address of an attacker gets in where they are known; wrong answers there are
/// counted for their owner.
#[tokio::test]
async fn a_known_device_signs_in_from_a_banned_address() {
    let (world, client, mut key) = with_passkey(true).await;
    let known_only =
        |browser: &mut Browser| browser.cookies.retain(|name, _| name.ends_with("_known"));
    let mut browser = world.browser();
    sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
    known_only(&mut browser);
    assert_eq!(browser.cookies.len(), 1);
    ban(&world, "192.0.2.7").await;
    let mut stranger = world.browser();
    let answer = sign_in(&mut stranger, &client, &mut key, &Says::truth()).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    for _ in 0..8 {
        let answer = sign_in(&mut browser, &client, &mut key, &Says::truth()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        known_only(&mut browser);
    }
    let mut forged = key.forged();
    for number in 0..6 {
        let answer = sign_in(&mut browser, &client, &mut forged, &Says::truth()).await;
        let status = match number {
            5 => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        assert_eq!(answer.status, status, "{number}: {answer:?}");
    }
}
