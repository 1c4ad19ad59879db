//! What a client asks for, however it handed the request over: by value it is read anew on each
//! page; under a name of ours it comes from the record, and its answer is given once.

use std::sync::Arc;

use crate::flows::authorize::{Outcome, Visit, refuse, request_object};
use crate::flows::clients::Named;
use crate::flows::{App, Fault, clients, interaction, limits, push};
use crate::protocol::authorize::passing::{registered_reference, unkept};
use crate::protocol::authorize::request_object::Beside;
use crate::protocol::authorize::{
    Addressee, AddresseeRefusal, AuthorizeRefusal, Passing, PassingRefusal, REQUEST_LIMIT_BYTES,
};
use crate::protocol::client::Client;
use crate::protocol::ids::RealmId;
use crate::protocol::params::Params;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::ephemeral::Quota;
use crate::store::{Change, Effects};

/// What one client may make us fetch.
const FETCHES_PER_CLIENT: Quota = Quota {
    burst: 100,
    interval: Lifetime::from_millis(50),
};
const ACCEPT: &str = "application/oauth-authz-req+jwt, application/jwt";

/// A request as its parameters are to be read.
#[derive(Debug)]
pub(super) struct Passed {
    /// The parameters that count.
    pub(super) params: Params,
    /// The kept request that they come from.
    pub(super) pushed: Option<Digest>,
    /// What the client has bound itself to, and this request does not keep.
    pub(super) unkept: Option<PassingRefusal>,
}

/// Reads a request that arrived at `arrived_at`.
pub(super) async fn read(
    app: &App,
    visit: Visit<'_>,
    client: &Arc<Client>,
    arrived_at: Timestamp,
) -> Result<Result<Passed, Outcome>, Fault> {
    let Visit { realm, params, .. } = visit;
    let not_kept = |params, signed| Passed {
        params,
        pushed: None,
        unkept: unkept(client, signed, false),
    };
    match Passing::of(params) {
        Ok(Passing::Plain) => Ok(Ok(not_kept(params.clone(), false))),
        Ok(Passing::Object(object)) => {
            let object = (object, Beside::Counts);
            let read = request_object::read(app, client, object, params, arrived_at).await;
            Ok(match read {
                Ok(params) => Ok(not_kept(params, true)),
                Err(refusal) => Err(refuse_passing(app, realm, params, client, refusal)),
            })
        }
        Ok(Passing::Pushed(id)) => Ok(kept(app, client, id, arrived_at)
            .await?
            .map_err(|refusal| nobody(client, refusal))),
        // A page of ours never stands for an address that is still to be fetched.
        Ok(Passing::Reference(_)) => Ok(Err(Outcome::BeginAnew)),
        Err(refusal) => Ok(Err(refuse_passing(app, realm, params, client, refusal))),
    }
}

/// A request that is kept here (RFC 9126 §4).
async fn kept(
    app: &App,
    client: &Client,
    id: Digest,
    arrived_at: Timestamp,
) -> Result<Result<Passed, PassingRefusal>, Fault> {
    let Some(request) = app.store.pushed_request(&client.realm, &id).await? else {
        return Ok(Err(PassingRefusal::UnknownRequest));
    };
    Ok(request.check(&client.id, arrived_at).map(|()| Passed {
        params: request.parameters,
        pushed: Some(id),
        unkept: None,
    }))
}

