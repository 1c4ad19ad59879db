//! Redirect URIs: compared with the registered text byte by byte, before anything parses them.

use url::form_urlencoded;

use crate::protocol::client::{Client, ClientType};

/// A redirect URI that the client has registered: proof that an answer may go there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRedirect(String);

impl KnownRedirect {
    /// Proves a requested URI against the registered ones (RFC 9700 §2.1: exact match; RFC 8252
    /// §7.3: a native client's loopback port is free).
    pub fn prove(requested: &str, client: &Client) -> Option<Self> {
        Self::prove_among(&client.metadata.redirect_uris, requested, client)
    }

    /// Proves a requested URI against the registered post-logout URIs (RP-Initiated Logout §3.1).
    pub fn prove_post_logout(requested: &str, client: &Client) -> Option<Self> {
        Self::prove_among(
            &client.metadata.post_logout_redirect_uris,
            requested,
            client,
        )
    }

    fn prove_among(registered: &[String], requested: &str, client: &Client) -> Option<Self> {
        let native = client.metadata.client_type == ClientType::Native;
        let slash = client.metadata.compatibility.adds_trailing_slash;
        let known = registered.iter().any(|registered| {
            registered == requested
                || (native && same_but_for_loopback_port(registered, requested))
                || (slash && requested.strip_suffix('/') == Some(registered))
        });
        known.then(|| Self(requested.to_owned()))
    }

    /// The URI as it was requested.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with parameters added to its query (RFC 6749 §3.1.2).
    pub fn with_query(&self, parameters: &[(&str, &str)]) -> String {
        with_query(&self.0, parameters)
    }

    /// The URI with parameters as its fragment (Multiple Response Types §5); registered URIs have
    /// none.
    pub fn with_fragment(&self, parameters: &[(&str, &str)]) -> String {
        format!("{}#{}", self.0, encode(parameters))
    }

    /// Scheme, host and port, as shown to people and as compared for CORS; `None` for private-use
    /// schemes.
    pub fn origin(&self) -> Option<String> {
        origin_of(&self.0)
    }
}

fn encode(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

/// A URI with parameters added to its query; what it holds already stays.
pub fn with_query(uri: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return uri.to_owned();
    }
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{}", encode(parameters))
}

/// The origin of an http or https URL in the form that browsers send (RFC 6454 §6.2).
pub fn origin_of(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// The hosts that mean "this computer" in a redirect URI.
const LOOPBACK_PREFIXES: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

fn same_but_for_loopback_port(registered: &str, requested: &str) -> bool {
    LOOPBACK_PREFIXES.iter().any(|prefix| {
        match (
            registered.strip_prefix(prefix),
            requested.strip_prefix(prefix),
        ) {
            (Some(registered), Some(requested)) => {
                let (registered, requested) = (without_port(registered), without_port(requested));
                registered.is_some() && registered == requested
            }
            _ => false,
        }
    })
}

/// What follows the port; `None` when the host goes on (`http://127.0.0.1.evil`, `…@evil`).
fn without_port(after_host: &str) -> Option<&str> {
    let rest = match after_host.strip_prefix(':') {
        None => after_host,
        Some(port) => {
            let rest = port.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = port.strip_suffix(rest)?;
            if digits.len() > 5 || digits.parse::<u16>().is_err() {
                return None;
            }
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::metadata::tests::client;

    fn native(registered: &str) -> Client {
        let mut client = client(ClientType::Native);
        client.metadata.redirect_uris = vec![registered.to_owned()];
        client
    }

    /// RFC 8252 §7.3
    #[test]
    fn a_native_client_may_choose_its_loopback_port() {
        let client = native("http://127.0.0.1/cb");
        for good in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:9/cb",
            "http://127.0.0.1:65535/cb",
        ] {
            assert!(KnownRedirect::prove(good, &client).is_some(), "{good}");
        }
        for bad in [
            "http://127.0.0.1:9/cb/",
            "http://127.0.0.1:9/cb?x",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:000009/cb",
            "http://127.0.0.1:9@evil.test/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://localhost:9/cb",
            "https://127.0.0.1:9/cb",
        ] {
            assert!(KnownRedirect::prove(bad, &client).is_none(), "{bad}");
        }
    }

    /// RFC 9700 §2.1
    #[test]
    fn a_web_client_is_held_to_the_registered_bytes() {
        let mut web = client(ClientType::Web);
        web.metadata.redirect_uris = vec!["https://rp.test/cb".to_owned()];
        for bad in [
            "https://rp.test/cb/",
            "https://rp.test:443/cb",
            "https://RP.test/cb",
            "https://rp.test/cb?x=1",
            "https://rp.test/%63b",
            "https://rp.test/x/../cb",
        ] {
            assert!(KnownRedirect::prove(bad, &web).is_none(), "{bad}");
        }
        assert!(KnownRedirect::prove("https://rp.test/cb", &web).is_some());
    }

    #[test]
    fn keeps_the_query_that_was_registered() {
        let redirect = KnownRedirect("https://rp.test/cb?a=b".to_owned());
        assert_eq!(
            redirect.with_query(&[("code", "x y")]),
            "https://rp.test/cb?a=b&code=x+y"
        );
        let plain = KnownRedirect("app.test:/cb".to_owned());
        assert_eq!(plain.with_query(&[("code", "x")]), "app.test:/cb?code=x");
    }
}
