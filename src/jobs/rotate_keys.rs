//! Moves signing keys through their life. The rule is [`crate::keys::life`]; this carries it out.
//!
//! Every step is a conditional verb of the record, so two nodes that work at once move a key once.

use crate::flows::realm_keys::KeysError;
use crate::jobs::{JobContext, JobError, Turn};
use crate::keys::KeyStep;
use crate::keys::life::due;
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};

/// Another node takes over when this one has been silent for so long.
const CLAIM: Lifetime = Lifetime::seconds(15);

/// One turn. A realm that fails does not keep the others from theirs; the last failure is told.
pub async fn run_once(context: JobContext) -> Result<Turn, JobError> {
    let (store, now) = (&context.store, context.clock.now());
    let until = now.plus(CLAIM);
    if !store
        .claim_job("rotate_keys", &context.node, now, until)
        .await?
    {
        return Ok(Turn::Elsewhere);
    }
    // A node is live for as long as it may use what it loaded.
    let since = now.minus(context.keys.schedule().max_ring_age);
    let loaded_everywhere = store
        .live_nodes(since)
        .await?
        .iter()
        .map(|node| node.key_revision)
        .min();
    let mut outcome = Ok(Turn::Taken);
    for realm in store.realms_with_keys().await? {
        if let Err(error) = advance(&context, &realm, loaded_everywhere, now).await {
            tracing::warn!(%realm, %error, "the realm's keys were not moved");
            outcome = Err(error.into());
        }
    }
    outcome
}

async fn advance(
    context: &JobContext,
    realm: &RealmId,
    loaded_everywhere: Option<i64>,
    now: Timestamp,
) -> Result<(), KeysError> {
    let (store, keys) = (&context.store, &context.keys);
    let records = store.signing_keys(realm).await?;
    for step in due(&records, loaded_everywhere, keys.schedule(), now) {
        match &step {
            KeyStep::AddFirst(algorithm) => keys.make_first(realm, *algorithm, now).await?,
            KeyStep::AddPending(algorithm) => {
                let made = keys.add_pending(realm, *algorithm, now).await?;
                let alg = algorithm.name();
                tracing::info!(%realm, alg, ?made, "published a successor key");
            }
            KeyStep::Activate(key) => {
                let transition = keys.let_sign(realm, key, now).await?;
                tracing::info!(%realm, %key, ?transition, "the key signs");
            }
            KeyStep::Retire(key) => {
                let transition = keys.retire(realm, key, now).await?;
                tracing::info!(%realm, %key, ?transition, "the key is published no longer");
            }
        }
    }
    Ok(())
}
