//! The front door, and the files that pages need.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::http::Edge;
use crate::http::call::{Call, RequestId};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::pages::{HomePage, static_files};
use crate::protocol::discovery::path;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let view = HomePage {
        chrome: respond::realm_chrome(&edge, &call),
        issuer: edge.app.issuer(&call.realm).as_str().to_owned(),
        discovery_url: local(&edge, &call, path::OPENID_CONFIGURATION),
        demo_url: edge.settings.demo.as_ref().map(|_| "/demo".to_owned()),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}

/// The name holds the content's hash, so that a file never changes under its address.
pub(in crate::http) async fn static_file(
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    let Some(file) = static_files::find(&name) else {
        return respond::not_found(&edge, &headers, &id);
    };
    let mut response = Response::new(Body::from(file.bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(CACHE_CONTROL, forever);
    response
}

pub(in crate::http) async fn not_found(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    respond::not_found(&edge, &call.headers, &call.id)
}

pub(in crate::http) async fn method_not_allowed(
    State(edge): State<Arc<Edge>>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    respond::method_not_allowed(&edge, &headers, &id)
}
