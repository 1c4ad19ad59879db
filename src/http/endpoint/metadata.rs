//! Discovery (OIDC Discovery §4, RFC 8414 §3) and the JWK set: prebuilt bytes with an `ETag`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};

use crate::account::language::Language;
use crate::http::call::Call;
use crate::http::{Edge, cors, respond};
use crate::protocol::discovery::ProviderMetadata;
use crate::protocol::ids::RealmId;
use crate::protocol::realm::RealmSettings;

/// The metadata documents of the realms asked for so far, by what is switched on in them.
#[derive(Debug, Default)]
pub(in crate::http) struct Documents(Mutex<HashMap<(RealmId, RealmSettings), (Bytes, String)>>);

/// How many realms' documents are kept; beyond that all are forgotten and built again.
const CAPACITY: usize = 10_000;

impl Documents {
    fn of(&self, edge: &Edge, call: &Call) -> Option<(Bytes, String)> {
        let mut documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (call.realm.clone(), call.realm_row.settings);
        if let Some(document) = documents.get(&key) {
            return Some(document.clone());
        }
        let issuer = edge.app.issuer(&call.realm);
        let languages = Language::ALL.map(Language::tag).into();
        let metadata = ProviderMetadata::of(&issuer, call.realm_row.settings, languages);
        let body = serde_json::to_vec(&metadata).ok()?;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&body)));
        if documents.len() >= CAPACITY {
            documents.clear();
        }
        let document = (Bytes::from(body), etag);
        documents.insert(key, document.clone());
        Some(document)
    }
}

pub(in crate::http) async fn discovery(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match edge.documents.of(&edge, &call) {
        Some((body, etag)) => document(&edge, &call, body, &etag, "application/json"),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(in crate::http) async fn jwks(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match edge.app.keys.ring(&call.realm, edge.app.now()).await {
        Ok(ring) => document(
            &edge,
            &call,
            ring.jwks(),
            ring.etag(),
            "application/jwk-set+json",
        ),
        Err(error) => respond::fault(&edge, &call.headers, &call.id, &error.into()),
    }
}

fn document(
    edge: &Edge,
    call: &Call,
    body: Bytes,
    etag: &str,
    content_type: &'static str,
) -> Response {
    let known = call
        .headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.contains(etag) || known == "*") {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(body));
        let content_type = HeaderValue::from_static(content_type);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, edge.document_cache_control.clone());
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    cors::for_everybody(response)
}
