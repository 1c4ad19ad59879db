//! `GET` and `POST /consent`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::account::claims::Person;
use crate::flows::authorize::{Outcome, Pending, Visit, resume};
use crate::flows::consent::{Decision, decide};
use crate::flows::personal::memberships_asked;
use crate::http::call::Call;
use crate::http::page::outcome::{follow, page_address, wishes_of};
use crate::http::page::{bind, is_genuine, local};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{AboutClient, AccountPage, ConsentPage, Lasts, scope_lines};
use crate::protocol::params::Params;
use crate::protocol::redirect_uri::KnownRedirect;
use crate::protocol::scope::{OFFLINE_ACCESS, ScopeSet};

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let cookie = cookie::read(&edge, &call.realm, &call.headers);
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie,
        caller: call.caller(),
    };
    match resume(&edge.app, visit).await {
        Ok(Outcome::Consent(pending)) => show(&edge, &call, &pending).await,
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
        Some("approve") => Some(Decision::Approve(ticked(&form))),
        Some("deny") => Some(Decision::Deny),
        _ => None,
    };
    let outcome = match decision {
        Some(decision) => {
            let allowed = matches!(decision, Decision::Approve(_));
            tracing::info!(request_id = call.id.0, realm = %call.realm, allowed, "consent");
            Box::pin(decide(&edge.app, visit, decision)).await
        }
        // Not a form of ours, or one that is out of date: show the page again.
        None => resume(&edge.app, visit).await,
    };
    follow(&edge, &call, &call.query, outcome)
}

async fn show(edge: &Edge, call: &Call, pending: &Pending) -> Response {
    let Some(live) = &pending.session else {
        return follow(edge, call, &call.query, Ok(Outcome::BeginAnew));
    };
    let user = &live.facts().user;
    let client = pending.addressee.client();
    let asking = pending.request.asking(&client.metadata, &live.consented());
    let asked = asking.required.union(&asking.choices);
    let memberships = match memberships_asked(&edge.app, client, user, &asked).await {
        Ok(memberships) => memberships,
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let person = Person {
        user,
        memberships: memberships.as_ref(),
    };
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
        required: scope_lines(&asking.required, person),
        choices: scope_lines(&asking.choices, person),
        some_known: !asking.known.is_empty(),
        lasts: lasts(edge, &pending.request.scope),
        apps: local(edge, call, AccountPage::Apps.path()),
        action: page_address(edge, call, &call.query, "/consent", pending),
        csrf: binding.csrf.clone(),
    };
    let response = respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient);
    let response = respond::with_image(response, client.metadata.logo_uri.as_deref());
    binding.apply(edge, call, response)
}

/// What a box of the page is called in its form.
const BOX: &str = "allow:";

/// The boxes that were ticked.
pub(super) fn ticked(form: &Params) -> BTreeSet<String> {
    let names = form.pairs().map(|(name, _)| name);
    names
        .filter_map(|name| name.strip_prefix(BOX))
        .map(str::to_owned)
        .collect()
}

/// For how long the answer holds.
pub(super) fn lasts(edge: &Edge, scope: &ScopeSet) -> Lasts {
    if scope.contains(OFFLINE_ACCESS) {
        let seconds = edge.app.settings.refresh_lifetime.whole_seconds();
        Lasts::Days((seconds / 86_400).max(1))
    } else {
        Lasts::Session
    }
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
