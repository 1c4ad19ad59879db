//! The demo's addresses.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use openidconnect::CsrfToken;

use crate::demo::Demo;
use crate::demo::browser::{cookie, go_to, own_form, stale_form, value_of, with_cookie};
use crate::demo::callback::callback;
use crate::demo::exchange::{Exchange, Story};
use crate::demo::page::{DemoPage, Notice};
use crate::demo::relying_party::Told;
use crate::demo::tokens::Tokens;

const MAX_FORM_BYTES: usize = 4 * 1024;

pub(super) fn routes(demo: Arc<Demo>) -> Router {
    Router::new()
        .route("/demo", get(show))
        .route("/demo/callback", get(callback))
        .route("/demo/sign-in", post(sign_in))
        .route("/demo/refresh", post(refresh))
        .route("/demo/userinfo", post(userinfo))
        .route("/demo/introspect", post(introspect))
        .route("/demo/revoke", post(revoke))
        .route("/demo/sign-out", post(sign_out))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .with_state(demo)
}

/// The page; also where the browser comes back to after signing out.
async fn show(
    State(demo): State<Arc<Demo>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let known = cookie(&headers).filter(|cookie| demo.visits.with(cookie, |_| ()).is_some());
    let is_new = known.is_none();
    let cookie = known.unwrap_or_else(|| demo.visits.begin());
    if let Some(state) = query.as_deref().and_then(|query| value_of(query, "state")) {
        signed_out(&demo, &cookie, &state);
        return go_to("/demo");
    }
    let host = &demo.host;
    let Some(view) = demo.visits.with(&cookie, |visit| DemoPage::of(visit, host)) else {
        return go_to("/demo");
    };
    let Ok(page) = demo.pages.render(&view) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    let response = (headers, page).into_response();
    if is_new {
        with_cookie(&demo, response, &cookie)
    } else {
        response
    }
}

async fn sign_in(State(demo): State<Arc<Demo>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(cookie) = own_form(&demo, &headers, &body) else {
        return stale_form();
    };
    let (exchanges, begun) = demo.relying_party.begin().await;
    let location = demo.visits.with(&cookie, |visit| {
        visit.forget_story();
        visit.signed_in = None;
        visit.notice = None;
        let exchange = visit.tell(exchanges);
        match begun {
            Ok((url, pending)) => {
                visit.await_answer(pending);
                url.to_string()
            }
            Err(reason) => {
                visit.notice = Some(Notice {
                    good: false,
                    heading: "Notes could not reach the server".to_owned(),
                    text: reason,
                    exchange,
                });
                "/demo".to_owned()
            }
        }
    });
    go_to(&location.unwrap_or_else(|| "/demo".to_owned()))
}

async fn refresh(State(demo): State<Arc<Demo>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some((cookie, tokens)) = signed_in(&demo, &headers, &body) else {
        return stale_form();
    };
    let told = tokens.refresh(&demo.relying_party).await;
    if let Some(tokens) = note(&demo, &cookie, "Refreshed", told) {
        demo.visits.with(&cookie, |visit| {
            // Whoever signed out meanwhile stays out.
            if visit.signed_in.is_some() {
                visit.signed_in = Some(tokens);
            }
        });
    }
    go_to("/demo#result")
}

async fn userinfo(State(demo): State<Arc<Demo>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some((cookie, tokens)) = signed_in(&demo, &headers, &body) else {
        return stale_form();
    };
    let told = tokens.userinfo(&demo.relying_party).await;
    note(&demo, &cookie, "Userinfo called", told);
    go_to("/demo#result")
}

async fn introspect(State(demo): State<Arc<Demo>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some((cookie, tokens)) = signed_in(&demo, &headers, &body) else {
        return stale_form();
    };
    let told = tokens.introspect(&demo.relying_party).await;
    note(&demo, &cookie, "Introspected", told);
    go_to("/demo#result")
}

async fn revoke(State(demo): State<Arc<Demo>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some((cookie, tokens)) = signed_in(&demo, &headers, &body) else {
        return stale_form();
    };
    let told = tokens.revoke(&demo.relying_party).await;
    note(&demo, &cookie, "Revoked", told);
    go_to("/demo#result")
}

/// Forgets the person here first, then lets the server end its session too.
async fn sign_out(State(demo): State<Arc<Demo>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some((cookie, tokens)) = signed_in(&demo, &headers, &body) else {
        return stale_form();
    };
    let address = demo.relying_party.sign_out_address(&tokens);
    let location = demo.visits.with(&cookie, |visit| {
        visit.signed_in = None;
        visit.notice = Some(Notice {
            good: true,
            heading: "Notes has forgotten you".to_owned(),
            text: "Your session at the server may still be there.".to_owned(),
            exchange: None,
        });
        let (url, state) = address?;
        visit.tell(vec![Exchange::of_browser(END_SESSION, &url)]);
        visit.signing_out = Some(state);
        Some(url.to_string())
    });
    go_to(location.flatten().as_deref().unwrap_or("/demo"))
}

fn signed_out(demo: &Demo, cookie: &str, state: &str) {
    demo.visits.with(cookie, |visit| {
        let expected = visit.signing_out.as_ref().map(CsrfToken::secret);
        if expected.is_none_or(|expected| expected != state) {
            return;
        }
        visit.signing_out = None;
        visit.notice = Some(Notice {
            good: true,
            heading: "Signed out, here and at the server".to_owned(),
            text: "The server ended your session and sent you back.".to_owned(),
            exchange: None,
        });
    });
}

/// Writes an action's exchanges and its outcome into the visit.
fn note<T>(demo: &Demo, cookie: &str, done: &str, (exchanges, outcome): Told<T>) -> Option<T> {
    demo.visits.with(cookie, |visit| {
        let finding = exchanges.last().and_then(|last| last.findings.last());
        let found = finding.map(|finding| finding.text.clone());
        let exchange = visit.tell(exchanges);
        let (good, heading, text) = match &outcome {
            Ok(_) => (true, done, found.unwrap_or_default()),
            Err(reason) => (false, "That did not work", reason.clone()),
        };
        visit.notice = Some(Notice {
            good,
            heading: heading.to_owned(),
            text,
            exchange,
        });
    });
    outcome.ok()
}

/// The tokens behind a form of our own page.
fn signed_in(demo: &Demo, headers: &HeaderMap, body: &[u8]) -> Option<(String, Tokens)> {
    let cookie = own_form(demo, headers, body)?;
    let tokens = demo
        .visits
        .with(&cookie, |visit| visit.signed_in.clone())??;
    Some((cookie, tokens))
}

const END_SESSION: Story = Story {
    title: "Sign out",
    route: "Notes → browser → server",
    purpose: "Notes has forgotten you. Now your browser asks the server to end its session too.",
};
