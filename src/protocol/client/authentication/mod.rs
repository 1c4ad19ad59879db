//! How a client proves itself (RFC 6749 §2.3).

mod refusal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use crate::protocol::client::assertion::{
    AssertionRefusal, AssertionUse, JWT_BEARER, VerifiedAssertion,
};
use crate::protocol::client::{Client, TokenEndpointAuthMethod};
use crate::protocol::ids::ClientId;
use crate::protocol::params::Params;
use crate::secret::{Digest, SecretString};

pub use refusal::ClientAuthRefusal;

/// What a request says of its client; proves nothing yet.
pub enum Credentials<'a> {
    /// A name, and perhaps a secret.
    Plain(PresentedCredentials),
    /// An assertion (RFC 7521 §4.2).
    Assertion(PresentedAssertion<'a>),
}

/// An assertion, unread.
#[derive(Clone, Copy)]
pub struct PresentedAssertion<'a> {
    /// Its text.
    pub compact: &'a str,
    posted_id: Option<&'a str>,
}

impl PresentedAssertion<'_> {
    /// The client that an assertion with this `sub` is presented for.
    pub fn client(&self, subject: Option<&str>) -> Result<ClientId, ClientAuthRefusal> {
        let wrong_subject = ClientAuthRefusal::Assertion(AssertionRefusal::WrongSubject);
        let subject = subject.ok_or(wrong_subject)?;
        if self.posted_id.is_some_and(|posted| posted != subject) {
            return Err(ClientAuthRefusal::AssertionOfAnother);
        }
        parse_id(subject)
    }
}

/// A client's name, and the secret that came with it.
#[derive(Debug, Clone)]
pub struct PresentedCredentials {
    /// The client that it names.
    pub client: ClientId,
    secret: Option<SecretString>,
    /// The secret of HTTP Basic as it was sent, where decoding has changed it.
    unencoded: Option<SecretString>,
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
pub fn read_credentials<'a>(
    authorization: Option<&str>,
    params: &'a Params,
) -> Result<Credentials<'a>, ClientAuthRefusal> {
    let repeated = [
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
    ]
    .iter()
    .any(|name| params.is_repeated(name));
    if repeated {
        return Err(ClientAuthRefusal::Repeated);
    }
    let assertion = params.get("client_assertion");
    let assertion_type = params.get("client_assertion_type");
    if assertion.is_some() || assertion_type.is_some() {
        if authorization.is_some() || params.get("client_secret").is_some() {
            return Err(ClientAuthRefusal::TwoMethods);
        }
        let (Some(compact), Some(kind)) = (assertion, assertion_type) else {
            return Err(ClientAuthRefusal::HalfAnAssertion);
        };
        if kind != JWT_BEARER {
            return Err(ClientAuthRefusal::AssertionType);
        }
        return Ok(Credentials::Assertion(PresentedAssertion {
            compact,
            posted_id: params.get("client_id"),
        }));
    }
    read_plain(authorization, params).map(Credentials::Plain)
}

fn read_plain(
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
            unencoded: None,
        });
    };
    if posted_secret.is_some() {
        return Err(ClientAuthRefusal::TwoMethods);
    }
    let (id, secret, unencoded) = read_basic(header).ok_or(ClientAuthRefusal::MalformedBasic)?;
    if posted_id.is_some_and(|posted| posted != id) {
        return Err(ClientAuthRefusal::TwoClients);
    }
    // Some libraries send public clients as Basic with an empty password.
    let secret = (!secret.expose().is_empty()).then_some(secret);
    Ok(PresentedCredentials {
        client: parse_id(&id)?,
        secret,
        unencoded,
    })
}

/// Checks presented credentials against the client that they name.
pub fn authenticate(
    presented: &PresentedCredentials,
    client: Option<Arc<Client>>,
) -> Result<AuthenticatedClient, ClientAuthRefusal> {
    use ClientAuthRefusal as R;
    use TokenEndpointAuthMethod as M;
    let client = client.ok_or(R::UnknownClient)?;
    let secret = presented.secret.as_ref();
    match client.metadata.token_endpoint_auth_method {
        M::None if secret.is_none() => {}
        M::None => return Err(R::PublicWithSecret),
        M::ClientSecretBasic | M::ClientSecretPost => {
            let secret = secret.ok_or(R::SecretMissing)?;
            let lenient = client.metadata.compatibility.sends_unencoded_secret;
            let unencoded = presented.unencoded.as_ref().filter(|_| lenient);
            let matches = |digest: &Digest| {
                let mut presented = std::iter::once(secret).chain(unencoded);
                presented.any(|secret| Digest::of(secret.expose()).matches(digest))
            };
            if !client.secret.as_ref().is_some_and(matches) {
                return Err(R::WrongSecret);
            }
        }
        M::ClientSecretJwt | M::PrivateKeyJwt => return Err(R::AssertionRequired),
    }
    enabled(client)
}

/// Takes an assertion whose `jti` was just spent, or was found spent.
pub fn accept(
    verified: VerifiedAssertion,
    spent: AssertionUse,
) -> Result<AuthenticatedClient, ClientAuthRefusal> {
    match spent {
        AssertionUse::First => enabled(verified.into_client()),
        AssertionUse::Again => Err(ClientAuthRefusal::AssertionReplayed),
    }
}

/// A client that is switched off has proven itself in vain.
fn enabled(client: Arc<Client>) -> Result<AuthenticatedClient, ClientAuthRefusal> {
    if client.disabled_at.is_some() {
        return Err(ClientAuthRefusal::Disabled);
    }
    Ok(AuthenticatedClient(client))
}

fn parse_id(text: &str) -> Result<ClientId, ClientAuthRefusal> {
    ClientId::parse(text).map_err(|_invalid| ClientAuthRefusal::UnknownClient)
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. The secret comes decoded,
/// and as it was sent where that differs.
fn read_basic(header: &str) -> Option<(String, SecretString, Option<SecretString>)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let read = form_decode(secret);
    let unencoded = (read != secret).then(|| SecretString::new(secret.to_owned()));
    Some((form_decode(id), SecretString::new(read), unencoded))
}

fn form_decode(text: &str) -> String {
    // Parsed as a value: a lone key would be cut at '=' and '&'.
    let escaped = text.replace('&', "%26");
    form_urlencoded::parse(format!("v={escaped}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
