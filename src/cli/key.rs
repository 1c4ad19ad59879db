//! `vidimus key`: signing keys.

use std::sync::Arc;

use serde_json::json;

use super::arguments::{KeyCommand, KeyRotateArgs};
use super::desk::Desk;
use super::output::{Output, table};
use super::{Failure, backend};
use crate::config::Config;
use crate::flows::realm_keys::Rotation;
use crate::protocol::algorithm::SigningAlgorithm;
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
        KeyCommand::Rotate(arguments) => rotate(desk, config, &arguments, output).await,
    }
}

async fn rotate(
    desk: &Desk,
    config: &Config,
    arguments: &KeyRotateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let algorithm = arguments.algorithm.map(SigningAlgorithm::from);
    let rotation = match (arguments.emergency, arguments.now) {
        (true, _) => Rotation::Emergency,
        (false, true) => Rotation::Immediate(algorithm),
        (false, false) => Rotation::Normal(algorithm),
    };
    let (store, now) = (Arc::clone(&desk.store), desk.clock.now());
    let made = backend::rotate_keys(config, store, &desk.realm, rotation, now).await?;
    if made.is_empty() {
        let talk = "a successor is published already; it signs as soon as clients can know it";
        return output.talk(talk);
    }
    let documents: Vec<_> = made
        .iter()
        .map(|key| json!({ "kid": key.id, "alg": key.algorithm.name() }))
        .collect();
    let rows: Vec<_> = made
        .iter()
        .map(|key| vec![key.id.to_string(), key.algorithm.name().to_owned()])
        .collect();
    output.data(&documents, |_| table(&rows))
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
