//! Stage two: the rest of the request, checked once its addressee is proven.

use crate::protocol::authorize::Addressee;
use crate::protocol::client::{Client, GrantType};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::oxide;
use crate::protocol::params::Params;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Lifetime;

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
    /// Only `code` is offered.
    UnsupportedResponseType,
    /// Only `query` is offered.
    UnsupportedResponseMode,
    /// OIDC Core §6.1, not offered.
    RequestObject,
    /// OIDC Core §6.2, not offered.
    RequestUri,
    /// OIDC Core §7.2.1, not offered.
    Registration,
    /// The client may not use the authorization code grant.
    GrantNotAllowed,
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
    /// `prompt=none`, and nobody (or not freshly enough) is signed in.
    LoginRequired,
    /// `prompt=none`, and consent is missing.
    ConsentRequired,
    /// The person pressed Deny.
    Denied,
}

impl From<AuthorizeRefusal> for OAuthError {
    #[expect(clippy::too_many_lines, reason = "a table: one line for each refusal")]
    fn from(refusal: AuthorizeRefusal) -> Self {
        use AuthorizeRefusal as R;
        use ErrorCode as C;
        let (code, description) = match refusal {
            R::Repeated => (C::InvalidRequest, "A parameter was sent more than once."),
            R::ControlCharacter => (C::InvalidRequest, "A parameter holds a control character."),
            R::TooLong => (C::InvalidRequest, "The request is longer than 8 KiB."),
            R::ResponseTypeMissing => (C::InvalidRequest, "response_type is missing."),
            R::UnsupportedResponseType => (
                C::UnsupportedResponseType,
                "Only response_type=code is offered.",
            ),
            R::UnsupportedResponseMode => {
                (C::InvalidRequest, "Only response_mode=query is offered.")
            }
            R::RequestObject => (C::RequestNotSupported, "Request objects are not offered."),
            R::RequestUri => (C::RequestUriNotSupported, "request_uri is not offered."),
            R::Registration => (
                C::RegistrationNotSupported,
                "The registration parameter is not offered.",
            ),
            R::GrantNotAllowed => (
                C::UnauthorizedClient,
                "This client is not registered for the authorization code grant.",
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
            R::ConsentRequired => (
                C::ConsentRequired,
                "The person must consent, and prompt=none forbids to ask.",
            ),
            R::Denied => (C::AccessDenied, "The person did not allow the access."),
        };
        Self::new(code, description)
    }
}

/// What `prompt` asks for (OIDC Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prompt {
    /// Show nothing.
    pub none: bool,
    /// Sign in again (`login`, and `select_account`, which the login page serves too).
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
}

/// A request that may be acted on.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// What was asked for and may be had.
    pub scope: ScopeSet,
    /// To be echoed in the ID token.
    pub nonce: Option<String>,
    /// The challenge, always S256.
    pub code_challenge: Option<CodeChallenge>,
    /// What the person must be asked.
    pub prompt: Prompt,
    /// How old the sign-in may be.
    pub max_age: Option<Lifetime>,
    /// Pre-fills the login name.
    pub login_hint: Option<String>,
}

const VALUE_LIMIT_BYTES: usize = 1024;

impl AuthorizationRequest {
    /// Checks the request of a proven addressee; the code flow's own order of checks is that of
    /// oxide-auth's authorization machine.
    pub fn parse(params: &Params, addressee: &Addressee) -> Result<Self, AuthorizeRefusal> {
        let client = addressee.client();
        check_offered(params, client)?;
        let code_challenge = parse_challenge(params, client.metadata.is_public())?;
        let scope = oxide::authorize(params, client, addressee.redirect())?;
        Ok(Self {
            scope,
            nonce: params.get("nonce").map(str::to_owned),
            code_challenge,
            prompt: parse_prompt(params.get("prompt"))?,
            max_age: parse_max_age(params.get("max_age"))?,
            login_hint: params
                .get("login_hint")
                .map(|hint| hint.chars().take(254).collect()),
        })
    }
}

/// Refuses what cannot be read, and what this server or this client does not have.
fn check_offered(params: &Params, client: &Client) -> Result<(), AuthorizeRefusal> {
    use AuthorizeRefusal as R;
    let present = |name| params.get(name).is_some();
    let too_long = |name| {
        params
            .get(name)
            .is_some_and(|v| v.len() > VALUE_LIMIT_BYTES)
    };
    let refusals = [
        (params.has_repeats(), R::Repeated),
        (params.has_control_characters(), R::ControlCharacter),
        (present("request"), R::RequestObject),
        (present("request_uri"), R::RequestUri),
        (present("registration"), R::Registration),
        (!present("response_type"), R::ResponseTypeMissing),
        (
            !client.metadata.allows(GrantType::AuthorizationCode),
            R::GrantNotAllowed,
        ),
        (
            params
                .get("response_mode")
                .is_some_and(|mode| mode != "query"),
            R::UnsupportedResponseMode,
        ),
        (too_long("nonce") || too_long("state"), R::ValueTooLong),
    ];
    match refusals.into_iter().find(|(broken, _)| *broken) {
        Some((_, refusal)) => Err(refusal),
        None => Ok(()),
    }
}

/// RFC 7636 §4.3 and §4.4.1; an absent method means `plain`, which is refused.
fn parse_challenge(
    params: &Params,
    required: bool,
) -> Result<Option<CodeChallenge>, AuthorizeRefusal> {
    let method = params.get("code_challenge_method");
    match params.get("code_challenge") {
        None if required || method.is_some() => Err(AuthorizeRefusal::ChallengeMissing),
        None => Ok(None),
        Some(_) if method != Some("S256") => Err(AuthorizeRefusal::ChallengeMethod),
        Some(text) => CodeChallenge::parse(text)
            .map(Some)
            .ok_or(AuthorizeRefusal::MalformedChallenge),
    }
}

fn parse_prompt(text: Option<&str>) -> Result<Prompt, AuthorizeRefusal> {
    let mut prompt = Prompt::default();
    for value in text
        .unwrap_or_default()
        .split(' ')
        .filter(|value| !value.is_empty())
    {
        match value {
            "none" => prompt.none = true,
            "login" | "select_account" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return Err(AuthorizeRefusal::UnknownPrompt),
        }
    }
    if prompt.none && (prompt.login || prompt.consent) {
        return Err(AuthorizeRefusal::PromptNoneWithOthers);
    }
    Ok(prompt)
}

fn parse_max_age(text: Option<&str>) -> Result<Option<Lifetime>, AuthorizeRefusal> {
    text.map(|text| text.parse().map(Lifetime::seconds))
        .transpose()
        .map_err(|_not_a_number| AuthorizeRefusal::MalformedMaxAge)
}
