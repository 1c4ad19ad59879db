//! The record in PostgreSQL, always its primary.
//!
//! Owns: the pool, what is demanded of the server's durability, and applying migrations.

#[expect(
    clippy::duplicate_mod,
    reason = "the SQL is written once and compiled for this engine and for SQLite"
)]
#[path = "../sql/mod.rs"]
mod sql;

use std::str::FromStr as _;
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use self::sql::{Connection, Running, Verdict, schema};
use super::fault::{Answer, Fault};
use super::migrations::{MigrationStatus, Migrations, OpenError, known};
use super::stream::Told;
use super::{StoreError, StoreResult};

type Db = sqlx::Postgres;
type Backend = PostgresStore;

/// The words that this dialect has for what is not portable.
mod dialect {
    pub(super) const MIGRATIONS_TABLE_EXISTS: &str =
        "SELECT to_regclass('_sqlx_migrations') IS NOT NULL AS found";
    /// A sequence takes no lock; its gaps and late commits are why marks carry `published`.
    pub(super) const NEXT_REVOCATION: &str = "SELECT nextval('revocation_sequence') AS sequence";
    /// What waits for a row gives up sooner than the server looks whether it waits in a circle
    /// (`deadlock_timeout`, a second).
    pub(super) const GIVE_WAY: Option<&str> = Some("SET LOCAL lock_timeout = '500ms'");
}

static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    known(&[
        (
            1,
            "record",
            include_str!("../../../migrations/postgres/0001_record.sql"),
        ),
        (
            2,
            "profiles",
            include_str!("../../../migrations/postgres/0002_profiles.sql"),
        ),
        (
            3,
            "people",
            include_str!("../../../migrations/postgres/0003_people.sql"),
        ),
        (
            4,
            "links",
            include_str!("../../../migrations/postgres/0004_links.sql"),
        ),
        (
            5,
            "passwords",
            include_str!("../../../migrations/postgres/0005_passwords.sql"),
        ),
        (
            6,
            "factors",
            include_str!("../../../migrations/postgres/0006_factors.sql"),
        ),
        (
            7,
            "passkeys",
            include_str!("../../../migrations/postgres/0007_passkeys.sql"),
        ),
        (
            8,
            "roles",
            include_str!("../../../migrations/postgres/0008_roles.sql"),
        ),
        (
            9,
            "protection",
            include_str!("../../../migrations/postgres/0009_protection.sql"),
        ),
        (
            10,
            "mailed links",
            include_str!("../../../migrations/postgres/0010_mailed_links.sql"),
        ),
        (
            11,
            "lots",
            include_str!("../../../migrations/postgres/0011_lots.sql"),
        ),
    ])
});

/// A connection idle for longer is tried before it is used; others cost no extra round trip.
const TRUSTED_IDLE: Duration = Duration::from_secs(30);

/// Every commit waits for the disk, and every statement sees what was committed before it began,
/// whatever the server's or the role's defaults are.
const SESSION: &str = "SET synchronous_commit = on; \
     SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// How to use a PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresSettings {
    /// The most connections of this node.
    pub max_connections: u32,
    /// How long an operation waits for one of them.
    pub acquire_limit: Duration,
    /// Whether statements stay prepared. Off behind a pooler in transaction mode, where the next
    /// statement may meet another server process.
    pub prepare: bool,
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self {
            max_connections: 16,
            acquire_limit: Duration::from_secs(3),
            prepare: true,
        }
    }
}

/// The record in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    pool: PgPool,
    prepare: bool,
}

