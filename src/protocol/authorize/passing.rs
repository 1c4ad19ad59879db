//! How a client hands its request over (OIDC Core §6, RFC 9101 §5, RFC 9126 §4): as parameters, as
//! an object that it signed, or by naming a place where the request is kept.

use crate::protocol::client::Client;
use crate::protocol::error::{ErrorCode, OAuthError};
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

/// Why a request that was not passed plainly is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassingRefusal {
    /// RFC 6749 §3.1
    Repeated,
    /// RFC 9101 §5: never together.
    BothCarriers,
    /// RFC 9101 §10.5
    SignatureRequired,
    /// RFC 9126 §6
    PushRequired,
    /// RFC 9126 §2.1
    ReferencePushed,
    /// Not a compact JWS with JSON claims.
    MalformedObject,
    /// RFC 8725 §3.11: it is some other kind of token.
    ObjectType,
    /// RFC 9101 §10.1: unsigned, or not signed as registered.
    ObjectAlgorithm,
    /// The client has no key that fits.
    ObjectKey,
    /// RFC 9101 §6.2
    ObjectSignature,
    /// RFC 9101 §4: `iss` is not the client.
    ObjectIssuer,
    /// RFC 9101 §4: `aud` is not this issuer.
    ObjectAudience,
    /// RFC 7519 §4.1.4, §4.1.5: no numbers.
    ObjectTimes,
    /// RFC 7519 §4.1.4
    ObjectExpired,
    /// RFC 7519 §4.1.5
    ObjectTooEarly,
    /// RFC 9101 §5: `client_id` inside and outside differ.
    ObjectClient,
    /// OIDC Core §6.1: `response_type` inside and outside differ.
    ObjectResponseType,
    /// RFC 9101 §4: `request` and `request_uri` must not be inside.
    ObjectCarrier,
    /// A member is neither text nor number, nor a known structure.
    ObjectMember,
    /// OIDC Registration §2: not among the client's `request_uris`.
    UnregisteredReference,
    /// RFC 9101 §5.2.3: nothing could be fetched there.
    UnfetchedReference,
    /// RFC 9126 §4: no such request, or no longer.
    UnknownRequest,
    /// RFC 9126 §4: another client pushed it.
    ForeignRequest,
    /// RFC 9126 §4: it arrived too late.
    ExpiredRequest,
    /// RFC 9126 §4: it has had its answer.
    UsedRequest,
}

