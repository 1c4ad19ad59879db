//! `vidimus realm`: tenants.

use serde_json::json;

use super::Failure;
use super::arguments::RealmCommand;
use super::desk::{Desk, parse_realm};
use super::output::{Output, table};
use crate::protocol::realm::RealmSettings;
use crate::store::{Creation, Realm};

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: RealmCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        RealmCommand::Create { slug, name } => {
            let realm = Realm {
                id: parse_realm(&slug)?,
                name: name.unwrap_or(slug),
                settings: RealmSettings::default(),
                created_at: desk.clock.now(),
                disabled_at: None,
            };
            match desk.store.create_realm(&realm).await? {
                Creation::Created => show(&[realm], output),
                Creation::NameTaken => Err(Failure::denied("there is a realm of that name")),
            }
        }
        RealmCommand::List => show(&desk.store.list_realms().await?, output),
    }
}

fn show(realms: &[Realm], output: &mut Output<'_>) -> Result<(), Failure> {
    let documents: Vec<_> = realms
        .iter()
        .map(|realm| {
            json!({
                "realm": realm.id,
                "name": realm.name,
                "created_at": realm.created_at.unix_seconds(),
                "disabled": realm.disabled_at.is_some(),
            })
        })
        .collect();
    let rows: Vec<_> = realms
        .iter()
        .map(|realm| vec![realm.id.to_string(), realm.name.clone()])
        .collect();
    output.data(&documents, |_| table(&rows))
}
