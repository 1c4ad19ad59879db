//! `vidimus ban`: addresses from which nobody may sign in for a while.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::Failure;
use super::arguments::BanCommand;
use super::desk::Desk;
use super::output::{Output, members, table};
use crate::account::event::{Event, EventKind};
use crate::account::slow_down::address_key;
use crate::store::protection::Ban;
use crate::store::{Change, Effects};

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: BanCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        BanCommand::List => list(desk, output).await,
        BanCommand::Lift { address } => lift(desk, &address, output).await,
    }
}

async fn list(desk: &Desk, output: &mut Output<'_>) -> Result<(), Failure> {
    let now = desk.clock.now();
    let bans = desk.store.bans(&desk.realm, now).await?;
    let documents: Vec<Value> = bans.iter().map(document).collect();
    let rows: Vec<Vec<String>> = bans
        .iter()
        .map(|ban| {
            let left = ban.expires_at.since(now).whole_seconds() / 60 + 1;
            vec![ban.prefix.clone(), format!("{left} min left")]
        })
        .collect();
    output.data(&documents, |_| table(&rows))
}

fn document(ban: &Ban) -> Value {
    json!({
        "prefix": ban.prefix,
        "created_at": ban.created_at.unix_seconds(),
        "expires_at": ban.expires_at.unix_seconds(),
    })
}

async fn lift(desk: &Desk, address: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let prefix = prefix(address)
        .ok_or_else(|| Failure::usage(format!("{address:?} is no address and no prefix")))?;
    let now = desk.clock.now();
    let event = Event::new(
        &desk.realm,
        EventKind::NetworkBanLifted,
        &desk.caller(),
        now,
    );
    let effects = Effects::event(event.with("prefix", prefix.as_str()));
    let change = desk
        .store
        .lift_ban(&desk.realm, &prefix, &effects, now)
        .await?;
    match change {
        Change::Changed => output.data(&json!({ "prefix": prefix, "lifted": true }), members),
        Change::NotFound => Err(Failure::not_found(format!(
            "{prefix} is not banned; `vidimus ban list` shows who is"
        ))),
    }
}

/// The prefix of an address, or one as the list shows it.
fn prefix(text: &str) -> Option<String> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let counted = match address.to_canonical() {
        IpAddr::V4(_) => "32",
        IpAddr::V6(_) => "64",
    };
    bits.is_none_or(|bits| bits == counted)
        .then(|| address_key(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_and_prefixes() {
        for (text, expected) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1/32", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("2001:db8::7", Some("2001:db8::/64")),
            ("2001:db8::/64", Some("2001:db8::/64")),
            ("2001:db8::/48", None),
            ("192.0.2.0/24", None),
            ("ada", None),
            ("", None),
        ] {
            assert_eq!(prefix(text).as_deref(), expected, "{text}");
        }
    }
}
