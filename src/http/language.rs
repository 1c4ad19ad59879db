//! What a request says of the language that its sender reads.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use crate::account::language::{Language, Wishes};
use crate::http::{Edge, cookie};

/// The wishes that stand in the headers.
pub(super) fn wishes(edge: &Edge, headers: &HeaderMap) -> Wishes {
    let accepted: Vec<&str> = headers
        .get_all(ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    Wishes {
        requested: None,
        chosen: cookie::read_language(edge, headers),
        own: None,
        accepted: match accepted[..] {
            [] => None,
            _ => Language::accepted(&accepted.join(",")),
        },
    }
}
