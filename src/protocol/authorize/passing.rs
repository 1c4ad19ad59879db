//! How a client hands its request over (OIDC Core §6, RFC 9101 §5, RFC 9126 §4): as parameters, as
//! an object that it signed, or by naming a place where the request is kept.

use crate::protocol::authorize::PassingRefusal;
use crate::protocol::client::Client;
use crate::protocol::params::Params;
use crate::protocol::time::Lifetime;
use crate::secret::Digest;

/// How the names of requests begin that are kept here (RFC 9126 §2.2).
pub const URN: &str = "urn:ietf:params:oauth:request_uri:";
/// How long after it was pushed a request may arrive (RFC 9126 §2.2 `expires_in`).
pub const PUSHED_LIFETIME: Lifetime = Lifetime::seconds(90);
/// The parameters that hand a request over instead of being a part of it.
pub const CARRIERS: [&str; 2] = ["request", "request_uri"];

/// How a request was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing<'a> {
    /// As parameters.
    Plain,
    /// As a request object (RFC 9101 §5.1).
    Object(&'a str),
    /// By the name of a request that is kept here; the digest of the secret in it.
    Pushed(Digest),
    /// By the address of a request object (RFC 9101 §5.2).
    Reference(&'a str),
}

impl<'a> Passing<'a> {
    /// Reads how a request was handed over. Where parameters count beside a carrier, none may be
    /// repeated; beside a name of ours they do not count (RFC 9126 §4).
    pub fn of(params: &'a Params) -> Result<Self, PassingRefusal> {
        use PassingRefusal as R;
        if CARRIERS.iter().any(|name| params.is_repeated(name)) {
            return Err(R::Repeated);
        }
        let passing = match (params.get("request"), params.get("request_uri")) {
            (None, None) => return Ok(Self::Plain),
            (Some(_), Some(_)) => return Err(R::BothCarriers),
            (Some(object), None) => Self::Object(object),
            (None, Some(uri)) => match uri.strip_prefix(URN) {
                Some(secret) => return Ok(Self::Pushed(Digest::of(secret))),
                None => Self::Reference(uri),
            },
        };
        if params.has_repeats() {
            return Err(R::Repeated);
        }
        Ok(passing)
    }
}

/// What a client has bound itself to, and a request does not keep (RFC 9101 §10.5, RFC 9126 §6).
pub fn unkept(client: &Client, signed: bool, pushed: bool) -> Option<PassingRefusal> {
    let metadata = &client.metadata;
    if metadata.require_pushed_authorization_requests && !pushed {
        Some(PassingRefusal::PushRequired)
    } else if metadata.require_signed_request_object && !signed {
        Some(PassingRefusal::SignatureRequired)
    } else {
        None
    }
}

/// The address that a registered `request_uri` is fetched from. It is compared with its fragment,
/// byte for byte, and fetched without (OIDC Registration §2 `request_uris`).
pub fn registered_reference<'a>(client: &Client, uri: &'a str) -> Option<&'a str> {
    let registered = client.metadata.request_uris.iter().any(|own| own == uri);
    let address = uri.split_once('#').map_or(uri, |(address, _)| address);
    registered.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    fn refused(query: &str) -> PassingRefusal {
        Passing::of(&Params::parse(query.as_bytes())).unwrap_err()
    }

    #[test]
    fn tells_how_a_request_was_handed_over() {
        let urn = "request_uri=urn:ietf:params:oauth:request_uri:abc";
        let reference = "https://rp.test/r#f";
        for (query, passing) in [
            ("client_id=c", Passing::Plain),
            ("request=&request_uri=", Passing::Plain),
            ("request=a.b.c", Passing::Object("a.b.c")),
            (urn, Passing::Pushed(Digest::of("abc"))),
            (
                "request_uri=https://rp.test/r%23f",
                Passing::Reference(reference),
            ),
        ] {
            let params = Params::parse(query.as_bytes());
            assert_eq!(Passing::of(&params), Ok(passing), "{query}");
        }
    }

    /// RFC 9101 §5: "MUST NOT be used together".
    #[test]
    fn refuses_two_carriers_at_once() {
        let two = "request=a.b.c&request_uri=https://rp.test/r";
        assert_eq!(refused(two), PassingRefusal::BothCarriers);
        for twice in [
            "request=a&request=a",
            "request_uri=urn:a&request_uri=urn:a",
            "request=a&state=1&state=2",
            "request_uri=https://rp.test/r&state=1&state=2",
        ] {
            assert_eq!(refused(twice), PassingRefusal::Repeated, "{twice}");
        }
    }

    /// RFC 9126 §4: what stands beside a pushed request does not count.
    #[test]
    fn does_not_look_at_what_stands_beside_a_pushed_request() {
        let query = "request_uri=urn:ietf:params:oauth:request_uri:a&state=1&state=2";
        let params = Params::parse(query.as_bytes());
        assert_eq!(Passing::of(&params), Ok(Passing::Pushed(Digest::of("a"))));
    }

    /// RFC 9101 §10.5, RFC 9126 §6
    #[test]
    fn holds_a_client_to_what_it_has_bound_itself_to() {
        let mut bound = client(ClientType::Web);
        assert_eq!(unkept(&bound, false, false), None);
        bound.metadata.require_signed_request_object = true;
        let unsigned = Some(PassingRefusal::SignatureRequired);
        assert_eq!(unkept(&bound, false, true), unsigned);
        assert_eq!(unkept(&bound, true, false), None);
        bound.metadata.require_pushed_authorization_requests = true;
        let unpushed = Some(PassingRefusal::PushRequired);
        assert_eq!(unkept(&bound, true, false), unpushed);
        assert_eq!(unkept(&bound, true, true), None);
    }

    /// OIDC Core §6.2, OIDC Registration §2 `request_uris`
    #[test]
    fn a_reference_is_registered_byte_for_byte_and_fetched_without_its_fragment() {
        let mut own = client(ClientType::Web);
        own.metadata.request_uris = vec!["https://rp.test/r#abc".to_owned()];
        let fetched = registered_reference(&own, "https://rp.test/r#abc");
        assert_eq!(fetched, Some("https://rp.test/r"));
        for other in [
            "https://rp.test/r",
            "https://rp.test/r#abd",
            "https://rp.test/r#abc/",
            "https://RP.test/r#abc",
        ] {
            assert_eq!(registered_reference(&own, other), None, "{other}");
        }
    }
}
