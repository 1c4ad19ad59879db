//! `vidimus user factors` and `reset-factors`: what people prove themselves with.

use serde_json::{Value, json};

use super::desk::Desk;
use super::output::{Output, members};
use super::user::{find, report};
use super::{Failure, backend};
use crate::account::mail::MailKind;
use crate::config::Config;
use crate::flows::factors;
use crate::protocol::time::Timestamp;

/// Shows a person's second factors; never a secret.
pub(super) async fn show(desk: &Desk, user: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let user = find(desk, user).await?;
    let (store, now) = (&desk.store, desk.clock.now());
    let apps: Vec<Value> = store
        .totp_apps(&desk.realm, &user.id)
        .await?
        .iter()
        .map(|app| {
            json!({
                "id": app.id,
                "name": app.name,
                "created_at": app.created_at.unix_seconds(),
                "last_used_at": app.last_used_at.map(Timestamp::unix_seconds),
            })
        })
        .collect();
    let passkeys: Vec<Value> = store
        .passkeys(&desk.realm, &user.id)
        .await?
        .iter()
        .map(|passkey| {
            json!({
                "id": passkey.id,
                "name": passkey.name,
                "synced": passkey.synced,
                "created_at": passkey.created_at.unix_seconds(),
                "last_used_at": passkey.last_used_at.map(Timestamp::unix_seconds),
            })
        })
        .collect();
    let facts = store.factors(&desk.realm, &user.id, None, now).await?;
    let devices = store.remembered_devices(&desk.realm, &user.id, now).await?;
    let document = json!({
        "authenticator_apps": apps,
        "passkeys": passkeys,
        "recovery_codes_left": facts.factors.recovery_codes,
        "required_by_role": facts.factors.required_by_role,
        "remembered_devices": devices.len(),
    });
    output.data(&document, members)
}

/// Takes a person's second factors away.
pub(super) async fn reset(
    desk: &Desk,
    config: &Config,
    user: &str,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let user = find(desk, user).await?;
    let now = desk.clock.now();
    let effects = factors::reset_effects(&user, &desk.caller(), now);
    let told = (MailKind::FactorsReset, effects);
    let effects = backend::noticed(desk, config, &user, told).await?;
    let change = desk
        .store
        .reset_factors(&desk.realm, &user.id, &effects, now)
        .await?;
    report(change, &user, "has no second factor any more", output)
}
