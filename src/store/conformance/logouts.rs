//! The outbox of back-channel logout.

use super::{RACERS, START, VERIFIED, World, after, client, count_of, race, session};
use crate::account::user::AccountSwitch;
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, SessionId};
use crate::store::{
    Change, Effects, LogoutBacklog, LogoutDelivery, LogoutFilter, LogoutOutcome, NewFamily,
    RevocationMark, SharedStore,
};

const MONTH_SECONDS: u32 = 30 * 86_400;

/// A client that wants to be told.
async fn telling(world: &World, id: &str) -> Client {
    let mut client = client(&world.realm, id);
    client.metadata.backchannel_logout_uri = Some(format!("https://{id}.example/logout"));
    world.store.create_client(&client, &[]).await.unwrap();
    client
}

/// A redeemed grant of a client in a session.
async fn joins(world: &World, client: &ClientId, session: &SessionId) {
    let family = NewFamily {
        client: client.clone(),
        session: session.clone(),
        ..world.grant(&format!("f-{client}-{session}"))
    };
    world.redeemed(family).await;
}

async fn end(world: &World, session: &SessionId, second: u32) {
    let ended = world
        .store
        .end_session(&world.realm, session, &Effects::NONE, after(second))
        .await;
    assert_eq!(ended.unwrap(), Change::Changed);
}

async fn ledger(world: &World) -> Vec<LogoutDelivery> {
    world
        .store
        .list_logouts(&world.realm, LogoutFilter::All, 100)
        .await
        .unwrap()
}

/// One client in one session that has just ended.
async fn one_due(store: SharedStore) -> (World, LogoutDelivery) {
    let world = World::new(store).await;
    let notes = telling(&world, "notes").await;
    joins(&world, &notes.id, &world.session.id).await;
    end(&world, &world.session.id, 20).await;
    let due = world.store.due_logouts(after(20), 9, 9).await.unwrap();
    let [due] = <[LogoutDelivery; 1]>::try_from(due).unwrap();
    (world, due)
}

fn answered(answer: &str) -> LogoutOutcome {
    LogoutOutcome {
        answer: answer.to_owned(),
        delivered_at: None,
        next_attempt_at: None,
    }
}

