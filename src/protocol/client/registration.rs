//! Registering a client: what an operator asks for, checked and completed.
//!
//! Pure: the type of application fixes grants and authentication method, so that no combination
//! that RFC 9700 warns of can be registered.

use crate::protocol::client::redirect_rules::{RedirectFault, check_redirect};
use crate::protocol::client::{
    ClientMetadata, ClientType, GrantType, IntrospectionRight, TokenEndpointAuthMethod,
};
use crate::protocol::response_type::ResponseType;
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID, ScopeSet};

/// The longest name in characters.
pub const NAME_LIMIT: usize = 100;
/// How many redirect URIs of a kind one client may have.
pub const URI_COUNT_LIMIT: usize = 50;

/// An application that is to become a client.
#[derive(Debug, Clone)]
pub struct Application {
    /// What kind it is.
    pub client_type: ClientType,
    /// Shown on the consent page.
    pub name: String,
    /// Where authorization responses may go.
    pub redirect_uris: Vec<String>,
    /// Where a logout may end.
    pub post_logout_redirect_uris: Vec<String>,
    /// The most it may ask for; `None` for what its kind usually needs.
    pub scope: Option<ScopeSet>,
    /// Whether it is the operator's own.
    pub first_party: bool,
    /// Whose tokens it may introspect.
    pub introspection: IntrospectionRight,
    /// Whether a device keeps a secret; of other kinds the type says it.
    pub keeps_secret: bool,
}

/// Why an application cannot become a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationRefusal {
    /// The name is empty or has control characters.
    #[error("a client needs a name without control characters")]
    Name,
    /// The name has more than [`NAME_LIMIT`] characters.
    #[error("the name is longer than {NAME_LIMIT} characters")]
    NameTooLong,
    /// A client that people sign in to needs a redirect URI.
    #[error("a client of this type needs a redirect URI")]
    RedirectMissing,
    /// RFC 6749 §4.4: a machine acting for itself is never redirected to.
    #[error("a machine client has no redirect URI")]
    RedirectForMachine,
    /// RFC 8628 §1: a device is told the outcome when it asks, and never redirected to.
    #[error("a device client has no redirect URI")]
    RedirectForDevice,
    /// The types other than device leave no choice.
    #[error("only a device client may be given a secret by choice")]
    SecretByType,
    /// More than [`URI_COUNT_LIMIT`] URIs.
    #[error("a client may have {URI_COUNT_LIMIT} redirect URIs at most")]
    TooManyUris,
    /// A URI must not be redirected to.
    #[error("{uri} {fault}")]
    Redirect {
        /// The URI as it was given.
        uri: String,
        /// What is wrong with it.
        fault: RedirectFault,
    },
    /// A machine has no person whose identity or offline access it could ask for.
    #[error("a machine client cannot have the scope {0}")]
    ScopeForMachine(&'static str),
    /// RFC 7662 §2.1: introspection needs authentication, which a public client cannot give.
    #[error("a client without a secret cannot introspect")]
    IntrospectionForPublic,
}

/// Checks an application and completes it to what is registered.
pub fn register(application: Application) -> Result<ClientMetadata, RegistrationRefusal> {
    let kind = application.client_type;
    let name = checked_name(&application.name)?;
    let machine = kind == ClientType::M2m;
    check_uris(&application)?;
    if application.keeps_secret && kind != ClientType::Device {
        return Err(RegistrationRefusal::SecretByType);
    }
    let scope = application.scope.unwrap_or_else(|| usual_scope(kind));
    if machine
        && let Some(personal) = [OPENID, OFFLINE_ACCESS]
            .into_iter()
            .find(|s| scope.contains(s))
    {
        return Err(RegistrationRefusal::ScopeForMachine(personal));
    }
    let method = auth_method(kind, application.keeps_secret);
    let public = method == TokenEndpointAuthMethod::None;
    if public && application.introspection == IntrospectionRight::Realm {
        return Err(RegistrationRefusal::IntrospectionForPublic);
    }
    Ok(ClientMetadata {
        client_name: name,
        client_type: kind,
        redirect_uris: application.redirect_uris,
        post_logout_redirect_uris: application.post_logout_redirect_uris,
        grant_types: grants(kind),
        response_types: if is_redirected_to(kind) {
            vec![ResponseType::CODE]
        } else {
            Vec::new()
        },
        token_endpoint_auth_method: method,
        scope,
        first_party: application.first_party,
        introspection: application.introspection,
        ..ClientMetadata::default()
    })
}

/// Whether a browser is ever sent to clients of this kind.
const fn is_redirected_to(kind: ClientType) -> bool {
    match kind {
        ClientType::Web | ClientType::Spa | ClientType::Native => true,
        ClientType::M2m | ClientType::Device => false,
    }
}

fn check_uris(application: &Application) -> Result<(), RegistrationRefusal> {
    let kind = application.client_type;
    let uris = &application.redirect_uris;
    let post_logout = &application.post_logout_redirect_uris;
    let has_uris = !uris.is_empty() || !post_logout.is_empty();
    match kind {
        ClientType::M2m if has_uris => return Err(RegistrationRefusal::RedirectForMachine),
        ClientType::Device if has_uris => return Err(RegistrationRefusal::RedirectForDevice),
        ClientType::Web | ClientType::Spa | ClientType::Native if uris.is_empty() => {
            return Err(RegistrationRefusal::RedirectMissing);
        }
        ClientType::Web
        | ClientType::Spa
        | ClientType::Native
        | ClientType::M2m
        | ClientType::Device => {}
    }
    if uris.len().max(post_logout.len()) > URI_COUNT_LIMIT {
        return Err(RegistrationRefusal::TooManyUris);
    }
    for uri in uris.iter().chain(post_logout) {
        check_redirect(uri, kind).map_err(|fault| RegistrationRefusal::Redirect {
            uri: uri.clone(),
            fault,
        })?;
    }
    Ok(())
}

