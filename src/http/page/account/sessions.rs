//! `GET` and `POST /account/sessions`: where the person is signed in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::Fault;
use crate::flows::own::sessions::{SignedInBrowser, end_one, end_others, list};
use crate::flows::session::LiveSession;
use crate::http::call::Call;
use crate::http::page::account::{back, frame, owner, posted};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AccountNotice, AccountPage, Origin, SessionCard, SessionsPage};
use crate::protocol::ids::SessionId;

const PAGE: AccountPage = AccountPage::Sessions;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, PAGE).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    let browsers = match list(&edge.app, &live).await {
        Ok(browsers) => browsers,
        Err(fault) => return respond::fault(&edge, &call.headers, &call.id, &fault),
    };
    let present = &live.facts().session.id;
    let view = SessionsPage {
        chrome: respond::realm_chrome(&edge, &call),
        account: frame(&edge, &call, &live, PAGE),
        sessions: browsers
            .into_iter()
            .map(|browser| card(browser, present))
            .collect(),
        action: local(&edge, &call, PAGE.path()),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}

fn card(browser: SignedInBrowser, present: &SessionId) -> SessionCard {
    SessionCard {
        origin: Origin::from(&browser.caller),
        present: browser.session.id == *present,
        since: browser.session.created_at.into(),
        seen: browser.session.last_seen_at.into(),
        apps: browser.apps.into_iter().map(|app| app.name).collect(),
        id: browser.session.id.into(),
    }
}

/// Ends one session, or all others. What ended meanwhile, or is somebody else's, is told like what
/// ends now: it is not there any more, and was never shown.
pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match posted(&edge, &call, body, PAGE).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let session = form.get("session").map(SessionId::parse);
    let (ended, notice) = match session {
        Some(Ok(session)) => (
            end_one(&edge.app, &live, &session, call.caller())
                .await
                .map(drop),
            AccountNotice::SessionEnded,
        ),
        Some(Err(_invalid)) => return back(&edge, &call, PAGE, AccountNotice::StaleForm),
        None if form.get("others").is_some() => (
            others(&edge, &call, &live).await,
            AccountNotice::OthersEnded,
        ),
        None => return back(&edge, &call, PAGE, AccountNotice::StaleForm),
    };
    match ended {
        Ok(()) => back(&edge, &call, PAGE, notice),
        Err(fault) => respond::fault(&edge, &call.headers, &call.id, &fault),
    }
}

/// Ends all sessions but this browser's.
async fn others(edge: &Edge, call: &Call, live: &LiveSession) -> Result<(), Fault> {
    let device = cookie::read_device(edge, &call.realm, &call.headers);
    end_others(&edge.app, live, device, call.caller())
        .await
        .map(drop)
}
