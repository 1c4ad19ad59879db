//! A password that must be changed is changed before there is a session.

use http::StatusCode;
use http::header::SET_COOKIE;
use vidimus::account::mail::MailKind;
use vidimus::account::user::User;
use vidimus::http::ROUTES;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::secret::Digest;
use vidimus::store::{Change, Effects};

use crate::links::outbox;
use crate::protection::ban;
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::signed_in::SignedIn;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, TestClient, World};

const NEW: &str = "plane-jar-ostrich";

/// Says that the password of `ada` must be changed.
async fn mark(world: &World, user: &User) {
    let (store, now) = (&world.app.store, world.app.now());
    let none = Effects::NONE;
    let marked = store.set_must_change_password(&user.realm, &user.id, true, &none, now);
    assert_eq!(marked.await.unwrap(), Change::Changed);
}

async fn marked() -> (World, User, TestClient) {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    mark(&world, &ada).await;
    let client = world.client(ClientType::Web).await;
    (world, ada, client)
}

fn chooses(page: &Answer) -> bool {
    page.body.contains("id=\"choose-submit\"")
}

/// Types a password at the step; follows to the client.
async fn choose(browser: &mut Browser, page: &Answer, password: &str) -> Answer {
    let answer = browser.submit(page, &[("password", password)]).await;
    if answer.status != StatusCode::SEE_OTHER {
        return answer;
    }
    let location = answer.location().to_owned();
    if location.starts_with("https://rp.example.test") {
        return answer;
    }
    browser.authorize(&location, "ada").await
}

#[tokio::test]
async fn the_right_password_leads_to_a_page_for_another_one() {
    let (world, ada, client) = marked().await;
    let mut browser = world.browser();
    let page = browser.authorize(&client.authorize_url(&[]), "ada").await;
    assert!(chooses(&page), "{page:?}");
    for part in [
        "id=\"password\" autocomplete=\"new-password\" minlength=\"15\" passwordrules=\"minlength: 15;\"",
        "id=\"username\" value=\"ada\" dir=\"auto\" autocomplete=\"username\" readonly",
    ] {
        assert!(page.body.contains(part), "{part} in {page:?}");
    }
    let answer = choose(&mut browser, &page, NEW).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    let after = world.app.store.user(&ada.realm, &ada.id).await.unwrap();
    let after = after.unwrap();
    assert!(!after.must_change_password);
    assert_ne!(after.password_hash, ada.password_hash);
    let kinds: Vec<MailKind> = outbox(&world).await.iter().map(|mail| mail.kind).collect();
    assert_eq!(kinds, [MailKind::PasswordChanged]);
    // From now on the old password is worth nothing, and the new one asks for nothing.
    let mut another = world.browser();
    let page = another.get(&client.authorize_url(&[])).await;
    let page = another.get(page.location()).await;
    let form = |password| [("username", "ada"), ("password", password)];
    let old = another.submit(&page, &form(PASSWORD)).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = another.submit(&page, &form(NEW)).await;
    assert!(!new.location().contains("/login/"), "{new:?}");
}

#[tokio::test]
async fn the_same_or_a_weak_password_is_not_taken_and_all_reasons_are_told() {
    let (world, ada, client) = marked().await;
    let mut browser = world.browser();
    let page = browser.authorize(&client.authorize_url(&[]), "ada").await;
    let weak = choose(&mut browser, &page, "password").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "aria-invalid=\"true\" aria-describedby=\"password-weaknesses password-hint\"",
        "at least 15 characters",
        "Many people use it",
        "role=\"alert\"",
        "Error: ",
    ] {
        assert!(weak.body.contains(part), "{part} in {weak:?}");
    }
    let same = choose(&mut browser, &weak, PASSWORD).await;
    assert!(same.body.contains("You have used it before."), "{same:?}");
    let after = world.app.store.user(&ada.realm, &ada.id).await.unwrap();
    assert!(after.unwrap().must_change_password);
    let answer = choose(&mut browser, &same, NEW).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// The sessions that there were end, and with them their grants; the page's own is new.
#[tokio::test]
async fn every_other_session_ends() {
    let world = World::beside_apps().await;
    let ada = world.ada().await;
    let scope = "openid offline_access";
    let mut there = SignedIn::at(&world, scope, |_| {}).await;
    let mut here = SignedIn::at(&world, scope, |_| {}).await;
    mark(&world, &ada).await;
    there.must_sign_in_again().await;
    world.advance(1);
    let again = here.client.authorize_url(&[("prompt", "login")]);
    let page = here.browser.authorize(&again, "ada").await;
    assert!(chooses(&page), "{page:?}");
    let answer = choose(&mut here.browser, &page, NEW).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    assert!(here.is_signed_in().await);
    there.must_sign_in_again().await;
    for signed_in in [&here, &there] {
        let token = signed_in.token("refresh_token");
        let answer = signed_in.client.refresh(&token).await;
        assert_eq!(answer.error(), "invalid_grant");
        let token = signed_in.token("access_token");
        assert!(!signed_in.client.is_active(&token).await);
    }
}

