//! The mailbox of everybody in the demo: mails end here and are read on a page, so that links in
//! them can be followed without a mail server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::demo::DemoFault;
use crate::mail::{NotTaken, Outbound, Transport};
use crate::pages::{Chrome, Pages, View};
use crate::protocol::time::Lifetime;

/// Older mails make room.
const KEPT: usize = 50;

/// A mail as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Kept {
    to: String,
    subject: String,
    lines: Vec<Line>,
}

/// A line of a mail's text; one that is an address can be followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    text: String,
    is_link: bool,
}

/// The mails of the demo, the newest first.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Kept>>>);

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        // Nothing that can panic runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for Mailbox {
    async fn send(&self, outbound: &Outbound) -> Result<String, NotTaken> {
        let letter = outbound.letter();
        let lines = letter.text.lines().map(|text| Line {
            text: text.to_owned(),
            is_link: ["http://", "https://"]
                .iter()
                .any(|scheme| text.starts_with(scheme)),
        });
        let kept = Kept {
            to: outbound.to().to_owned(),
            subject: letter.subject.clone(),
            lines: lines.collect(),
        };
        let mut mails = self.lock();
        mails.push_front(kept);
        mails.truncate(KEPT);
        Ok("put into the demo's mailbox".to_owned())
    }

    fn limit(&self) -> Lifetime {
        Lifetime::seconds(1)
    }
}

#[derive(Serialize)]
struct MailboxPage {
    chrome: Chrome,
    mails: Vec<Kept>,
}

impl View for MailboxPage {
    const TEMPLATE: &'static str = "mailbox.html";
}

const TEMPLATES: [(&str, &str); 1] = [("mailbox.html", include_str!("templates/mailbox.html"))];

struct Reading {
    mailbox: Mailbox,
    pages: Pages,
    host: String,
}

/// The route `/demo/mail`.
pub(super) fn routes(mailbox: Mailbox, host: String) -> Result<Router, DemoFault> {
    let reading = Reading {
        mailbox,
        pages: Pages::with_templates(&TEMPLATES)?,
        host,
    };
    let router = Router::new().route("/demo/mail", get(show));
    Ok(router.with_state(Arc::new(reading)))
}

async fn show(State(reading): State<Arc<Reading>>) -> Response {
    let view = MailboxPage {
        chrome: Chrome::english("Mailbox", &reading.host),
        mails: reading.mailbox.lock().iter().cloned().collect(),
    };
    let Ok(page) = reading.pages.render(&view) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, page).into_response()
}
