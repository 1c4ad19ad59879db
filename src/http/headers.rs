//! The headers of every response.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use tracing::Instrument as _;

use crate::http::call::RequestId;
use crate::http::{Edge, respond};
use crate::protocol::redirect_uri::origin_of;

/// The header that carries the request id.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

// On every response; given as text, a name or a value would be checked byte by byte each time.
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
);
static PLAIN_POLICY: HeaderValue = HeaderValue::from_static(POLICY);
static PLAIN_POLICY_OWN_FORMS: HeaderValue = HeaderValue::from_static(POLICY_OWN_FORMS);

/// How many headers are added to a response, at most.
const ADDED: usize = 12;
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";
/// Pages whose form ends at a client have no `form-action`: browsers apply it to the redirect
/// after the post too, and the way back would be cut.
const POLICY_OWN_FORMS: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";
const IMAGES: &str = "img-src 'self' data:";

/// A mark on a response: a page of an authorization or logout interaction, which ends at a client
/// and may run in a pop-up that the client's page must keep hold of.
#[derive(Debug, Clone, Copy)]
pub(super) struct EndsAtClient;

/// A mark on a response: a page that may load frames from these origins, and from no other.
#[derive(Debug, Clone)]
pub(super) struct Frames(pub(super) Vec<String>);

/// A mark on a response: a page that may itself be a frame of any page. It runs the one script
/// that this policy source names, and does nothing else.
#[derive(Debug, Clone, Copy)]
pub(super) struct InAnyFrame(pub(super) &'static str);
/// A mark on a response: a page that shows an image from elsewhere.
#[derive(Debug, Clone)]
pub(super) struct ShowsImage(String);

impl ShowsImage {
    /// The image at an address, unless its host could mean something else in a policy.
    pub(super) fn at(address: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'/');
        let origin = origin_of(address).filter(|origin| origin.bytes().all(plain));
        origin.map(Self)
    }

    /// The policy with that origin added.
    fn allowed_by(&self, policy: &str) -> String {
        let Self(origin) = self;
        policy.replace(IMAGES, &format!("{IMAGES} {origin}"))
    }
}

/// Gives each request its id, and each response its security headers.
pub(super) async fn finish(
    State(edge): State<Arc<Edge>>,
    mut request: Request,
    next: Next,
) -> Response {
    let watch = edge.monitoring.as_ref().map(|all| all.begin(&request));
    let id = edge.app.random_text::<12>().unwrap_or_default();
    let in_demo = edge.settings.demo.is_some();
    let elsewhere = if in_demo {
        to_localhost(&edge, &request)
    } else {
        None
    };
    let mut response = if let Some(location) = elsewhere {
        Redirect::temporary(&location).into_response()
    } else if !is_text(request.uri().path()) {
        respond::not_found(&edge, request.headers(), &RequestId(id.clone()))
    } else {
        request.extensions_mut().insert(RequestId(id.clone()));
        // Whatever is logged on the way, by any module, carries the id.
        next.run(request)
            .instrument(tracing::info_span!("request", request_id = id))
            .await
    };
    decorate(&edge, &mut response);
    if let Some(watch) = watch {
        watch.answered(response.status().as_u16());
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// A path that is no text names nothing here: no realm, no client, no file. Each route would say so
/// in its own way, or take it for something else.
fn is_text(path: &str) -> bool {
    percent_decode_str(path).decode_utf8().is_ok()
}

/// `127.0.0.1` and `localhost` are two sites to a browser: the demo has one.
fn to_localhost(edge: &Edge, request: &Request) -> Option<String> {
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let numeric = host.starts_with("127.") || host.starts_with("[::1]");
    let path = request.uri().path_and_query()?.as_str();
    (numeric && !edge.host().starts_with(host)).then(|| format!("{}{path}", edge.origin))
}

fn decorate(edge: &Edge, response: &mut Response) {
    let marks = response.extensions_mut();
    let ends_at_client = marks.remove::<EndsAtClient>().is_some();
    let frames = marks.remove::<Frames>();
    let image = marks.remove::<ShowsImage>();
    let in_any_frame = marks.remove::<InAnyFrame>();
    let headers = response.headers_mut();
    // Once, rather than twice while they are added.
    headers.reserve(ADDED);
    let html = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let (policy, sharing) = if let Some(InAnyFrame(script)) = in_any_frame {
        let policy = format!(
            "default-src 'none'; script-src {script}; base-uri 'none'; form-action 'none'; frame-ancestors *"
        );
        (policy_value(policy), "cross-origin")
    } else {
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let policy = policy_of_page(ends_at_client, frames, image);
        (policy, "same-origin")
    };
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(PERMISSIONS_POLICY, PERMISSIONS.clone());
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static(sharing));
    if !ends_at_client {
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    }
    if html {
        headers.insert("x-robots-tag", HeaderValue::from_static("none"));
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if edge.is_https() {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, value);
    }
}

fn policy_of_page(
    ends_at_client: bool,
    frames: Option<Frames>,
    image: Option<ShowsImage>,
) -> HeaderValue {
    let (text, plain) = if ends_at_client {
        (POLICY, &PLAIN_POLICY)
    } else {
        (POLICY_OWN_FORMS, &PLAIN_POLICY_OWN_FORMS)
    };
    let mut policy = Cow::Borrowed(text);
    if let Some(Frames(origins)) = frames {
        policy = Cow::Owned(format!("{policy}; frame-src {}", origins.join(" ")));
    }
    if let Some(image) = image {
        policy = Cow::Owned(image.allowed_by(&policy));
    }
    match policy {
        Cow::Borrowed(_) => plain.clone(),
        Cow::Owned(policy) => policy_value(policy),
    }
}

/// Origins of frames are plain ASCII; were one not, nothing at all would be allowed.
fn policy_value(policy: String) -> HeaderValue {
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}
