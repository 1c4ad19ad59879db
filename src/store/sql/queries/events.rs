//! Reading events.

use super::super::Row;
use super::rows::{column, moment, parsed};
use super::{Answer, Connection, Timestamp, millis, sql};
use crate::account::event::{Caller, Event, EventKind};
use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::store::fault::Fault;
use crate::store::{EventFilter, EventPage, EventPlace, StoredEvent};

macro_rules! event_columns {
    () => {
        "sequence, realm, at, kind, user_id, client_id, session_id, address, user_agent,
         request_id, detail"
    };
}

pub(in super::super) async fn of_user(
    c: &mut Connection<'_>,
    (realm, user): (&RealmId, &UserId),
    page: EventPage,
) -> Answer<Vec<StoredEvent>> {
    let query = sql(concat!(
        "SELECT ",
        event_columns!(),
        " FROM event WHERE realm = $1 AND user_id = $2 AND at >= $3 AND sequence < $4
         ORDER BY sequence DESC LIMIT $5"
    ))
    .bind(realm.as_str())
    .bind(user.as_str())
    .bind(page.since.unix_millis())
    .bind(page.before.unwrap_or(i64::MAX))
    .bind(i64::from(page.limit.clamp(1, 1_000)));
    c.all(query).await?.iter().map(event).collect()
}

/// What a filter leaves, from a place onwards. Its text is the same for both directions but for
/// the comparison and the order.
macro_rules! events_that {
    ($place:literal) => {
        concat!(
            "SELECT ",
            event_columns!(),
            " FROM event WHERE realm = $1 AND ($2 IS NULL OR user_id = $2)
               AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4)
               AND at >= $5 AND at < $6 AND ",
            $place,
            " LIMIT $8"
        )
    };
}

pub(in super::super) async fn list(
    c: &mut Connection<'_>,
    realm: &RealmId,
    filter: &EventFilter,
    place: EventPlace,
    limit: u32,
) -> Answer<Vec<StoredEvent>> {
    let (text, place) = match place {
        EventPlace::Before(place) => (events_that!("sequence < $7 ORDER BY sequence DESC"), place),
        EventPlace::After(place) => (events_that!("sequence > $7 ORDER BY sequence"), place),
    };
    let query = sql(text)
        .bind(realm.as_str())
        .bind(filter.user.as_ref().map(UserId::as_str))
        .bind(filter.client.as_ref().map(ClientId::as_str))
        .bind(filter.kind.map(EventKind::as_str))
        .bind(filter.since.map_or(0, Timestamp::unix_millis))
        .bind(millis(filter.until).unwrap_or(i64::MAX))
        .bind(place)
        .bind(i64::from(limit.clamp(1, 1_000)));
    c.all(query).await?.iter().map(event).collect()
}

pub(in super::super) async fn purge(
    c: &mut Connection<'_>,
    before: Timestamp,
    limit: u32,
) -> Answer<u64> {
    // The oldest by number are the oldest by time but for moments, and no index knows time alone.
    let query = sql("DELETE FROM event WHERE at < $1 AND sequence IN
             (SELECT sequence FROM event ORDER BY sequence LIMIT $2)")
    .bind(before.unix_millis())
    .bind(i64::from(limit));
    c.execute(query).await
}

fn event(row: &Row) -> Answer<StoredEvent> {
    let kind: String = column(row, "kind")?;
    Ok(StoredEvent {
        sequence: column(row, "sequence")?,
        event: Event {
            realm: parsed(row, "realm", TryFrom::try_from)?,
            at: moment(row, "at")?,
            kind: EventKind::parse(&kind).ok_or_else(|| Fault::corrupt("kind"))?,
            user: optional(row, "user_id", UserId::parse)?,
            client: optional(row, "client_id", ClientId::parse)?,
            session: optional(row, "session_id", SessionId::parse)?,
            caller: caller(row)?,
            detail: parsed(row, "detail", |text| serde_json::from_str(&text))?,
        },
    })
}

/// Where a request came from, as the columns of an event have it.
pub(super) fn caller(row: &Row) -> Answer<Caller> {
    let address: Option<String> = column(row, "address")?;
    let address = address.map(|text| text.parse()).transpose();
    Ok(Caller {
        address: address.map_err(|_invalid| Fault::corrupt("address"))?,
        user_agent: column(row, "user_agent")?,
        request: column(row, "request_id")?,
    })
}

fn optional<T, E>(
    row: &Row,
    name: &'static str,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Answer<Option<T>> {
    let text: Option<String> = column(row, name)?;
    text.map(parse)
        .transpose()
        .map_err(|_invalid| Fault::corrupt(name))
}
