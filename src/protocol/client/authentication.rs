//! How a client proves itself (RFC 6749 §2.3).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use crate::protocol::client::{Client, TokenEndpointAuthMethod};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::ids::ClientId;
use crate::protocol::params::Params;
use crate::secret::{Digest, SecretString};

/// Why a client was not authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuthRefusal {
    /// Nothing names the client.
    Missing,
    /// RFC 6749 §2.3: a client must not use more than one method in a request.
    TwoMethods,
    /// The client named in the form is not the one in the header.
    TwoClients,
    /// The Authorization header does not read as HTTP Basic (RFC 7617).
    MalformedBasic,
    /// No such client, or not an identifier at all.
    UnknownClient,
    /// An admin switched it off.
    Disabled,
    /// A confidential client sent no secret.
    SecretMissing,
    /// The secret does not match.
    WrongSecret,
    /// A public client sent a secret; it has none.
    PublicWithSecret,
}

impl From<ClientAuthRefusal> for OAuthError {
    fn from(refusal: ClientAuthRefusal) -> Self {
        use ClientAuthRefusal as R;
        use ErrorCode::{InvalidClient, InvalidRequest};
        match refusal {
            R::Missing => Self::new(
                InvalidClient,
                "The request names no client: send HTTP Basic credentials or client_id.",
            ),
            R::TwoMethods => Self::new(
                InvalidRequest,
                "The client authenticated in two ways at once; use HTTP Basic or the form, not both.",
            ),
            R::TwoClients => Self::new(
                InvalidRequest,
                "client_id in the form is not the client of the Authorization header.",
            ),
            R::MalformedBasic => Self::new(
                InvalidClient,
                "The Authorization header is not valid HTTP Basic with form-encoded id and secret.",
            ),
            R::UnknownClient => Self::new(InvalidClient, "There is no client with this client_id."),
            R::Disabled => Self::new(InvalidClient, "This client is switched off."),
            R::SecretMissing => Self::new(
                InvalidClient,
                "This client has a secret and must present it.",
            ),
            R::WrongSecret => Self::new(InvalidClient, "The client secret is wrong."),
            R::PublicWithSecret => Self::new(
                InvalidClient,
                "This is a public client: it must not send a secret.",
            ),
        }
    }
}

/// What a request says of its client; proves nothing yet.
#[derive(Debug, Clone)]
pub struct PresentedCredentials {
    /// The client that it names.
    pub client: ClientId,
    secret: Option<SecretString>,
}

/// A client that has proven itself, or a public client that has named itself.
#[derive(Debug, Clone)]
pub struct AuthenticatedClient(Arc<Client>);

impl AuthenticatedClient {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.0
    }
}

/// Reads the credentials of a request from its Authorization header and form.
pub fn read_credentials(
    authorization: Option<&str>,
    params: &Params,
) -> Result<PresentedCredentials, ClientAuthRefusal> {
    let posted_id = params.get("client_id");
    let posted_secret = params.get("client_secret");
    let Some(header) = authorization else {
        let client = posted_id.ok_or(ClientAuthRefusal::Missing)?;
        return Ok(PresentedCredentials {
            client: parse_id(client)?,
            secret: posted_secret.map(|secret| SecretString::new(secret.to_owned())),
        });
    };
    if posted_secret.is_some() {
        return Err(ClientAuthRefusal::TwoMethods);
    }
    let (id, secret) = read_basic(header).ok_or(ClientAuthRefusal::MalformedBasic)?;
    if posted_id.is_some_and(|posted| posted != id) {
        return Err(ClientAuthRefusal::TwoClients);
    }
    // Some libraries send public clients as Basic with an empty password.
    let secret = (!secret.expose().is_empty()).then_some(secret);
    Ok(PresentedCredentials {
        client: parse_id(&id)?,
        secret,
    })
}

