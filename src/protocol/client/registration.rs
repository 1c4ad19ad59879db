//! Registering a client: what an operator asks for, checked and completed.
//!
//! Pure: the type of application fixes grants and authentication method, so that no combination
//! that RFC 9700 warns of can be registered.

use url::{Host, Url};

use crate::protocol::client::{
    ClientMetadata, ClientType, GrantType, IntrospectionRight, TokenEndpointAuthMethod,
};
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID, ScopeSet};

/// The longest name in characters.
pub const NAME_LIMIT: usize = 100;
/// The longest redirect URI in bytes.
pub const URI_LIMIT: usize = 2_000;
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

/// What is wrong with a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectFault {
    /// RFC 6749 §3.1.2: it must be absolute; spaces and non-ASCII must be percent-encoded.
    #[error("is not an absolute URI")]
    NotAbsolute,
    /// Longer than [`URI_LIMIT`] bytes.
    #[error("is longer than {URI_LIMIT} bytes")]
    TooLong,
    /// RFC 6749 §3.1.2: it must have no fragment.
    #[error("has a fragment")]
    Fragment,
    /// `https://trusted@evil.example` reads as another host than it is.
    #[error("names a user")]
    UserInfo,
    /// RFC 9700 §2.1: exact matching only.
    #[error("has a wildcard; list every URI instead")]
    Wildcard,
    /// Different parsers see different paths.
    #[error("has dot segments")]
    DotSegments,
    /// A browser would run or show it instead of going somewhere.
    #[error("has a scheme that browsers run or open by themselves")]
    DangerousScheme,
    /// RFC 9700 §2.6: the code would cross the network in the clear.
    #[error("is http on a host that is not this computer; use https")]
    PlainHttp,
    /// RFC 8252 §7.1: only an application on a device has a scheme of its own.
    #[error("has a scheme of its own, which only native clients may have")]
    PrivateScheme,
    /// RFC 8252 §7.1: a scheme in reverse domain form belongs to somebody.
    #[error("has a scheme without a dot; use your reversed domain, com.example.app:/callback")]
    SchemeWithoutDot,
}

/// Checks an application and completes it to what is registered.
pub fn register(application: Application) -> Result<ClientMetadata, RegistrationRefusal> {
    let kind = application.client_type;
    let name = checked_name(&application.name)?;
    let machine = kind == ClientType::M2m;
    let uris = &application.redirect_uris;
    let post_logout = &application.post_logout_redirect_uris;
    match (machine, uris.is_empty()) {
        (true, true) if post_logout.is_empty() => {}
        (true, _) => return Err(RegistrationRefusal::RedirectForMachine),
        (false, true) => return Err(RegistrationRefusal::RedirectMissing),
        (false, false) => {}
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
    let scope = application.scope.unwrap_or_else(|| usual_scope(kind));
    if machine
        && let Some(personal) = [OPENID, OFFLINE_ACCESS]
            .into_iter()
            .find(|s| scope.contains(s))
    {
        return Err(RegistrationRefusal::ScopeForMachine(personal));
    }
    let method = auth_method(kind);
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
        token_endpoint_auth_method: method,
        scope,
        first_party: application.first_party,
        introspection: application.introspection,
    })
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
    }
}

/// RFC 8252 §8.4, RFC 6749 §2.1: what runs at the user's keeps no secret.
fn auth_method(kind: ClientType) -> TokenEndpointAuthMethod {
    match kind {
        ClientType::Web | ClientType::M2m => TokenEndpointAuthMethod::ClientSecretBasic,
        ClientType::Spa | ClientType::Native => TokenEndpointAuthMethod::None,
    }
}

fn usual_scope(kind: ClientType) -> ScopeSet {
    let text = match kind {
        ClientType::Web | ClientType::Spa | ClientType::Native => {
            "openid profile email offline_access"
        }
        ClientType::M2m => "",
    };
    ScopeSet::parse(text).unwrap_or_default()
}