impl PassingRefusal {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::Repeated,
        Self::BothCarriers,
        Self::SignatureRequired,
        Self::PushRequired,
        Self::ReferencePushed,
        Self::MalformedObject,
        Self::ObjectType,
        Self::ObjectAlgorithm,
        Self::ObjectKey,
        Self::ObjectSignature,
        Self::ObjectIssuer,
        Self::ObjectAudience,
        Self::ObjectTimes,
        Self::ObjectExpired,
        Self::ObjectTooEarly,
        Self::ObjectClient,
        Self::ObjectResponseType,
        Self::ObjectCarrier,
        Self::ObjectMember,
        Self::UnregisteredReference,
        Self::UnfetchedReference,
        Self::UnknownRequest,
        Self::ForeignRequest,
        Self::ExpiredRequest,
        Self::UsedRequest,
    ];

    /// A stable name, for the error page's address and the log.
    pub const fn name(self) -> &'static str {
        self.about().0
    }

    /// The rule in words, for the client's developer.
    pub const fn rule(self) -> &'static str {
        self.about().2
    }

    #[expect(clippy::too_many_lines, reason = "a table: one entry for each refusal")]
    const fn about(self) -> (&'static str, ErrorCode, &'static str) {
        use ErrorCode as C;
        match self {
            Self::Repeated => (
                "request_parameter_repeated",
                C::InvalidRequest,
                "A parameter was sent more than once.",
            ),
            Self::BothCarriers => (
                "request_and_request_uri",
                C::InvalidRequest,
                "request and request_uri must not be sent together.",
            ),
            Self::SignatureRequired => (
                "signed_request_required",
                C::InvalidRequest,
                "This client must send its requests as signed request objects.",
            ),
            Self::PushRequired => (
                "pushed_request_required",
                C::InvalidRequest,
                "This client must push its authorization requests (RFC 9126).",
            ),
            Self::ReferencePushed => (
                "request_uri_pushed",
                C::InvalidRequest,
                "A pushed request must not hold request_uri.",
            ),
            Self::MalformedObject => (
                "request_object_malformed",
                C::InvalidRequestObject,
                "The request object is not a compact JWS with JSON claims.",
            ),
            Self::ObjectType => (
                "request_object_type",
                C::InvalidRequestObject,
                "The typ of the request object must be absent, JWT or oauth-authz-req+jwt.",
            ),
            Self::ObjectAlgorithm => (
                "request_object_algorithm",
                C::InvalidRequestObject,
                "The request object must be signed with the registered request_object_signing_alg, or with one of request_object_signing_alg_values_supported when none is registered.",
            ),
            Self::ObjectKey => (
                "request_object_key",
                C::InvalidRequestObject,
                "No registered key of the client fits the request object.",
            ),
            Self::ObjectSignature => (
                "request_object_signature",
                C::InvalidRequestObject,
                "The signature of the request object does not match the client's key.",
            ),
            Self::ObjectIssuer => (
                "request_object_iss",
                C::InvalidRequestObject,
                "The iss of the request object must be the client_id.",
            ),
            Self::ObjectAudience => (
                "request_object_aud",
                C::InvalidRequestObject,
                "The aud of the request object must be or contain this issuer.",
            ),
            Self::ObjectTimes => (
                "request_object_times",
                C::InvalidRequestObject,
                "The exp and nbf of the request object must be numbers of seconds.",
            ),
            Self::ObjectExpired => (
                "request_object_exp",
                C::InvalidRequestObject,
                "The request object had expired when it arrived.",
            ),
            Self::ObjectTooEarly => (
                "request_object_nbf",
                C::InvalidRequestObject,
                "The request object is not valid yet.",
            ),
            Self::ObjectClient => (
                "request_object_client_id",
                C::InvalidRequestObject,
                "The client_id of the request object must be the one beside it.",
            ),
            Self::ObjectResponseType => (
                "request_object_response_type",
                C::InvalidRequestObject,
                "The response_type of the request object must be the one beside it.",
            ),
            Self::ObjectCarrier => (
                "request_object_carrier",
                C::InvalidRequestObject,
                "A request object must not hold request or request_uri.",
            ),
            Self::ObjectMember => (
                "request_object_member",
                C::InvalidRequestObject,
                "Members of a request object must be strings or numbers; claims may be an object and resource an array of strings.",
            ),
            Self::UnregisteredReference => (
                "request_uri_unregistered",
                C::InvalidRequestUri,
                "The request_uri must equal one of the client's registered request_uris, byte for byte.",
            ),
            Self::UnfetchedReference => (
                "request_uri_unfetched",
                C::InvalidRequestUri,
                "No request object could be fetched from the request_uri; the log has the cause under the request id.",
            ),
            Self::UnknownRequest => (
                "request_uri_unknown",
                C::InvalidRequestUri,
                "No request is kept under this request_uri.",
            ),
            Self::ForeignRequest => (
                "request_uri_foreign",
                C::InvalidRequestUri,
                "The request_uri was given to another client.",
            ),
            Self::ExpiredRequest => (
                "request_uri_expired",
                C::InvalidRequestUri,
                "The request_uri had expired when the request arrived.",
            ),
            Self::UsedRequest => (
                "request_uri_used",
                C::InvalidRequestUri,
                "The request_uri was used: it stands for one authorization only.",
            ),
        }
    }
}

impl From<PassingRefusal> for OAuthError {
    fn from(refusal: PassingRefusal) -> Self {
        let (_, code, rule) = refusal.about();
        Self::new(code, rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::error::is_description;

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

    #[test]
    fn every_refusal_has_a_name_of_its_own_and_a_rule_for_the_wire() {
        for (place, refusal) in PassingRefusal::ALL.into_iter().enumerate() {
            assert!(is_description(refusal.rule()), "{refusal:?}");
            let same = |other: &PassingRefusal| other.name() == refusal.name();
            assert_eq!(PassingRefusal::ALL.iter().position(same), Some(place));
        }
    }
}
