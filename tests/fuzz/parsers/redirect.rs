//! Redirect URIs: what may be registered, what is proven, and what answers are written to.
//!
//! The input has two lines: a URI that is registered, and one that is asked for.

use url::{Host, Url, form_urlencoded};
use vidimus::protocol::client::redirect_rules::{URI_LIMIT, check_redirect};
use vidimus::protocol::client::{Client, ClientType};
use vidimus::protocol::redirect_uri::{KnownRedirect, origin_of};

use super::{first_line, samples};

const KINDS: [ClientType; 5] = [
    ClientType::Web,
    ClientType::Spa,
    ClientType::Native,
    ClientType::M2m,
    ClientType::Device,
];

/// Registers one URI and asks for another.
pub(crate) fn run(data: &[u8]) {
    let (registered, requested) = first_line(data);
    let (Ok(registered), Ok(requested)) = (
        std::str::from_utf8(registered),
        std::str::from_utf8(requested),
    ) else {
        return;
    };
    for kind in KINDS {
        check_registrable(requested, kind);
        if check_registrable(registered, kind) {
            compare(registered, requested, kind);
        }
    }
}

/// Whether a URI may be registered; if so, it goes where it says, and nobody else listens there.
pub(crate) fn check_registrable(uri: &str, kind: ClientType) -> bool {
    if check_redirect(uri, kind).is_err() {
        return false;
    }
    assert!(uri.len() <= URI_LIMIT && uri.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(!uri.contains(['#', '\\', '*']), "{uri}");
    let url = Url::parse(uri).expect("a URI that may be registered");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    match url.scheme() {
        "https" => assert!(url.host().is_some_and(|host| !is_empty(&host))),
        "http" => assert!(is_this_computer(&url), "{uri}"),
        scheme => assert!(kind == ClientType::Native && scheme.contains('.'), "{uri}"),
    }
    if let Some(origin) = origin_of(uri) {
        assert_eq!(origin_of(&origin), Some(origin.clone()), "{uri}");
    }
    true
}

fn is_empty(host: &Host<&str>) -> bool {
    matches!(host, Host::Domain(""))
}

fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn compare(registered: &str, requested: &str, kind: ClientType) {
    let mut client = samples::bare("client", kind, &[registered]);
    let known = KnownRedirect::prove(registered, &client).expect("it proves itself");
    check_answers(&known, &[]);
    check_answers(&known, &[("code", requested), (requested, "x")]);
    for slash in [false, true] {
        client.metadata.compatibility.adds_trailing_slash = slash;
        let proven = KnownRedirect::prove(requested, &client);
        assert_eq!(
            proven.is_some(),
            is_registered(&client, requested),
            "{requested}"
        );
        if let Some(proven) = proven {
            assert_eq!(proven.as_str(), requested);
            let (from, to) = (Url::parse(registered), Url::parse(requested));
            let (from, to) = (from.expect("registered"), to.expect("a proven URI"));
            assert_eq!(
                (from.scheme(), from.host()),
                (to.scheme(), to.host()),
                "{to}"
            );
            check_answers(&proven, &[("code", "c")]);
        }
        let post_logout = KnownRedirect::prove_post_logout(requested, &client);
        assert!(post_logout.is_none(), "it is registered for something else");
    }
}

/// The rule in other words: the registered bytes; of a native client's loopback URIs the port is
/// free (RFC 8252 §7.3); a client with the switch may add a slash.
pub(crate) fn is_registered(client: &Client, requested: &str) -> bool {
    client.metadata.redirect_uris.iter().any(|registered| {
        let native = client.metadata.client_type == ClientType::Native;
        let slash = client.metadata.compatibility.adds_trailing_slash;
        registered == requested
            || (slash && format!("{registered}/") == requested)
            || (native && is_same_but_for_port(registered, requested))
    })
}

fn is_same_but_for_port(registered: &str, requested: &str) -> bool {
    let (Some(a), Some(b)) = (authority(registered), authority(requested)) else {
        return false;
    };
    let local = ["127.0.0.1", "[::1]", "localhost"].contains(&a.0);
    local && a.0 == b.0 && a.2 == b.2 && is_port(a.1) && is_port(b.1)
}

/// Host, port with its colon, and what follows, of an http URI.
fn authority(uri: &str) -> Option<(&str, &str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let host_end = match authority.find(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    (!after.starts_with('#')).then_some((host, port, after))
}

fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|digits| {
            (1..=5).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u16>().is_ok()
        })
}

/// Answers go where the proof says and carry what they were given, after what was there.
pub(crate) fn check_answers(redirect: &KnownRedirect, parameters: &[(&str, &str)]) {
    let base = redirect.as_str();
    let expected: Vec<(String, String)> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let bound = base.len()
        + 4
        + parameters
            .iter()
            .map(|(n, v)| 3 * (n.len() + v.len()) + 2)
            .sum::<usize>();
    let query = redirect.with_query(parameters);
    assert!(query.starts_with(base) && query.len() <= bound);
    let sent = query.split_once('?').map_or("", |(_, sent)| sent);
    let sent: Vec<_> = form_urlencoded::parse(sent.as_bytes())
        .into_owned()
        .collect();
    assert!(sent.ends_with(&expected), "{query}");
    let fragment = redirect.with_fragment(parameters);
    assert!(fragment.starts_with(base) && fragment.len() <= bound);
    let (before, sent) = fragment.split_once('#').expect("a fragment");
    let sent: Vec<_> = form_urlencoded::parse(sent.as_bytes())
        .into_owned()
        .collect();
    assert_eq!((before, sent), (base, expected));
    for answer in [query, fragment] {
        if let (Ok(from), Ok(to)) = (Url::parse(base), Url::parse(&answer)) {
            assert_eq!(
                from.origin().ascii_serialization(),
                to.origin().ascii_serialization()
            );
            assert_eq!(from.path(), to.path(), "{answer}");
        }
    }
}