#[tokio::test]
async fn a_form_that_is_not_ours_changes_nothing() {
    let (world, ada, client) = marked().await;
    let mut browser = world.browser();
    let page = browser.authorize(&client.authorize_url(&[]), "ada").await;
    let action = attribute(&page.body, "<form", "action");
    for fields in [
        &[("password", NEW)][..],
        &[("password", NEW), ("csrf", "wrong")],
    ] {
        let answer = browser.post(&action, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let after = world.app.store.user(&ada.realm, &ada.id).await.unwrap();
    assert_eq!(after.unwrap().password_hash, ada.password_hash);
}

/// Each attempt costs a hash.
#[tokio::test]
async fn attempts_at_another_password_are_counted() {
    let (world, _, client) = marked().await;
    let mut browser = world.browser();
    let page = browser.authorize(&client.authorize_url(&[]), "ada").await;
    for _ in 0..20 {
        let answer = choose(&mut browser, &page, "password").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    panic!("nobody is slowed down");
}

#[tokio::test]
async fn a_second_factor_comes_first() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let app = Authenticator::of(&world, "ada").await;
    mark(&world, &ada).await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let factor = browser.authorize(&client.authorize_url(&[]), "ada").await;
    assert!(factor.body.contains("id=\"factor-submit\""), "{factor:?}");
    let action = attribute(&factor.body, "<form", "action");
    let ahead = browser
        .get(&action.replace("/login/factor", "/login/new-password"))
        .await;
    assert!(ahead.location().contains("/login/factor"), "{ahead:?}");
    let action = action.replace("/login/factor", "/login/new-password");
    let csrf = attribute(&factor.body, "name=\"csrf\"", "value");
    let fields = [("csrf", csrf.as_str()), ("password", NEW)];
    let ahead = browser.post(&action, &fields).await;
    assert!(ahead.location().contains("/login?"), "{ahead:?}");
    let after = world.app.store.user(&ada.realm, &ada.id).await.unwrap();
    assert_eq!(after.unwrap().password_hash, ada.password_hash);
    let code = app.next_code();
    let next = browser.submit(&factor, &[("code", &code)]).await;
    assert!(next.location().contains("/login/new-password"), "{next:?}");
    let page = browser.get(next.location()).await;
    // Eight characters do beside a second factor.
    assert!(page.body.contains("minlength=\"8\""), "{page:?}");
    let answer = choose(&mut browser, &page, "kX9!mQ2p").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// A session from before the mark opens nothing more: it leads to a sign-in, which asks for the
/// change.
#[tokio::test]
async fn a_live_session_leads_to_a_new_sign_in() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let client = world.client(ClientType::Web).await;
    let (request, silent) = (
        client.authorize_url(&[]),
        client.authorize_url(&[("prompt", "none")]),
    );
    let mut browser = world.browser();
    browser.authorize(&request, "ada").await;
    let answer = browser.get(&silent).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    mark(&world, &ada).await;
    let error = browser.get(&silent).await.param("error");
    assert_eq!(error.as_deref(), Some("login_required"));
    for page in ["/account", "/account/password", "/account/factors"] {
        let answer = browser.get(page).await;
        assert!(answer.location().contains("/login?account="), "{answer:?}");
    }
    let page = browser.authorize(&request, "ada").await;
    assert!(chooses(&page), "{page:?}");
    let answer = choose(&mut browser, &page, NEW).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    let account = browser.get("/account").await;
    assert_eq!(account.status, StatusCode::OK, "{account:?}");
}

#[tokio::test]
async fn a_live_session_can_still_be_ended() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    let cookie = browser.cookies["__Host-vidimus_session"].clone();
    mark(&world, &ada).await;
    let page = browser.get("/end_session").await;
    browser.submit(&page, &[("decision", "confirm")]).await;
    let (store, cookie) = (&world.app.store, Digest::of(&cookie));
    let facts = store.session_facts(&ada.realm, &cookie, None).await;
    assert!(facts.unwrap().unwrap().session.ended_at.is_some());
}

/// Whoever shares the address of an attacker gets in where they are known.
#[tokio::test]
async fn a_known_device_chooses_from_a_banned_address() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    browser.cookies.retain(|name, _| name.ends_with("_known"));
    mark(&world, &ada).await;
    let (mut pages, mut browsers) = (Vec::new(), [world.browser(), browser]);
    for browser in &mut browsers {
        let page = browser.authorize(&client.authorize_url(&[]), "ada").await;
        assert!(chooses(&page), "{page:?}");
        pages.push(page);
    }
    ban(&world, "192.0.2.7").await;
    let [stranger, known] = &mut browsers;
    let answer = choose(stranger, &pages[0], NEW).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    // As often as anybody signs in; each costs a hash.
    let mut weak = known.submit(&pages[1], &[("password", "password")]).await;
    for _ in 0..10 {
        if weak.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        weak = known.submit(&pages[1], &[("password", "password")]).await;
    }
    assert_eq!(weak.status, StatusCode::TOO_MANY_REQUESTS, "{weak:?}");
    world.advance(60);
    let answer = choose(known, &pages[1], NEW).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

#[tokio::test]
async fn the_account_is_an_errand_like_any_other() {
    let (world, ..) = marked().await;
    let mut browser = world.browser();
    let page = browser
        .get(&world.url(&RealmId::default_realm(), "/account"))
        .await;
    let page = browser.authorize(page.location(), "ada").await;
    assert!(chooses(&page), "{page:?}");
    let answer = browser.submit(&page, &[("password", NEW)]).await;
    assert!(answer.location().ends_with("/account"), "{answer:?}");
    let account = browser.get(answer.location()).await;
    assert_eq!(account.status, StatusCode::OK);
}

/// A mark that is set while somebody signs in ends that sign-in.
#[tokio::test]
async fn a_sign_in_that_was_begun_before_the_mark_is_void() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let app = Authenticator::of(&world, "ada").await;
    let client = world.client(ClientType::Web).await;
    let mut browser = world.browser();
    let factor = browser.authorize(&client.authorize_url(&[]), "ada").await;
    mark(&world, &ada).await;
    let code = app.next_code();
    let next = browser.submit(&factor, &[("code", &code)]).await;
    assert!(next.location().contains("/login?"), "{next:?}");
}

