//! All that is kept of a person, for the person to take along. Never a secret, and never the hash of
//! one.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use crate::account::claims::{Person, claims_of};
use crate::account::event::Event;
use crate::flows::account_factors::overview;
use crate::flows::own::{apps, sessions};
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, passkeys};
use crate::protocol::claims::CLAIM_SCOPES;
use crate::protocol::time::Timestamp;
use crate::store::EventPage;

/// How many events are read at once.
const EVENTS_AT_ONCE: u32 = 500;

/// The document: account and claims, connected applications, sessions, what happened.
pub async fn export(app: &App, live: &LiveSession) -> Result<Value, Fault> {
    let now = app.now();
    let user = &live.facts().user;
    let names = CLAIM_SCOPES.iter().flat_map(|(_, claims)| claims.iter());
    let read = app.store.member(&user.realm, &user.id, None).await?;
    let groups = read.map(|(_, memberships)| memberships.groups);
    let person = Person {
        user,
        memberships: None,
    };
    Ok(json!({
        "issuer": app.issuer(&user.realm).as_str(),
        "exported_at": text(now),
        "account": {
            "id": user.id,
            "username": user.username,
            "created_at": text(user.created_at),
            "updated_at": text(user.updated_at),
            "has_password": user.password_hash.is_some(),
        },
        "claims": claims_of(person, names.copied()),
        "groups": groups.unwrap_or_default(),
        "roles": roles(app, live).await?,
        "second_factors": second_factors(app, live).await?,
        "applications": applications(app, live).await?,
        "sessions": signed_in(app, live).await?,
        "events": events(app, live).await?,
    }))
}

/// What second factors there are, by the names that the person gave them.
async fn second_factors(app: &App, live: &LiveSession) -> Result<Value, Fault> {
    let factors = overview(app, live).await?;
    let apps = factors.apps.into_iter().map(|app| app.name);
    let devices = factors.devices.into_iter().map(|device| device.name);
    let passkeys = passkeys::own::overview(app, live).await?.passkeys;
    let passkeys = passkeys.into_iter().map(|passkey| {
        json!({
            "name": passkey.name,
            "synced": passkey.synced,
            "created_at": text(passkey.created_at),
            "last_used_at": passkey.last_used_at.map(text),
        })
    });
    Ok(json!({
        "passkeys": passkeys.collect::<Vec<_>>(),
        "authenticator_apps": apps.collect::<Vec<_>>(),
        "remembered_devices": devices.collect::<Vec<_>>(),
        "recovery_codes_left": factors.recovery_codes,
    }))
}

/// Every role, and the application that it holds in if it is not the realm's.
async fn roles(app: &App, live: &LiveSession) -> Result<Vec<Value>, Fault> {
    let user = &live.facts().user;
    let roles = app.store.roles_of_user(&user.realm, &user.id).await?;
    let in_json = roles
        .into_iter()
        .map(|role| json!({"name": role.name, "client_id": role.client}));
    Ok(in_json.collect())
}

async fn applications(app: &App, live: &LiveSession) -> Result<Vec<Value>, Fault> {
    let connected = apps::list(app, live).await?;
    let in_json = connected.into_iter().map(|connected| {
        json!({
            "client_id": connected.app.id,
            "name": connected.app.name,
            "scope": connected.scope,
            "since": text(connected.since),
            "last_used_at": connected.used_at.map(text),
        })
    });
    Ok(in_json.collect())
}

async fn signed_in(app: &App, live: &LiveSession) -> Result<Vec<Value>, Fault> {
    let browsers = sessions::list(app, live).await?;
    let in_json = browsers.into_iter().map(|browser| {
        let clients = browser.apps.into_iter().map(|app| app.id);
        json!({
            "id": browser.session.id,
            "began_at": text(browser.session.created_at),
            "signed_in_at": text(browser.session.auth_time),
            "last_seen_at": text(browser.session.last_seen_at),
            "address": browser.caller.address,
            "user_agent": browser.caller.user_agent,
            "clients": clients.collect::<Vec<_>>(),
        })
    });
    Ok(in_json.collect())
}

/// All that happened to the person, as long as it is kept.
async fn events(app: &App, live: &LiveSession) -> Result<Vec<Value>, Fault> {
    let user = &live.facts().user;
    let mut in_json = Vec::new();
    let mut before = None;
    loop {
        let page = EventPage {
            since: Timestamp::from_unix_millis(0),
            before,
            limit: EVENTS_AT_ONCE,
        };
        let events = app
            .store
            .events_of_user(&user.realm, &user.id, page)
            .await?;
        let Some(last) = events.last() else {
            return Ok(in_json);
        };
        before = Some(last.sequence);
        in_json.extend(events.iter().map(|stored| event(&stored.event)));
    }
}

fn event(event: &Event) -> Value {
    let detail: Map<String, Value> = event
        .detail
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    json!({
        "at": text(event.at),
        "kind": event.kind.as_str(),
        "client_id": event.client,
        "session": event.session,
        "address": event.caller.address,
        "user_agent": event.caller.user_agent,
        "request": event.caller.request,
        "detail": detail,
    })
}

/// RFC 3339
fn text(at: Timestamp) -> Value {
    DateTime::from_timestamp_millis(at.unix_millis())
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
        .into()
}