/// Checks one URI; it is registered and compared as it was written, never as it was parsed.
pub fn check_redirect(uri: &str, kind: ClientType) -> Result<(), RedirectFault> {
    if uri.len() > URI_LIMIT {
        return Err(RedirectFault::TooLong);
    }
    // RFC 3986 §2: printable ASCII. `\` is a path separator to browsers and to nobody else.
    if !uri.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Err(RedirectFault::NotAbsolute);
    }
    let url = Url::parse(uri).map_err(|_unparsable| RedirectFault::NotAbsolute)?;
    if uri.contains('#') {
        return Err(RedirectFault::Fragment);
    }
    if uri.contains('*') {
        return Err(RedirectFault::Wildcard);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RedirectFault::UserInfo);
    }
    if has_dot_segments(uri) {
        return Err(RedirectFault::DotSegments);
    }
    match url.scheme() {
        "https" if has_authority(uri, &url) => Ok(()),
        "http" if has_authority(uri, &url) && is_loopback(&url) => Ok(()),
        "http" if has_authority(uri, &url) => Err(RedirectFault::PlainHttp),
        "http" | "https" => Err(RedirectFault::NotAbsolute),
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "ftp" | "ws" | "wss"
        | "mailto" | "tel" | "view-source" | "filesystem" => Err(RedirectFault::DangerousScheme),
        _ if kind != ClientType::Native => Err(RedirectFault::PrivateScheme),
        scheme if !scheme.contains('.') => Err(RedirectFault::SchemeWithoutDot),
        _ => Ok(()),
    }
}

/// `https:example.com` and `https:/example.com` parse as if they had their slashes.
fn has_authority(uri: &str, url: &Url) -> bool {
    let after_scheme = uri.split_once(':').map_or("", |(_, rest)| rest);
    let host = after_scheme.strip_prefix("//").unwrap_or("");
    !host.is_empty() && !host.starts_with('/') && url.has_host()
}

fn has_dot_segments(uri: &str) -> bool {
    let path = uri.split('?').next().unwrap_or(uri).to_ascii_lowercase();
    path.replace("%2e", ".")
        .split('/')
        .any(|segment| segment == "." || segment == "..")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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

    #[test]
    fn accepts_the_redirects_that_applications_use() {
        for (kind, uri) in [
            (ClientType::Web, "https://app.example/cb?tenant=1"),
            (ClientType::Web, "https://app.example"),
            (ClientType::Web, "http://localhost:3000/cb"),
            (ClientType::Spa, "http://127.0.0.1:5173/"),
            (ClientType::Native, "http://127.0.0.1/cb"),
            (ClientType::Native, "http://[::1]/cb"),
            (ClientType::Native, "com.example.app:/cb"),
            (ClientType::Native, "app.immich:///oauth-callback"),
            (ClientType::Native, "oc.ios://ios.owncloud.com"),
        ] {
            assert_eq!(check_redirect(uri, kind), Ok(()), "{uri}");
        }
    }

    #[test]
    fn refuses_redirects_that_leak_codes() {
        for (kind, uri, fault) in [
            (ClientType::Web, "/cb", RedirectFault::NotAbsolute),
            (
                ClientType::Web,
                "app.example/cb",
                RedirectFault::NotAbsolute,
            ),
            (
                ClientType::Web,
                "https:app.example/cb",
                RedirectFault::NotAbsolute,
            ),
            (
                ClientType::Web,
                "https:///app.example/cb",
                RedirectFault::NotAbsolute,
            ),
            (
                ClientType::Web,
                "https://app.example\\@evil.example/",
                RedirectFault::NotAbsolute,
            ),
            (
                ClientType::Web,
                "https://app.example/a b",
                RedirectFault::NotAbsolute,
            ),
            (
                ClientType::Web,
                "https://app.example/é",
                RedirectFault::NotAbsolute,
            ),
            (
                ClientType::Web,
                "https://app.example/cb#x",
                RedirectFault::Fragment,
            ),
            (
                ClientType::Web,
                "https://app.example/cb#",
                RedirectFault::Fragment,
            ),
            (
                ClientType::Web,
                "https://good@evil.example/cb",
                RedirectFault::UserInfo,
            ),
            (
                ClientType::Web,
                "https://*.example/cb",
                RedirectFault::Wildcard,
            ),
            (
                ClientType::Web,
                "https://app.example/*",
                RedirectFault::Wildcard,
            ),
            (
                ClientType::Web,
                "https://app.example/a/../cb",
                RedirectFault::DotSegments,
            ),
            (
                ClientType::Web,
                "https://app.example/%2E%2e/cb",
                RedirectFault::DotSegments,
            ),
            (
                ClientType::Web,
                "http://app.example/cb",
                RedirectFault::PlainHttp,
            ),
            (
                ClientType::Native,
                "http://localhost.evil.example/",
                RedirectFault::PlainHttp,
            ),
            (
                ClientType::Native,
                "javascript:alert(1)",
                RedirectFault::DangerousScheme,
            ),
            (
                ClientType::Native,
                "data:text/html,x",
                RedirectFault::DangerousScheme,
            ),
            (
                ClientType::Web,
                "com.example.app:/cb",
                RedirectFault::PrivateScheme,
            ),
            (
                ClientType::Native,
                "myapp://cb",
                RedirectFault::SchemeWithoutDot,
            ),
        ] {
            assert_eq!(check_redirect(uri, kind), Err(fault), "{uri}");
        }
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
