//! What a change brings with it: marks, events, links and mails of the same transaction.

use super::{Answer, Connection, Timestamp, Verdict, links, protection, revocations, sql};
use crate::account::event::Event;
use crate::protocol::ids::{ClientId, SessionId, UserId};
use crate::store::fault::Fault;
use crate::store::{Effects, NewMail};

pub(in super::super) async fn record(
    c: &mut Connection<'_>,
    effects: &Effects,
    now: Timestamp,
) -> Answer<()> {
    for event in &effects.events {
        append(c, event).await?;
    }
    for link in &effects.links {
        links::insert(c, link).await?;
    }
    for mail in &effects.mails {
        enqueue(c, mail).await?;
    }
    if let Some(device) = &effects.known_device {
        protection::acquaint(c, device).await?;
    }
    revocations::record(c, &effects.marks, now).await
}

/// Effects that go with no other change.
pub(in super::super) async fn write(
    c: &mut Connection<'_>,
    effects: &Effects,
    now: Timestamp,
) -> Answer<Verdict<()>> {
    record(c, effects, now).await?;
    Ok(Verdict::Keep(()))
}

/// The outcome of a change with its events, which tell nothing when nothing happened.
pub(super) async fn told<T: Send>(
    c: &mut Connection<'_>,
    outcome: T,
    happened: bool,
    events: &[Event],
) -> Answer<Verdict<T>> {
    if happened {
        for event in events {
            append(c, event).await?;
        }
    }
    Ok(Verdict::Keep(outcome))
}

async fn append(c: &mut Connection<'_>, event: &Event) -> Answer<()> {
    let detail = serde_json::to_string(&event.detail)
        .map_err(|error| Fault::Corrupt(format!("event: {error}")))?;
    let query = sql(
        "INSERT INTO event (realm, at, kind, user_id, client_id, session_id, address,
             user_agent, request_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(event.realm.as_str())
    .bind(event.at.unix_millis())
    .bind(event.kind.as_str())
    .bind(event.user.as_ref().map(UserId::as_str))
    .bind(event.client.as_ref().map(ClientId::as_str))
    .bind(event.session.as_ref().map(SessionId::as_str))
    .bind(event.caller.address.map(|address| address.to_string()))
    .bind(event.caller.user_agent.as_deref())
    .bind(event.caller.request.as_deref())
    .bind(detail);
    c.execute(query).await?;
    c.tell(event);
    Ok(())
}

async fn enqueue(c: &mut Connection<'_>, mail: &NewMail) -> Answer<()> {
    let query = sql(
        "INSERT INTO mail (realm, id, user_id, kind, sealed, created_at, expires_at,
             next_attempt_at, link, link_seconds)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8, $9)",
    )
    .bind(mail.realm.as_str())
    .bind(mail.id.as_str())
    .bind(mail.user.as_ref().map(UserId::as_str))
    .bind(mail.kind.as_str())
    .bind(mail.sealed.as_slice())
    .bind(mail.created_at.unix_millis())
    .bind(mail.expires_at.unix_millis())
    .bind(mail.link.as_ref().map(|(digest, _)| digest.as_bytes()))
    .bind(mail.link.as_ref().map(|(_, stands)| stands.whole_seconds()));
    c.execute(query).await?;
    Ok(())
}
