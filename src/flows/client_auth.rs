//! Who a request to an endpoint comes from (RFC 6749 §2.3, RFC 7521 §4.2).

use std::sync::Arc;

use crate::flows::client_keys::{self, ClientKeysRefusal};
use crate::flows::clients::Named;
use crate::flows::{App, Fault, FlowError, clients};
use crate::keys::{ForeignJws, ForeignRefusal, VerifiedClaims, open_client_secret};
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::client::Client;
use crate::protocol::client::assertion::{PresentedAt, Protection, Signed, judge};
use crate::protocol::client::authentication::{
    AuthenticatedClient, ClientAuthRefusal, Credentials, PresentedAssertion, accept, authenticate,
    read_credentials,
};
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;
use crate::store::UsedAssertion;

/// A request as far as it tells who sends it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The realm that was called.
    pub realm: &'a RealmId,
    /// The path of the endpoint that was called.
    pub endpoint: &'a str,
    /// The Authorization header.
    pub authorization: Option<&'a str>,
    /// The form.
    pub params: &'a Params,
}

/// Why the client was not authenticated, and which one was named.
#[derive(Debug)]
pub struct Unauthenticated {
    /// Why.
    pub refusal: ClientAuthRefusal,
    /// The client that was named, if there is one.
    pub client: Option<Arc<Client>>,
}

impl Unauthenticated {
    fn with<T>(
        refusal: ClientAuthRefusal,
        client: Option<Arc<Client>>,
    ) -> Result<T, FlowError<Self>> {
        Err(FlowError::Refused(Self { refusal, client }))
    }
}

/// Authenticates the client of a request by what the request presents. An assertion is spent.
pub async fn client_of(
    app: &App,
    request: Request<'_>,
) -> Result<AuthenticatedClient, FlowError<Unauthenticated>> {
    let now = app.now();
    match read_credentials(request.authorization, request.params) {
        Ok(Credentials::Plain(presented)) => {
            let client = find(app, request.realm, &presented.client, now).await?;
            authenticate(&presented, client.clone())
                .or_else(|refusal| Unauthenticated::with(refusal, client))
        }
        // A box, so that requests with a secret do not carry the room for this.
        Ok(Credentials::Assertion(presented)) => {
            Box::pin(by_assertion(app, request, presented, now)).await
        }
        Err(refusal) => Unauthenticated::with(refusal, None),
    }
}

async fn find(
    app: &App,
    realm: &RealmId,
    client: &ClientId,
    now: Timestamp,
) -> Result<Option<Arc<Client>>, FlowError<Unauthenticated>> {
    match clients::find(app, realm, client, now).await? {
        Named::Client(client) => Ok(Some(client)),
        Named::Nobody => Ok(None),
        Named::Later(retry_after) => Err(FlowError::Busy { retry_after }),
    }
}

async fn by_assertion(
    app: &App,
    request: Request<'_>,
    presented: PresentedAssertion<'_>,
    now: Timestamp,
) -> Result<AuthenticatedClient, FlowError<Unauthenticated>> {
    let token = match ForeignJws::parse(presented.compact) {
        Ok(token) => token,
        Err(refusal) => return Unauthenticated::with(of_token(refusal), None),
    };
    let id = match presented.client(token.unverified("sub")) {
        Ok(id) => id,
        Err(refusal) => return Unauthenticated::with(refusal, None),
    };
    let Some(client) = find(app, request.realm, &id, now).await? else {
        return Unauthenticated::with(ClientAuthRefusal::UnknownClient, None);
    };
    let refuse = |refusal| Unauthenticated::with(refusal, Some(Arc::clone(&client)));
    let claims = match verify(app, &client, &token, now).await? {
        Ok(claims) => claims,
        Err(refusal) => return refuse(refusal),
    };
    let issuer = app.issuer(request.realm);
    let at = PresentedAt {
        issuer: &issuer,
        endpoint: request.endpoint,
    };
    let signed = Signed {
        typ: token.typ(),
        claims: claims.all(),
    };
    let verified = match judge(Arc::clone(&client), signed, at, now) {
        Ok(verified) => verified,
        Err(refusal) => return refuse(ClientAuthRefusal::Assertion(refusal)),
    };
    let used = UsedAssertion {
        realm: client.realm.clone(),
        client: client.id.clone(),
        id: verified.id(),
        expires_at: verified.expires_at(),
    };
    let spent = app.store.spend_assertion(&used).await?;
    accept(verified, spent).or_else(refuse)
}

/// Checks the signature with the client's keys, or the MAC with its secret.
async fn verify(
    app: &App,
    client: &Client,
    token: &ForeignJws<'_>,
    now: Timestamp,
) -> Result<Result<VerifiedClaims, ClientAuthRefusal>, Fault> {
    Ok(match Protection::registered(&client.metadata) {
        None => Err(ClientAuthRefusal::AssertionNotRegistered),
        Some(Protection::Secret) => match &client.sealed_secret {
            None => Err(ClientAuthRefusal::NoSharedSecret),
            Some(sealed) => {
                let secret = open_client_secret(&app.master, &client.realm, &client.id, sealed)?;
                token.verify_hmac(&secret).map_err(of_token)
            }
        },
        Some(Protection::Key(registered)) => {
            let allowed = match &registered {
                Some(algorithm) => std::slice::from_ref(algorithm),
                None => SigningAlgorithm::ALL.as_slice(),
            };
            let verified = client_keys::verify(app, client, token, allowed, now).await;
            verified.map_err(of_keys)
        }
    })
}

fn of_keys(refusal: ClientKeysRefusal) -> ClientAuthRefusal {
    match refusal {
        ClientKeysRefusal::None
        | ClientKeysRefusal::Unreadable(_)
        | ClientKeysRefusal::Encryption(_) => ClientAuthRefusal::NoKeys,
        ClientKeysRefusal::Unreachable(_) => ClientAuthRefusal::KeysUnreachable,
        ClientKeysRefusal::Token(refusal) => of_token(refusal),
    }
}

fn of_token(refusal: ForeignRefusal) -> ClientAuthRefusal {
    use ClientAuthRefusal as C;
    use ForeignRefusal as F;
    match refusal {
        F::TooLong | F::Malformed | F::CriticalHeader | F::NotUnsigned => C::AssertionMalformed,
        F::AlgorithmNotAllowed => C::AssertionAlgorithm,
        F::UnknownKey | F::UnfitKey => C::UnknownKey,
        F::ShortSecret => C::NoSharedSecret,
        F::BadSignature => C::AssertionSignature,
    }
}
