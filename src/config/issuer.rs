//! The issuer: the one address that every link and every token names.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::problem::Complaint;

/// An issuer as OIDC Discovery §3 and RFC 8414 §2 want it, in one spelling only: clients compare
/// it as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerUrl(String);

const COMPARED: &str =
    "Clients compare the issuer as text; every spelling but one is another issuer.";

impl IssuerUrl {
    /// Reads an issuer: `https` (`http` for loopback hosts only), no user, no query, no fragment,
    /// no trailing slash, lower-case host.
    pub fn parse(text: &str) -> Result<Self, Complaint> {
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                Complaint::new("is no absolute URL").instead("issuer = \"https://id.example.com\"")
            })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Complaint::new("names a user"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Complaint::new("has a query or a fragment")
                .why("OpenID Connect Discovery allows neither in an issuer."));
        }
        if let Some(shorter) = text.strip_suffix('/') {
            let shorter = shorter.trim_end_matches('/');
            return Err(Complaint::new("ends with \"/\"")
                .why("Clients compare the issuer as text; a trailing slash breaks Kubernetes, Argo CD and oauth2-proxy.")
                .instead(format!("issuer = \"{shorter}\"")));
        }
        // What the URL standard would write: lower-case host, no default port, no `..`, no spaces.
        let canonical = url.as_str().trim_end_matches('/');
        if canonical != text {
            return Err(Complaint::new("is not in its canonical spelling")
                .why(COMPARED)
                .instead(format!("issuer = \"{canonical}\"")));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            let secure = canonical.replacen("http:", "https:", 1);
            return Err(Complaint::new("is http on a host that is not this machine")
                .why("Passwords and tokens would cross the network in the clear.")
                .instead(format!("issuer = \"{secure}\"")));
        }
        Ok(Self(text.to_owned()))
    }

    /// No issuer yet; see `Config::unset`.
    pub(super) const fn unset() -> Self {
        Self(String::new())
    }

    /// The issuer's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the path, `https://id.example.com`.
    pub fn origin(&self) -> &str {
        self.0.strip_suffix(self.path()).unwrap_or(&self.0)
    }

    /// The host without its port, `id.example.com`.
    pub fn host(&self) -> String {
        let url = Url::parse(&self.0).ok();
        let host = url.as_ref().and_then(Url::host_str);
        host.unwrap_or("localhost").to_owned()
    }

    /// The path without a trailing slash; empty at the root.
    pub fn path(&self) -> &str {
        let after_scheme = self.0.split_once("://").map_or("", |(_, rest)| rest);
        after_scheme
            .find('/')
            .and_then(|start| after_scheme.get(start..))
            .unwrap_or("")
    }

    /// Whether browsers reach it over TLS, so that cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_issuers_with_and_without_a_path() {
        for (text, origin, path) in [
            ("https://id.example.com", "https://id.example.com", ""),
            (
                "https://id.example.com:8443/a/b",
                "https://id.example.com:8443",
                "/a/b",
            ),
            ("http://localhost:8080", "http://localhost:8080", ""),
            ("http://127.0.0.1:8080/sso", "http://127.0.0.1:8080", "/sso"),
            ("http://[::1]:8080", "http://[::1]:8080", ""),
        ] {
            let issuer = IssuerUrl::parse(text).unwrap();
            assert_eq!((issuer.origin(), issuer.path()), (origin, path), "{text}");
        }
    }

    #[test]
    fn refuses_issuers_that_clients_would_read_differently() {
        for (text, complaint) in [
            ("id.example.com", "is no absolute URL"),
            ("ftp://id.example.com", "is no absolute URL"),
            ("https://", "is no absolute URL"),
            ("https://user@id.example.com", "names a user"),
            ("https://id.example.com?a=b", "has a query or a fragment"),
            ("https://id.example.com#a", "has a query or a fragment"),
            ("https://id.example.com/", "ends with \"/\""),
            ("https://id.example.com/a/", "ends with \"/\""),
            ("https://ID.example.com", "is not in its canonical spelling"),
            (
                "https://id.example.com:443",
                "is not in its canonical spelling",
            ),
            (
                "https://id.example.com/a/../b",
                "is not in its canonical spelling",
            ),
            (
                "http://id.example.com",
                "is http on a host that is not this machine",
            ),
            (
                "http://10.0.0.1",
                "is http on a host that is not this machine",
            ),
        ] {
            assert_eq!(
                IssuerUrl::parse(text).unwrap_err().what,
                complaint,
                "{text}"
            );
        }
    }
}
