//! `GET /account/activity`: what has happened to the account.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::own::activity::{Happening, page};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::account::{frame, owner};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::pages::{AccountPage, ActivityPage, HappeningLine, Origin, in_words};

const PAGE: AccountPage = AccountPage::Activity;

/// The place of the record from which an older page goes on.
const BEFORE: &str = "before";

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, PAGE).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    let before = call.query.get(BEFORE).and_then(|place| place.parse().ok());
    let activity = match page(&edge.app, &live, before).await {
        Ok(activity) => activity,
        Err(fault) => return respond::fault(&edge, &call.headers, &call.id, &fault),
    };
    let address = local(&edge, &call, PAGE.path());
    let view = ActivityPage {
        chrome: respond::realm_chrome(&edge, &call),
        account: frame(&edge, &call, &live, PAGE),
        happenings: activity.happenings.into_iter().map(line).collect(),
        older: activity
            .next
            .map(|place| format!("{address}?{BEFORE}={place}")),
        newest: before.is_some().then_some(address),
        password_url: local(&edge, &call, AccountPage::Password.path()),
        sessions_url: local(&edge, &call, AccountPage::Sessions.path()),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}

fn line(happening: Happening) -> HappeningLine {
    HappeningLine {
        what: in_words(happening.kind),
        app: happening.app.map(|app| app.name),
        at: happening.at.into(),
        origin: Origin::from(&happening.caller),
    }
}
