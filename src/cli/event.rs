//! `vidimus event`: what has happened, from the record.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};
use serde_json::{Value, json};

use super::Failure;
use super::desk::Desk;
use super::event_arguments::{EventCommand, ExportArgs, ExportFormat, FilterArgs, TailArgs};
use super::follow::Follower;
use super::output::Output;
use super::user;
use crate::config::span;
use crate::protocol::ids::{ClientId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{EventFilter, EventPlace, StoredEvent};

/// So many are read at once, which is as many as the store gives.
const PAGE: u32 = 1_000;
/// How often a follower looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The longest span before now.
const LONGEST_SECONDS: u32 = 3650 * 24 * 3600;

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: EventCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        EventCommand::Tail(arguments) => tail(desk, &arguments, output).await,
        EventCommand::Export(arguments) => export(desk, &arguments, output).await,
    }
}

async fn tail(desk: &Desk, arguments: &TailArgs, output: &mut Output<'_>) -> Result<(), Failure> {
    let filter = filter(desk, &arguments.filter).await?;
    // Read before the latest are shown, so that nothing falls between the two.
    let mut follower = if arguments.follow {
        Some(start(desk).await?)
    } else {
        None
    };
    if arguments.lines > 0 {
        let newest = EventPlace::Before(i64::MAX);
        let store = &desk.store;
        let mut latest = store
            .list_events(&desk.realm, &filter, newest, arguments.lines)
            .await?;
        latest.reverse();
        for stored in &latest {
            if let Some(follower) = &mut follower {
                follower.is_new(stored.sequence, desk.clock.now());
            }
            show(stored, output)?;
        }
    }
    match follower {
        Some(follower) => follow(desk, &filter, follower, output).await,
        None => Ok(()),
    }
}

/// What stands already is not told as new, whether or not it is wanted.
async fn start(desk: &Desk) -> Result<Follower, Failure> {
    let (all, newest) = (EventFilter::default(), EventPlace::Before(i64::MAX));
    let standing = desk
        .store
        .list_events(&desk.realm, &all, newest, PAGE)
        .await?;
    let full = standing.len() >= page_size();
    Ok(Follower::begin(&standing, full, desk.clock.now()))
}

