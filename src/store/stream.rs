//! The log's copy of what happened: one line for each event, once the change that it tells of is
//! committed. The record is what counts; a process that dies between the two leaves out the line.

use std::sync::{Arc, Mutex, PoisonError};

use crate::account::event::Event;
use crate::protocol::ids::{ClientId, SessionId, UserId};

/// What the lines are filtered by in `log.level`.
const EVENTS: &str = "vidimus::event";

/// The events of a transaction, held back until it is committed.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    /// Holds an event back.
    pub(super) fn hold(&self, event: &Event) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(event.clone());
    }

    /// The transaction is committed: writes the lines.
    pub(super) fn committed(&self) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events.drain(..) {
            log(&event);
        }
    }
}

fn log(event: &Event) {
    let detail = serde_json::to_string(&event.detail).ok();
    tracing::info!(
        target: EVENTS,
        event = event.kind.as_str(),
        at = event.at.unix_millis(),
        request_id = event.caller.request.as_deref(),
        realm = event.realm.as_str(),
        user = event.user.as_ref().map(UserId::as_str),
        client = event.client.as_ref().map(ClientId::as_str),
        session = event.session.as_ref().map(SessionId::as_str),
        address = event.caller.address.map(tracing::field::display),
        user_agent = event.caller.user_agent.as_deref(),
        detail = detail.filter(|_| !event.detail.is_empty()),
        "event"
    );
}