fn checked_name(name: &str) -> Result<String, RegistrationRefusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(RegistrationRefusal::Name);
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(RegistrationRefusal::NameTooLong);
    }
    Ok(name.to_owned())
}

/// RFC 9700 §2.1.2 and §2.4: no implicit grant, no password grant.
fn grants(kind: ClientType) -> Vec<GrantType> {
    match kind {
        ClientType::Web | ClientType::Spa | ClientType::Native => {
            vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
        }
        ClientType::M2m => vec![GrantType::ClientCredentials],
        ClientType::Device => vec![GrantType::DeviceCode, GrantType::RefreshToken],
    }
}

/// RFC 8252 §8.4, RFC 6749 §2.1: what runs at the user's keeps no secret.
fn auth_method(kind: ClientType, keeps_secret: bool) -> TokenEndpointAuthMethod {
    match kind {
        ClientType::Web | ClientType::M2m => TokenEndpointAuthMethod::ClientSecretBasic,
        ClientType::Device if keeps_secret => TokenEndpointAuthMethod::ClientSecretBasic,
        ClientType::Spa | ClientType::Native | ClientType::Device => TokenEndpointAuthMethod::None,
    }
}

fn usual_scope(kind: ClientType) -> ScopeSet {
    let text = match kind {
        ClientType::Web | ClientType::Spa | ClientType::Native | ClientType::Device => {
            "openid profile email offline_access"
        }
        ClientType::M2m => "",
    };
    ScopeSet::parse(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(client_type: ClientType, redirect_uris: &[&str]) -> Application {
        Application {
            client_type,
            name: "Notes".to_owned(),
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            post_logout_redirect_uris: Vec::new(),
            scope: None,
            first_party: false,
            introspection: IntrospectionRight::Own,
            keeps_secret: false,
        }
    }

    #[test]
    fn the_type_fixes_grants_and_authentication() {
        let web = register(application(ClientType::Web, &["https://app.example/cb"])).unwrap();
        assert_eq!(
            web.token_endpoint_auth_method,
            TokenEndpointAuthMethod::ClientSecretBasic
        );
        assert!(web.allows(GrantType::RefreshToken) && !web.allows(GrantType::ClientCredentials));
        for kind in [ClientType::Spa, ClientType::Native] {
            let public = register(application(kind, &["https://app.example/cb"])).unwrap();
            assert!(public.is_public() && public.allows(GrantType::AuthorizationCode));
        }
        let machine = register(application(ClientType::M2m, &[])).unwrap();
        assert_eq!(machine.grant_types, [GrantType::ClientCredentials]);
        assert!(machine.scope.is_empty() && !machine.is_public());
    }

    /// RFC 8628 §3.1: a device may be public or keep a secret.
    #[test]
    fn a_device_may_keep_a_secret() {
        let device = register(application(ClientType::Device, &[])).unwrap();
        assert!(device.is_public() && device.response_types.is_empty());
        assert_eq!(
            device.grant_types,
            [GrantType::DeviceCode, GrantType::RefreshToken]
        );
        let with_secret = |kind, uris: &[&str]| {
            register(Application {
                keeps_secret: true,
                ..application(kind, uris)
            })
        };
        let device = with_secret(ClientType::Device, &[]).unwrap();
        assert!(!device.is_public() && device.allows(GrantType::DeviceCode));
        assert_eq!(
            with_secret(ClientType::Spa, &["https://app.example/cb"]),
            Err(RegistrationRefusal::SecretByType)
        );
        assert_eq!(
            with_secret(ClientType::Device, &["https://app.example/cb"]),
            Err(RegistrationRefusal::RedirectForDevice)
        );
    }

    #[test]
    fn refuses_applications_that_contradict_their_type() {
        let refusal = |application| register(application).unwrap_err();
        assert_eq!(
            refusal(application(ClientType::Web, &[])),
            RegistrationRefusal::RedirectMissing
        );
        assert_eq!(
            refusal(application(ClientType::M2m, &["https://app.example/cb"])),
            RegistrationRefusal::RedirectForMachine
        );
        let mut machine = application(ClientType::M2m, &[]);
        machine.scope = Some(ScopeSet::parse("openid").unwrap());
        assert_eq!(
            refusal(machine),
            RegistrationRefusal::ScopeForMachine(OPENID)
        );
        let mut spa = application(ClientType::Spa, &["https://app.example/cb"]);
        spa.introspection = IntrospectionRight::Realm;
        assert_eq!(refusal(spa), RegistrationRefusal::IntrospectionForPublic);
        let mut nameless = application(ClientType::Web, &["https://app.example/cb"]);
        nameless.name = " ".to_owned();
        assert_eq!(refusal(nameless), RegistrationRefusal::Name);
        let mut logout = application(ClientType::Web, &["https://app.example/cb"]);
        logout.post_logout_redirect_uris = vec!["http://app.example/".to_owned()];
        assert!(matches!(
            refusal(logout),
            RegistrationRefusal::Redirect { .. }
        ));
    }
}
