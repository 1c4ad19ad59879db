//! The metadata documents (OIDC Discovery §3, RFC 8414 §2). They say only what is true: each key
//! has a test that uses what it advertises.

use serde::Serialize;

use crate::protocol::client::GrantType;
use crate::protocol::issuer::Issuer;
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID};

/// Paths of the endpoints below the issuer.
pub mod path {
    /// Authorization endpoint.
    pub const AUTHORIZE: &str = "/authorize";
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
    /// OIDC Discovery §4
    pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
    /// RFC 8414 §3
    pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
}

/// The metadata of one realm.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the document has these members"
)]
#[derive(Debug, Clone, Serialize)]
pub struct ProviderMetadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    device_authorization_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    end_session_endpoint: String,
    scopes_supported: [&'static str; 4],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 4],
    claim_types_supported: [&'static str; 1],
    claims_supported: [&'static str; 23],
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
}

impl ProviderMetadata {
    /// The document of the realm with this issuer.
    pub fn of(issuer: &Issuer) -> Self {
        const BASIC: &str = "client_secret_basic";
        const POST: &str = "client_secret_post";
        Self {
            issuer: issuer.as_str().to_owned(),
            authorization_endpoint: issuer.url(path::AUTHORIZE),
            token_endpoint: issuer.url(path::TOKEN),
            device_authorization_endpoint: issuer.url(path::DEVICE_AUTHORIZATION),
            userinfo_endpoint: issuer.url(path::USERINFO),
            jwks_uri: issuer.url(path::JWKS),
            introspection_endpoint: issuer.url(path::INTROSPECT),
            revocation_endpoint: issuer.url(path::REVOKE),
            end_session_endpoint: issuer.url(path::END_SESSION),
            scopes_supported: [OPENID, "profile", "email", OFFLINE_ACCESS],
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: [
                GrantType::AuthorizationCode.as_str(),
                GrantType::RefreshToken.as_str(),
                GrantType::ClientCredentials.as_str(),
                GrantType::DeviceCode.as_str(),
            ],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["RS256"],
            token_endpoint_auth_methods_supported: [BASIC, POST, "none"],
            introspection_endpoint_auth_methods_supported: [BASIC, POST],
            revocation_endpoint_auth_methods_supported: [BASIC, POST, "none"],
            code_challenge_methods_supported: ["S256"],
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            claim_types_supported: ["normal"],
            claims_supported: CLAIMS,
            authorization_response_iss_parameter_supported: true,
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
        }
    }
}

const CLAIMS: [&str; 23] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "amr",
    "sid",
    "at_hash",
    "name",
    "given_name",
    "family_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
];
