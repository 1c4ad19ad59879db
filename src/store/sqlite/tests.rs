//! What the writer promises about a batch. On these single-threaded runtimes, writes that are
//! awaited together are queued before the writer runs, and so share one transaction.

use super::sql::sql;
use super::*;
use crate::store::Store as _;

const FIRST: &str = "INSERT INTO setting (name, value) VALUES ('first', x'01')";
/// Refused: there is no such realm.
const REFUSED: &str = "INSERT INTO login_attempt VALUES ('nowhere', 'ada', 1, 1)";

async fn store() -> SqliteStore {
    SqliteStore::in_memory().await.unwrap()
}

/// The statements in one transaction.
async fn write(store: &SqliteStore, statements: &'static [&'static str]) -> StoreResult<()> {
    store
        .write_all(move |mut connection| {
            Box::pin(async move {
                for text in statements {
                    connection.execute(sql(text)).await?;
                }
                Ok(Verdict::Keep(()))
            })
        })
        .await
}

async fn write_and_panic(store: &SqliteStore) -> StoreResult<()> {
    store
        .write_all(move |mut connection| {
            Box::pin(async move {
                connection.execute(sql(FIRST)).await?;
                panic!("a defect in an operation");
            })
        })
        .await
}

/// Whether nothing has stored the first setting yet.
async fn is_untouched(store: &SqliteStore) -> bool {
    store
        .setting_or_insert("first", b"untouched")
        .await
        .unwrap()
        == b"untouched"
}

#[tokio::test]
async fn a_refused_operation_leaves_no_trace_and_spares_its_batch() {
    let store = store().await;
    let (before, refused, after) = tokio::join!(
        store.setting_or_insert("before", b"1"),
        write(&store, &[FIRST, REFUSED]),
        store.setting_or_insert("after", b"1"),
    );
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    assert!(before.is_ok() && after.is_ok());
    assert_eq!(store.setting_or_insert("before", b"2").await.unwrap(), b"1");
    assert_eq!(store.setting_or_insert("after", b"2").await.unwrap(), b"1");
    assert!(is_untouched(&store).await);
}

#[tokio::test]
async fn a_panicking_operation_leaves_no_trace_and_spares_its_batch() {
    let store = store().await;
    let (panicked, other) = tokio::join!(
        write_and_panic(&store),
        store.setting_or_insert("other", b"1")
    );
    assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
    assert!(other.is_ok());
    assert!(is_untouched(&store).await);
    store.ping().await.unwrap();
}

/// A deferred constraint is the one thing that can make COMMIT itself fail on demand.
#[tokio::test]
async fn nobody_is_told_of_success_when_the_commit_fails() {
    let store = store().await;
    let (other, failed, later) = tokio::join!(
        store.setting_or_insert("other", b"1"),
        write(&store, &["PRAGMA defer_foreign_keys = ON", REFUSED]),
        store.setting_or_insert("later", b"1"),
    );
    for outcome in [other.map(drop), failed, later.map(drop)] {
        assert!(
            matches!(outcome, Err(StoreError::Unavailable(_))),
            "{outcome:?}"
        );
    }
    assert_eq!(store.setting_or_insert("other", b"2").await.unwrap(), b"2");
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_nothing_back() {
    let store = store().await;
    tokio::select! {
        biased;
        _ = store.setting_or_insert("first", b"queued") => panic!("answered before the writer ran"),
        () = std::future::ready(()) => {}
    }
    assert!(!is_untouched(&store).await);
}

#[tokio::test]
async fn closing_commits_what_is_queued() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("record.db");
    let store = SqliteStore::open(&path, Migrations::Apply).await.unwrap();
    let (written, ()) = tokio::join!(store.setting_or_insert("first", b"1"), store.close());
    assert_eq!(written.unwrap(), b"1");
    let store = SqliteStore::open(&path, Migrations::Refuse).await.unwrap();
    assert!(!is_untouched(&store).await);
}

#[tokio::test]
async fn a_file_is_flushed_at_every_commit_and_read_without_writing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("record.db");
    let store = SqliteStore::open(&path, Migrations::Apply).await.unwrap();
    let reader = store.readers.as_ref().unwrap();
    assert!(sqlx::query(FIRST).execute(reader).await.is_err());
    let mut writer = files::connect(&files::options(&path)).await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut writer)
        .await
        .unwrap();
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut writer)
        .await
        .unwrap();
    assert_eq!((synchronous, journal.as_str()), (2, "wal"));
}
