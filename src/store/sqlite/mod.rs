//! The record in one SQLite file, or in memory.
//!
//! Owns: the file's settings (WAL, `synchronous=FULL`), its one writer, its readers, and applying
//! migrations to it. In memory there is one connection and reads pass through the writer.

mod files;
#[expect(
    clippy::duplicate_mod,
    reason = "the SQL is written once and compiled for this engine and for PostgreSQL"
)]
#[path = "../sql/mod.rs"]
mod sql;
mod writer;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use self::sql::{Connection, Running, Verdict};
use self::writer::{Shape, Writer};
use super::fault::Answer;
use super::migrations::{MigrationStatus, Migrations, OpenError, known};
use super::{StoreError, StoreResult};

type Db = sqlx::Sqlite;
type Backend = SqliteStore;

/// The words that this dialect has for what is not portable.
mod dialect {
    pub(super) const MIGRATIONS_TABLE_EXISTS: &str =
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations') AS found";
    /// There is one writer, so that a counter needs no more than a row.
    pub(super) const NEXT_REVOCATION: &str = "UPDATE counter SET value = value + 1 \
         WHERE name = 'revocation' RETURNING value AS sequence";
    /// Nobody waits for a row of somebody else.
    pub(super) const GIVE_WAY: Option<&str> = None;
}

static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    known(&[
        (
            1,
            "record",
            include_str!("../../../migrations/sqlite/0001_record.sql"),
        ),
        (
            2,
            "profiles",
            include_str!("../../../migrations/sqlite/0002_profiles.sql"),
        ),
        (
            3,
            "people",
            include_str!("../../../migrations/sqlite/0003_people.sql"),
        ),
        (
            4,
            "links",
            include_str!("../../../migrations/sqlite/0004_links.sql"),
        ),
        (
            5,
            "passwords",
            include_str!("../../../migrations/sqlite/0005_passwords.sql"),
        ),
        (
            6,
            "factors",
            include_str!("../../../migrations/sqlite/0006_factors.sql"),
        ),
        (
            7,
            "passkeys",
            include_str!("../../../migrations/sqlite/0007_passkeys.sql"),
        ),
        (
            8,
            "roles",
            include_str!("../../../migrations/sqlite/0008_roles.sql"),
        ),
        (
            9,
            "protection",
            include_str!("../../../migrations/sqlite/0009_protection.sql"),
        ),
        (
            10,
            "mailed links",
            include_str!("../../../migrations/sqlite/0010_mailed_links.sql"),
        ),
        (
            11,
            "lots",
            include_str!("../../../migrations/sqlite/0011_lots.sql"),
        ),
    ])
});

/// WAL readers do not wait for the writer; more than a few only contend for the page cache.
const READERS: u32 = 4;
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// The record in a SQLite database.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    /// None in memory, where only the writer's connection sees the database.
    readers: Option<SqlitePool>,
}

impl SqliteStore {
    /// Opens, and if need be creates, a database file. Must be called inside a Tokio runtime,
    /// which then runs the writer.
    pub async fn open(path: &Path, migrations: Migrations) -> Result<Self, OpenError> {
        files::create(path)?;
        let options = files::options(path);
        let mut connection = files::connect(&options).await?;
        files::migrate(&mut connection, migrations).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE_LIMIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone().pragma("query_only", "on"))
            .await?;
        Ok(Self {
            writer: Writer::start(connection, Some(options)),
            readers: Some(readers),
        })
    }

    /// A database that lives in this process's memory, for tests and trials.
    pub async fn in_memory() -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .in_memory(true)
            .foreign_keys(true);
        let mut connection = files::connect(&options).await?;
        files::migrate(&mut connection, Migrations::Apply).await?;
        Ok(Self {
            writer: Writer::start(connection, None),
            readers: None,
        })
    }

    /// Compares a file's migrations with this binary's; changes nothing, and a file that is not
    /// there has seen none.
    pub async fn migration_status(path: &Path) -> Result<MigrationStatus, OpenError> {
        files::status(path).await
    }

    async fn read<T, F>(&self, operation: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Connection<'c>) -> Running<'c, Answer<T>> + Send + 'static,
    {
        let Some(readers) = &self.readers else {
            return self.write_one(operation).await;
        };
        let mut connection = readers.acquire().await.map_err(super::fault::Fault::from)?;
        Ok(operation(Connection::new(&mut connection, true)).await?)
    }

    async fn write_one<T, F>(&self, operation: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Connection<'c>) -> Running<'c, Answer<T>> + Send + 'static,
    {
        self.writer
            .submit(Shape::OneStatement, move |connection| {
                Box::pin(async move { operation(connection).await.map(Verdict::Keep) })
            })
            .await
    }

    async fn write_all<T, F>(&self, operation: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Connection<'c>) -> Running<'c, Answer<Verdict<T>>> + Send + 'static,
    {
        self.writer.submit(Shape::Several, operation).await
    }

    async fn close_connections(&self) {
        self.writer.close().await;
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

#[cfg(test)]
mod tests;
