//! Client metadata in the words of RFC 7591 §2.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::algorithm::{ContentEncryption, KeyManagement, SigningAlgorithm};
use crate::protocol::client::policy::{AssertionAlgorithm, Compatibility, SecretKind, SubjectType};
use crate::protocol::ids::{ClientId, GroupName, RealmId};
use crate::protocol::response_type::ResponseType;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// What kind of application a client is; it fixes how the client may authenticate and redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// Runs on a server and keeps a secret.
    #[default]
    Web,
    /// Runs in a browser; keeps no secret.
    Spa,
    /// Runs on a person's device; keeps no secret (RFC 8252).
    Native,
    /// A machine acting for itself.
    M2m,
    /// Has no browser of its own: the person answers in another one (RFC 8628).
    Device,
}

/// The grants of this server (RFC 7591 §2 `grant_types`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1
    AuthorizationCode,
    /// RFC 6749 §4.2, as far as OIDC Core §3.2 and §3.3 need it.
    Implicit,
    /// RFC 6749 §6
    RefreshToken,
    /// RFC 6749 §4.4
    ClientCredentials,
    /// RFC 8628 §3.4
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

impl GrantType {
    /// The value of the `grant_type` parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Implicit => "implicit",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

/// RFC 7591 §2 `token_endpoint_auth_method`.
///
/// A confidential client may use either secret method whichever is registered: of real
/// applications two thirds send basic and one third post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// A public client: it only names itself.
    None,
    /// RFC 6749 §2.3.1, HTTP Basic; the default of RFC 7591 §2.
    #[default]
    ClientSecretBasic,
    /// RFC 6749 §2.3.1, in the form.
    ClientSecretPost,
    /// OIDC Core §9: a JWT authenticated with the secret.
    ClientSecretJwt,
    /// OIDC Core §9, RFC 7523 §2.2: a JWT signed with the client's key.
    PrivateKeyJwt,
}

/// Whose tokens a client may introspect (RFC 7662 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IntrospectionRight {
    /// Only tokens issued to itself.
    #[default]
    Own,
    /// Every token of the realm: a resource server.
    Realm,
}

/// What was registered, in the members of RFC 7591 §2, OIDC Registration §2, the logout
/// specifications, RFC 9101 §10.5, RFC 9126 §6, and a few of ours.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the specifications have these members"
)]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    /// Shown on the consent page.
    pub client_name: String,
    /// Our member: what kind of application it is.
    pub client_type: ClientType,
    /// Compared byte by byte (RFC 9700 §2.1), loopback ports of native clients aside.
    pub redirect_uris: Vec<String>,
    /// OIDC RP-Initiated Logout §3.1.
    pub post_logout_redirect_uris: Vec<String>,
    /// The grants it may use.
    pub grant_types: Vec<GrantType>,
    /// The response types it may ask for.
    #[serde(default = "code_only")]
    pub response_types: Vec<ResponseType>,
    /// How it says it authenticates.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// How its assertions must be protected; any offered way when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<AssertionAlgorithm>,
    /// The most it may ask for.
    pub scope: ScopeSet,
    /// Our member: what of that it cannot do without, so that people cannot leave it out.
    #[serde(skip_serializing_if = "is_default")]
    pub required_scope: ScopeSet,
    /// Our member: consent is not asked for the operator's own applications.
    pub first_party: bool,
    /// Our member: only people of these groups may use it; everybody, when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_groups: Vec<GroupName>,
    /// Our member: whoever comes to it proves a second factor, and one that is remembered with the
    /// device is not enough.
    #[serde(skip_serializing_if = "is_off")]
    pub require_second_factor: bool,
    /// Our member: whose tokens it may introspect.
    pub introspection: IntrospectionRight,
    /// Our member: it registered itself; nobody vouches for its name.
    #[serde(skip_serializing_if = "is_off")]
    pub unverified: bool,
    /// Our member: what it cannot take.
    #[serde(skip_serializing_if = "is_default")]
    pub compatibility: Compatibility,
    /// Whom to ask about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Its home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo; the person's browser loads it, this server never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// What it does with data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Human-readable members in other languages (RFC 7591 §2.2), `client_name#de` and the like.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub localized: BTreeMap<String, String>,
    /// RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Its public keys by value (RFC 7517 §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Its public keys by reference; never together with `jwks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// How people are named to it.
    pub subject_type: SubjectType,
    /// Whose redirect URIs make a sector (OIDC Registration §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// OIDC Registration §2.
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// OIDC Registration §2; the ID token is not encrypted when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<KeyManagement>,
    /// OIDC Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<ContentEncryption>,
    /// OIDC Registration §2; userinfo is plain JSON when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// OIDC Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<KeyManagement>,
    /// OIDC Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<ContentEncryption>,
    /// OIDC Registration §2; any offered algorithm when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<SigningAlgorithm>,
    /// RFC 9101 §10.5.
    #[serde(skip_serializing_if = "is_off")]
    pub require_signed_request_object: bool,
    /// RFC 9126 §6.
    #[serde(skip_serializing_if = "is_off")]
    pub require_pushed_authorization_requests: bool,
    /// Where request objects may be fetched from (OIDC Registration §2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// OIDC Registration §2, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// OIDC Registration §2; our ID tokens always have `auth_time`.
    #[serde(skip_serializing_if = "is_off")]
    pub require_auth_time: bool,
    /// OIDC Registration §2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where a third party may begin a login (OIDC Core §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// OIDC Back-Channel Logout §2.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// OIDC Back-Channel Logout §2.2; our logout tokens always have `sid`.
    #[serde(skip_serializing_if = "is_off")]
    pub backchannel_logout_session_required: bool,
    /// OIDC Front-Channel Logout §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// OIDC Front-Channel Logout §2.
    #[serde(skip_serializing_if = "is_off")]
    pub frontchannel_logout_session_required: bool,
}

