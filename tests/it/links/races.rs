//! Every link raced by many callers on two nodes is used once.

use http::StatusCode;
use vidimus::account::event::EventKind;
use vidimus::account::mail::MailKind;
use vidimus::account::user::User;
use vidimus::protocol::ids::RealmId;
use vidimus::store::{EventFilter, EventPlace, Page};

use super::invitations::invite;
use super::locking::link_to_ada;
use super::{CHOSEN, done, fill, link_of, open_sign_up, outbox, refusal};
use crate::support::browser::attribute;
use crate::support::racing::{one_winner, race};
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, Deployment, World};

/// Rounds for each kind of link: each round costs as many password hashes as there are callers.
const ROUNDS: usize = 3;

/// Everybody follows the link at once, each on one of the nodes, and presses the button.
async fn pressed_by_all(nodes: &[World], link: &str, fields: &[(&'static str, &str)]) -> Answer {
    let mut browser = nodes[0].browser();
    let page = browser.get(link).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let token = attribute(&page.body, "name=\"token\"", "value");
    let browsers: Vec<Browser> = nodes.iter().map(|node| browser.on(node)).collect();
    let fields: Vec<(&str, String)> = fields
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    let press = |browser: Browser, number: usize| {
        // Not their addresses hold them back.
        let mut browser = browser.at_address(format!("198.51.100.{number}"));
        let (page, token, fields) = (page.clone(), token.clone(), fields.clone());
        async move {
            let mut all = vec![("token", token.as_str())];
            all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
            loop {
                let answer = browser.submit(&page, &all).await;
                // Too many passwords are being hashed: nothing was spent.
                if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                    return answer;
                }
            }
        }
    };
    let answers = race(&browsers, press).await;
    let (good, bad) = one_winner(answers, |answer| answer.status == StatusCode::OK);
    for answer in &bad {
        assert_eq!(refusal(answer), "used");
    }
    good
}

async fn users(world: &World) -> usize {
    let page = Page {
        after: None,
        limit: 1000,
    };
    let users = world
        .app
        .store
        .list_users(&RealmId::default_realm(), &page)
        .await;
    users.unwrap().len()
}

/// Somebody's browser, signed in at a page of the account.
async fn at_account(world: &World, name: &str, page: &str) -> (Browser, Answer) {
    let mut browser = world.browser();
    let to_login = browser.get(page).await;
    let login = browser.get(to_login.location()).await;
    let fields = [("username", name), ("password", PASSWORD)];
    let answer = browser.submit(&login, &fields).await;
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    (browser, page)
}

/// Fills in a form of the account; gives the link of the mail of that kind to an address.
async fn mailed(
    world: &World,
    (name, page, form): (&str, &str, &str),
    fields: &[(&str, &str)],
    (kind, to): (MailKind, &str),
) -> String {
    let (mut browser, page) = at_account(world, name, page).await;
    let csrf = attribute(&page.body, "name=\"csrf\"", "value");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(form, &all).await;
    let mails = outbox(world).await;
    let mail = mails.iter().find(|mail| mail.to == to && mail.kind == kind);
    link_of(mail.unwrap_or_else(|| panic!("{mails:?}")))
}

/// How often it was told of a person.
async fn told(world: &World, user: &User, kind: EventKind) -> usize {
    let filter = EventFilter {
        user: Some(user.id.clone()),
        kind: Some(kind),
        ..EventFilter::default()
    };
    let store = &world.app.store;
    let told = store.list_events(&user.realm, &filter, EventPlace::After(0), 99);
    told.await.unwrap().len()
}

/// Both ends confirm a new address at once, half of the callers each: one waits, one changes it.
async fn both_ends_at_once(nodes: &[World], [confirm, agree]: [&str; 2]) {
    let mut browser = nodes[0].browser();
    let mut pages = Vec::new();
    for link in [confirm, agree] {
        let page = browser.get(link).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let token = attribute(&page.body, "name=\"token\"", "value");
        pages.push((page, token));
    }
    let browsers: Vec<Browser> = nodes.iter().map(|node| browser.on(node)).collect();
    let press = |mut browser: Browser, number: usize| {
        // Each end is pressed at each node.
        let (page, token) = pages[number / 2 % 2].clone();
        async move { browser.submit(&page, &[("token", &token)]).await }
    };
    let answers = race(&browsers, press).await;
    let (good, bad): (Vec<Answer>, Vec<Answer>) = answers
        .into_iter()
        .partition(|answer| answer.status == StatusCode::OK);
    let mut came: Vec<String> = good.iter().map(done).collect();
    came.sort();
    assert_eq!(came, ["address_awaited", "address_changed"]);
    for answer in &bad {
        assert_eq!(refusal(answer), "used");
    }
}

/// An address is changed once, and a deletion undone once, by whoever is first.
async fn each_link_of_an_account_is_used_once(nodes: &[World]) {
    let world = &nodes[0];
    for round in 0..ROUNDS {
        let name = format!("owner-{round}");
        let user = world.user(&RealmId::default_realm(), &name).await;
        let email = format!("new-{round}@example.test");
        let form = (name.as_str(), "/account/address", "/account/address");
        let about = (MailKind::ConfirmNewAddress, email.as_str());
        let confirm = mailed(world, form, &[("email", &email)], about).await;
        let mails = outbox(world).await;
        let agree = mails.iter().find(|mail| {
            mail.kind == MailKind::AgreeToNewAddress && mail.values["new_email"] == email
        });
        both_ends_at_once(nodes, [&confirm, &link_of(agree.unwrap())]).await;
        assert_eq!(told(world, &user, EventKind::AddressChangeAgreed).await, 1);
        assert_eq!(told(world, &user, EventKind::AddressChanged).await, 1);
        assert_eq!(world.person(&email).await.id, user.id);

        let form = (name.as_str(), "/account/data", "/account/data/delete");
        let fields = [("username", name.as_str()), ("password", PASSWORD)];
        let about = (MailKind::AccountDeleted, email.as_str());
        let link = mailed(world, form, &fields, about).await;
        assert!(!world.person(&name).await.stands());
        let won = pressed_by_all(nodes, &link, &[]).await;
        assert_eq!(done(&won), "account_restored");
        assert_eq!(told(world, &user, EventKind::UserRestored).await, 1);
        assert!(world.person(&name).await.stands());
    }
}

async fn each_link_is_used_once(nodes: &[World]) {
    let world = &nodes[0];
    world.ada().await;
    open_sign_up(world, None).await;
    for round in 0..ROUNDS {
        let before = users(world).await;
        let email = format!("person-{round}@example.test");
        let fields = [("email", email.as_str()), ("password", CHOSEN)];
        fill(&mut world.browser(), "/sign-up", &fields).await;
        let mails = outbox(world).await;
        let mail = mails.iter().find(|mail| mail.to == email).unwrap();
        let won = pressed_by_all(nodes, &link_of(mail), &[("password", CHOSEN)]).await;
        assert_eq!(done(&won), "account_made");
        assert_eq!(users(world).await, before + 1);

        fill(
            &mut world.browser(),
            "/forgot-password",
            &[("email", &email)],
        )
        .await;
        let mails = outbox(world).await;
        let resets = |mail: &&vidimus::account::mail::Mail| {
            mail.to == email && mail.kind == MailKind::ResetPassword
        };
        let mail = mails.iter().find(resets).unwrap();
        let won = pressed_by_all(nodes, &link_of(mail), &[("password", CHOSEN)]).await;
        assert_eq!(done(&won), "password_set");
        let told = outbox(world).await;
        let told = told
            .iter()
            .filter(|mail| mail.to == email && mail.kind == MailKind::PasswordChanged);
        assert_eq!(told.count(), 1, "only the one that has set it is told of");
    }
    let before = users(world).await;
    let invitation = invite(world).await;
    let won = pressed_by_all(nodes, &invitation, &[("password", CHOSEN)]).await;
    assert_eq!(done(&won), "account_made");
    assert_eq!(users(world).await, before + 1);
    let lock = link_to_ada(world).await;
    let won = pressed_by_all(nodes, &lock, &[]).await;
    assert_eq!(done(&won), "account_locked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_link_is_used_once_over_one_file() {
    let deployment = Deployment::sqlite();
    each_link_is_used_once(&deployment.two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_link_is_used_once_in_a_cluster() {
    let deployment = Deployment::cluster().await;
    each_link_is_used_once(&deployment.two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_link_of_an_account_is_used_once_over_one_file() {
    let deployment = Deployment::sqlite();
    each_link_of_an_account_is_used_once(&deployment.two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_link_of_an_account_is_used_once_in_a_cluster() {
    let deployment = Deployment::cluster().await;
    each_link_of_an_account_is_used_once(&deployment.two_nodes().await).await;
}
