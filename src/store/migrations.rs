//! The version of the schema: what is applied, what is not yet, what this binary does not know.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::StoreError;

/// What to do with migrations that are not applied yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// Apply them, under a lock.
    Apply,
    /// Refuse to open.
    Refuse,
}

/// The migrations of a database beside those of this binary, by number.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct MigrationStatus {
    /// Applied and known.
    pub applied: Vec<i64>,
    /// Known and not applied.
    pub pending: Vec<i64>,
    /// Applied by a newer binary, unknown to this one.
    pub newer: Vec<i64>,
}

impl MigrationStatus {
    /// Sorts the numbers that the binary knows and those that the database has seen.
    pub(super) fn compare(known: impl Iterator<Item = i64>, seen: &[i64]) -> Self {
        let known: Vec<i64> = known.collect();
        let (applied, pending) = known.iter().partition(|number| seen.contains(number));
        let newer = seen
            .iter()
            .filter(|number| !known.contains(number))
            .copied()
            .collect();
        Self {
            applied,
            pending,
            newer,
        }
    }

    /// Refuses a schema that this binary must not work on as it is.
    pub(super) fn judge(&self, migrations: Migrations) -> Result<(), OpenError> {
        if !self.newer.is_empty() {
            return Err(OpenError::SchemaIsNewer {
                newer: self.newer.clone(),
            });
        }
        if migrations == Migrations::Refuse && !self.pending.is_empty() {
            return Err(OpenError::MigrationsPending {
                pending: self.pending.clone(),
            });
        }
        Ok(())
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is no address of a database.
    #[error("not a database address: {0}")]
    Address(String),
    /// The database has seen migrations that this binary does not have.
    #[error("the schema is newer than this binary: migrations {newer:?} are unknown to it")]
    SchemaIsNewer {
        /// Their numbers.
        newer: Vec<i64>,
    },
    /// Migrations are missing and were not to be applied.
    #[error("migrations {pending:?} are not applied; `vidimus migrate up` applies them")]
    MigrationsPending {
        /// Their numbers.
        pending: Vec<i64>,
    },
    /// A migration failed; nothing of it remains.
    #[error("a migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database may lose what it has confirmed.
    #[error("the database is not durable: {0}")]
    NotDurable(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(super::fault::Fault::from(error).into())
    }
}

/// The migrations of one dialect: number, name and statements.
///
/// Listed by hand rather than gathered by a macro, which would build both database drivers twice.
pub(super) fn known(migrations: &[(i64, &'static str, &'static str)]) -> Migrator {
    let list = migrations.iter().map(|&(number, name, statements)| {
        let sql = statements.into_sql_str();
        Migration::new(number, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(list.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_applied_pending_and_newer() {
        let status = MigrationStatus::compare([1, 2, 3].into_iter(), &[1, 2, 9]);
        assert_eq!(status.applied, [1, 2]);
        assert_eq!(status.pending, [3]);
        assert_eq!(status.newer, [9]);
    }

    #[test]
    fn refuses_a_newer_schema_even_when_told_to_apply() {
        let status = MigrationStatus::compare([1].into_iter(), &[1, 2]);
        assert!(matches!(
            status.judge(Migrations::Apply),
            Err(OpenError::SchemaIsNewer { newer }) if newer == [2]
        ));
    }

    #[test]
    fn refuses_pending_migrations_only_when_told_to() {
        let status = MigrationStatus::compare([1].into_iter(), &[]);
        assert!(status.judge(Migrations::Apply).is_ok());
        assert!(matches!(
            status.judge(Migrations::Refuse),
            Err(OpenError::MigrationsPending { pending }) if pending == [1]
        ));
    }
}