/// Ending a session addresses each client that was given tokens in it and has an address, once.
pub async fn ending_a_session_addresses_its_clients(store: SharedStore) {
    let world = World::new(store).await;
    let [notes, mail, idle] = [
        telling(&world, "notes").await,
        telling(&world, "mail").await,
        telling(&world, "idle").await,
    ];
    let other = session(&world.user, "s-2");
    world
        .store
        .open_session(&other, VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    joins(&world, &notes.id, &world.session.id).await;
    joins(&world, &mail.id, &world.session.id).await;
    joins(&world, &mail.id, &other.id).await;
    // No address, and a code that nobody has spent.
    joins(&world, &world.client.id, &world.session.id).await;
    let unspent = NewFamily {
        client: idle.id,
        ..world.grant("f-unspent")
    };
    world.store.issue_code(&unspent).await.unwrap();
    world
        .redeemed(NewFamily {
            client: notes.id.clone(),
            ..world.offline_grant("f-again")
        })
        .await;
    let mail_off = Client {
        disabled_at: Some(START),
        ..mail
    };
    world.store.update_client(&mail_off, &[]).await.unwrap();
    for second in [20, 30] {
        end(&world, &world.session.id, second).await;
    }
    let delivery = LogoutDelivery {
        realm: world.realm.clone(),
        session: world.session.id.clone(),
        client: notes.id,
        user: world.user.id.clone(),
        uri: "https://notes.example/logout".to_owned(),
        created_at: after(20),
        next_attempt_at: Some(after(20)),
        attempts: 0,
        delivered_at: None,
        last_answer: None,
    };
    assert_eq!(ledger(&world).await, [delivery]);
    let elsewhere = world
        .store
        .list_logouts(&world.elsewhere, LogoutFilter::All, 9)
        .await;
    assert_eq!(elsewhere.unwrap(), []);
}

/// A new password and a switched-off account end sessions too.
pub async fn ending_a_person_addresses_the_clients_of_every_session(store: SharedStore) {
    let world = World::new(store).await;
    let notes = telling(&world, "notes").await;
    let (store, realm, user) = (&world.store, &world.realm, &world.user.id);
    joins(&world, &notes.id, &world.session.id).await;
    let marks = [world.mark(RevocationMark::User(user.clone()))];
    let change = world.new_password(after(20));
    store.change_password(&change).await.unwrap();
    assert_eq!(ledger(&world).await.len(), 1);
    let later = crate::account::session::Session {
        auth_time: after(30),
        created_at: after(30),
        ..session(&world.user, "s-2")
    };
    let proven = change.hash.as_str();
    store
        .open_session(&later, proven, &Effects::NONE)
        .await
        .unwrap();
    let family = NewFamily {
        client: notes.id.clone(),
        session: later.id.clone(),
        created_at: after(30),
        ..world.grant("f-later")
    };
    world.redeemed(family).await;
    store
        .switch_user(
            realm,
            user,
            AccountSwitch::Disable,
            &Effects::marks(marks.clone()),
            after(40),
        )
        .await
        .unwrap();
    let sessions: Vec<_> = ledger(&world)
        .await
        .into_iter()
        .map(|row| row.session)
        .collect();
    assert_eq!(
        sessions,
        [later.id, world.session.id.clone()],
        "the newest first"
    );
}

/// The clients of a session are told whatever they registered, revoked grants included.
pub async fn knows_the_clients_of_a_session(store: SharedStore) {
    let world = World::new(store).await;
    let notes = telling(&world, "notes").await;
    joins(&world, &notes.id, &world.session.id).await;
    joins(&world, &world.client.id, &world.session.id).await;
    end(&world, &world.session.id, 20).await;
    let (store, id) = (&world.store, &world.session.id);
    let clients = store.session_clients(&world.realm, id).await.unwrap();
    assert_eq!(clients, [notes, world.client.clone()]);
    assert_eq!(
        store.session_clients(&world.elsewhere, id).await.unwrap(),
        []
    );
}

/// A claimed attempt is nobody else's until the claim lapses; then it is the next attempt.
pub async fn a_claim_holds_until_it_lapses(store: SharedStore) {
    let (world, seen) = one_due(store).await;
    let store = &world.store;
    assert_eq!(
        store
            .claim_logout(&seen, after(19), after(80))
            .await
            .unwrap(),
        None
    );
    let claimed = store
        .claim_logout(&seen, after(20), after(80))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (claimed.attempts, claimed.next_attempt_at),
        (1, Some(after(80)))
    );
    assert_eq!(
        store
            .claim_logout(&seen, after(20), after(80))
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.due_logouts(after(79), 9, 9).await.unwrap(), []);
    let lapsed = store.due_logouts(after(80), 9, 9).await.unwrap();
    assert_eq!(lapsed, std::slice::from_ref(&claimed));
    let second = store
        .claim_logout(&claimed, after(80), after(140))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.attempts, 2);
    // The first attempt comes back from the dead.
    let late = store
        .settle_logout(&claimed, &answered("late"))
        .await
        .unwrap();
    assert_eq!(late, Change::NotFound);
    assert_eq!(ledger(&world).await, [second]);
}

/// Of many nodes that see a due delivery at once, one begins the attempt.
pub async fn begins_an_attempt_once_in_a_race(store: SharedStore) {
    let (world, seen) = one_due(store).await;
    let outcomes = race(|_| {
        let (store, seen) = (world.store.clone(), seen.clone());
        async move {
            let claim = store.claim_logout(&seen, after(20), after(80)).await;
            claim.unwrap().is_some()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &true), 1);
    assert_eq!(count_of(&outcomes, &false), RACERS - 1);
}

/// An outcome is written down, and says when to try again or that nobody does.
pub async fn writes_down_what_came_of_an_attempt(store: SharedStore) {
    let (world, seen) = one_due(store).await;
    let store = &world.store;
    let first = store
        .claim_logout(&seen, after(20), after(80))
        .await
        .unwrap()
        .unwrap();
    let again = LogoutOutcome {
        next_attempt_at: Some(after(25)),
        ..answered("status 503")
    };
    assert_eq!(
        store.settle_logout(&first, &again).await.unwrap(),
        Change::Changed
    );
    let failed = store
        .list_logouts(&world.realm, LogoutFilter::Failed, 9)
        .await
        .unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        failed.first().unwrap().last_answer.as_deref(),
        Some("status 503")
    );
    let due = store.due_logouts(after(25), 9, 9).await.unwrap();
    let second = store
        .claim_logout(due.first().unwrap(), after(25), after(85))
        .await;
    let done = LogoutOutcome {
        delivered_at: Some(after(26)),
        ..answered("status 200")
    };
    let settled = store
        .settle_logout(&second.unwrap().unwrap(), &done)
        .await
        .unwrap();
    assert_eq!(settled, Change::Changed);
    let row = ledger(&world).await.remove(0);
    assert_eq!(
        (row.attempts, row.delivered_at, row.next_attempt_at),
        (2, Some(after(26)), None)
    );
    assert_eq!(store.due_logouts(after(90_000), 9, 9).await.unwrap(), []);
    let failed = store
        .list_logouts(&world.realm, LogoutFilter::Failed, 9)
        .await
        .unwrap();
    assert_eq!(failed, []);
}

