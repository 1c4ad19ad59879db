//! `GET /error`: why an authorization request could not be answered.
//!
//! What the page shows travels in its own address, with a tag of ours: it can be reloaded, it is
//! the same on every node, and nobody else can make our page say anything.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::http::Edge;
use crate::http::call::{Call, wants_json};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::pages::{ErrorDetails, ErrorPage, Message, Received};
use crate::protocol::authorize::passing::CARRIERS;
use crate::protocol::authorize::{AddresseeRefusal, PassingRefusal};
use crate::protocol::client::Client;
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;

/// How much of a received value goes into the address, in characters.
const SHOWN: usize = 120;

/// What was refused, and what the browser had sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refusal {
    name: String,
    client_name: Option<String>,
    received: Option<(String, String)>,
    at: Timestamp,
    request_id: String,
}

impl Refusal {
    /// A request that nobody can be answered for.
    pub(super) fn addressee(
        refusal: AddresseeRefusal,
        client: Option<&Client>,
        request: &Params,
    ) -> Self {
        use AddresseeRefusal as R;
        let parameter = match refusal {
            R::UnknownClient => Some("client_id"),
            // What was asked for inside a request object does not stand in the address.
            R::UnregisteredRedirectUri
                if CARRIERS.iter().any(|name| request.get(name).is_some()) =>
            {
                None
            }
            R::UnregisteredRedirectUri => Some("redirect_uri"),
            R::ClientIdMissing
            | R::Repeated
            | R::ClientDisabled
            | R::RedirectUriMissing
            | R::Passing(_) => None,
        };
        let received = parameter.map(|name| {
            let value: String = request
                .get(name)
                .unwrap_or_default()
                .chars()
                .take(SHOWN + 1)
                .collect();
            (name.to_owned(), value)
        });
        Self {
            name: refusal.name().to_owned(),
            client_name: client.map(|client| client.metadata.client_name.clone()),
            received,
            at: Timestamp::from_unix_millis(0),
            request_id: String::new(),
        }
    }

    fn kind(&self) -> AddresseeRefusal {
        use AddresseeRefusal as R;
        [
            R::ClientIdMissing,
            R::Repeated,
            R::UnknownClient,
            R::ClientDisabled,
            R::RedirectUriMissing,
        ]
        .into_iter()
        .chain(PassingRefusal::ALL.map(R::Passing))
        .find(|kind| kind.name() == self.name)
        .unwrap_or(R::UnregisteredRedirectUri)
    }
}

/// Sends a person to the error page, and an application an error it can read.
pub(super) fn to_error_page(edge: &Edge, call: &Call, refusal: Refusal) -> Response {
    let refusal = Refusal {
        at: edge.app.now(),
        request_id: call.id.0.clone(),
        ..refusal
    };
    tracing::info!(
        request_id = call.id.0, realm = %call.realm, refusal = refusal.name, "no addressee"
    );
    if wants_json(&call.headers) {
        return respond::oauth_error(refusal.kind().into(), &call.id);
    }
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&refusal).unwrap_or_default());
    let tag = edge
        .app
        .macs
        .error_page
        .tag_text(&[call.realm.as_str().as_bytes(), payload.as_bytes()]);
    respond::see_other(&format!(
        "{}?e={payload}.{tag}",
        local(edge, call, "/error")
    ))
}

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match open(&edge, &call) {
        Some(refusal) => show(&edge, &call, refusal),
        None => respond::not_found(&edge, &call.headers, &call.id),
    }
}

fn open(edge: &Edge, call: &Call) -> Option<Refusal> {
    let (payload, tag) = call.query.get("e")?.split_once('.')?;
    if !edge
        .app
        .macs
        .error_page
        .verify_text(&[call.realm.as_str().as_bytes(), payload.as_bytes()], tag)
    {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

fn show(edge: &Edge, call: &Call, refusal: Refusal) -> Response {
    let kind = refusal.kind();
    let mut details = ErrorDetails::new(kind.name(), kind.rule(), refusal.at, refusal.request_id);
    details.client_name.clone_from(&refusal.client_name);
    details.received = refusal
        .received
        .map(|(name, value)| Received::new(name, &value));
    let view = ErrorPage {
        chrome: respond::realm_chrome(edge, call),
        heading: heading(kind),
        sentence: sentence(kind, refusal.client_name.as_deref()),
        details,
    };
    respond::page(edge, StatusCode::BAD_REQUEST, &view, Forms::StayHere)
}

const fn heading(kind: AddresseeRefusal) -> Message {
    use AddresseeRefusal as R;
    match kind {
        R::UnknownClient | R::ClientIdMissing => Message::new("error-unknown-app"),
        R::ClientDisabled => Message::new("error-app-disabled"),
        R::UnregisteredRedirectUri | R::RedirectUriMissing => Message::new("error-wrong-address"),
        R::Passing(PassingRefusal::UsedRequest) => Message::new("error-request-used"),
        R::Passing(PassingRefusal::ExpiredRequest | PassingRefusal::UnknownRequest) => {
            Message::new("error-request-old")
        }
        R::Repeated | R::Passing(_) => Message::new("error-request-unreadable"),
    }
}

fn sentence(kind: AddresseeRefusal, client: Option<&str>) -> Message {
    use AddresseeRefusal as R;
    let sentence = match kind {
        R::UnknownClient | R::ClientIdMissing => return Message::new("error-unknown-app-more"),
        R::ClientDisabled => Message::new("error-app-disabled-more"),
        R::UnregisteredRedirectUri | R::RedirectUriMissing => {
            Message::new("error-wrong-address-more")
        }
        R::Passing(PassingRefusal::UsedRequest) => Message::new("error-request-used-more"),
        R::Passing(PassingRefusal::ExpiredRequest | PassingRefusal::UnknownRequest) => {
            Message::new("error-request-again")
        }
        R::Passing(_) => Message::new("error-request-unreadable-more"),
        R::Repeated => Message::new("error-request-repeated-more"),
    };
    match client {
        Some(name) => sentence.with("app", name),
        None => sentence.with("app", Message::new("error-some-app")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::language::Language;
    use crate::pages::Messages;

    /// The page is rare, so that nobody would notice a word that is missing.
    #[test]
    fn every_refusal_is_told_in_every_language() {
        use AddresseeRefusal as R;
        let messages = Messages::new().unwrap();
        let kinds = [
            R::ClientIdMissing,
            R::Repeated,
            R::UnknownClient,
            R::ClientDisabled,
            R::RedirectUriMissing,
            R::UnregisteredRedirectUri,
        ];
        let passing = PassingRefusal::ALL.map(R::Passing);
        for kind in kinds.into_iter().chain(passing) {
            for language in Language::ALL {
                let said = |message| messages.text(language, &message).unwrap();
                said(heading(kind));
                let known = said(sentence(kind, Some("Notes")));
                let unknown = said(sentence(kind, None));
                assert_eq!(known.contains("Notes"), known != unknown, "{kind:?}");
            }
        }
    }
}
