//! The session cookie, and the cookie that tells clients' pages that it is another one.
//!
//! Before a sign-in it holds a random value that nothing is stored under, so that forms have
//! something to be bound to; a sign-in replaces it.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::http::Edge;
use crate::protocol::ids::RealmId;

/// The cookie's name. `__Host-` demands `Secure`, which plain http on loopback does not have, so
/// the cookie goes by another name there (security baseline, cookies).
fn name(edge: &Edge, realm: &RealmId) -> String {
    let prefix = if edge.is_https() { "__Host-" } else { "" };
    if realm.is_default() {
        format!("{prefix}vidimus_session")
    } else {
        format!("{prefix}vidimus_session_{realm}")
    }
}

/// The cookie's value in a request.
pub(super) fn read<'a>(edge: &Edge, realm: &RealmId, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = name(edge, realm);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| (32..=64).contains(&value.len()))
}

/// The header that sets the cookie.
pub(super) fn set(edge: &Edge, realm: &RealmId, value: &str) -> Option<HeaderValue> {
    let secure = if edge.is_https() { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}",
        name(edge, realm)
    );
    HeaderValue::from_str(&text).ok()
}

/// The header that deletes the cookie.
pub(super) fn delete(edge: &Edge, realm: &RealmId) -> Option<HeaderValue> {
    let secure = if edge.is_https() { "; Secure" } else { "" };
    let text = format!(
        "{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}",
        name(edge, realm)
    );
    HeaderValue::from_str(&text).ok()
}

/// The name of the browser-state cookie (OIDC Session Management §4.2), which the script of our
/// session frame reads.
pub(super) fn browser_state_name(edge: &Edge, realm: &RealmId) -> String {
    let prefix = if edge.is_https() { "__Host-" } else { "" };
    if realm.is_default() {
        format!("{prefix}vidimus_state")
    } else {
        format!("{prefix}vidimus_state_{realm}")
    }
}

/// The header that sets the browser state. The frame stands in clients' pages, on other sites;
/// browsers take `SameSite=None` only with `Secure`.
pub(super) fn set_browser_state(edge: &Edge, realm: &RealmId, value: &str) -> Option<HeaderValue> {
    let name = browser_state_name(edge, realm);
    HeaderValue::from_str(&format!("{name}={value}; {}", browser_state_scope(edge))).ok()
}

/// The header that deletes the browser state.
pub(super) fn delete_browser_state(edge: &Edge, realm: &RealmId) -> Option<HeaderValue> {
    let name = browser_state_name(edge, realm);
    HeaderValue::from_str(&format!(
        "{name}=; Max-Age=0; {}",
        browser_state_scope(edge)
    ))
    .ok()
}

fn browser_state_scope(edge: &Edge) -> &'static str {
    if edge.is_https() {
        "Path=/; SameSite=None; Secure"
    } else {
        "Path=/; SameSite=Lax"
    }
}
