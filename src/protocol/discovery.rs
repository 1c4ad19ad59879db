//! The metadata documents (OIDC Discovery §3, RFC 8414 §2). They say only what is true: each key
//! has a test that uses what it advertises.

use serde::Serialize;

use crate::protocol::algorithm::{ContentEncryption, KeyManagement, SigningAlgorithm};
use crate::protocol::authorize::acr::{ONE_FACTOR, TWO_FACTORS};
use crate::protocol::claims::CLAIM_SCOPES;
use crate::protocol::client::GrantType;
use crate::protocol::issuer::Issuer;
use crate::protocol::realm::{RealmSettings, RegistrationMode, SignUpMode};
use crate::protocol::response_type::{ResponseMode, ResponseType};
use crate::protocol::scope::STANDARD;

/// Paths of the endpoints below the issuer.
pub mod path {
    /// Authorization endpoint.
    pub const AUTHORIZE: &str = "/authorize";
    /// Pushed authorization request endpoint.
    pub const PAR: &str = "/par";
    /// Token endpoint.
    pub const TOKEN: &str = "/token";
    /// RFC 8628 §3.1
    pub const DEVICE_AUTHORIZATION: &str = "/device_authorization";
    /// RFC 8628 §3.3
    pub const DEVICE: &str = "/device";
    /// Userinfo endpoint.
    pub const USERINFO: &str = "/userinfo";
    /// JWK set.
    pub const JWKS: &str = "/jwks";
    /// Introspection endpoint.
    pub const INTROSPECT: &str = "/introspect";
    /// Revocation endpoint.
    pub const REVOKE: &str = "/revoke";
    /// RP-initiated logout.
    pub const END_SESSION: &str = "/end_session";
    /// Session management's frame
    pub const CHECK_SESSION: &str = "/check_session";
    /// Client registration; each client's own registration is below it.
    pub const REGISTER: &str = "/register";
    /// OIDC Discovery §4
    pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
    /// RFC 8414 §3
    pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
}

/// How a client may authenticate (RFC 7591 §2 `token_endpoint_auth_method`).
const AUTH_METHODS: [&str; 5] = [
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "none",
];
/// The same where a public client is refused (RFC 7662 §2.1).
const CONFIDENTIAL_METHODS: [&str; 4] = [
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
];
/// How assertions may be protected; the last one is for `client_secret_jwt`.
const ASSERTION_ALGORITHMS: [&str; 5] = [
    SigningAlgorithm::Rs256.name(),
    SigningAlgorithm::Ps256.name(),
    SigningAlgorithm::Es256.name(),
    SigningAlgorithm::EdDsa.name(),
    "HS256",
];

