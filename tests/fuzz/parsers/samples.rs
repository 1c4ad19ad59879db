//! The clients that requests may name.

use std::sync::{Arc, LazyLock};

use vidimus::protocol::client::{
    Client, ClientMetadata, ClientType, GrantType, TokenEndpointAuthMethod,
};
use vidimus::protocol::ids::{ClientId, RealmId};
use vidimus::protocol::response_type::ResponseType;
use vidimus::protocol::scope::ScopeSet;
use vidimus::protocol::time::Timestamp;
use vidimus::secret::Digest;

/// The secret of every client that has one.
pub(crate) const SECRET: &str = "correct horse & battery+staple=%20";

static CLIENTS: LazyLock<Vec<Arc<Client>>> = LazyLock::new(|| {
    let mut off = web("off");
    off.disabled_at = Some(off.created_at);
    let clients = [web("web"), spa(), native(), machine(), hybrid(), odd(), off];
    clients.into_iter().map(Arc::new).collect()
});

/// Looks a client up, as the store does.
pub(crate) fn find(id: &ClientId) -> Option<Arc<Client>> {
    CLIENTS.iter().find(|client| client.id == *id).cloned()
}

/// A client of the list.
pub(crate) fn client(id: &str) -> Arc<Client> {
    find(&ClientId::parse(id).expect("an identifier")).expect("a client of the list")
}

/// A client that has registered nothing but a type and redirect URIs.
pub(crate) fn bare(id: &str, client_type: ClientType, redirect_uris: &[&str]) -> Client {
    let public = matches!(client_type, ClientType::Spa | ClientType::Native);
    let method = if public {
        TokenEndpointAuthMethod::None
    } else {
        TokenEndpointAuthMethod::ClientSecretBasic
    };
    Client::registered_by_admin(
        RealmId::default_realm(),
        ClientId::parse(id).expect("an identifier"),
        (!public).then(|| Digest::of(SECRET)),
        ClientMetadata {
            client_type,
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            response_types: vec![ResponseType::CODE],
            token_endpoint_auth_method: method,
            scope: ScopeSet::parse("openid profile email offline_access notes:read")
                .expect("scopes"),
            ..ClientMetadata::default()
        },
        Timestamp::from_unix_seconds(0),
    )
}

fn web(id: &str) -> Client {
    let uris = ["https://rp.example/cb", "https://rp.example/cb?tenant=1&"];
    bare(id, ClientType::Web, &uris)
}

fn spa() -> Client {
    bare("spa", ClientType::Spa, &["https://spa.example/"])
}

fn native() -> Client {
    let uris = [
        "http://127.0.0.1/cb",
        "http://[::1]:4000/cb?x=1",
        "http://localhost",
        "com.example.app:/cb",
    ];
    bare("native", ClientType::Native, &uris)
}

fn machine() -> Client {
    let mut machine = bare("machine", ClientType::M2m, &[]);
    machine.metadata.grant_types = vec![GrantType::ClientCredentials];
    machine.metadata.response_types = Vec::new();
    machine
}

/// A client of all flows.
fn hybrid() -> Client {
    let mut hybrid = bare("hybrid", ClientType::Web, &["https://hybrid.example/cb"]);
    hybrid.metadata.grant_types.push(GrantType::Implicit);
    hybrid.metadata.response_types = ResponseType::ALL.to_vec();
    hybrid
}

/// A client with switches on and defaults set.
fn odd() -> Client {
    let mut odd = bare("odd", ClientType::Spa, &["https://odd.example/cb"]);
    odd.metadata.compatibility.adds_trailing_slash = true;
    odd.metadata.compatibility.cannot_do_pkce = true;
    odd.metadata.default_max_age = Some(300);
    odd.metadata.default_acr_values = vec!["urn:vidimus:acr:2fa".to_owned()];
    odd
}
