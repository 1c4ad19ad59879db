//! `vidimus user consents` and `withdraw`: what people have allowed clients.

use serde_json::{Value, json};

use super::Failure;
use super::desk::Desk;
use super::output::{Output, table};
use super::user::{find, report};
use crate::flows::accounts;
use crate::protocol::ids::ClientId;

/// Shows what a person has allowed.
pub(super) async fn list(desk: &Desk, user: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let user = find(desk, user).await?;
    let consents = desk.store.consents(&desk.realm, &user.id).await?;
    let documents: Vec<Value> = consents
        .iter()
        .map(|consent| {
            json!({
                "client_id": consent.client,
                "scope": consent.scope.to_string(),
                "since": consent.since.unix_seconds(),
            })
        })
        .collect();
    let rows: Vec<Vec<String>> = consents
        .iter()
        .map(|consent| vec![consent.client.to_string(), consent.scope.to_string()])
        .collect();
    output.data(&documents, |_| table(&rows))
}

/// Takes back what a person has allowed a client.
pub(super) async fn withdraw(
    desk: &Desk,
    user: &str,
    client: String,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let user = find(desk, user).await?;
    let client = ClientId::parse(client).map_err(|invalid| Failure::usage(invalid.to_string()))?;
    let now = desk.clock.now();
    let grant = (&desk.realm, &user.id);
    let effects = accounts::withdrawal_effects(grant, &client, &desk.caller(), now);
    let change = desk
        .store
        .withdraw_consent(&desk.realm, &user.id, &client, &effects, now)
        .await?;
    desk.settle().await?;
    report(
        change,
        &user,
        "has withdrawn consent; the tokens ended",
        output,
    )
}
