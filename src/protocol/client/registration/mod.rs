//! Registering a client: requested metadata, checked and completed (RFC 7591 §2, OIDC Registration
//! §2).
//!
//! Pure, and the one rule for everybody: the registration endpoint, client-ID documents, the
//! command line and the demo. A member of the specifications is acted on, answered with what stands
//! in its place, or refused by name. Members that nobody has defined are no error (RFC 7591 §2) and
//! are not kept.

mod addresses;
mod algorithms;
mod key_set;
mod members;
mod refusal;
mod renewal;
mod request;
mod shape;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::protocol::client::{ClientMetadata, IntrospectionRight, TokenEndpointAuthMethod};
use crate::protocol::realm::RealmSettings;
use crate::protocol::scope::{FOR_ANYBODY, OFFLINE_ACCESS, OPENID, STANDARD, ScopeSet};

pub use members::{own_members, registered_members};
pub use refusal::RegistrationRefusal;
pub use renewal::renew;
pub use request::{is_known, is_list};

use refusal::RegistrationRefusal as Refusal;
use request::Request;

/// The longest name and other short text in characters.
pub const NAME_LIMIT: usize = 100;
/// How many redirect URIs of a kind one client may have.
pub const URI_COUNT_LIMIT: usize = 50;
/// How many translations of its texts one client may have.
pub const LOCALIZED_LIMIT: usize = 20;
/// The largest key set by value, in bytes.
pub const JWKS_LIMIT: usize = 16 * 1024;

/// Who wrote the metadata that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// An admin, who may set our own members too.
    Admin,
    /// The client, at the registration endpoint.
    Client,
    /// The client, in a document at the address that is its identifier.
    Document,
}

/// What holds where the client is to be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Who asks.
    pub author: Author,
    /// Whether response types may be registered with which tokens pass through browsers.
    pub front_channel_tokens: bool,
}

impl Terms {
    /// The terms of a realm for an author.
    pub const fn of(author: Author, realm: RealmSettings) -> Self {
        Self {
            author,
            front_channel_tokens: realm.front_channel_tokens,
        }
    }
}

/// Checks requested metadata and completes it to what is registered.
pub fn register(
    requested: &Map<String, Value>,
    terms: Terms,
) -> Result<ClientMetadata, RegistrationRefusal> {
    let request = Request::new(requested);
    refuse_unsupported(&request)?;
    let mut metadata = ClientMetadata {
        unverified: terms.author != Author::Admin,
        ..ClientMetadata::default()
    };
    if terms.author == Author::Admin {
        own_to_admins(&request, &mut metadata)?;
    } else {
        // The certification suite and many libraries address assertions to the token endpoint.
        metadata.compatibility.sends_token_endpoint_audience = true;
    }
    shape::fill(&request, terms, &mut metadata)?;
    texts(&request, terms, &mut metadata)?;
    addresses::fill(&request, terms, &mut metadata)?;
    metadata.scope = scope(&request, terms, &metadata)?;
    key_set::fill(&request, &mut metadata)?;
    algorithms::fill(&request, &mut metadata)?;
    switches(&request, &mut metadata)?;
    Ok(metadata)
}

/// Members that ask for something that this server does not do.
const UNSUPPORTED: [&str; 20] = [
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "introspection_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "authorization_details_types",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "federation_entity",
    "trust_anchor_id",
    "signed_jwks_uri",
];

/// The same, for switches: off is what stands anyway.
const UNSUPPORTED_SWITCHES: [&str; 3] = [
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "backchannel_user_code_parameter",
];

fn refuse_unsupported(request: &Request<'_>) -> Result<(), Refusal> {
    // RFC 7591 §2.3: whoever signed it, nobody here has agreed to believe it.
    if request.has("software_statement") {
        return Err(Refusal::SoftwareStatement);
    }
    for member in UNSUPPORTED {
        if request.has(member) {
            return Err(Refusal::Unsupported { member });
        }
    }
    for member in UNSUPPORTED_SWITCHES {
        if request.flag(member)? {
            return Err(Refusal::Unsupported { member });
        }
    }
    Ok(())
}

