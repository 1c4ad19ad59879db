//! What may be registered as a redirect URI (RFC 9700 §2.1, RFC 8252 §7).

use url::{Host, Url};

use crate::protocol::client::ClientType;

/// The longest redirect URI in bytes.
pub const URI_LIMIT: usize = 2_000;

/// What is wrong with a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectFault {
    /// RFC 6749 §3.1.2: it must be absolute; spaces and non-ASCII must be percent-encoded.
    #[error("is not an absolute URI")]
    NotAbsolute,
    /// Longer than [`URI_LIMIT`] bytes.
    #[error("is longer than {URI_LIMIT} bytes")]
    TooLong,
    /// RFC 6749 §3.1.2: it must have no fragment.
    #[error("has a fragment")]
    Fragment,
    /// `https://trusted@evil.example` reads as another host than it is.
    #[error("names a user")]
    UserInfo,
    /// RFC 9700 §2.1: exact matching only.
    #[error("has a wildcard; list every URI instead")]
    Wildcard,
    /// Different parsers see different paths.
    #[error("has dot segments")]
    DotSegments,
    /// A browser would run or show it instead of going somewhere.
    #[error("has a scheme that browsers run or open by themselves")]
    DangerousScheme,
    /// RFC 9700 §2.6: the code would cross the network in the clear.
    #[error("is http on a host that is not this computer; use https")]
    PlainHttp,
    /// RFC 8252 §7.1: only an application on a device has a scheme of its own.
    #[error("has a scheme of its own, which only native clients may have")]
    PrivateScheme,
    /// RFC 8252 §7.1: a scheme in reverse domain form belongs to somebody.
    #[error("has a scheme without a dot; use your reversed domain, com.example.app:/callback")]
    SchemeWithoutDot,
}

/// Checks one URI; it is registered and compared as it was written, never as it was parsed.
pub fn check_redirect(uri: &str, kind: ClientType) -> Result<(), RedirectFault> {
    if uri.len() > URI_LIMIT {
        return Err(RedirectFault::TooLong);
    }
    // RFC 3986 §2: printable ASCII. `\` is a path separator to browsers and to nobody else.
    if !uri.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Err(RedirectFault::NotAbsolute);
    }
    let url = Url::parse(uri).map_err(|_unparsable| RedirectFault::NotAbsolute)?;
    if uri.contains('#') {
        return Err(RedirectFault::Fragment);
    }
    if uri.contains('*') {
        return Err(RedirectFault::Wildcard);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RedirectFault::UserInfo);
    }
    if has_dot_segments(uri) {
        return Err(RedirectFault::DotSegments);
    }
    match url.scheme() {
        "https" if has_authority(uri, &url) => Ok(()),
        "http" if has_authority(uri, &url) && is_loopback(&url) => Ok(()),
        "http" if has_authority(uri, &url) => Err(RedirectFault::PlainHttp),
        "http" | "https" => Err(RedirectFault::NotAbsolute),
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "ftp" | "ws" | "wss"
        | "mailto" | "tel" | "view-source" | "filesystem" => Err(RedirectFault::DangerousScheme),
        _ if kind != ClientType::Native => Err(RedirectFault::PrivateScheme),
        scheme if !scheme.contains('.') => Err(RedirectFault::SchemeWithoutDot),
        _ => Ok(()),
    }
}

/// `https:example.com` and `https:/example.com` parse as if they had their slashes.
fn has_authority(uri: &str, url: &Url) -> bool {
    let after_scheme = uri.split_once(':').map_or("", |(_, rest)| rest);
    let host = after_scheme.strip_prefix("//").unwrap_or("");
    !host.is_empty() && !host.starts_with('/') && url.has_host()
}

fn has_dot_segments(uri: &str) -> bool {
    let path = uri.split('?').next().unwrap_or(uri).to_ascii_lowercase();
    path.replace("%2e", ".")
        .split('/')
        .any(|segment| segment == "." || segment == "..")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_redirects_that_applications_use() {
        for (kind, uri) in [
            (ClientType::Web, "https://app.example/cb?tenant=1"),
            (ClientType::Web, "https://app.example"),
            (ClientType::Web, "http://localhost:3000/cb"),
            (ClientType::Spa, "http://127.0.0.1:5173/"),
            (ClientType::Native, "http://127.0.0.1/cb"),
            (ClientType::Native, "http://[::1]/cb"),
            (ClientType::Native, "com.example.app:/cb"),
            (ClientType::Native, "app.immich:///oauth-callback"),
            (ClientType::Native, "oc.ios://ios.owncloud.com"),
        ] {
            assert_eq!(check_redirect(uri, kind), Ok(()), "{uri}");
        }
    }

    const REFUSED: &[(ClientType, &str, RedirectFault)] = &[
        (ClientType::Web, "/cb", RedirectFault::NotAbsolute),
        (
            ClientType::Web,
            "app.example/cb",
            RedirectFault::NotAbsolute,
        ),
        (
            ClientType::Web,
            "https:app.example/cb",
            RedirectFault::NotAbsolute,
        ),
        (
            ClientType::Web,
            "https:///app.example/cb",
            RedirectFault::NotAbsolute,
        ),
        (
            ClientType::Web,
            "https://app.example\\@evil.example/",
            RedirectFault::NotAbsolute,
        ),
        (
            ClientType::Web,
            "https://app.example/a b",
            RedirectFault::NotAbsolute,
        ),
        (
            ClientType::Web,
            "https://app.example/é",
            RedirectFault::NotAbsolute,
        ),
        (
            ClientType::Web,
            "https://app.example/cb#x",
            RedirectFault::Fragment,
        ),
        (
            ClientType::Web,
            "https://app.example/cb#",
            RedirectFault::Fragment,
        ),
        (
            ClientType::Web,
            "https://good@evil.example/cb",
            RedirectFault::UserInfo,
        ),
        (
            ClientType::Web,
            "https://*.example/cb",
            RedirectFault::Wildcard,
        ),
        (
            ClientType::Web,
            "https://app.example/*",
            RedirectFault::Wildcard,
        ),
        (
            ClientType::Web,
            "https://app.example/a/../cb",
            RedirectFault::DotSegments,
        ),
        (
            ClientType::Web,
            "https://app.example/%2E%2e/cb",
            RedirectFault::DotSegments,
        ),
        (
            ClientType::Web,
            "http://app.example/cb",
            RedirectFault::PlainHttp,
        ),
        (
            ClientType::Native,
            "http://localhost.evil.example/",
            RedirectFault::PlainHttp,
        ),
        (
            ClientType::Native,
            "javascript:alert(1)",
            RedirectFault::DangerousScheme,
        ),
        (
            ClientType::Native,
            "data:text/html,x",
            RedirectFault::DangerousScheme,
        ),
        (
            ClientType::Web,
            "com.example.app:/cb",
            RedirectFault::PrivateScheme,
        ),
        (
            ClientType::Native,
            "myapp://cb",
            RedirectFault::SchemeWithoutDot,
        ),
    ];

    #[test]
    fn refuses_redirects_that_leak_codes() {
        for (kind, uri, fault) in REFUSED {
            assert_eq!(check_redirect(uri, *kind), Err(*fault), "{uri}");
        }
    }
}