/// The metadata of one realm.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the document has these members"
)]
#[derive(Debug, Clone, Serialize)]
pub struct ProviderMetadata {
    issuer: String,
    authorization_endpoint: String,
    pushed_authorization_request_endpoint: String,
    token_endpoint: String,
    device_authorization_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    end_session_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    check_session_iframe: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    scopes_supported: [&'static str; 8],
    response_types_supported: Vec<&'static str>,
    response_modes_supported: [&'static str; 3],
    grant_types_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 2],
    id_token_signing_alg_values_supported: [&'static str; 4],
    id_token_encryption_alg_values_supported: [&'static str; 2],
    id_token_encryption_enc_values_supported: [&'static str; 2],
    userinfo_signing_alg_values_supported: [&'static str; 4],
    userinfo_encryption_alg_values_supported: [&'static str; 2],
    userinfo_encryption_enc_values_supported: [&'static str; 2],
    acr_values_supported: [&'static str; 2],
    token_endpoint_auth_methods_supported: [&'static str; 5],
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 5],
    introspection_endpoint_auth_methods_supported: [&'static str; 4],
    introspection_endpoint_auth_signing_alg_values_supported: [&'static str; 5],
    revocation_endpoint_auth_methods_supported: [&'static str; 5],
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 5],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: Vec<&'static str>,
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
    ui_locales_supported: Vec<&'static str>,
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
    require_request_uri_registration: bool,
    require_pushed_authorization_requests: bool,
    request_object_signing_alg_values_supported: [&'static str; 4],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
}

impl ProviderMetadata {
    /// The document of a realm: its issuer, what is switched on in it, and the languages of its
    /// pages.
    pub fn of(issuer: &Issuer, realm: RealmSettings, languages: Vec<&'static str>) -> Self {
        Self {
            issuer: issuer.as_str().to_owned(),
            authorization_endpoint: issuer.url(path::AUTHORIZE),
            pushed_authorization_request_endpoint: issuer.url(path::PAR),
            token_endpoint: issuer.url(path::TOKEN),
            device_authorization_endpoint: issuer.url(path::DEVICE_AUTHORIZATION),
            userinfo_endpoint: issuer.url(path::USERINFO),
            jwks_uri: issuer.url(path::JWKS),
            introspection_endpoint: issuer.url(path::INTROSPECT),
            revocation_endpoint: issuer.url(path::REVOKE),
            end_session_endpoint: issuer.url(path::END_SESSION),
            check_session_iframe: realm
                .session_management
                .then(|| issuer.url(path::CHECK_SESSION)),
            registration_endpoint: (realm.registration != RegistrationMode::Off)
                .then(|| issuer.url(path::REGISTER)),
            scopes_supported: STANDARD,
            response_types_supported: response_types(realm),
            response_modes_supported: ResponseMode::ALL.map(ResponseMode::as_str),
            grant_types_supported: grant_types(realm),
            subject_types_supported: ["public", "pairwise"],
            id_token_signing_alg_values_supported: SigningAlgorithm::ALL
                .map(SigningAlgorithm::name),
            id_token_encryption_alg_values_supported: KeyManagement::ALL.map(KeyManagement::name),
            id_token_encryption_enc_values_supported: ContentEncryption::ALL
                .map(ContentEncryption::name),
            userinfo_signing_alg_values_supported: SigningAlgorithm::ALL
                .map(SigningAlgorithm::name),
            userinfo_encryption_alg_values_supported: KeyManagement::ALL.map(KeyManagement::name),
            userinfo_encryption_enc_values_supported: ContentEncryption::ALL
                .map(ContentEncryption::name),
            acr_values_supported: [ONE_FACTOR, TWO_FACTORS],
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
            introspection_endpoint_auth_methods_supported: CONFIDENTIAL_METHODS,
            introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
            code_challenge_methods_supported: ["S256"],
            prompt_values_supported: prompt_values(realm),
            claim_types_supported: ["normal"],
            claims_supported: claims(),
            ui_locales_supported: languages,
            authorization_response_iss_parameter_supported: true,
            claims_parameter_supported: true,
            request_parameter_supported: true,
            request_uri_parameter_supported: true,
            require_request_uri_registration: true,
            require_pushed_authorization_requests: false,
            request_object_signing_alg_values_supported: SigningAlgorithm::ALL
                .map(SigningAlgorithm::name),
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            frontchannel_logout_supported: true,
            frontchannel_logout_session_supported: true,
            client_id_metadata_document_supported: realm.client_id_documents,
        }
    }
}

fn response_types(realm: RealmSettings) -> Vec<&'static str> {
    ResponseType::ALL
        .into_iter()
        .filter(|one| realm.front_channel_tokens || !one.is_front_channel())
        .map(ResponseType::as_str)
        .collect()
}

/// Initiating User Registration §4.2: `create` only where people may register.
fn prompt_values(realm: RealmSettings) -> Vec<&'static str> {
    let create = (realm.sign_up == SignUpMode::Open).then_some("create");
    ["none", "login", "consent", "select_account"]
        .into_iter()
        .chain(create)
        .collect()
}

fn grant_types(realm: RealmSettings) -> Vec<&'static str> {
    let implicit = realm.front_channel_tokens.then_some(GrantType::Implicit);
    [
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
    ]
    .into_iter()
    .chain(implicit)
    .map(GrantType::as_str)
    .collect()
}

/// The claims of our tokens, and those about a person.
fn claims() -> Vec<&'static str> {
    let of_tokens = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "sid",
        "at_hash",
    ];
    let of_people = CLAIM_SCOPES
        .iter()
        .flat_map(|(_, claims)| claims.iter().copied());
    of_tokens.into_iter().chain(of_people).collect()
}
