//! Which migrations a database has seen.

use sqlx::Row as _;
use sqlx::migrate::{Migrate as _, Migrator};

use super::super::{Db, dialect};
use super::sql;
use crate::store::fault::Answer;
use crate::store::migrations::MigrationStatus;

const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

/// Compares what is applied with what this binary knows.
pub(in super::super) async fn status(
    connection: &mut <Db as sqlx::Database>::Connection,
    migrator: &Migrator,
) -> Answer<MigrationStatus> {
    let known = migrator.iter().map(|migration| migration.version);
    let table_exists: bool = sql(dialect::MIGRATIONS_TABLE_EXISTS)
        .persistent(false)
        .fetch_one(&mut *connection)
        .await?
        .try_get("found")?;
    if !table_exists {
        return Ok(MigrationStatus::compare(known, &[]));
    }
    let applied = connection
        .list_applied_migrations(MIGRATIONS_TABLE)
        .await
        .map_err(|error| crate::store::fault::Fault::Unavailable(error.to_string()))?;
    let applied: Vec<i64> = applied.iter().map(|migration| migration.version).collect();
    Ok(MigrationStatus::compare(known, &applied))
}