/// Members that weaken a client or give it rights over others.
fn own_to_admins(request: &Request<'_>, metadata: &mut ClientMetadata) -> Result<(), Refusal> {
    metadata.first_party = request.flag("first_party")?;
    metadata.require_second_factor = request.flag("require_second_factor")?;
    metadata.allowed_groups = request.choice("allowed_groups")?.unwrap_or_default();
    metadata.required_scope = request.scope("required_scope")?.unwrap_or_default();
    metadata.unverified = request.flag("unverified")?;
    metadata.introspection = request.choice("introspection")?.unwrap_or_default();
    metadata.compatibility = request.choice("compatibility")?.unwrap_or_default();
    Ok(())
}

/// What people read.
fn texts(
    request: &Request<'_>,
    terms: Terms,
    metadata: &mut ClientMetadata,
) -> Result<(), Refusal> {
    metadata.client_name = request.name("client_name")?.unwrap_or_default();
    if metadata.client_name.is_empty() {
        // RFC 7591 §2 leaves it out; a page that asks for consent must say something.
        metadata.client_name = match terms.author {
            Author::Admin => return Err(Refusal::NameMissing),
            Author::Client | Author::Document => "Unnamed app".to_owned(),
        };
    }
    metadata.contacts = request.names("contacts")?.unwrap_or_default();
    metadata.software_id = request.name("software_id")?;
    metadata.software_version = request.name("software_version")?;
    metadata.localized = request.localized()?;
    Ok(())
}

/// RFC 7591 §2 `scope`; without one, what OpenID Connect defines.
fn scope(
    request: &Request<'_>,
    terms: Terms,
    metadata: &ClientMetadata,
) -> Result<ScopeSet, Refusal> {
    let requested = request.scope("scope")?;
    if !metadata.acts_for_people() {
        let scope = requested.unwrap_or_default();
        let personal = STANDARD.into_iter().find(|token| scope.contains(token));
        return match personal {
            Some(scope) => Err(Refusal::ScopeForMachine { scope }),
            None => Ok(scope),
        };
    }
    match (terms.author, requested) {
        (Author::Admin, Some(scope)) => Ok(scope),
        (Author::Admin, None) => Ok(set_of(&[OPENID, "profile", "email", OFFLINE_ACCESS])),
        (Author::Client | Author::Document, None) => Ok(set_of(&FOR_ANYBODY)),
        // The others are for the clients to which an admin gives them.
        (Author::Client | Author::Document, Some(scope)) => {
            let granted = scope.intersection(&set_of(&FOR_ANYBODY));
            if granted.is_empty() && !scope.is_empty() {
                return Err(Refusal::ScopeNotGiven);
            }
            Ok(granted)
        }
    }
}

fn set_of(tokens: &[&str]) -> ScopeSet {
    ScopeSet::parse(&tokens.join(" ")).unwrap_or_default()
}

fn switches(request: &Request<'_>, metadata: &mut ClientMetadata) -> Result<(), Refusal> {
    metadata.require_pushed_authorization_requests =
        request.flag("require_pushed_authorization_requests")?;
    metadata.require_auth_time = request.flag("require_auth_time")?;
    metadata.default_max_age = request.seconds("default_max_age")?;
    metadata.default_acr_values = request.names("default_acr_values")?.unwrap_or_default();
    metadata.backchannel_logout_session_required =
        request.flag("backchannel_logout_session_required")?;
    metadata.frontchannel_logout_session_required =
        request.flag("frontchannel_logout_session_required")?;
    // RFC 7662 §2.1: introspection needs authentication, which a public client cannot give.
    let public = metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::None;
    if public && metadata.introspection == IntrospectionRight::Realm {
        return Err(Refusal::IntrospectionForPublic);
    }
    Ok(())
}
