//! Stage two: the rest of the request, checked once its addressee is proven.

use crate::protocol::api::ApiId;
use crate::protocol::authorize::{AcrDemand, Addressee, AuthorizeRefusal, SubjectDemand};
use crate::protocol::claims::{CLAIM_SCOPES, ClaimsRequest, may_be_told};
use crate::protocol::client::{Client, GrantType};
use crate::protocol::oxide;
use crate::protocol::params::Params;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::realm::{RealmSettings, SignUpMode};
use crate::protocol::resource;
use crate::protocol::response_type::{ResponseMode, ResponseType};
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID, ScopeSet};
use crate::protocol::time::Lifetime;

/// What `prompt` asks for (OIDC Core §3.1.2.1).
#[expect(
    clippy::struct_excessive_bools,
    reason = "each value is asked for or not"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prompt {
    /// Show nothing.
    pub none: bool,
    /// Sign in again (`login`, and `select_account`, which the login page serves too).
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
    /// Make an account (Initiating User Registration §4.1).
    pub create: bool,
}

/// A request that may be acted on.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// What the answer carries.
    pub response_type: ResponseType,
    /// What was asked for and may be had.
    pub scope: ScopeSet,
    /// The APIs that it is for (RFC 8707 §2).
    pub resources: Vec<ApiId>,
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
    /// The languages of our pages that the client prefers.
    pub ui_locales: Option<String>,
    /// The single claims asked for.
    pub claims: ClaimsRequest,
    /// The context classes asked for, most wanted first.
    pub acr: AcrDemand,
    /// Whose answer alone is wanted.
    pub subject: SubjectDemand,
}

/// Marks a single claim among the scopes that a person has consented to.
pub const CLAIM_PREFIX: &str = "claim:";

/// The claim that a token of [`AuthorizationRequest::needs_consent_for`] asks for by itself.
pub fn claim_named(token: &str) -> Option<&str> {
    token.strip_prefix(CLAIM_PREFIX)
}

const VALUE_LIMIT_BYTES: usize = 1024;

impl AuthorizationRequest {
    /// Checks the request of a proven addressee; the code flow's own order of checks is that of
    /// oxide-auth's authorization machine.
    pub fn parse(
        params: &Params,
        addressee: &Addressee,
        realm: RealmSettings,
    ) -> Result<Self, AuthorizeRefusal> {
        let client = addressee.client();
        check_offered(params)?;
        let response_type = parse_response_type(params, client, realm)?;
        let wants_challenge = response_type.code
            && client.metadata.is_public()
            && !client.metadata.compatibility.cannot_do_pkce;
        let code_challenge = parse_challenge(params, wants_challenge)?;
        let scope = oxide::authorize(params, client, addressee.redirect())?;
        if response_type.is_front_channel() && !scope.contains(OPENID) {
            return Err(AuthorizeRefusal::NoScopeAllowed);
        }
        // OIDC Core §11: only a code can be turned into a grant that outlives the session.
        let scope = if response_type.code {
            scope
        } else {
            scope.without(OFFLINE_ACCESS)
        };
        let registered = &client.metadata.scope;
        let claims =
            parse_claims(params.get("claims"))?.filtered(|name| may_be_told(registered, name));
        let subject =
            SubjectDemand::read(&claims).map_err(|_malformed| AuthorizeRefusal::MalformedClaims)?;
        let acr = AcrDemand::read(params.get("acr_values"), &claims, client);
        Ok(Self {
            response_type,
            scope,
            resources: resource::requested(params).map_err(AuthorizeRefusal::Target)?,
            nonce: params.get("nonce").map(str::to_owned),
            code_challenge,
            prompt: parse_prompt(params.get("prompt"), realm)?,
            max_age: parse_max_age(params.get("max_age"))?
                .or(client.metadata.default_max_age.map(Lifetime::seconds)),
            claims,
            acr,
            subject,
            login_hint: params
                .get("login_hint")
                .map(|hint| hint.chars().take(254).collect()),
            ui_locales: params.get("ui_locales").map(str::to_owned),
        })
    }
}

