//! Who waits for whom in PostgreSQL, one step after the other: what a race would meet by chance.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection, Row as _};
use tokio::task::{AbortHandle, JoinSet};
use vidimus::account::link::LinkPurpose;
use vidimus::store::conformance::links::link;
use vidimus::store::conformance::new_address::{asked, step};
use vidimus::store::conformance::{World, after};
use vidimus::store::postgres::{PostgresSettings, PostgresStore};
use vidimus::store::{AddressStep, AddressUse, Effects, Migrations};

use crate::support::postgres::fresh_database;

/// As long as a test may take that would otherwise wait for ever.
const LIMIT: Duration = Duration::from_secs(20);

/// A store with a world in it, and a connection past it.
async fn opened() -> (World, PgConnection) {
    let url = fresh_database().await;
    let store = PostgresStore::open(&url, Migrations::Apply, PostgresSettings::default());
    let world = World::new(Arc::new(store.await.unwrap())).await;
    (world, PgConnection::connect(&url).await.unwrap())
}

async fn run(connection: &mut PgConnection, text: &'static str) {
    sqlx::raw_sql(text).execute(connection).await.unwrap();
}

/// Returns once as many statements of the store wait for a lock, or this one has come to an end.
async fn until_waiting(connection: &mut PgConnection, wanted: i64, task: &AbortHandle) {
    let waiting = "SELECT COUNT(*) AS waiting FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let seen = async {
        while !task.is_finished() {
            let row = sqlx::query(waiting).fetch_one(&mut *connection).await;
            if row.unwrap().get::<i64, _>("waiting") >= wanted {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, seen).await.unwrap();
}

/// Each end sees the other's link as it is, or is seen: one that began while the other was under way
/// would find that link unused, both would wait, and the address would never change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_end_waits_until_the_first_has_ended() {
    let (world, mut past) = opened().await;
    let [confirm, agree] = asked(&world, "w").await;
    // What the first end writes last is held by somebody else.
    let held = link(&world, "held", LinkPurpose::LockAccount);
    let first = AddressStep {
        waiting: Effects::NONE.and_link(held.clone()),
        ..step(&confirm, 2)
    };
    let written = Effects::NONE.and_link(held);
    world.store.write_effects(&written, after(1)).await.unwrap();
    run(
        &mut past,
        "BEGIN; SELECT 1 FROM one_time_link WHERE purpose = 'lock_account' FOR UPDATE",
    )
    .await;
    let mut ends = JoinSet::new();
    let mut follow = |step: AddressStep| {
        let store = world.store.clone();
        ends.spawn(async move { store.change_address_by_link(&step).await.unwrap() })
    };
    let first = follow(first);
    until_waiting(&mut past, 1, &first).await;
    let second = follow(step(&agree, 2));
    until_waiting(&mut past, 2, &second).await;
    run(&mut past, "COMMIT").await;
    for expected in [AddressUse::Waits, AddressUse::Changed] {
        assert_eq!(ends.join_next().await.unwrap().unwrap(), expected);
    }
}

/// Cleaning holds many rows and comes again. If it waited for one of a person's two links while the
/// person waits for the other, the server would fail one of them: which, is chance.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cleaning_gives_way_and_comes_again() {
    const WEEK: u32 = 7 * 86_400;
    let (world, mut past) = opened().await;
    asked(&world, "w").await;
    run(
        &mut past,
        "BEGIN; SELECT 1 FROM one_time_link WHERE purpose = 'agree_to_new_address' FOR UPDATE",
    )
    .await;
    let given_up = tokio::time::timeout(LIMIT, world.store.purge(after(WEEK), 100)).await;
    given_up.expect("it does not wait").unwrap_err();
    run(&mut past, "COMMIT").await;
    assert!(world.store.purge(after(WEEK), 100).await.unwrap() >= 2);
}
