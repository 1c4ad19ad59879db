//! The address of a request, read once: what is judged and what is contacted are the same parts.

use http::{HeaderValue, Uri};
use url::{Host, Url};

use super::error::FetchError;

/// Whether the exchange is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Https,
    Http,
}

/// A URL that may be asked for, as far as its text tells.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) scheme: Scheme,
    pub(super) host: Host<String>,
    pub(super) port: u16,
    /// Path and query; a fragment is never sent (RFC 9110 §7.1).
    pub(super) uri: Uri,
    /// Host, and the port when it is not the scheme's.
    pub(super) authority: HeaderValue,
}

impl Target {
    /// Reads a URL as browsers do, which also brings every spelling of an IPv4 address into one.
    pub(super) fn parse(text: &str) -> Result<Self, FetchError> {
        let url = Url::parse(text).map_err(|_no_url| FetchError::InvalidUrl)?;
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(FetchError::NotHttps),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::InvalidUrl);
        }
        let port = url.port_or_known_default().ok_or(FetchError::InvalidUrl)?;
        let host = url.host().ok_or(FetchError::InvalidUrl)?.to_owned();
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Self {
            scheme,
            host,
            port,
            uri: path.parse().map_err(|_no_path| FetchError::InvalidUrl)?,
            authority: authority
                .parse()
                .map_err(|_no_header| FetchError::InvalidUrl)?,
        })
    }

    /// What requests to the same host have in common.
    pub(super) fn host_text(&self) -> String {
        self.host.to_string().trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_host_path_and_query_but_no_fragment() {
        let target = Target::parse("https://RP.example:8443/a%20b/c?d=e|f#g").unwrap();
        assert_eq!(target.scheme, Scheme::Https);
        assert_eq!(target.authority, "rp.example:8443");
        assert_eq!(target.uri, "/a%20b/c?d=e|f");
        assert_eq!(target.port, 8443);
        let plain = Target::parse("https://rp.example.").unwrap();
        assert_eq!((plain.port, plain.uri.path()), (443, "/"));
        assert_eq!(plain.host_text(), "rp.example");
    }

    #[test]
    fn reads_every_spelling_of_an_address_as_that_address() {
        let loopback: Host<String> = Host::Ipv4([127, 0, 0, 1].into());
        for host in [
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0x7f.1",
            "127.0.0.1.",
            "１２７.0.0.1",
            "%31%32%37.0.0.1",
        ] {
            let target = Target::parse(&format!("https://{host}/")).unwrap();
            assert_eq!(target.host, loopback, "{host}");
        }
    }

    #[test]
    fn refuses_what_is_no_plain_https_address() {
        for (text, refusal) in [
            ("", FetchError::InvalidUrl),
            ("/jwks", FetchError::InvalidUrl),
            ("https://", FetchError::InvalidUrl),
            ("https://a:b@rp.example/", FetchError::InvalidUrl),
            ("https://rp.example@127.0.0.1/", FetchError::InvalidUrl),
            ("https://[fe80::1%25eth0]/", FetchError::InvalidUrl),
            ("https://rp.example:99999/", FetchError::InvalidUrl),
            ("ftp://rp.example/", FetchError::NotHttps),
            ("file:///etc/passwd", FetchError::NotHttps),
            ("gopher://127.0.0.1:25/", FetchError::NotHttps),
            ("data:text/plain,a", FetchError::NotHttps),
        ] {
            assert_eq!(Target::parse(text).unwrap_err(), refusal, "{text}");
        }
    }
}
