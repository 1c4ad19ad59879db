//! Opening the record by its address.

use std::path::Path;
use std::sync::Arc;

use super::SharedStore;
use super::migrations::{MigrationStatus, Migrations, OpenError};
use super::postgres::{PostgresSettings, PostgresStore};
use super::sqlite::SqliteStore;

/// An address, understood.
enum Address<'a> {
    Memory,
    File(&'a Path),
    Postgres,
}

fn address(url: &str) -> Result<Address<'_>, OpenError> {
    if url == "sqlite::memory:" {
        return Ok(Address::Memory);
    }
    if let Some(rest) = url.strip_prefix("sqlite:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        return if path.is_empty() {
            Err(OpenError::Address("sqlite: without a path".to_owned()))
        } else {
            Ok(Address::File(Path::new(path)))
        };
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Address::Postgres);
    }
    Err(OpenError::Address(
        "expected sqlite:<path>, sqlite::memory: or postgres://<server>/<database>".to_owned(),
    ))
}

/// Opens the record at `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. The settings matter to
/// PostgreSQL only.
pub async fn open(
    url: &str,
    migrations: Migrations,
    settings: PostgresSettings,
) -> Result<SharedStore, OpenError> {
    Ok(match address(url)? {
        Address::Memory => Arc::new(SqliteStore::in_memory().await?),
        Address::File(path) => Arc::new(SqliteStore::open(path, migrations).await?),
        Address::Postgres => Arc::new(PostgresStore::open(url, migrations, settings).await?),
    })
}

/// Compares the record's migrations with this binary's; changes nothing.
pub async fn migration_status(url: &str) -> Result<MigrationStatus, OpenError> {
    match address(url)? {
        Address::Memory => SqliteStore::migration_status(Path::new("")).await,
        Address::File(path) => SqliteStore::migration_status(path).await,
        Address::Postgres => PostgresStore::migration_status(url).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_file_with_and_without_slashes() {
        for (url, path) in [
            ("sqlite:a/b.db", "a/b.db"),
            ("sqlite:///srv/b.db", "/srv/b.db"),
        ] {
            assert!(
                matches!(address(url), Ok(Address::File(p)) if p == Path::new(path)),
                "{url}"
            );
        }
    }

    #[test]
    fn tells_memory_from_a_file() {
        assert!(matches!(address("sqlite::memory:"), Ok(Address::Memory)));
    }

    #[test]
    fn refuses_other_addresses() {
        for url in ["", "sqlite:", "mysql://x/y", "record.db"] {
            assert!(matches!(address(url), Err(OpenError::Address(_))), "{url}");
        }
    }
}
