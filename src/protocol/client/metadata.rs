//! Client metadata in the words of RFC 7591 §2.

use serde::{Deserialize, Serialize};

use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// What kind of application a client is; it fixes how the client may authenticate and redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// Runs on a server and keeps a secret.
    Web,
    /// Runs in a browser; keeps no secret.
    Spa,
    /// Runs on a person's device; keeps no secret (RFC 8252).
    Native,
    /// A machine acting for itself.
    M2m,
}

/// The grants of this server (RFC 7591 §2 `grant_types`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1
    AuthorizationCode,
    /// RFC 6749 §6
    RefreshToken,
    /// RFC 6749 §4.4
    ClientCredentials,
}

impl GrantType {
    /// The value of the `grant_type` parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }
}

/// RFC 7591 §2 `token_endpoint_auth_method`.
///
/// A confidential client may use either secret method whichever is registered: of real
/// applications two thirds send basic and one third post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// A public client: it only names itself.
    None,
    /// RFC 6749 §2.3.1, HTTP Basic.
    ClientSecretBasic,
    /// RFC 6749 §2.3.1, in the form.
    ClientSecretPost,
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

/// What was registered, in the members of RFC 7591 §2 and a few of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// Shown on the consent page.
    pub client_name: String,
    /// Our member: what kind of application it is.
    pub client_type: ClientType,
    /// Compared byte by byte (RFC 9700 §2.1), loopback ports of native clients aside.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// OIDC RP-Initiated Logout §3.1.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// The grants it may use.
    pub grant_types: Vec<GrantType>,
    /// How it says it authenticates.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// The most it may ask for.
    pub scope: ScopeSet,
    /// Our member: consent is not asked for the operator's own applications.
    #[serde(default)]
    pub first_party: bool,
    /// Our member: whose tokens it may introspect.
    #[serde(default)]
    pub introspection: IntrospectionRight,
}

impl ClientMetadata {
    /// Whether the client may use a grant.
    pub fn allows(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// A client without a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == TokenEndpointAuthMethod::None
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
    /// What was registered.
    pub metadata: ClientMetadata,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When an admin switched it off.
    pub disabled_at: Option<Timestamp>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn client(client_type: ClientType) -> Client {
        let public = matches!(client_type, ClientType::Spa | ClientType::Native);
        let machine = client_type == ClientType::M2m;
        Client {
            realm: RealmId::default_realm(),
            id: ClientId::parse("client").unwrap(),
            secret: (!public).then(|| Digest::of("secret")),
            metadata: ClientMetadata {
                client_name: "Client".to_owned(),
                client_type,
                redirect_uris: vec!["https://rp.test/cb".to_owned()],
                post_logout_redirect_uris: vec![],
                grant_types: if machine {
                    vec![GrantType::ClientCredentials]
                } else {
                    vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
                },
                token_endpoint_auth_method: if public {
                    TokenEndpointAuthMethod::None
                } else {
                    TokenEndpointAuthMethod::ClientSecretBasic
                },
                scope: ScopeSet::parse("openid profile email offline_access api").unwrap(),
                first_party: false,
                introspection: IntrospectionRight::Own,
            },
            created_at: Timestamp::from_unix_seconds(0),
            disabled_at: None,
        }
    }
}
