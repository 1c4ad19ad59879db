//! Where the commands meet the parts that the server is assembled from.

use super::{Failure, FailureKind};
use crate::config::Config;
use crate::entropy::Entropy;
use crate::protocol::ids::{KeyId, RealmId};
use crate::protocol::time::Timestamp;
use crate::secret::SecretString;
use crate::server::Migration;
use crate::store::SharedStore;

/// The database's schema beside this program's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SchemaStatus {
    /// Applied and known.
    pub applied: Vec<i64>,
    /// Known and not applied.
    pub pending: Vec<i64>,
    /// Applied by a newer program.
    pub newer: Vec<i64>,
}

/// What came of a key rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRotation {
    /// This key was made.
    Made(KeyId),
    /// A successor waits already; nothing changed.
    AlreadyPending,
}

fn unwired(what: &str) -> Failure {
    Failure::new(
        FailureKind::Failed,
        format!("{what} is not joined to this build"),
    )
}

/// Opens the record.
#[expect(
    clippy::unused_async,
    reason = "the parts that it waits for are joined later"
)]
pub async fn open_store(_config: &Config, _migration: Migration) -> Result<SharedStore, Failure> {
    Err(unwired("the record"))
}

/// Compares schemas; changes nothing.
#[expect(
    clippy::unused_async,
    reason = "the parts that it waits for are joined later"
)]
pub async fn schema_status(_config: &Config) -> Result<SchemaStatus, Failure> {
    Err(unwired("the record"))
}

/// Hashes a password at the configured cost.
pub fn hash_password(
    _config: &Config,
    _password: &SecretString,
    _entropy: &dyn Entropy,
) -> Result<String, Failure> {
    Err(unwired("password hashing"))
}

/// Rotates the signing keys of a realm.
#[expect(
    clippy::unused_async,
    reason = "the parts that it waits for are joined later"
)]
pub async fn rotate_keys(
    _config: &Config,
    _store: SharedStore,
    _realm: &RealmId,
    _emergency: bool,
    _now: Timestamp,
) -> Result<KeyRotation, Failure> {
    Err(unwired("key rotation"))
}

/// Serves the demo until it is stopped.
#[expect(
    clippy::unused_async,
    reason = "the parts that it waits for are joined later"
)]
pub async fn demo(_port: u16, _print_env: bool) -> Result<(), Failure> {
    Err(unwired("the demo"))
}
