//! Keeping authorization requests until they arrive with a person (RFC 9126).

use std::sync::Arc;

use crate::flows::authorize::{check, request_object};
use crate::flows::{App, Fault, FlowError, limits};
use crate::protocol::authorize::passing::{PUSHED_LIFETIME, URN, unkept};
use crate::protocol::authorize::request_object::Beside;
use crate::protocol::authorize::{
    Addressee, AddresseeRefusal, AuthorizeRefusal, PassingRefusal, PushedRequest,
};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::ephemeral::Quota;

/// What one client may push: each request is a row for an hour.
const PUSHES_PER_CLIENT: Quota = Quota {
    burst: 600,
    interval: Lifetime::from_millis(20),
};
/// What proves the client, and is no part of its request: it must not be kept.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// A request that is kept.
#[derive(Debug)]
pub struct Pushed {
    /// Its name.
    pub request_uri: String,
    /// How long it may take to arrive.
    pub lifetime: Lifetime,
}

/// Why a request is not kept (RFC 9126 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushRefusal {
    /// The client pushes too often.
    TooMany {
        /// When to try again.
        retry_after: Lifetime,
    },
    /// Nobody could be answered.
    Addressee(AddresseeRefusal),
    /// The answer would be this.
    Request(AuthorizeRefusal),
}

impl From<AddresseeRefusal> for PushRefusal {
    fn from(refusal: AddresseeRefusal) -> Self {
        Self::Addressee(refusal)
    }
}

impl From<AuthorizeRefusal> for PushRefusal {
    fn from(refusal: AuthorizeRefusal) -> Self {
        Self::Request(refusal)
    }
}

impl From<PassingRefusal> for PushRefusal {
    fn from(refusal: PassingRefusal) -> Self {
        Self::Request(AuthorizeRefusal::Passing(refusal))
    }
}

impl From<PushRefusal> for OAuthError {
    fn from(refusal: PushRefusal) -> Self {
        match refusal {
            PushRefusal::TooMany { .. } => Self::new(
                ErrorCode::TemporarilyUnavailable,
                "This client pushes too often.",
            ),
            PushRefusal::Addressee(refusal) => refusal.into(),
            PushRefusal::Request(refusal) => refusal.into(),
        }
    }
}

/// Checks a request as if it had arrived with a person, and keeps it.
pub async fn push(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
) -> Result<Pushed, FlowError<PushRefusal>> {
    let now = app.now();
    let client = Arc::new(client.client().clone());
    let key = format!("push:{}:{}", client.realm, client.id);
    if let Some(retry_after) = limits::count(app, &key, PUSHES_PER_CLIENT, now).await? {
        return Err(FlowError::Refused(PushRefusal::TooMany { retry_after }));
    }
    let request = request_of(app, &client, params, now)
        .await
        .map_err(refused)?;
    let addressee = Addressee::prove(&request, Some(Arc::clone(&client))).map_err(refused)?;
    check(app, &request, &addressee, now)
        .await?
        .map_err(refused)?;
    let request_uri = keep(app, &client, request, now).await?;
    Ok(Pushed {
        request_uri,
        lifetime: PUSHED_LIFETIME,
    })
}

fn refused(refusal: impl Into<PushRefusal>) -> FlowError<PushRefusal> {
    FlowError::Refused(refusal.into())
}

/// What the client asks for, without what proves the client.
async fn request_of(
    app: &App,
    client: &Client,
    params: &Params,
    now: Timestamp,
) -> Result<Params, PassingRefusal> {
    if params.has_repeats() {
        return Err(PassingRefusal::Repeated);
    }
    let own = ("client_id", client.id.as_str());
    let sent = params
        .pairs()
        .filter(|(name, _)| *name != "client_id" && !CREDENTIALS.contains(name));
    let request: Params = std::iter::once(own)
        .chain(sent)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if request.get("request_uri").is_some() {
        return Err(PassingRefusal::ReferencePushed);
    }
    let (signed, request) = match request.get("request") {
        Some(object) => {
            let object = (object, Beside::Ignored);
            (
                true,
                request_object::read(app, client, object, &request, now).await?,
            )
        }
        None => (false, request),
    };
    unkept(client, signed, true).map_or(Ok(request), Err)
}

/// Keeps a request; its name, which is a secret.
pub(crate) async fn keep(
    app: &App,
    client: &Client,
    parameters: Params,
    now: Timestamp,
) -> Result<String, Fault> {
    let secret = app.random_text::<32>()?;
    let request = PushedRequest {
        realm: client.realm.clone(),
        id: Digest::of(&secret),
        client: client.id.clone(),
        parameters,
        created_at: now,
        expires_at: now.plus(PUSHED_LIFETIME),
        used_at: None,
    };
    app.store.push_request(&request).await?;
    Ok(format!("{URN}{secret}"))
}
