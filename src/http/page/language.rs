//! `POST /language`: the choice in the footer of every page. It comes back to the page, and with it
//! to whatever that page is about.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;

use crate::account::language::{Choice, Language};
use crate::http::call::Call;
use crate::http::{Edge, cookie, origin, respond};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;

pub(in crate::http) const PATH: &str = "/language";

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    const REPEATED: OAuthError = OAuthError::new(
        ErrorCode::InvalidRequest,
        "A parameter was sent more than once.",
    );
    let form = match call.form(body, &edge).await {
        Ok(form) if form.has_repeats() => return respond::oauth_error(REPEATED, &call.id),
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let back = form.get("back").filter(|back| is_place_here(back));
    let mut response = match back {
        Some(back) => respond::see_other(&format!("{}{back}", edge.origin)),
        None => respond::see_other(&edge.app.settings.issuer),
    };
    // Another site must not choose for the person.
    if origin::is_own(&edge, &call.headers)
        && let Some(choice) = choice_of(&form)
        && let Some(header) = cookie::set_language(&edge, choice)
    {
        response.headers_mut().append(SET_COOKIE, header);
    }
    response
}

fn choice_of(form: &Params) -> Option<Choice> {
    let language = |name| form.get(name).and_then(Language::lookup);
    Some(Choice {
        language: language("language")?,
        instead_of: language("asked").filter(|asked| Some(*asked) != language("language")),
    })
}

/// A path on this server. It is written behind our origin, so that nothing in it can lead away.
fn is_place_here(back: &str) -> bool {
    back.starts_with('/') && back.bytes().all(|byte| byte.is_ascii_graphic())
}
