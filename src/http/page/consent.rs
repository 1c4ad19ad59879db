//! `GET` and `POST /consent`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::flows::authorize::{Outcome, Pending, Visit, resume};
use crate::flows::consent::{Decision, decide};
use crate::http::call::Call;
use crate::http::page::outcome::{follow, page_address, wishes_of};
use crate::http::page::{bind, is_genuine};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AboutClient, ConsentPage, scope_lines};
use crate::protocol::redirect_uri::KnownRedirect;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie,
        caller: call.caller(),
    };
    match resume(&edge.app, visit).await {
        Ok(Outcome::Consent(pending)) => show(&edge, &call, &pending),
        outcome => follow(&edge, &call, &call.query, outcome),
    }
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let form = match call.form(body, &edge).await {
        Ok(form) => form,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie,
        caller: call.caller(),
    };
    let decision = match form.get("decision") {
        _ if !is_genuine(&edge, &call, &form) => None,
        Some("approve") => Some(Decision::Approve),
        Some("deny") => Some(Decision::Deny),
        _ => None,
    };
    let outcome = match decision {
        Some(decision) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?decision, "consent");
            decide(&edge.app, visit, decision).await
        }
        // Not a form of ours, or one that is out of date: show the page again.
        None => resume(&edge.app, visit).await,
    };
    follow(&edge, &call, &call.query, outcome)
}

fn show(edge: &Edge, call: &Call, pending: &Pending) -> Response {
    let Some(live) = &pending.session else {
        return follow(edge, call, &call.query, Ok(Outcome::BeginAnew));
    };
    let user = &live.facts().user;
    let client = pending.addressee.client();
    let binding = bind(edge, call);
    let wishes = wishes_of(edge, call, pending).with_own(user.profile.locale.as_deref());
    let (redirect_host, loopback) = destination(pending.addressee.redirect());
    let view = ConsentPage {
        chrome: respond::chrome_for(edge, call, wishes),
        client_name: client.metadata.client_name.clone(),
        redirect_host,
        loopback,
        user_name: user
            .profile
            .name
            .clone()
            .unwrap_or_else(|| user.username.clone()),
        username: user.username.clone(),
        about: AboutClient::of(client),
        not_you: Some(page_address(edge, call, &call.query, "/login", pending)),
        scopes: scope_lines(&pending.request.needs_consent_for(), user),
        action: page_address(edge, call, &call.query, "/consent", pending),
        csrf: binding.csrf.clone(),
    };
    let response = respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient);
    let response = respond::with_image(response, client.metadata.logo_uri.as_deref());
    binding.apply(edge, call, response)
}

/// Where the answer really goes, in words, and whether that is this computer itself.
fn destination(redirect: &KnownRedirect) -> (String, bool) {
    let Some(origin) = redirect.origin() else {
        let scheme = redirect.as_str().split(':').next().unwrap_or_default();
        return (format!("{scheme}:"), true);
    };
    let host = origin
        .split_once("://")
        .map_or(origin.as_str(), |(_, host)| host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    (host.to_owned(), loopback)
}
