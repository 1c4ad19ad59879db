//! `vidimus key`: signing keys.

use std::sync::Arc;

use serde_json::json;

use super::arguments::KeyCommand;
use super::desk::Desk;
use super::output::{Output, table};
use super::{Failure, backend};
use crate::config::Config;
use crate::flows::realm_keys::{Rotation, RotationOutcome};
use crate::protocol::time::Timestamp;

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    config: &Config,
    command: KeyCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        KeyCommand::List => list(desk, output).await,
        KeyCommand::Rotate { emergency } => {
            let store = Arc::clone(&desk.store);
            let now = desk.clock.now();
            let rotation = if emergency {
                Rotation::Emergency
            } else {
                Rotation::Normal
            };
            match backend::rotate_keys(config, store, &desk.realm, rotation, now).await? {
                RotationOutcome::Made(key) => {
                    output.data(&json!({ "kid": key }), |_| vec![key.to_string()])
                }
                RotationOutcome::AlreadyPending => output.talk(
                    "a successor is published already; it signs as soon as clients can know it",
                ),
            }
        }
    }
}

async fn list(desk: &Desk, output: &mut Output<'_>) -> Result<(), Failure> {
    let keys = desk.store.signing_keys(&desk.realm).await?;
    let seconds = |moment: Option<Timestamp>| moment.map(Timestamp::unix_seconds);
    let documents: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({
                "kid": key.id,
                "alg": key.algorithm,
                "state": key.state.as_str(),
                "created_at": key.created_at.unix_seconds(),
                "activated_at": seconds(key.activated_at),
                "retiring_at": seconds(key.retiring_at),
            })
        })
        .collect();
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            vec![
                key.id.to_string(),
                key.algorithm.clone(),
                key.state.as_str().to_owned(),
            ]
        })
        .collect();
    output.data(&documents, |_| table(&rows))
}
