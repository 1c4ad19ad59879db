//! Cross-origin reads: metadata for everybody, tokens for the origins of the client's own redirect
//! URIs, pages for nobody; never with credentials.

use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::protocol::client::Client;
use crate::protocol::redirect_uri::origin_of;

/// Opens a response to every origin.
pub(super) fn for_everybody(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Opens a response to the asking origin, if the client has it among its redirect URIs.
pub(super) fn for_client(
    request: &HeaderMap,
    client: Option<&Client>,
    mut response: Response,
) -> Response {
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = request.get(ORIGIN) else {
        return response;
    };
    let registered = client.is_some_and(|client| {
        let uris = &client.metadata.redirect_uris;
        uris.iter()
            .any(|uri| origin_of(uri).is_some_and(|own| own.as_bytes() == origin.as_bytes()))
    });
    if registered {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let exposed = HeaderValue::from_static("WWW-Authenticate, X-Request-Id, Retry-After");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    response
}

/// Answers a preflight. It names no client, so it lets the request be sent; whether the answer
/// may be read is said on the answer, when the client is known.
pub(super) fn preflight(request: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let origin = request
        .get(ORIGIN)
        .filter(|origin| origin.as_bytes() != b"null");
    let Some(origin) = origin else {
        return response;
    };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    let names = HeaderValue::from_static("Authorization, Content-Type");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    response
}
