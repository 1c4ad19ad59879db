//! Whether a form post comes from one of our own pages.

use http::HeaderMap;
use http::header::ORIGIN;

use crate::http::Edge;

/// `Sec-Fetch-Site` is set by the browser and cannot be forged by a page; `Origin` is compared
/// where it says something. Our pages send no referrer, for which browsers write `Origin: null`,
/// so that value alone proves nothing either way.
pub(super) fn is_own(edge: &Edge, headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &http::HeaderValue| value.to_str().ok())
    };
    let site = text(http::HeaderName::from_static("sec-fetch-site"));
    let origin = text(ORIGIN);
    let foreign = origin.is_some_and(|origin| origin != "null" && origin != edge.origin);
    match site {
        Some(site) => site == "same-origin" && !foreign,
        // A browser too old for Sec-Fetch-Site, or no browser: then Origin must not be hidden.
        None => !foreign && origin != Some("null"),
    }
}
