//! `/account`: people see and change what is kept of them.
//!
//! Every page begins with [`owner`]: who is signed in, or off to the login page and back. A form
//! counts only through [`posted`], and what could take the account away only with a sign-in of the
//! last minutes: [`fresh_owner`], [`freshly_posted`].

pub(in crate::http) mod activity;
pub(in crate::http) mod address;
pub(in crate::http) mod apps;
pub(in crate::http) mod data;
pub(in crate::http) mod factors;
pub(in crate::http) mod home;
pub(in crate::http) mod passkeys;
pub(in crate::http) mod password;
pub(in crate::http) mod profile;
pub(in crate::http) mod sessions;
pub(in crate::http) mod sign_in;

use axum::body::Body;
use axum::response::Response;

use crate::flows::session::{self, LiveSession};
use crate::http::call::Call;
use crate::http::page::{bind, errand, is_genuine, local};
use crate::http::respond;
use crate::http::{Edge, cookie};
use crate::pages::{AccountFrame, AccountNotice, AccountPage};
use crate::protocol::discovery::path;
use crate::protocol::params::Params;

/// The parameter that tells a page what has just happened.
const NOTICE: &str = "notice";

/// Who is signed in; otherwise the way to the login page, which leads back to `page`.
async fn owner(edge: &Edge, call: &Call, page: AccountPage) -> Result<LiveSession, Response> {
    let cookie = cookie::read(edge, &call.realm, &call.headers);
    match session::resume(&edge.app, &call.realm, cookie, None, edge.app.now()).await {
        Ok(Some(live)) => Ok(live),
        Ok(None) => Err(respond::see_other(&errand::account_address(
            edge, call, "/login", page,
        ))),
        Err(fault) => Err(respond::fault(edge, &call.headers, &call.id, &fault)),
    }
}

/// The same for a page that only those may see who have signed in just now; others do so first.
async fn fresh_owner(edge: &Edge, call: &Call, page: AccountPage) -> Result<LiveSession, Response> {
    let live = owner(edge, call, page).await?;
    if live.facts().session.is_fresh(edge.app.now()) {
        Ok(live)
    } else {
        Err(respond::see_other(&errand::account_address(
            edge, call, "/login", page,
        )))
    }
}

/// Who is signed in and what they have posted from `page`; a form that is not ours, or out of
/// date, changes nothing and leads back to the page, which says so.
async fn posted(
    edge: &Edge,
    call: &Call,
    body: Body,
    page: AccountPage,
) -> Result<(LiveSession, Params), Response> {
    let form = match call.form(body, edge).await {
        Ok(form) => form,
        Err(error) => return Err(respond::oauth_error(error, &call.id)),
    };
    let live = owner(edge, call, page).await?;
    if is_genuine(edge, call, &form) {
        Ok((live, form))
    } else {
        Err(back(edge, call, page, AccountNotice::StaleForm))
    }
}

/// The same for what only those may do who have signed in just now.
async fn freshly_posted(
    edge: &Edge,
    call: &Call,
    body: Body,
    page: AccountPage,
) -> Result<(LiveSession, Params), Response> {
    let (live, form) = posted(edge, call, body, page).await?;
    if live.facts().session.is_fresh(edge.app.now()) {
        Ok((live, form))
    } else {
        Err(respond::see_other(&errand::account_address(
            edge, call, "/login", page,
        )))
    }
}

/// Back to a page that tells what has happened; reloading it does nothing again.
fn back(edge: &Edge, call: &Call, page: AccountPage, notice: AccountNotice) -> Response {
    let page = local(edge, call, page.path());
    respond::see_other(&format!("{page}?{NOTICE}={}", notice.name()))
}

/// What a page has around it.
fn frame(edge: &Edge, call: &Call, live: &LiveSession, page: AccountPage) -> AccountFrame {
    let user = &live.facts().user;
    let name = user.profile.name.as_ref();
    AccountFrame {
        user_name: name.unwrap_or(&user.username).clone(),
        username: user.username.clone(),
        places: AccountFrame::places(page, |path| local(edge, call, path)),
        sign_out: local(edge, call, path::END_SESSION),
        // Somebody who is signed in has a cookie.
        csrf: bind(edge, call).csrf,
        notice: call.query.get(NOTICE).and_then(AccountNotice::parse),
    }
}