impl AuthorizationRequest {
    /// What the person must have consented to: the scopes, and each claim that no scope opens, as
    /// `claim:` and its name.
    pub fn needs_consent_for(&self) -> ScopeSet {
        let opened = |name: &str| {
            CLAIM_SCOPES
                .iter()
                .any(|(scope, claims)| claims.contains(&name) && self.scope.contains(scope))
        };
        let single: Vec<String> = single_claims(&self.claims)
            .filter(|name| !opened(name))
            .map(|name| format!("{CLAIM_PREFIX}{name}"))
            .collect();
        match ScopeSet::parse(&single.join(" ")) {
            Ok(single) => self.scope.union(&single),
            Err(_no_scope_tokens) => self.scope.clone(),
        }
    }
}

/// The personal claims that a request names one by one; others are ignored (OIDC Core §5.5).
fn single_claims(claims: &ClaimsRequest) -> impl Iterator<Item = &str> {
    let named = claims.userinfo.keys().chain(claims.id_token.keys());
    named
        .map(String::as_str)
        .filter(|name| CLAIM_SCOPES.iter().any(|(_, claims)| claims.contains(name)))
}

/// Refuses what cannot be read, and what this server does not have.
fn check_offered(params: &Params) -> Result<(), AuthorizeRefusal> {
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
        (present("registration"), R::Registration),
        (!present("response_type"), R::ResponseTypeMissing),
        (too_long("nonce") || too_long("state"), R::ValueTooLong),
    ];
    match refusals.into_iter().find(|(broken, _)| *broken) {
        Some((_, refusal)) => Err(refusal),
        None => Ok(()),
    }
}

/// The response type, if the realm offers it, the client may use it, and everything that goes with
/// it is there.
fn parse_response_type(
    params: &Params,
    client: &Client,
    realm: RealmSettings,
) -> Result<ResponseType, AuthorizeRefusal> {
    use AuthorizeRefusal as R;
    let response_type = ResponseType::parse(params.get("response_type").unwrap_or_default())
        .ok()
        .filter(|parsed| realm.front_channel_tokens || !parsed.is_front_channel())
        .ok_or(R::UnsupportedResponseType)?;
    let mode = match params.get("response_mode") {
        Some(text) => ResponseMode::parse(text).ok_or(R::UnsupportedResponseMode)?,
        None => response_type.default_mode(),
    };
    let metadata = &client.metadata;
    if response_type.code && !metadata.allows(GrantType::AuthorizationCode) {
        Err(R::GrantNotAllowed)
    } else if response_type.is_front_channel() && !metadata.allows(GrantType::Implicit) {
        Err(R::ImplicitNotAllowed)
    } else if !metadata.allows_response(response_type) {
        Err(R::ResponseTypeNotAllowed)
    } else if !mode.suits(response_type) {
        Err(R::UnsupportedResponseMode)
    } else if response_type.id_token && params.get("nonce").is_none() {
        Err(R::NonceMissing)
    } else {
        Ok(response_type)
    }
}

fn parse_claims(text: Option<&str>) -> Result<ClaimsRequest, AuthorizeRefusal> {
    text.map_or_else(
        || Ok(ClaimsRequest::default()),
        |text| ClaimsRequest::parse(text).map_err(|_malformed| AuthorizeRefusal::MalformedClaims),
    )
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

/// Initiating User Registration §4.1: where nobody may register, `create` is a value like any that
/// is unknown.
fn parse_prompt(text: Option<&str>, realm: RealmSettings) -> Result<Prompt, AuthorizeRefusal> {
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
            "create" if realm.sign_up == SignUpMode::Open => prompt.create = true,
            _ => return Err(AuthorizeRefusal::UnknownPrompt),
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.create) {
        return Err(AuthorizeRefusal::PromptNoneWithOthers);
    }
    Ok(prompt)
}

fn parse_max_age(text: Option<&str>) -> Result<Option<Lifetime>, AuthorizeRefusal> {
    text.map(|text| text.parse().map(Lifetime::seconds))
        .transpose()
        .map_err(|_not_a_number| AuthorizeRefusal::MalformedMaxAge)
}
