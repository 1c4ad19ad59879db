//! Reading events.

use super::super::Row;
use super::rows::{column, moment, parsed};
use super::{Answer, Connection, sql};
use crate::account::event::{Caller, Event, EventKind};
use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::store::fault::Fault;
use crate::store::{EventPage, StoredEvent};

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
