//! What the browser sends and is sent: cookie, forms, redirects.

use axum::http::header::{COOKIE, HeaderName, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use openidconnect::url::form_urlencoded;
use subtle::ConstantTimeEq as _;

use crate::demo::Demo;

const COOKIE_NAME: &str = "vidimus_demo";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The visit's cookie, if the browser has one.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value.to_owned())
}

/// The visit whose own form this is: sent from our page, and carrying the visit's token.
pub(super) fn own_form(demo: &Demo, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    if !is_from_here(&demo.relying_party.origin(), headers) {
        return None;
    }
    let token = form_urlencoded::parse(body)
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned())?;
    let cookie = cookie(headers)?;
    let matches = |expected: &str| bool::from(expected.as_bytes().ct_eq(token.as_bytes()));
    demo.visits
        .with(&cookie, |visit| matches(&visit.token))?
        .then_some(cookie)
}

/// `Sec-Fetch-Site` where there is one. `Origin` counts only without it: our pages send no
/// referrer, and then a browser's own forms carry the origin `null` (Fetch §3.2).
fn is_from_here(origin: &str, headers: &HeaderMap) -> bool {
    match (headers.get(SEC_FETCH_SITE), headers.get(ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(sender)) => sender == origin || sender == "null",
        (None, None) => true,
    }
}

/// The first value of a query parameter.
pub(super) fn value_of(query: &str, wanted: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

/// A redirect after which a browser asks with GET (RFC 9110 §15.4.4).
pub(super) fn go_to(address: &str) -> Response {
    HeaderValue::try_from(address).map_or_else(
        |_not_a_header| StatusCode::BAD_GATEWAY.into_response(),
        |address| (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
    )
}

/// A form that is not ours, or from before a restart: the page itself gives a fresh one.
pub(super) fn stale_form() -> Response {
    go_to("/demo")
}

/// Gives the browser its visit's cookie.
pub(super) fn with_cookie(demo: &Demo, mut response: Response, cookie: &str) -> Response {
    let secure = if demo.relying_party.is_https() {
        "; Secure"
    } else {
        ""
    };
    let line = format!("{COOKIE_NAME}={cookie}; Path=/demo; HttpOnly; SameSite=Lax{secure}");
    if let Ok(line) = HeaderValue::try_from(line) {
        response.headers_mut().append(SET_COOKIE, line);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(site: Option<&'static str>, origin: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(site) = site {
            headers.insert(SEC_FETCH_SITE, HeaderValue::from_static(site));
        }
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        headers
    }

    #[test]
    fn takes_forms_of_its_own_origin_only() {
        let cases = [
            (Some("same-origin"), Some("null"), true),
            (Some("same-site"), Some("http://localhost:1"), false),
            (Some("cross-site"), Some("null"), false),
            (Some("none"), None, false),
            (None, Some("http://localhost:1"), true),
            (None, Some("http://localhost:2"), false),
            (None, Some("https://evil.example"), false),
        ];
        for (site, origin, expected) in cases {
            let own = is_from_here("http://localhost:1", &headers(site, origin));
            assert_eq!(own, expected, "{site:?} {origin:?}");
        }
    }
}
