//! Why an authorization request is refused, and what the client is told.

use crate::protocol::authorize::PassingRefusal;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::resource::TargetRefusal;

/// Why a request was refused, or a person refused it; sent back to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizeRefusal {
    /// RFC 6749 §3.1
    Repeated,
    /// RFC 6749 Appendix A
    ControlCharacter,
    /// Longer than we read.
    TooLong,
    /// RFC 6749 §3.1.1
    ResponseTypeMissing,
    /// No response type of this realm.
    UnsupportedResponseType,
    /// The client is not registered for it.
    ResponseTypeNotAllowed,
    /// No response mode of ours, or one that would put a token into a query.
    UnsupportedResponseMode,
    /// OIDC Core §3.2.2.1: an ID token from the authorization endpoint needs a `nonce`.
    NonceMissing,
    /// OIDC Core §5.5
    MalformedClaims,
    /// OIDC Core §3.1.2.1: the hint is no ID token of this issuer for this client.
    BadIdTokenHint,
    /// OIDC Core §5.5.1.1: the demanded context class cannot be had.
    UnmetAcr,
    /// `prompt=none`, and the realm or the client demands a second factor.
    SecondFactorRequired,
    /// OIDC Core §6, RFC 9101, RFC 9126: by the way in which the request was handed over.
    Passing(PassingRefusal),
    /// OIDC Core §7.2.1, not offered.
    Registration,
    /// The client may not use the authorization code grant.
    GrantNotAllowed,
    /// A token was asked for at this endpoint, and the client may not use the implicit grant.
    ImplicitNotAllowed,
    /// RFC 6749 §3.3
    MalformedScope,
    /// Nothing of what was asked for is registered for the client.
    NoScopeAllowed,
    /// RFC 7636 §4.4.1: a public client must send a challenge.
    ChallengeMissing,
    /// RFC 9700 §2.1.1: only S256.
    ChallengeMethod,
    /// RFC 7636 §4.2
    MalformedChallenge,
    /// OIDC Core §3.1.2.1
    UnknownPrompt,
    /// OIDC Core §3.1.2.1: `none` stands alone.
    PromptNoneWithOthers,
    /// OIDC Core §3.1.2.1: not a number of seconds.
    MalformedMaxAge,
    /// `nonce` or `state` longer than 1,024 bytes.
    ValueTooLong,
    /// RFC 8707 §2
    Target(TargetRefusal),
    /// `prompt=none`, and nobody (or not freshly enough) is signed in.
    LoginRequired,
    /// OIDC Core §3.1.2.2: an answer about somebody else than was asked for is never given.
    SomebodyElse,
    /// `prompt=none`, and consent is missing.
    ConsentRequired,
    /// The client wants encrypted ID tokens, and has no key to encrypt them to.
    NoEncryptionKey,
    /// The person pressed Deny.
    Denied,
}

impl From<AuthorizeRefusal> for OAuthError {
    #[expect(clippy::too_many_lines, reason = "a table: one line for each refusal")]
    fn from(refusal: AuthorizeRefusal) -> Self {
        use AuthorizeRefusal as R;
        use ErrorCode as C;
        let (code, description) = match refusal {
            R::Target(refusal) => return refusal.into(),
            R::Repeated => (C::InvalidRequest, "A parameter was sent more than once."),
            R::ControlCharacter => (C::InvalidRequest, "A parameter holds a control character."),
            R::TooLong => (C::InvalidRequest, "The request is longer than 8 KiB."),
            R::ResponseTypeMissing => (C::InvalidRequest, "response_type is missing."),
            R::UnsupportedResponseType => (
                C::UnsupportedResponseType,
                "This response_type is not offered; see response_types_supported.",
            ),
            R::ResponseTypeNotAllowed => (
                C::UnauthorizedClient,
                "This client is not registered for this response_type.",
            ),
            R::UnsupportedResponseMode => (
                C::InvalidRequest,
                "response_mode must be query, fragment or form_post, and never query when a token is returned.",
            ),
            R::NonceMissing => (
                C::InvalidRequest,
                "nonce is required when the authorization endpoint returns an ID token.",
            ),
            R::MalformedClaims => (
                C::InvalidRequest,
                "claims must be a JSON object as OpenID Connect Core 5.5 describes it, 4 KiB at most.",
            ),
            R::BadIdTokenHint => (
                C::InvalidRequest,
                "id_token_hint must be an ID token that this issuer gave to this client.",
            ),
            R::UnmetAcr => (
                C::UnmetAuthenticationRequirements,
                "The sign-in does not reach the acr that was demanded.",
            ),
            R::SecondFactorRequired => (
                C::InteractionRequired,
                "The person must prove a second factor, and prompt=none forbids to ask.",
            ),
            R::Passing(refusal) => return refusal.into(),
            R::Registration => (
                C::RegistrationNotSupported,
                "The registration parameter is not offered.",
            ),
            R::GrantNotAllowed => (
                C::UnauthorizedClient,
                "This client is not registered for the authorization code grant.",
            ),
            R::ImplicitNotAllowed => (
                C::UnauthorizedClient,
                "This client is not registered for the implicit grant.",
            ),
            R::MalformedScope => (
                C::InvalidScope,
                "The scope holds a character outside RFC 6749.",
            ),
            R::NoScopeAllowed => (
                C::InvalidScope,
                "No requested scope is registered for this client.",
            ),
            R::ChallengeMissing => (
                C::InvalidRequest,
                "A public client must use PKCE: send code_challenge and code_challenge_method=S256.",
            ),
            R::ChallengeMethod => (
                C::InvalidRequest,
                "Only code_challenge_method=S256 is accepted.",
            ),
            R::MalformedChallenge => (
                C::InvalidRequest,
                "code_challenge must be 43 characters of base64url.",
            ),
            R::UnknownPrompt => (
                C::InvalidRequest,
                "prompt may hold none, login, consent and select_account only.",
            ),
            R::PromptNoneWithOthers => (
                C::InvalidRequest,
                "prompt=none cannot be combined with other values.",
            ),
            R::MalformedMaxAge => (C::InvalidRequest, "max_age must be a number of seconds."),
            R::ValueTooLong => (
                C::InvalidRequest,
                "state and nonce may be at most 1024 bytes long.",
            ),
            R::LoginRequired => (
                C::LoginRequired,
                "The person must sign in, and prompt=none forbids to ask.",
            ),
            R::SomebodyElse => (
                C::LoginRequired,
                "id_token_hint and the sub in claims are not both about the person who signed in.",
            ),
            R::ConsentRequired => (
                C::ConsentRequired,
                "The person must consent, and prompt=none forbids to ask.",
            ),
            R::NoEncryptionKey => (
                C::InvalidRequest,
                "The client has no usable key for its id_token_encrypted_response_alg.",
            ),
            R::Denied => (C::AccessDenied, "The person did not allow the access."),
        };
        Self::new(code, description)
    }
}
