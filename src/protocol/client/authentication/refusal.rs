//! Why a client is not believed, and what it is told.

use crate::protocol::client::assertion::AssertionRefusal;
use crate::protocol::error::{ErrorCode, OAuthError};

/// Why a client was not authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuthRefusal {
    /// Nothing names the client.
    Missing,
    /// RFC 6749 §3.2: a credential was sent more than once.
    Repeated,
    /// RFC 6749 §2.3: a client must not use more than one method in a request.
    TwoMethods,
    /// The client named in the form is not the one in the header.
    TwoClients,
    /// The Authorization header does not read as HTTP Basic (RFC 7617).
    MalformedBasic,
    /// No such client, or not an identifier at all.
    UnknownClient,
    /// An admin switched it off.
    Disabled,
    /// A confidential client sent no secret.
    SecretMissing,
    /// The secret does not match.
    WrongSecret,
    /// A public client sent a secret; it has none.
    PublicWithSecret,
    /// The client is registered for assertions, and sent none.
    AssertionRequired,
    /// RFC 7521 §4.2: an assertion without the type, or the type without the assertion.
    HalfAnAssertion,
    /// RFC 7521 §4.2: no type of assertion that is known here.
    AssertionType,
    /// The client is registered for another method, or for an algorithm that its method cannot be.
    AssertionNotRegistered,
    /// Not a compact JWS with JSON claims, or one with critical headers.
    AssertionMalformed,
    /// RFC 7521 §4.2: `client_id` is not the client of the assertion.
    AssertionOfAnother,
    /// The assertion's `alg` is not one that this client may use.
    AssertionAlgorithm,
    /// The client has registered no keys, or none that can be read.
    NoKeys,
    /// The client's keys are at an address that gives none at the moment.
    KeysUnreachable,
    /// None of the client's keys is the one that the assertion names.
    UnknownKey,
    /// The record holds no secret of this client that a MAC could be checked with.
    NoSharedSecret,
    /// The signature or MAC does not match.
    AssertionSignature,
    /// The signature is good, and what it covers is not.
    Assertion(AssertionRefusal),
    /// RFC 7523 §3: the assertion was used before.
    AssertionReplayed,
}

impl From<ClientAuthRefusal> for OAuthError {
    #[expect(clippy::too_many_lines, reason = "a table: one line for each refusal")]
    fn from(refusal: ClientAuthRefusal) -> Self {
        use ClientAuthRefusal as R;
        use ErrorCode::{InvalidClient, InvalidRequest};
        match refusal {
            R::Missing => Self::new(
                InvalidClient,
                "The request names no client: send HTTP Basic credentials or client_id.",
            ),
            R::Repeated => Self::new(
                InvalidRequest,
                "A credential of the client was sent more than once.",
            ),
            R::TwoMethods => Self::new(
                InvalidRequest,
                "The client authenticated in two ways at once; use HTTP Basic, the form or an assertion.",
            ),
            R::TwoClients => Self::new(
                InvalidRequest,
                "client_id in the form is not the client of the Authorization header.",
            ),
            R::MalformedBasic => Self::new(
                InvalidClient,
                "The Authorization header is not valid HTTP Basic with form-encoded id and secret.",
            ),
            R::UnknownClient => Self::new(InvalidClient, "There is no client with this client_id."),
            R::Disabled => Self::new(InvalidClient, "This client is switched off."),
            R::SecretMissing => Self::new(
                InvalidClient,
                "This client has a secret and must present it.",
            ),
            R::WrongSecret => Self::new(InvalidClient, "The client secret is wrong."),
            R::PublicWithSecret => Self::new(
                InvalidClient,
                "This is a public client: it must not send a secret.",
            ),
            R::AssertionRequired => Self::new(
                InvalidClient,
                "This client is registered for private_key_jwt or client_secret_jwt: send client_assertion.",
            ),
            R::HalfAnAssertion => Self::new(
                InvalidRequest,
                "client_assertion and client_assertion_type go together.",
            ),
            R::AssertionType => Self::new(
                InvalidClient,
                "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
            ),
            R::AssertionNotRegistered => Self::new(
                InvalidClient,
                "This client is not registered for assertions, or for an algorithm that does not fit its method.",
            ),
            R::AssertionMalformed => Self::new(
                InvalidClient,
                "client_assertion is not a signed JWT in compact form.",
            ),
            R::AssertionOfAnother => Self::new(
                InvalidClient,
                "client_id is not the client of the assertion.",
            ),
            R::AssertionAlgorithm => Self::new(
                InvalidClient,
                "alg of the client assertion is not one that this client may use.",
            ),
            R::NoKeys => Self::new(
                InvalidClient,
                "This client has no usable key: register jwks or jwks_uri.",
            ),
            R::KeysUnreachable => Self::new(
                InvalidClient,
                "The keys of this client could not be fetched from its jwks_uri.",
            ),
            R::UnknownKey => Self::new(
                InvalidClient,
                "The client assertion was signed with a key that this client has not published for it.",
            ),
            R::NoSharedSecret => Self::new(
                InvalidClient,
                "This client has no secret for assertions: give it a new one.",
            ),
            R::AssertionSignature => Self::new(
                InvalidClient,
                "The signature of the client assertion does not match.",
            ),
            R::Assertion(refusal) => refusal.into(),
            R::AssertionReplayed => Self::new(
                InvalidClient,
                "The client assertion was used before: make a new one for each request.",
            ),
        }
    }
}