fn code_only() -> Vec<ResponseType> {
    vec![ResponseType::CODE]
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_off(switch: &bool) -> bool {
    !switch
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ClientMetadata {
    /// Whether the client may use a grant.
    pub fn allows(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether the client may ask for a response type.
    pub fn allows_response(&self, response_type: ResponseType) -> bool {
        self.response_types.contains(&response_type)
    }

    /// Whether people sign in to it, and not only a machine acts for itself (RFC 6749 §4.4).
    pub fn acts_for_people(&self) -> bool {
        let machine = |grant: &GrantType| *grant == GrantType::ClientCredentials;
        !self.grant_types.iter().all(machine)
    }

    /// Whether everybody may use it.
    pub fn is_for_everybody(&self) -> bool {
        self.allowed_groups.is_empty()
    }

    /// Whether somebody of these groups may use it. A group that is gone lets nobody in.
    pub fn admits(&self, groups: &[GroupName]) -> bool {
        self.is_for_everybody() || groups.iter().any(|own| self.allowed_groups.contains(own))
    }

    /// Whether it proves itself with a secret that we have given it, and how that is kept.
    pub fn secret_kind(&self) -> SecretKind {
        match self.token_endpoint_auth_method {
            TokenEndpointAuthMethod::None | TokenEndpointAuthMethod::PrivateKeyJwt => {
                SecretKind::None
            }
            TokenEndpointAuthMethod::ClientSecretBasic
            | TokenEndpointAuthMethod::ClientSecretPost => SecretKind::Digest,
            TokenEndpointAuthMethod::ClientSecretJwt => SecretKind::Sealed,
        }
    }

    /// A client without a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == TokenEndpointAuthMethod::None
    }
}

/// How a client came to be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientOrigin {
    /// By an admin.
    #[default]
    Admin,
    /// By itself (RFC 7591).
    Registered,
    /// By publishing a document under its identifier.
    Document,
}

impl ClientOrigin {
    /// The name in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Registered => "registered",
            Self::Document => "document",
        }
    }

    /// Reads [`ClientOrigin::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Admin, Self::Registered, Self::Document]
            .into_iter()
            .find(|origin| origin.as_str() == text)
    }
}

/// A registered client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its realm.
    pub realm: RealmId,
    /// Its identifier.
    pub id: ClientId,
    /// The digest of its secret; none for a public client.
    pub secret: Option<Digest>,
    /// The secret itself, sealed with the master key; only for `client_secret_jwt`, whose MAC needs
    /// it.
    pub sealed_secret: Option<Vec<u8>>,
    /// The digest of its registration access token (RFC 7592 §3).
    pub registration_token: Option<Digest>,
    /// How it came to be registered.
    pub origin: ClientOrigin,
    /// When it was last used, to within a day; kept for clients that registered themselves.
    pub last_used_at: Option<Timestamp>,
    /// Until when its document may be believed, for a client that is one.
    pub fresh_until: Option<Timestamp>,
    /// What was registered.
    pub metadata: ClientMetadata,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When an admin switched it off.
    pub disabled_at: Option<Timestamp>,
}

impl Client {
    /// A client that an admin registers now.
    pub fn registered_by_admin(
        realm: RealmId,
        id: ClientId,
        secret: Option<Digest>,
        metadata: ClientMetadata,
        now: Timestamp,
    ) -> Self {
        Self {
            realm,
            id,
            secret,
            sealed_secret: None,
            registration_token: None,
            origin: ClientOrigin::Admin,
            last_used_at: None,
            fresh_until: None,
            metadata,
            created_at: now,
            disabled_at: None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
