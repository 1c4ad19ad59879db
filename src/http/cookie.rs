//! The session cookie, the cookie that tells clients' pages that it is another one, and the cookie
//! that keeps a language.
//!
//! Before a sign-in it holds a random value that nothing is stored under, so that forms have
//! something to be bound to; a sign-in replaces it.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::account::known_device::KNOWN_FOR;
use crate::account::language::Choice;
use crate::flows::sign_in_steps::LIFETIME;
use crate::http::Edge;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Lifetime;

/// The cookie's name. `__Host-` demands `Secure`, which plain http on loopback does not have, so
/// the cookie goes by another name there (security baseline, cookies).
pub fn name(https: bool, realm: &RealmId) -> String {
    let prefix = if https { "__Host-" } else { "" };
    if realm.is_default() {
        format!("{prefix}vidimus_session")
    } else {
        format!("{prefix}vidimus_session_{realm}")
    }
}

/// The value of the cookie of this name, if it can be one of a session.
pub fn value<'a>(name: &str, headers: &'a HeaderMap) -> Option<&'a str> {
    text(name, headers)
        .filter(|value| (32..=64).contains(&value.len()))
        .filter(|value| value.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// The text under this name. Cookies of others on the same host may hold any bytes and do not keep
/// ours from being read.
fn text<'a>(name: &str, headers: &'a HeaderMap) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| {
            pair.trim_ascii()
                .strip_prefix(name.as_bytes())?
                .strip_prefix(b"=")
        })
        .and_then(|value| std::str::from_utf8(value).ok())
}

/// The session cookie's value in a request.
pub(super) fn read<'a>(edge: &Edge, realm: &RealmId, headers: &'a HeaderMap) -> Option<&'a str> {
    value(&name(edge.is_https(), realm), headers)
}

/// The header that sets the cookie.
pub(super) fn set(edge: &Edge, realm: &RealmId, value: &str) -> Option<HeaderValue> {
    let secure = if edge.is_https() { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}",
        name(edge.is_https(), realm)
    );
    HeaderValue::from_str(&text).ok()
}

/// The header that deletes the cookie.
pub(super) fn delete(edge: &Edge, realm: &RealmId) -> Option<HeaderValue> {
    let secure = if edge.is_https() { "; Secure" } else { "" };
    let text = format!(
        "{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}",
        name(edge.is_https(), realm)
    );
    HeaderValue::from_str(&text).ok()
}

/// The name of another cookie of ours.
fn name_of(edge: &Edge, realm: &RealmId, kind: &str) -> String {
    let prefix = if edge.is_https() { "__Host-" } else { "" };
    if realm.is_default() {
        format!("{prefix}vidimus_{kind}")
    } else {
        format!("{prefix}vidimus_{kind}_{realm}")
    }
}

/// A header that sets such a cookie for some time; for no time, it deletes it.
fn set_for(
    edge: &Edge,
    realm: &RealmId,
    (kind, value): (&str, &str),
    lifetime: Lifetime,
) -> Option<HeaderValue> {
    let secure = if edge.is_https() { "; Secure" } else { "" };
    let name = name_of(edge, realm, kind);
    let seconds = lifetime.whole_seconds();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).ok()
}

/// A sign-in in progress: opens its next step and nothing else.
const SIGN_IN: &str = "signin";
/// A device that is remembered: no second factor is asked for on it.
const DEVICE: &str = "device";
/// A device that is known: it is asked for everything.
const KNOWN: &str = "known";

/// The cookie of a sign-in in progress.
pub(super) fn read_sign_in<'a>(
    edge: &Edge,
    realm: &RealmId,
    headers: &'a HeaderMap,
) -> Option<&'a str> {
    value(&name_of(edge, realm, SIGN_IN), headers)
}

/// The header that sets it.
pub(super) fn set_sign_in(edge: &Edge, realm: &RealmId, value: &str) -> Option<HeaderValue> {
    set_for(edge, realm, (SIGN_IN, value), LIFETIME)
}

/// The header that deletes it.
pub(super) fn delete_sign_in(edge: &Edge, realm: &RealmId) -> Option<HeaderValue> {
    set_for(edge, realm, (SIGN_IN, ""), Lifetime::ZERO)
}

/// The cookie of a remembered device.
pub(super) fn read_device<'a>(
    edge: &Edge,
    realm: &RealmId,
    headers: &'a HeaderMap,
) -> Option<&'a str> {
    value(&name_of(edge, realm, DEVICE), headers)
}

/// The header that sets it.
pub(super) fn set_device(
    edge: &Edge,
    realm: &RealmId,
    value: &str,
    lifetime: Lifetime,
) -> Option<HeaderValue> {
    set_for(edge, realm, (DEVICE, value), lifetime)
}

/// The cookie of a known device.
pub(super) fn read_known<'a>(
    edge: &Edge,
    realm: &RealmId,
    headers: &'a HeaderMap,
) -> Option<&'a str> {
    value(&name_of(edge, realm, KNOWN), headers)
}

/// The header that sets it.
pub(super) fn set_known(edge: &Edge, realm: &RealmId, value: &str) -> Option<HeaderValue> {
    set_for(edge, realm, (KNOWN, value), KNOWN_FOR)
}

/// The header that deletes it.
pub(super) fn delete_known(edge: &Edge, realm: &RealmId) -> Option<HeaderValue> {
    set_for(edge, realm, (KNOWN, ""), Lifetime::ZERO)
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

/// One for all realms: a person reads the same language in each.
fn language_name(edge: &Edge) -> &'static str {
    if edge.is_https() {
        "__Host-vidimus_language"
    } else {
        "vidimus_language"
    }
}

/// The language that was chosen in this browser.
pub(super) fn read_language(edge: &Edge, headers: &HeaderMap) -> Option<Choice> {
    text(language_name(edge), headers).and_then(Choice::parse)
}

/// The header that keeps a choice of language for a year.
pub(super) fn set_language(edge: &Edge, choice: Choice) -> Option<HeaderValue> {
    let secure = if edge.is_https() { "; Secure" } else { "" };
    let text = format!(
        "{}={choice}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}",
        language_name(edge)
    );
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_cookie_among_those_of_others() {
        let name = name(true, &RealmId::default_realm());
        let own = "a".repeat(43);
        let mut headers = HeaderMap::new();
        let noise = b"theirs=caf\xe9; x__Host-vidimus_session=b; ";
        let line = [noise, format!("{name}={own}; z").as_bytes()].concat();
        headers.append(COOKIE, HeaderValue::from_bytes(&line).unwrap());
        assert_eq!(value(&name, &headers), Some(own.as_str()));
        let tenant = super::name(true, &RealmId::parse("tenant").unwrap());
        assert_eq!(value(&tenant, &headers), None);
    }

    #[test]
    fn takes_no_value_that_cannot_be_one_of_ours() {
        for text in ["", "short", &"a".repeat(65), &" a".repeat(20)] {
            let mut headers = HeaderMap::new();
            let line = HeaderValue::from_str(&format!("n={text}")).unwrap();
            headers.append(COOKIE, line);
            assert_eq!(value("n", &headers), None, "{text}");
        }
    }
}
