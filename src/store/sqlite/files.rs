//! The database file: its settings, its permissions, its migrations.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use super::sql::schema;
use super::{MIGRATOR, MigrationStatus, Migrations, OpenError, StoreError};

/// How long one writer waits for another process's.
const BUSY_LIMIT: Duration = Duration::from_secs(5);
/// How often and how long apart switching a new file to WAL is tried.
const CONNECT_ATTEMPTS: u32 = 100;
const CONNECT_PAUSE: Duration = Duration::from_millis(50);
/// Above the number of different statements, so that each is prepared once.
const STATEMENTS: usize = 256;

pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_LIMIT)
        .statement_cache_capacity(STATEMENTS)
}

/// Creates the file readable by its owner only; SQLite gives its side files the same mode.
pub(super) fn create(path: &Path) -> Result<(), OpenError> {
    let mut open = std::fs::OpenOptions::new();
    open.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path).map(drop).map_err(|error| {
        OpenError::Store(StoreError::Unavailable(format!(
            "{}: {error}",
            path.display()
        )))
    })
}

/// Connects, and tries again while another process switches the same new file to WAL: for that
/// switch alone SQLite does not wait out its busy timeout.
pub(super) async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, OpenError> {
    let mut attempt = 1;
    loop {
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            Err(error) if attempt < CONNECT_ATTEMPTS && is_busy(&error) => {
                attempt += 1;
                tokio::time::sleep(CONNECT_PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// `SQLITE_BUSY` and its extended codes have 5 in their low byte.
fn is_busy(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xFF == 5)
}

/// Applies what is missing in one transaction that holds the write lock from its first statement,
/// so that of two processes starting at once one waits and finds nothing left to do.
pub(super) async fn migrate(
    connection: &mut SqliteConnection,
    migrations: Migrations,
) -> Result<(), OpenError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let status = schema::status(&mut transaction, &MIGRATOR)
        .await
        .map_err(StoreError::from)?;
    status.judge(migrations)?;
    if migrations == Migrations::Apply {
        MIGRATOR.run_direct(None, &mut *transaction, false).await?;
    }
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn status(path: &Path) -> Result<MigrationStatus, OpenError> {
    if !path.exists() {
        let known = MIGRATOR.iter().map(|migration| migration.version);
        return Ok(MigrationStatus::compare(known, &[]));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_LIMIT)
        .pragma("query_only", "on");
    let mut connection = connect(&options).await?;
    let status = schema::status(&mut connection, &MIGRATOR)
        .await
        .map_err(StoreError::from)?;
    connection.close().await?;
    Ok(status)
}
