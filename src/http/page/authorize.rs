//! `GET` and `POST /authorize` (RFC 6749 §3.1, OIDC Core §3.1.2.1).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::flows::authorize::{Outcome, Visit, begin};
use crate::http::call::Call;
use crate::http::page::check_session::remember;
use crate::http::page::{local, outcome, posted};
use crate::http::{Edge, cookie, respond};
use crate::protocol::authorize::REQUEST_LIMIT_BYTES;
use crate::protocol::discovery::path;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie,
        caller: call.caller(),
    };
    let outcome = begin(&edge.app, visit).await;
    let signed_in = matches!(&outcome, Ok(Outcome::Answer(_, None) | Outcome::Consent(_)));
    let mut response = outcome::follow(&edge, &call, &call.query, outcome);
    if signed_in {
        remember(&edge, &call, cookie, &mut response);
    }
    response
}

/// A client's page that posts the request is another site, from which the browser withholds our
/// `Lax` cookie; after a redirect to GET it sends it.
pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let Some(params) = posted(&edge, &call, body).await else {
        return respond::unreadable(&edge, &call);
    };
    let query = params.encode_without(&[]);
    if query.len() <= REQUEST_LIMIT_BYTES {
        let authorize = local(&edge, &call, path::AUTHORIZE);
        return respond::see_other(&format!("{authorize}?{query}"));
    }
    // No address holds this, and no cookie is needed to refuse it.
    let visit = Visit {
        realm: &call.realm,
        params: &params,
        cookie: None,
        caller: call.caller(),
    };
    let outcome = begin(&edge.app, visit).await;
    outcome::follow(&edge, &call, &params, outcome)
}