/// The client's present address is the one that is used.
pub async fn tells_a_client_at_its_present_address(store: SharedStore) {
    let (world, seen) = one_due(store).await;
    let mut notes = client(&world.realm, "notes");
    notes.metadata.backchannel_logout_uri = Some("https://notes.example/moved".to_owned());
    world.store.update_client(&notes, &[]).await.unwrap();
    let claimed = world
        .store
        .claim_logout(&seen, after(20), after(80))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claimed.uri, "https://notes.example/moved");
}

/// A client with many deliveries leaves room for the others.
pub async fn no_client_fills_the_list(store: SharedStore) {
    let world = World::new(store).await;
    let [dead, live] = [telling(&world, "dead").await, telling(&world, "live").await];
    for number in 0..5 {
        let session = session(&world.user, &format!("s-dead-{number}"));
        world
            .store
            .open_session(&session, VERIFIED, &Effects::NONE)
            .await
            .unwrap();
        joins(&world, &dead.id, &session.id).await;
        end(&world, &session.id, 20 + number).await;
    }
    joins(&world, &live.id, &world.session.id).await;
    end(&world, &world.session.id, 40).await;
    let due = world.store.due_logouts(after(40), 2, 10).await.unwrap();
    let clients: Vec<&str> = due.iter().map(|row| row.client.as_str()).collect();
    assert_eq!(clients, ["dead", "live", "dead"]);
    assert_eq!(
        world
            .store
            .due_logouts(after(40), 2, 1)
            .await
            .unwrap()
            .len(),
        1
    );
}

/// The backlog is what is still to be delivered, and tells the first attempts from the others.
pub async fn knows_the_backlog(store: SharedStore) {
    let (world, seen) = one_due(store).await;
    let store = &world.store;
    let backlog = async || {
        let LogoutBacklog { waiting, retrying } = store.logout_backlog().await.unwrap();
        (waiting, retrying)
    };
    assert_eq!(backlog().await, (1, 0));
    let claimed = store.claim_logout(&seen, after(20), after(80)).await;
    let claimed = claimed.unwrap().unwrap();
    assert_eq!(backlog().await, (0, 1), "under way");
    let again = LogoutOutcome {
        next_attempt_at: Some(after(25)),
        ..answered("status 503")
    };
    store.settle_logout(&claimed, &again).await.unwrap();
    assert_eq!(backlog().await, (0, 1));
    let due = store.due_logouts(after(25), 9, 9).await.unwrap();
    let last = store.claim_logout(due.first().unwrap(), after(25), after(85));
    let last = last.await.unwrap().unwrap();
    store.settle_logout(&last, &answered("no")).await.unwrap();
    assert_eq!(backlog().await, (0, 0), "given up");
}

/// Cleaning takes what is settled after thirty days, and nothing that is still to be told.
pub async fn purges_settled_deliveries(store: SharedStore) {
    let (world, seen) = one_due(store).await;
    let store = &world.store;
    store.purge(after(20 + MONTH_SECONDS), 100).await.unwrap();
    assert_eq!(ledger(&world).await.len(), 1, "still to be told");
    let claimed = store
        .claim_logout(&seen, after(20), after(80))
        .await
        .unwrap()
        .unwrap();
    store
        .settle_logout(&claimed, &answered("status 400"))
        .await
        .unwrap();
    store.purge(after(19 + MONTH_SECONDS), 100).await.unwrap();
    assert_eq!(ledger(&world).await.len(), 1);
    store.purge(after(20 + MONTH_SECONDS), 100).await.unwrap();
    assert_eq!(ledger(&world).await, []);
}
