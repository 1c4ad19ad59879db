//! `GET /account`, and the address by which password managers find the page for a new password.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::account_factors::overview;
use crate::flows::own::{apps, sessions};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::account::{frame, owner};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::pages::{AccountHomePage, AccountPage};

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, AccountPage::Home).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    let read = async {
        let browsers = sessions::list(&edge.app, &live).await?;
        let apps = apps::list(&edge.app, &live).await?;
        let factors = overview(&edge.app, &live).await?;
        Ok((browsers.len().saturating_sub(1), apps.len(), factors))
    };
    let (other_sessions, apps, factors) = match read.await {
        Ok(counted) => counted,
        Err(fault) => return respond::fault(&edge, &call.headers, &call.id, &fault),
    };
    let user = &live.facts().user;
    let view = AccountHomePage {
        chrome: respond::realm_chrome(&edge, &call),
        account: frame(&edge, &call, &live, AccountPage::Home),
        email: user.email.clone(),
        email_verified: user.email_verified,
        second_factor: live.facts().has_factor,
        recovery_codes: factors.recovery_codes,
        other_sessions,
        apps,
        profile_url: local(&edge, &call, AccountPage::Profile.path()),
        factors_url: local(&edge, &call, AccountPage::Factors.path()),
        sessions_url: local(&edge, &call, AccountPage::Sessions.path()),
        apps_url: local(&edge, &call, AccountPage::Apps.path()),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}

/// W3C "A Well-Known URL for Changing Passwords" §2: a redirect to the page.
pub(in crate::http) async fn change_password(
    State(edge): State<Arc<Edge>>,
    call: Call,
) -> Response {
    respond::see_other(&local(&edge, &call, AccountPage::Password.path()))
}
