//! What has happened to a person's account.

use crate::account::event::{Caller, EventKind};
use crate::flows::own::NamedApp;
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{EventPage, StoredEvent};

/// How far back people see what happened.
pub const SHOWN_FOR: Lifetime = Lifetime::seconds(90 * 86_400);

/// How many things stand on one page.
pub const ON_A_PAGE: u32 = 25;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Its place in the record.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// The application that it is about.
    pub app: Option<NamedApp>,
    /// Where the request came from.
    pub caller: Caller,
}

/// A page of what happened, the newest first, and the place from which the next page goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// What happened.
    pub happenings: Vec<Happening>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
}

/// What happened to the person of this session before a place of the record.
pub async fn page(app: &App, live: &LiveSession, before: Option<i64>) -> Result<Activity, Fault> {
    let now = app.now();
    let user = &live.facts().user;
    let page = EventPage {
        since: now.minus(SHOWN_FOR),
        before,
        limit: ON_A_PAGE + 1,
    };
    let mut events = app
        .store
        .events_of_user(&user.realm, &user.id, page)
        .await?;
    let on_a_page = usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    let more = events.len() > on_a_page;
    events.truncate(on_a_page);
    let next = events.last().filter(|_| more).map(|last| last.sequence);
    let mut happenings = Vec::new();
    for StoredEvent { sequence, event } in events {
        let named = match &event.client {
            Some(id) => Some(NamedApp::by_id(app, &user.realm, id, now).await?),
            None => None,
        };
        happenings.push(Happening {
            sequence,
            at: event.at,
            kind: event.kind,
            app: named,
            caller: event.caller,
        });
    }
    Ok(Activity { happenings, next })
}
