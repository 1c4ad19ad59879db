//! The authorization response (RFC 6749 §4.1.2): what comes back through the browser, and is
//! believed only when this browser was sent for it.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use openidconnect::url::Url;

use crate::demo::browser::{cookie, go_to, value_of, with_cookie};
use crate::demo::exchange::{Exchange, Finding, Story};
use crate::demo::page::Notice;
use crate::demo::relying_party::Pending;
use crate::demo::tokens::Tokens;
use crate::demo::{Demo, explain};

/// Why an answer does not sign anybody in.
struct Declined {
    heading: &'static str,
    text: String,
    finding: String,
}

pub(super) async fn callback(
    State(demo): State<Arc<Demo>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let Some(cookie) = cookie(&headers) else {
        return go_to("/demo");
    };
    let mut answer = Exchange::of_browser(CALLBACK, &address(&demo, &query));
    let (pending, code) = match judged(&demo, &cookie, &query) {
        Ok(accepted) => accepted,
        Err(declined) => {
            answer.findings.push(Finding::bad(declined.finding));
            decline(
                &demo,
                &cookie,
                vec![answer],
                declined.heading,
                declined.text,
            );
            return go_to("/demo");
        }
    };
    let finding = "The state is the one that Notes sent with this browser.";
    answer.findings.push(Finding::good(finding));
    let mut story = vec![answer];
    match redeem(&demo, pending, code, &mut story).await {
        Ok(tokens) => {
            demo.visits.with(&cookie, |visit| {
                visit.tell(story);
                visit.notice = None;
                visit.signed_in = Some(tokens);
            });
            let renamed = demo.visits.rename(&cookie).unwrap_or(cookie);
            with_cookie(&demo, go_to("/demo"), &renamed)
        }
        Err(reason) => {
            decline(&demo, &cookie, story, "You could not be signed in", reason);
            go_to("/demo")
        }
    }
}

/// Code for tokens, then userinfo, all told.
async fn redeem(
    demo: &Demo,
    pending: Pending,
    code: String,
    story: &mut Vec<Exchange>,
) -> Result<Tokens, String> {
    let (exchanges, tokens) = demo.relying_party.finish(pending, code).await;
    story.extend(exchanges);
    let mut tokens = tokens?;
    let (exchanges, name) = tokens.userinfo(&demo.relying_party).await;
    story.extend(exchanges);
    tokens.greeting = name?;
    Ok(tokens)
}

fn judged(demo: &Demo, cookie: &str, query: &str) -> Result<(Pending, String), Declined> {
    let state = value_of(query, "state").unwrap_or_default();
    let pending = demo.visits.with(cookie, |visit| visit.answered(&state));
    let Some(pending) = pending.flatten() else {
        return Err(Declined {
            heading: "Notes did not ask for this answer",
            text: "It belongs to another browser, was used before, or took too long. Nobody was \
                   signed in by it. Just start again."
                .to_owned(),
            finding: "No sign-in of this browser waits for this state.".to_owned(),
        });
    };
    // RFC 9207 §2.4: compared when it is there.
    let issuer = demo.relying_party.issuer().as_str();
    if value_of(query, "iss").is_some_and(|sender| sender != issuer) {
        return Err(Declined {
            heading: "This answer is from another server",
            text: "Notes threw it away. Nobody was signed in by it.".to_owned(),
            finding: format!("The iss is not {issuer}, the server that was asked."),
        });
    }
    match value_of(query, "code") {
        Some(code) => Ok((pending, code)),
        None => Err(refusal(&value_of(query, "error").unwrap_or_default())),
    }
}

fn refusal(error: &str) -> Declined {
    Declined {
        heading: if error == "access_denied" {
            "You kept Notes out"
        } else {
            "The server did not sign you in"
        },
        text: explain::error(error).to_owned(),
        finding: format!("Instead of a code came the error “{error}”."),
    }
}

fn decline(demo: &Demo, cookie: &str, story: Vec<Exchange>, heading: &str, text: String) {
    demo.visits.with(cookie, |visit| {
        let exchange = visit.tell(story);
        visit.notice = Some(Notice {
            good: false,
            heading: heading.to_owned(),
            text,
            exchange,
        });
    });
}

/// The address that the browser was sent to.
fn address(demo: &Demo, query: &str) -> Url {
    let mut url = demo.relying_party.callback_address().clone();
    url.set_query(Some(query));
    url
}

const CALLBACK: Story = Story {
    title: "Authorization response",
    route: "server → browser → Notes",
    purpose: "You answered the server, and it sent your browser back with the outcome.",
};
