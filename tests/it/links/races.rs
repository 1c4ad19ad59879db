//! Every link raced by many callers on two nodes is used once.

use http::StatusCode;
use vidimus::account::mail::MailKind;
use vidimus::protocol::ids::RealmId;
use vidimus::store::Page;

use super::invitations::invite;
use super::locking::link_to_ada;
use super::{CHOSEN, done, fill, link_of, open_sign_up, outbox, refusal};
use crate::support::browser::attribute;
use crate::support::racing::{one_winner, race};
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
