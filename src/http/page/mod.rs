//! The pages that people see.

pub(super) mod account;
pub(super) mod authorize;
pub(super) mod check_session;
pub(super) mod confirm_address;
pub(super) mod confirm_new_address;
pub(super) mod consent;
pub(super) mod device;
pub(super) mod end_session;
mod errand;
pub(super) mod error;
pub(super) mod forgot_password;
pub(super) mod home;
pub(super) mod invitation;
pub(super) mod language;
mod link;
pub(super) mod lock_account;
pub(super) mod login;
pub(super) mod new_password;
mod outcome;
pub(super) mod passkeys;
pub(super) mod reset_password;
pub(super) mod sign_up;
pub(super) mod steps;
pub(super) mod undo_deletion;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::header::CONTENT_TYPE;

use crate::flows::session;
use crate::http::call::Call;
use crate::http::{Edge, cookie, origin};
use crate::protocol::params::Params;

/// What binds a page's form to the browser: the cookie's value, new or old.
struct Binding {
    csrf: String,
    fresh_cookie: Option<String>,
}

/// The CSRF token of the browser that asks; a browser without a cookie is given one.
fn bind(edge: &Edge, call: &Call) -> Binding {
    if let Some(value) = cookie::read(edge, &call.realm, &call.headers) {
        let csrf = session::csrf_token(&edge.app, &call.realm, value);
        return Binding {
            csrf,
            fresh_cookie: None,
        };
    }
    let value = edge.app.random_text::<32>().unwrap_or_default();
    let csrf = session::csrf_token(&edge.app, &call.realm, &value);
    Binding {
        csrf,
        fresh_cookie: Some(value),
    }
}

impl Binding {
    /// That of a browser which is being given this cookie.
    fn to(edge: &Edge, call: &Call, cookie: &str) -> Self {
        Self {
            csrf: session::csrf_token(&edge.app, &call.realm, cookie),
            fresh_cookie: None,
        }
    }

    fn apply(self, edge: &Edge, call: &Call, mut response: Response) -> Response {
        if let Some(value) = self.fresh_cookie
            && let Some(header) = cookie::set(edge, &call.realm, &value)
        {
            response
                .headers_mut()
                .append(http::header::SET_COOKIE, header);
        }
        response
    }
}

/// Whether a form post was made on a page of ours, by the browser that was given it.
fn is_genuine(edge: &Edge, call: &Call, form: &Params) -> bool {
    let value = cookie::read(edge, &call.realm, &call.headers);
    origin::is_own(edge, &call.headers)
        && session::check_csrf(&edge.app, &call.realm, value, form.get("csrf"))
}

/// The form of a client's page that becomes the query of a GET, which judges what stands in it;
/// `None` when it is no form, too long, or broke off.
async fn posted(edge: &Edge, call: &Call, body: Body) -> Option<Params> {
    let bytes = to_bytes(body, edge.settings.body_limit_bytes).await.ok()?;
    let stated = call.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let media_type = stated.split(';').next().unwrap_or_default().trim();
    media_type
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        .then(|| Params::parse(&bytes))
}

/// A path of the call's realm, for links and form actions.
fn local(edge: &Edge, call: &Call, path: &str) -> String {
    edge.app.issuer(&call.realm).url(path)
}
