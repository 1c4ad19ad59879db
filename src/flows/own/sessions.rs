//! The browsers that a person is signed in at, and signing them out.

use crate::account::event::{Caller, Event, EventKind};
use crate::account::session::Session;
use crate::flows::own::NamedApp;
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, revocations};
use crate::protocol::ids::SessionId;
use crate::secret::Digest;
use crate::store::{Change, Effects, OthersEnd, RevocationMark};

/// A browser that the person is signed in at.
#[derive(Debug, Clone)]
pub struct SignedInBrowser {
    /// The session there.
    pub session: Session,
    /// Where its last sign-in came from.
    pub caller: Caller,
    /// The applications that were opened in it.
    pub apps: Vec<NamedApp>,
}

/// All browsers that the person of this session is signed in at, the last used one first.
pub async fn list(app: &App, live: &LiveSession) -> Result<Vec<SignedInBrowser>, Fault> {
    let now = app.now();
    let user = &live.facts().user;
    let sessions = app.store.sessions_of_user(&user.realm, &user.id, now);
    let mut browsers = Vec::new();
    for own in sessions.await? {
        if !own.session.is_live(app.settings.sessions, now) {
            continue;
        }
        let mut apps = Vec::new();
        for id in &own.clients {
            apps.push(NamedApp::by_id(app, &user.realm, id, now).await?);
        }
        browsers.push(SignedInBrowser {
            session: own.session,
            caller: own.caller,
            apps,
        });
    }
    Ok(browsers)
}

/// Signs the person out at one of their browsers. `NotFound` when it is not theirs, or was signed
/// out before.
pub async fn end_one(
    app: &App,
    live: &LiveSession,
    session: &SessionId,
    caller: &Caller,
) -> Result<Change, Fault> {
    let now = app.now();
    let user = &live.facts().user;
    let mark = RevocationMark::Session(session.clone());
    let event = Event::new(&user.realm, EventKind::SessionEnded, caller, now)
        .of_user(&user.id)
        .in_session(session);
    let effects = Effects::marks([revocations::mark(&user.realm, mark, now)]).and_event(event);
    let change = app
        .store
        .end_own_session(&user.realm, &user.id, session, &effects, now)
        .await?;
    if change == Change::Changed {
        revocations::announce(app, &effects.marks, now).await;
        tracing::info!(realm = %user.realm, user = %user.id, %session, "session ended by its owner");
    }
    Ok(change)
}

/// Signs the person out everywhere but here, and trusts no browser any more but this one, which may
/// be remembered by the cookie of `device`; how many sessions ended.
pub async fn end_others(
    app: &App,
    live: &LiveSession,
    device: Option<&str>,
    caller: &Caller,
) -> Result<usize, Fault> {
    let now = app.now();
    let (user, keep) = (&live.facts().user, &live.facts().session.id);
    let mark = RevocationMark::Session(keep.clone());
    let end = OthersEnd {
        realm: user.realm.clone(),
        user: user.id.clone(),
        keep: keep.clone(),
        device: device.map(Digest::of),
        marked_until: revocations::mark(&user.realm, mark, now).expires_at,
        now,
    };
    let event = Event::new(&user.realm, EventKind::SessionEnded, caller, now)
        .of_user(&user.id)
        .with("which", "all but the one that asked");
    let effects = Effects::event(event);
    let marks = app.store.end_other_sessions(&end, &effects).await?;
    revocations::announce(app, &marks, now).await;
    tracing::info!(realm = %user.realm, user = %user.id, ended = marks.len(), "other sessions ended");
    Ok(marks.len())
}
