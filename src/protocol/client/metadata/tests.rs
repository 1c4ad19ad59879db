//! A client of each type, for the tests of the rules about clients.

use super::*;

pub(crate) fn client(client_type: ClientType) -> Client {
    let public = matches!(
        client_type,
        ClientType::Spa | ClientType::Native | ClientType::Device
    );
    Client::registered_by_admin(
        RealmId::default_realm(),
        ClientId::parse("client").unwrap(),
        (!public).then(|| Digest::of("secret")),
        ClientMetadata {
            client_name: "Client".to_owned(),
            client_type,
            redirect_uris: vec!["https://rp.test/cb".to_owned()],
            post_logout_redirect_uris: vec![],
            grant_types: match client_type {
                ClientType::Web | ClientType::Spa | ClientType::Native => {
                    vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
                }
                ClientType::M2m => vec![GrantType::ClientCredentials],
                ClientType::Device => vec![GrantType::DeviceCode, GrantType::RefreshToken],
            },
            token_endpoint_auth_method: if public {
                TokenEndpointAuthMethod::None
            } else {
                TokenEndpointAuthMethod::ClientSecretBasic
            },
            response_types: code_only(),
            scope: ScopeSet::parse("openid profile email offline_access api").unwrap(),
            ..ClientMetadata::default()
        },
        Timestamp::from_unix_seconds(0),
    )
}