/// Until interrupted.
async fn follow(
    desk: &Desk,
    filter: &EventFilter,
    mut follower: Follower,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    loop {
        for stored in look(desk, &mut follower).await? {
            if filter.wants(&stored.event) {
                show(&stored, output)?;
            }
        }
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// What has appeared since the last look.
async fn look(desk: &Desk, follower: &mut Follower) -> Result<Vec<StoredEvent>, Failure> {
    let all = EventFilter::default();
    let (mut appeared, mut after) = (Vec::new(), follower.floor());
    loop {
        let place = EventPlace::After(after);
        let page = desk
            .store
            .list_events(&desk.realm, &all, place, PAGE)
            .await?;
        let now = desk.clock.now();
        let last = page.last().map(|stored| stored.sequence);
        let full = page.len() >= page_size();
        let new = page
            .into_iter()
            .filter(|stored| follower.is_new(stored.sequence, now));
        appeared.extend(new);
        match last {
            Some(last) if full => after = last,
            _ => break,
        }
    }
    follower.settle(desk.clock.now());
    Ok(appeared)
}

async fn export(
    desk: &Desk,
    arguments: &ExportArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let now = desk.clock.now();
    let filter = EventFilter {
        since: moment("--since", arguments.since.as_deref(), now)?,
        until: moment("--until", arguments.until.as_deref(), now)?,
        ..filter(desk, &arguments.filter).await?
    };
    let array = match arguments.format {
        Some(format) => format == ExportFormat::Json,
        None => output.wants_json(),
    };
    if array {
        output.line("[")?;
    }
    let (mut after, mut first) = (0, true);
    loop {
        let place = EventPlace::After(after);
        let store = &desk.store;
        let page = store.list_events(&desk.realm, &filter, place, PAGE).await?;
        for stored in &page {
            let comma = if array && !first { "," } else { "" };
            output.line(format_args!("{comma}{}", document(stored)))?;
            first = false;
        }
        match page.last() {
            Some(last) => after = last.sequence,
            None => break,
        }
    }
    if array {
        output.line("]")?;
    }
    Ok(())
}

fn page_size() -> usize {
    usize::try_from(PAGE).unwrap_or(usize::MAX)
}

async fn filter(desk: &Desk, arguments: &FilterArgs) -> Result<EventFilter, Failure> {
    let client = arguments.client.as_deref().map(ClientId::parse).transpose();
    let client = client.map_err(|invalid| Failure::usage(format!("--client is {invalid}")))?;
    let user = match arguments.user.as_deref() {
        Some(text) => Some(user_named(desk, text).await?),
        None => None,
    };
    Ok(EventFilter {
        user,
        client,
        kind: arguments.kind,
        ..EventFilter::default()
    })
}

/// Events outlive accounts, so an identifier need not be known any more.
async fn user_named(desk: &Desk, text: &str) -> Result<UserId, Failure> {
    match (user::find(desk, text).await, UserId::parse(text)) {
        (Ok(user), _) => Ok(user.id),
        (Err(_), Ok(id)) if text.starts_with(user::ID_PREFIX) => Ok(id),
        (Err(failure), _) => Err(failure),
    }
}

/// A span before now, a day, or a moment.
fn moment(flag: &str, text: Option<&str>, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    if let Ok(before) = span(text, 0, LONGEST_SECONDS) {
        return Ok(Some(now.minus(before)));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map(|day| day.and_time(NaiveTime::MIN).and_utc().timestamp_millis());
    let millis =
        day.or_else(|_| DateTime::parse_from_rfc3339(text).map(|moment| moment.timestamp_millis()));
    match millis {
        Ok(millis) => Ok(Some(Timestamp::from_unix_millis(millis))),
        Err(_) => Err(Failure::usage(format!(
            "{flag} {text:?} is no span (24h), no day (2026-11-01) and no moment (2026-11-01T08:00:00Z)"
        ))),
    }
}

fn show(stored: &StoredEvent, output: &mut Output<'_>) -> Result<(), Failure> {
    if output.wants_json() {
        return output.line(document(stored));
    }
    let event = &stored.event;
    let facts = [
        ("user", event.user.as_ref().map(ToString::to_string)),
        ("client", event.client.as_ref().map(ToString::to_string)),
        ("session", event.session.as_ref().map(ToString::to_string)),
        ("address", event.caller.address.map(|a| a.to_string())),
    ];
    let facts = facts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    let detail = event
        .detail
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let facts: Vec<String> = facts.chain(detail).collect();
    let (at, kind) = (rfc3339(event.at), event.kind.as_str());
    let line = format!("{at}  {kind:<22}  {}", facts.join(" "));
    output.line(line.trim_end())
}

/// An event as other programs read it, the same as in the log.
fn document(stored: &StoredEvent) -> Value {
    let event = &stored.event;
    json!({
        "sequence": stored.sequence,
        "at": rfc3339(event.at),
        "event": event.kind.as_str(),
        "realm": event.realm,
        "user": event.user,
        "client": event.client,
        "session": event.session,
        "address": event.caller.address,
        "user_agent": event.caller.user_agent,
        "request_id": event.caller.request,
        "detail": event.detail,
    })
}

fn rfc3339(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.unix_millis())
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans_days_and_moments() {
        let now = Timestamp::from_unix_seconds(1_800_000_000);
        let read = |text| moment("--since", Some(text), now).map_err(|failure| failure.message);
        let seconds = |text| read(text).unwrap().unwrap().unix_seconds();
        assert_eq!(seconds("2m"), 1_800_000_000 - 120);
        assert_eq!(seconds("1970-01-02"), 86_400);
        assert_eq!(seconds("1970-01-02T01:00:00+01:00"), 86_400);
        assert!(
            read("yesterday")
                .unwrap_err()
                .starts_with("--since \"yesterday\" is no span")
        );
        assert_eq!(moment("--since", None, now).unwrap(), None);
    }
}
