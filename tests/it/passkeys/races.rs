//! Answers raced by many callers on two nodes count once.

use tokio::task::JoinSet;
use vidimus::account::event::Caller;
use vidimus::flows::passkeys::sign_in::sign_in;
use vidimus::flows::sign_in_steps::{Progress, Visitor};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::second_factor::Demand;

use super::{SESSION, add, login_page, options};
use crate::support::passkey::{Says, SoftPasskey};
use crate::support::{Deployment, World};

const CALLERS: usize = 64;

/// One answer from one browser, sent by many at once. Each comes from an address of its own: what
/// decides is the ceremony, not the count.
async fn one_answer_signs_in_once(nodes: &[World]) {
    let world = &nodes[0];
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let mut key = SoftPasskey::new(true);
    add(&mut world.browser(), &mut key, "ada").await;
    let mut browser = world.browser();
    let page = login_page(&mut browser, &client.authorize_url(&[])).await;
    let asked = options(&mut browser, &page).await;
    let answer = key.answer(&asked, &Says::truth());
    let cookie = browser.cookies[SESSION].clone();
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let node = nodes[number % nodes.len()].clone();
        let (answer, cookie) = (answer.clone(), cookie.clone());
        callers.spawn(async move {
            let (realm, caller) = (RealmId::default_realm(), Caller::default());
            let visitor = Visitor {
                realm: &realm,
                caller: &caller,
                session: Some(&cookie),
                sign_in: None,
                device: None,
                known: None,
                demand: Demand::NONE,
                may_step_up: false,
            };
            let address = format!("192.0.2.{number}").parse().unwrap();
            let progress = sign_in(&node.app, visitor, &answer, address).await;
            matches!(progress, Ok(Progress::SignedIn(_)))
        });
    }
    let outcomes = callers.join_all().await;
    let taken = outcomes.iter().filter(|one| **one).count();
    assert_eq!(taken, 1, "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_signs_in_once_on_two_nodes() {
    one_answer_signs_in_once(&Deployment::sqlite().two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_signs_in_once_on_a_cluster() {
    let deployment = Deployment::cluster().await;
    one_answer_signs_in_once(&deployment.two_nodes().await).await;
}
