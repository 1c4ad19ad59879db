//! `GET` and `POST /account/apps`: the connected applications.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::account::claims::Person;
use crate::account::user::User;
use crate::flows::accounts::withdraw_consent;
use crate::flows::own::apps::{ConnectedApp, list};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::account::{back, frame, owner, posted};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::pages::{AccountNotice, AccountPage, AppCard, AppsPage, scope_lines};
use crate::protocol::ids::ClientId;

const PAGE: AccountPage = AccountPage::Apps;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, PAGE).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    let apps = match list(&edge.app, &live).await {
        Ok(apps) => apps,
        Err(fault) => return respond::fault(&edge, &call.headers, &call.id, &fault),
    };
    let user = &live.facts().user;
    let view = AppsPage {
        chrome: respond::realm_chrome(&edge, &call),
        account: frame(&edge, &call, &live, PAGE),
        apps: apps.into_iter().map(|app| card(app, user)).collect(),
        action: local(&edge, &call, PAGE.path()),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}

/// The page says what an application may see, and shows none of it.
fn card(connected: ConnectedApp, user: &User) -> AppCard {
    let person = Person {
        user,
        memberships: None,
    };
    AppCard {
        id: connected.app.id.into(),
        name: connected.app.name,
        unverified: connected.unverified,
        host: connected.host,
        scopes: scope_lines(&connected.scope, person),
        since: connected.since.into(),
        used: connected.used_at.map(Into::into),
        offline: connected.offline,
    }
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match posted(&edge, &call, body, PAGE).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let client = form.get("client").map(ClientId::parse);
    let Some(Ok(client)) = client else {
        return back(&edge, &call, PAGE, AccountNotice::StaleForm);
    };
    let user = &live.facts().user;
    match withdraw_consent(&edge.app, (&user.realm, &user.id), &client, call.caller()).await {
        Ok(_change) => back(&edge, &call, PAGE, AccountNotice::Disconnected),
        Err(fault) => respond::fault(&edge, &call.headers, &call.id, &fault),
    }
}
