//! Why a request that was handed over in some other way than plainly is refused, and what the
//! client is told.

use crate::protocol::error::{ErrorCode, OAuthError};

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
    use crate::protocol::error::is_description;

    #[test]
    fn every_refusal_has_a_name_of_its_own_and_a_rule_for_the_wire() {
        for (place, refusal) in PassingRefusal::ALL.into_iter().enumerate() {
            assert!(is_description(refusal.rule()), "{refusal:?}");
            let same = |other: &PassingRefusal| other.name() == refusal.name();
            assert_eq!(PassingRefusal::ALL.iter().position(same), Some(place));
        }
    }
}
