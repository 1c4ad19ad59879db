//! A machine acting for itself (RFC 6749 §4.4).

use crate::protocol::client::Client;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::oxide;
use crate::protocol::resource::TargetRefusal;
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID, ScopeSet};

/// Why a machine was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientCredentialsRefusal {
    /// RFC 6749 §4.4: confidential clients only.
    PublicClient,
    /// RFC 6749 §3.3
    MalformedScope,
    /// More than is registered, or a scope that is about a person.
    ScopeNotAllowed,
    /// RFC 8707 §2
    Target(TargetRefusal),
    /// oxide-auth's machine refused what we thought was in order.
    Inconsistent,
}

impl From<ClientCredentialsRefusal> for OAuthError {
    fn from(refusal: ClientCredentialsRefusal) -> Self {
        use ClientCredentialsRefusal as R;
        use ErrorCode as C;
        let (code, description) = match refusal {
            R::PublicClient => (
                C::UnauthorizedClient,
                "Only a client with a secret may use this grant.",
            ),
            R::MalformedScope => (
                C::InvalidScope,
                "The scope holds a character outside RFC 6749.",
            ),
            R::ScopeNotAllowed => (
                C::InvalidScope,
                "A scope is not registered for this client, or is about a person.",
            ),
            R::Target(refusal) => return refusal.into(),
            R::Inconsistent => (
                C::InvalidRequest,
                "The request does not read as this grant.",
            ),
        };
        Self::new(code, description)
    }
}

/// Decides over a request of an authenticated client; gives the granted scope.
pub fn decide(
    requested: Option<&str>,
    client: &Client,
) -> Result<ScopeSet, ClientCredentialsRefusal> {
    if client.metadata.is_public() {
        return Err(ClientCredentialsRefusal::PublicClient);
    }
    oxide::client_credentials(requested, client)
}

/// What a machine may have: what is registered, without what speaks of a person.
pub fn allowed(client: &Client) -> ScopeSet {
    let personal = [
        OPENID,
        OFFLINE_ACCESS,
        "profile",
        "email",
        "address",
        "phone",
    ];
    let text: Vec<&str> = client
        .metadata
        .scope
        .iter()
        .filter(|token| !personal.contains(token))
        .collect();
    ScopeSet::parse(&text.join(" ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    #[test]
    fn grants_what_is_registered_and_not_about_a_person() {
        use ClientCredentialsRefusal as R;
        let machine = client(ClientType::M2m);
        assert_eq!(decide(None, &machine).unwrap().to_string(), "api");
        assert_eq!(decide(Some("api"), &machine).unwrap().to_string(), "api");
        assert_eq!(decide(Some("api admin"), &machine), Err(R::ScopeNotAllowed));
        assert_eq!(decide(Some("openid"), &machine), Err(R::ScopeNotAllowed));
        assert_eq!(decide(Some("a\"b"), &machine), Err(R::MalformedScope));
        assert_eq!(decide(None, &client(ClientType::Spa)), Err(R::PublicClient));
    }
}
