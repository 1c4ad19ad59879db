//! Request objects: verified with the client's keys, then read.

use crate::flows::App;
use crate::flows::client_keys::{self, ClientKeysRefusal};
use crate::keys::{ForeignJws, ForeignRefusal, VerifiedClaims};
use crate::protocol::authorize::PassingRefusal;
use crate::protocol::authorize::request_object::{
    Beside, Expected, algorithms, is_type, parameters,
};
use crate::protocol::client::Client;
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;

/// The request that an object and what stands beside it make, as on its arrival.
pub(crate) async fn read(
    app: &App,
    client: &Client,
    (object, beside): (&str, Beside),
    outside: &Params,
    arrived_at: Timestamp,
) -> Result<Params, PassingRefusal> {
    let claims = verify(app, client, object).await?;
    let issuer = app.issuer(&client.realm);
    let expected = Expected {
        client,
        issuer: &issuer,
        arrived_at,
        beside,
    };
    parameters(claims.all(), outside, expected)
}

/// The claims, when the client has signed them.
async fn verify(
    app: &App,
    client: &Client,
    object: &str,
) -> Result<VerifiedClaims, PassingRefusal> {
    let token = match ForeignJws::parse(object) {
        Ok(token) if is_type(token.typ()) => token,
        Ok(_of_another_type) => return Err(PassingRefusal::ObjectType),
        Err(refusal) => return Err(from_token(refusal)),
    };
    let allowed = algorithms(client);
    // Keys are looked for now, whenever the request has arrived.
    let verified = client_keys::verify(app, client, &token, &allowed, app.now()).await;
    verified.map_err(|refusal| {
        tracing::info!(realm = %client.realm, client = %client.id, %refusal, "request object refused");
        match refusal {
            ClientKeysRefusal::Token(refusal) => from_token(refusal),
            ClientKeysRefusal::None
            | ClientKeysRefusal::Unreadable(_)
            | ClientKeysRefusal::Unreachable(_)
            | ClientKeysRefusal::Encryption(_) => PassingRefusal::ObjectKey,
        }
    })
}

fn from_token(refusal: ForeignRefusal) -> PassingRefusal {
    use ForeignRefusal as F;
    match refusal {
        F::TooLong | F::Malformed | F::CriticalHeader => PassingRefusal::MalformedObject,
        F::AlgorithmNotAllowed | F::NotUnsigned => PassingRefusal::ObjectAlgorithm,
        F::UnknownKey | F::UnfitKey | F::ShortSecret => PassingRefusal::ObjectKey,
        F::BadSignature => PassingRefusal::ObjectSignature,
    }
}
