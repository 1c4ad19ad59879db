//! `vidimus realm`: tenants.

use serde_json::{Value, json};

use super::desk::{Desk, parse_realm};
use super::output::{Output, members, table};
use super::realm_arguments::{RealmCommand, RealmSetArgs};
use super::{Failure, password_policy};
use crate::account::event::{Event, EventKind};
use crate::protocol::plain_text::is_plain;
use crate::protocol::realm::RealmSettings;
use crate::store::{Change, Creation, Realm};

/// The longest name in characters.
const NAME_LIMIT: usize = 100;
/// The longest address of terms.
const TERMS_LIMIT_BYTES: usize = 1024;

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
                name: checked_name(name.unwrap_or(slug))?,
                settings: RealmSettings::default(),
                created_at: desk.clock.now(),
                disabled_at: None,
                terms_url: None,
            };
            let told = [told(desk, EventKind::RealmCreated, &realm)];
            match desk.store.create_realm(&realm, &told).await? {
                Creation::Created => show(&[realm], output),
                Creation::NameTaken => Err(Failure::denied("there is a realm of that name")),
            }
        }
        RealmCommand::List => show(&desk.store.list_realms().await?, output),
        RealmCommand::Get { slug } => output.data(&document(&find(desk, &slug).await?), members),
        RealmCommand::Set(arguments) => set(desk, arguments, output).await,
    }
}

async fn set(desk: &Desk, arguments: RealmSetArgs, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut realm = find(desk, &arguments.slug).await?;
    let before = document(&realm);
    if let Some(name) = arguments.name {
        realm.name = checked_name(name)?;
    }
    let settings = &mut realm.settings;
    if let Some(mode) = arguments.registration {
        settings.registration = mode.into();
    }
    if let Some(rule) = arguments.second_factor {
        settings.second_factor = rule.into();
    }
    if let Some(days) = arguments.remember_devices_days {
        settings.remember_devices_days = days;
    }
    if let Some(mode) = arguments.sign_up {
        settings.sign_up = mode.into();
    }
    if let Some(address) = arguments.terms_url {
        realm.terms_url = checked_terms(address)?;
    }
    let switches = [
        (
            &mut settings.front_channel_tokens,
            arguments.front_channel_tokens,
        ),
        (
            &mut settings.client_id_documents,
            arguments.client_id_documents,
        ),
        (
            &mut settings.session_management,
            arguments.session_management,
        ),
    ];
    for (switch, wanted) in switches {
        if let Some(wanted) = wanted {
            *switch = wanted == "on";
        }
    }
    arguments.passwords.apply(&mut settings.passwords)?;
    if arguments.disable {
        realm.disabled_at = realm.disabled_at.or(Some(desk.clock.now()));
    } else if arguments.enable {
        realm.disabled_at = None;
    }
    let after = document(&realm);
    let told = [told(desk, EventKind::RealmChanged, &realm).with_changes(&before, &after)];
    match desk.store.update_realm(&realm, &told).await? {
        Change::Changed => output.data(&after, members),
        Change::NotFound => Err(no_realm(&arguments.slug)),
    }
}

async fn find(desk: &Desk, slug: &str) -> Result<Realm, Failure> {
    let realm = desk.store.realm(&parse_realm(slug)?).await?;
    realm.ok_or_else(|| no_realm(slug))
}

fn told(desk: &Desk, kind: EventKind, realm: &Realm) -> Event {
    Event {
        realm: realm.id.clone(),
        ..desk.event(kind)
    }
}

fn no_realm(slug: &str) -> Failure {
    Failure::not_found(format!(
        "there is no realm {slug}; `vidimus realm list` shows them"
    ))
}

fn checked_name(name: String) -> Result<String, Failure> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > NAME_LIMIT || !is_plain(&name) {
        return Err(Failure::usage(format!(
            "a realm's name has 1 to {NAME_LIMIT} characters and no hidden or control characters"
        )));
    }
    Ok(name)
}

/// The address of the terms; nothing takes them away.
fn checked_terms(address: String) -> Result<Option<String>, Failure> {
    if address.is_empty() {
        return Ok(None);
    }
    let web = url::Url::parse(&address).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if !web || address.len() > TERMS_LIMIT_BYTES {
        let text = format!("{address:?} is no web address for terms");
        return Err(Failure::usage(text));
    }
    Ok(Some(address))
}

fn document(realm: &Realm) -> Value {
    json!({
        "realm": realm.id,
        "name": realm.name,
        "created_at": realm.created_at.unix_seconds(),
        "disabled": realm.disabled_at.is_some(),
        "registration": realm.settings.registration,
        "front_channel_tokens": realm.settings.front_channel_tokens,
        "client_id_documents": realm.settings.client_id_documents,
        "second_factor": realm.settings.second_factor,
        "remember_devices_days": realm.settings.remember_devices_days,
        "session_management": realm.settings.session_management,
        "sign_up": realm.settings.sign_up,
        "terms_url": realm.terms_url,
        "passwords": password_policy::document(&realm.settings.passwords),
    })
}

fn show(realms: &[Realm], output: &mut Output<'_>) -> Result<(), Failure> {
    let documents: Vec<_> = realms.iter().map(document).collect();
    let rows: Vec<_> = realms
        .iter()
        .map(|realm| vec![realm.id.to_string(), realm.name.clone()])
        .collect();
    output.data(&documents, |_| table(&rows))
}
