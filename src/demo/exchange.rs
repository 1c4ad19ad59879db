//! One message and its answer, made ready to be read.

use openidconnect::url::{Url, form_urlencoded};
use serde::Serialize;
use serde_json::Value;

use crate::demo::explain;
use crate::demo::wire::Captured;

/// Longer texts than this on one line are cut, their length told.
const SHOWN_CHARACTERS: usize = 96;

/// A name, its value, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) meaning: &'static str,
}

/// What Notes made of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) good: bool,
    pub(super) text: String,
}

impl Finding {
    pub(super) fn good(text: impl Into<String>) -> Self {
        Self {
            good: true,
            text: text.into(),
        }
    }

    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self {
            good: false,
            text: text.into(),
        }
    }
}

/// One exchange as the panel shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Exchange {
    /// Its place in the visit's story, from 1.
    pub(super) number: usize,
    pub(super) title: &'static str,
    /// Who speaks to whom.
    pub(super) route: &'static str,
    /// Why it happens.
    pub(super) purpose: &'static str,
    /// Method and address without query.
    pub(super) line: String,
    pub(super) headers: Vec<Part>,
    pub(super) parameters: Vec<Part>,
    /// Status of the answer, or why there is none; empty for a step of the browser's own.
    pub(super) status: String,
    /// The answer's body as it came, formatted.
    pub(super) body: String,
    pub(super) findings: Vec<Finding>,
    /// Whether it is shown unfolded.
    pub(super) open: bool,
}

/// What the panel says about a kind of exchange.
#[derive(Debug, Clone, Copy)]
pub(super) struct Story {
    pub(super) title: &'static str,
    pub(super) route: &'static str,
    pub(super) purpose: &'static str,
}

impl Exchange {
    /// A step that the browser takes: everything is in the address.
    pub(super) fn of_browser(story: Story, url: &Url) -> Self {
        let parameters = url.query_pairs().map(|(name, value)| Part {
            meaning: explain::parameter(&name),
            value: shorten(&value),
            name: name.into_owned(),
        });
        Self {
            line: format!("GET {}", without_query(url.as_str())),
            parameters: parameters.collect(),
            ..Self::empty(story)
        }
    }

    /// A request that Notes itself sent, and its answer.
    pub(super) fn of_server(story: Story, captured: &Captured) -> Self {
        let (status, body) = match &captured.answer {
            Ok((status, body)) => (status.to_string(), readable(body)),
            Err(reason) => (format!("no answer: {reason}"), String::new()),
        };
        Self {
            line: format!(
                "{} {}",
                captured.method,
                without_query(&captured.uri.to_string())
            ),
            headers: headers(captured),
            parameters: parameters(captured),
            status,
            body,
            ..Self::empty(story)
        }
    }

    fn empty(story: Story) -> Self {
        Self {
            number: 0,
            title: story.title,
            route: story.route,
            purpose: story.purpose,
            line: String::new(),
            headers: Vec::new(),
            parameters: Vec::new(),
            status: String::new(),
            body: String::new(),
            findings: Vec::new(),
            open: false,
        }
    }
}

fn without_query(address: &str) -> &str {
    address.split_once('?').map_or(address, |(path, _)| path)
}

fn headers(captured: &Captured) -> Vec<Part> {
    ["authorization", "accept", "content-type"]
        .into_iter()
        .filter_map(|name| {
            let value = captured.headers.get(name)?.to_str().ok()?;
            let value = match value.split_once(' ') {
                // RFC 6749 §2.3.1: the client's own secret is never shown.
                Some(("Basic", _)) => "Basic ••••••••".to_owned(),
                _ => shorten(value),
            };
            Some(Part {
                name: name.to_owned(),
                value,
                meaning: explain::header(name),
            })
        })
        .collect()
}

fn parameters(captured: &Captured) -> Vec<Part> {
    let query = captured.uri.query().unwrap_or_default().as_bytes();
    form_urlencoded::parse(query)
        .chain(form_urlencoded::parse(&captured.body))
        .map(|(name, value)| Part {
            meaning: explain::parameter(&name),
            value: if name == "client_secret" {
                "••••••••".to_owned()
            } else {
                shorten(&value)
            },
            name: name.into_owned(),
        })
        .collect()
}

/// JSON formatted with long values cut; anything else as text.
fn readable(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(json) => pretty(&cut(json)),
        Err(_not_json) => String::from_utf8_lossy(body).chars().take(2000).collect(),
    }
}

/// JSON over several lines.
pub(super) fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

fn cut(json: Value) -> Value {
    match json {
        Value::String(text) => Value::String(shorten(&text)),
        Value::Array(items) => items.into_iter().map(cut).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, cut(value)))
            .collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn shorten(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN_CHARACTERS {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN_CHARACTERS / 2).collect();
    format!("{start}… ({length} characters)")
}