impl PostgresStore {
    /// Connects to `postgres://…`; refuses a server that may lose what it has confirmed.
    pub async fn open(
        url: &str,
        migrations: Migrations,
        settings: PostgresSettings,
    ) -> Result<Self, OpenError> {
        let options = options(url)?;
        let mut connection = options.connect().await?;
        demand_durability(&mut connection, !settings.prepare).await?;
        migrate(&mut connection, migrations).await?;
        connection.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(settings.acquire_limit)
            .test_before_acquire(false)
            .before_acquire(|connection, metadata| {
                Box::pin(async move {
                    if metadata.idle_for > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|connection, _metadata| {
                Box::pin(async move { sqlx::raw_sql(SESSION).execute(connection).await.map(drop) })
            })
            .connect_with(options)
            .await?;
        Ok(Self {
            pool,
            prepare: settings.prepare,
        })
    }

    /// Compares a database's migrations with this binary's; changes nothing.
    pub async fn migration_status(url: &str) -> Result<MigrationStatus, OpenError> {
        let mut connection = options(url)?.connect().await?;
        let status = schema::status(&mut connection, &MIGRATOR)
            .await
            .map_err(StoreError::from)?;
        connection.close().await?;
        Ok(status)
    }

    async fn read<T, F>(&self, operation: F) -> StoreResult<T>
    where
        F: for<'c> FnOnce(Connection<'c>) -> Running<'c, Answer<T>> + Send + 'static,
    {
        let mut connection = self.pool.acquire().await.map_err(Fault::from)?;
        Ok(operation(Connection::new(&mut connection, self.prepare)).await?)
    }

    /// One statement is its own transaction: no more than one round trip.
    async fn write_one<T, F>(&self, operation: F) -> StoreResult<T>
    where
        F: for<'c> FnOnce(Connection<'c>) -> Running<'c, Answer<T>> + Send + 'static,
    {
        self.read(operation).await
    }

    async fn write_all<T, F>(&self, operation: F) -> StoreResult<T>
    where
        F: for<'c> FnOnce(Connection<'c>) -> Running<'c, Answer<Verdict<T>>> + Send + 'static,
    {
        let mut transaction = self.pool.begin().await.map_err(Fault::from)?;
        // Dropped on an error, the transaction is rolled back.
        let told = Told::default();
        let connection = Connection::new(&mut transaction, self.prepare).telling(told.clone());
        match operation(connection).await? {
            Verdict::Keep(value) => {
                transaction.commit().await.map_err(Fault::from)?;
                told.committed();
                Ok(value)
            }
            Verdict::Undo(value) => {
                transaction.rollback().await.map_err(Fault::from)?;
                Ok(value)
            }
        }
    }

    async fn close_connections(&self) {
        self.pool.close().await;
    }
}

fn options(url: &str) -> Result<PgConnectOptions, OpenError> {
    // The error's text is left out: it may repeat the address, and that may hold a password.
    PgConnectOptions::from_str(url)
        .map(|options| options.application_name("vidimus"))
        .map_err(|_invalid| OpenError::Address("not a postgres:// URL".to_owned()))
}

/// Refuses settings with which a confirmed write does not survive a crash. Behind a pooler
/// [`SESSION`] may reach another connection than our commits, so that there the server's or the
/// role's default (`reset_val`) must wait for the disk too.
async fn demand_durability(connection: &mut PgConnection, pooled: bool) -> Result<(), OpenError> {
    let rows = sqlx::query(
        "SELECT name FROM pg_settings
         WHERE (name IN ('fsync', 'full_page_writes') AND setting = 'off')
            OR ($1 AND name = 'synchronous_commit' AND reset_val = 'off')
         ORDER BY name",
    )
    .bind(pooled)
    .persistent(false)
    .fetch_all(connection)
    .await?;
    let mut off = Vec::new();
    for row in &rows {
        let name: String = row.try_get("name")?;
        off.push(format!("{name} is off"));
    }
    if off.is_empty() {
        Ok(())
    } else {
        Err(OpenError::NotDurable(off.join(", ")))
    }
}

/// Applies what is missing under the migrator's advisory lock, which ends with the connection.
async fn migrate(connection: &mut PgConnection, migrations: Migrations) -> Result<(), OpenError> {
    let status = schema::status(connection, &MIGRATOR)
        .await
        .map_err(StoreError::from)?;
    status.judge(migrations)?;
    if migrations == Migrations::Apply && !status.pending.is_empty() {
        MIGRATOR.run_direct(None, connection, false).await?;
    }
    Ok(())
}