/// Takes a request that has just arrived by the address of its object: fetched this once, and kept
/// under a name of ours, so that a document that changes changes no request that is under way.
pub(super) async fn fetch(
    app: &App,
    visit: Visit<'_>,
    uri: &str,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    let Visit { realm, params, .. } = visit;
    let client_id = match Addressee::client_id(params) {
        Ok(client_id) => client_id,
        Err(refusal) => return Ok(Outcome::Refused(refusal, None)),
    };
    let client = match clients::find(app, realm, &client_id, now).await? {
        Named::Client(client) => client,
        Named::Nobody => return Ok(Outcome::Refused(AddresseeRefusal::UnknownClient, None)),
        Named::Later(_) => return Ok(Outcome::Busy),
    };
    if client.disabled_at.is_some() {
        let refusal = AddresseeRefusal::ClientDisabled;
        return Ok(Outcome::Refused(refusal, Some(client)));
    }
    let key = format!("fetch:{realm}:{client_id}");
    let request = match reference(&client, uri) {
        Err(refusal) => Err(refusal),
        Ok(address) => {
            let wait = limits::count(app, &key, FETCHES_PER_CLIENT, now).await?;
            if wait.is_some() {
                return Ok(Outcome::Busy);
            }
            fetched(app, &client, address, (params, now)).await
        }
    };
    match request {
        Ok(request) => {
            let name = push::keep(app, &client, request, now).await?;
            Ok(Outcome::Kept(address_of(&client, name)))
        }
        Err(refusal) => Ok(refuse_passing(app, realm, params, &client, refusal)),
    }
}

/// Where the object is fetched from, if the client may send us there.
fn reference<'a>(client: &Client, uri: &'a str) -> Result<&'a str, PassingRefusal> {
    if let Some(refusal) = unkept(client, true, false) {
        return Err(refusal);
    }
    registered_reference(client, uri).ok_or(PassingRefusal::UnregisteredReference)
}

/// The request that the object at an address makes.
async fn fetched(
    app: &App,
    client: &Client,
    address: &str,
    (outside, now): (&Params, Timestamp),
) -> Result<Params, PassingRefusal> {
    let refused = |reason: &dyn std::fmt::Display| {
        let (realm, client) = (&client.realm, &client.id);
        tracing::info!(%realm, %client, %reason, "no request object was fetched");
        PassingRefusal::UnfetchedReference
    };
    let document = app.outgoing.get(address, ACCEPT).await;
    let document = document.map_err(|error| refused(&error))?;
    let object = std::str::from_utf8(&document.bytes).map_err(|_binary| refused(&"not_text"))?;
    let object = (object.trim_ascii(), Beside::Counts);
    request_object::read(app, client, object, outside, now).await
}

/// The parameters that lead to a kept request.
fn address_of(client: &Client, name: String) -> Params {
    let client_id = client.id.as_str().to_owned();
    [
        ("client_id".to_owned(), client_id),
        ("request_uri".to_owned(), name),
    ]
    .into_iter()
    .collect()
}

/// Uses up the request that a refusal answers, and tells of it in the same step; a request that has
/// had its answer has no other.
pub(super) async fn answer_once(
    app: &App,
    realm: &RealmId,
    pushed: Option<&Digest>,
    effects: &Effects,
    now: Timestamp,
) -> Result<Result<(), PassingRefusal>, Fault> {
    let Some(id) = pushed else {
        if *effects != Effects::NONE {
            app.store.write_effects(effects, now).await?;
        }
        return Ok(Ok(()));
    };
    Ok(
        match app.store.use_request(realm, id, effects, now).await? {
            Change::Changed => Ok(()),
            Change::NotFound => Err(PassingRefusal::UsedRequest),
        },
    )
}

/// Whether the address of a page, which carries the request, would be too long.
pub(super) fn is_too_long(params: &Params) -> bool {
    params.encode_without(&[interaction::PARAMETER]).len() > REQUEST_LIMIT_BYTES
}

/// The answer to a request that cannot be read: at the redirect URI beside it, if that is a
/// registered one; else the person is told.
fn refuse_passing(
    app: &App,
    realm: &RealmId,
    outside: &Params,
    client: &Arc<Client>,
    refusal: PassingRefusal,
) -> Outcome {
    match Addressee::prove(outside, Some(Arc::clone(client))) {
        Ok(addressee) => refuse(app, realm, &addressee, AuthorizeRefusal::Passing(refusal)),
        Err(_nobody) => nobody(client, refusal),
    }
}

/// The person is told.
pub(super) fn nobody(client: &Arc<Client>, refusal: PassingRefusal) -> Outcome {
    Outcome::Refused(AddresseeRefusal::Passing(refusal), Some(Arc::clone(client)))
}