/// Checks presented credentials against the client that they name.
pub fn authenticate(
    presented: &PresentedCredentials,
    client: Option<Arc<Client>>,
) -> Result<AuthenticatedClient, ClientAuthRefusal> {
    let client = client.ok_or(ClientAuthRefusal::UnknownClient)?;
    let public = client.metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::None;
    match (public, &presented.secret, &client.secret) {
        (true, None, _) => {}
        (true, Some(_), _) => return Err(ClientAuthRefusal::PublicWithSecret),
        (false, None, _) => return Err(ClientAuthRefusal::SecretMissing),
        (false, Some(secret), Some(digest)) if Digest::of(secret.expose()).matches(digest) => {}
        (false, Some(_), _) => return Err(ClientAuthRefusal::WrongSecret),
    }
    if client.disabled_at.is_some() {
        return Err(ClientAuthRefusal::Disabled);
    }
    Ok(AuthenticatedClient(client))
}

fn parse_id(text: &str) -> Result<ClientId, ClientAuthRefusal> {
    ClientId::parse(text).map_err(|_invalid| ClientAuthRefusal::UnknownClient)
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they are joined.
fn read_basic(header: &str) -> Option<(String, SecretString)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decode(id), SecretString::new(form_decode(secret))))
}

fn form_decode(text: &str) -> String {
    // Parsed as a value: a lone key would be cut at '=' and '&'.
    let escaped = text.replace('&', "%26");
    form_urlencoded::parse(format!("v={escaped}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    fn basic(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    fn check(header: Option<&str>, form: &str, client: &Client) -> Result<(), ClientAuthRefusal> {
        let presented = read_credentials(header, &Params::parse(form.as_bytes()))?;
        let found = (presented.client == client.id).then(|| Arc::new(client.clone()));
        authenticate(&presented, found).map(|_| ())
    }

    #[test]
    fn a_confidential_client_may_use_either_secret_method() {
        let web = client(ClientType::Web);
        assert_eq!(check(Some(&basic("client", "secret")), "", &web), Ok(()));
        assert_eq!(
            check(None, "client_id=client&client_secret=secret", &web),
            Ok(())
        );
    }

    /// RFC 6749 §2.3
    #[test]
    fn two_methods_at_once_are_refused() {
        let web = client(ClientType::Web);
        let outcome = check(
            Some(&basic("client", "secret")),
            "client_id=client&client_secret=secret",
            &web,
        );
        assert_eq!(outcome, Err(ClientAuthRefusal::TwoMethods));
    }

    #[test]
    fn each_wrong_proof_has_its_own_refusal() {
        use ClientAuthRefusal as R;
        let web = client(ClientType::Web);
        let spa = client(ClientType::Spa);
        let cases = [
            (None, "", &web, R::Missing),
            (None, "client_id=client", &web, R::SecretMissing),
            (
                None,
                "client_id=client&client_secret=x",
                &web,
                R::WrongSecret,
            ),
            (
                None,
                "client_id=other&client_secret=secret",
                &web,
                R::UnknownClient,
            ),
            (
                None,
                "client_id=client&client_secret=x",
                &spa,
                R::PublicWithSecret,
            ),
            (
                Some(basic("client", "secret")),
                "client_id=other",
                &web,
                R::TwoClients,
            ),
            (Some("Basic !!".to_owned()), "", &web, R::MalformedBasic),
            (Some("Bearer x".to_owned()), "", &web, R::MalformedBasic),
        ];
        for (header, form, client, refusal) in cases {
            assert_eq!(
                check(header.as_deref(), form, client),
                Err(refusal),
                "{form}"
            );
        }
    }

    #[test]
    fn a_disabled_client_is_refused_after_its_secret_was_right() {
        let mut web = client(ClientType::Web);
        web.disabled_at = Some(web.created_at);
        assert_eq!(
            check(Some(&basic("client", "secret")), "", &web),
            Err(ClientAuthRefusal::Disabled)
        );
        assert_eq!(
            check(Some(&basic("client", "wrong")), "", &web),
            Err(ClientAuthRefusal::WrongSecret)
        );
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        let (id, secret) = read_basic(&basic("a%3Ab", "x%26y+z%3D")).unwrap();
        assert_eq!((id.as_str(), secret.expose().as_str()), ("a:b", "x&y z="));
    }
}