/// Every address of the server, with every query that is at hand and with everything that forms
/// have but a good new password, in both orders.
#[tokio::test]
async fn no_address_opens_anything_before_the_password_is_changed() {
    let (world, ada, client) = marked().await;
    let mut browser = world.browser();
    let page = browser.authorize(&client.authorize_url(&[]), "ada").await;
    assert!(chooses(&page), "{page:?}");
    let action = attribute(&page.body, "<form", "action");
    let sealed = action.split_once('?').unwrap().1.to_owned();
    let request = client.authorize_url(&[]);
    let request = request.split_once('?').unwrap().1.to_owned();
    let queries = [
        String::new(),
        format!("{request}&prompt=none"),
        request,
        sealed,
        "account=password".to_owned(),
    ];
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let half = browser.cookies["__Host-vidimus_signin"].clone();
    let fields = [
        ("csrf", csrf.as_str()),
        ("password", PASSWORD),
        ("current", PASSWORD),
        ("decision", "approve"),
        ("code", "000000"),
        ("token", &half),
        ("email", "ada@example.test"),
        ("action", "codes"),
    ];
    let mut routes = ROUTES.to_vec();
    for _order in 0..2 {
        for route in &routes {
            let path = route.path.replace("{client_id}", client.id());
            let path = path.replace("{file}", "style.css");
            for query in &queries {
                let address = format!("{path}?{query}");
                let shown = browser.get(&address).await;
                must_open_nothing(&world, &browser, (&address, &shown)).await;
                let posted = browser.post(&address, &fields).await;
                must_open_nothing(&world, &browser, (&address, &posted)).await;
            }
        }
        routes.reverse();
    }
    let after = world.app.store.user(&ada.realm, &ada.id).await.unwrap();
    assert_eq!(after.unwrap().password_hash, ada.password_hash);
}

async fn must_open_nothing(world: &World, browser: &Browser, (asked, answer): (&str, &Answer)) {
    let set = answer.headers.get_all(SET_COOKIE).iter().map(|header| {
        let text = header.to_str().unwrap().split(';').next().unwrap();
        text.split_once('=').unwrap().1.to_owned()
    });
    let realm = RealmId::default_realm();
    for cookie in browser.cookies.values().cloned().chain(set) {
        let store = &world.app.store;
        let facts = store
            .session_facts(&realm, &Digest::of(&cookie), None)
            .await;
        assert!(facts.unwrap().is_none(), "a session after {asked}");
    }
    // What is sent on to one of our own pages is what came in.
    let outside = |location: &&str| !location.starts_with("https://id.example.test/");
    if let Some(location) = answer.header("location").filter(outside) {
        let location = location
            .replace("response_type=code", "")
            .replace("user_code=", "");
        for given in ["code=", "access_token=", "id_token="] {
            assert!(!location.contains(given), "{location} after {asked}");
        }
    }
    for content in ["access_token\"", "Ada Lovelace", "consent-approve"] {
        assert!(!answer.body.contains(content), "{asked}: {answer:?}");
    }
}
