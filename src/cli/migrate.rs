//! `vidimus migrate`: the database's schema.

use super::arguments::MigrateCommand;
use super::output::Output;
use super::{Failure, FailureKind, backend};
use crate::config::Config;
use crate::server::Migration;

/// Carries out one command.
pub(super) async fn run(
    config: &Config,
    command: &MigrateCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    if matches!(command, MigrateCommand::Up) {
        let store = backend::open_store(config, Migration::Apply).await?;
        store.close().await;
    }
    let status = backend::schema_status(config).await?;
    output.data(&status, |status| {
        let count = |name: &str, numbers: &[i64]| format!("{name:8} {}", numbers.len());
        vec![
            count("applied", &status.applied),
            count("pending", &status.pending),
            count("newer", &status.newer),
        ]
    })?;
    if !status.newer.is_empty() {
        let message = "the database was migrated by a newer version; run that one";
        return Err(Failure::new(FailureKind::ProblemsFound, message));
    }
    if !status.pending.is_empty() {
        let message = "migrations are missing; `vidimus migrate up` applies them";
        return Err(Failure::new(FailureKind::ProblemsFound, message));
    }
    Ok(())
}
