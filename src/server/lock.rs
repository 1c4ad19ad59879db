//! One server for one SQLite file.
//!
//! SQLite itself would let two servers share the file, but each keeps revocations and counters in
//! its own memory then, and would not see the other's. The command line may share the file: it
//! keeps nothing.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::config::Database;

/// Held for as long as the server runs; the system lets go of it when the process ends, however
/// it ends.
#[derive(Debug)]
pub struct DataLock {
    _file: Option<File>,
}

impl DataLock {
    /// Locks the database's file; holds nothing when it has none.
    pub fn of(database: &Database) -> anyhow::Result<Self> {
        let file = sqlite_path(database.url.expose()).map(lock).transpose()?;
        Ok(Self { _file: file })
    }
}

/// The file of a SQLite address.
pub fn sqlite_path(url: &str) -> Option<&Path> {
    let rest = url.strip_prefix("sqlite:")?;
    if rest.starts_with(":memory:") {
        return None;
    }
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    Some(Path::new(path))
}

fn lock(database: &Path) -> anyhow::Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another server runs on {}; stop it, or give this one its own --data \
             (many nodes share a Postgres database instead)",
            database.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_second_server_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("data").join("vidimus.db");
        let first = lock(&database).unwrap();
        let refused = lock(&database).unwrap_err();
        assert!(
            refused.to_string().contains("another server runs"),
            "{refused}"
        );
        drop(first);
        lock(&database).unwrap();
    }

    #[test]
    fn finds_the_file_of_an_address() {
        for (url, path) in [
            (
                "sqlite://./vidimus-data/vidimus.db",
                Some("./vidimus-data/vidimus.db"),
            ),
            ("sqlite:/srv/v.db?mode=rwc", Some("/srv/v.db")),
            ("sqlite::memory:", None),
            ("postgres://localhost/vidimus", None),
        ] {
            assert_eq!(sqlite_path(url), path.map(Path::new), "{url}");
        }
    }
}
