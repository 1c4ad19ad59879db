//! Which APIs an access token is for (RFC 8707): looked up, and what follows from them.

use std::sync::Arc;

use crate::flows::{App, Fault};
use crate::protocol::api::{Api, ApiId};
use crate::protocol::client::Client;
use crate::protocol::resource::{Target, TargetRefusal, admit, narrow};
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::Family;

/// The APIs of these names, as they were within the last second, if the client may use them all.
pub(crate) async fn apis(
    app: &App,
    client: &Client,
    resources: &[ApiId],
    now: Timestamp,
) -> Result<Result<Vec<Arc<Api>>, TargetRefusal>, Fault> {
    let mut apis = Vec::with_capacity(resources.len());
    for id in resources {
        let store = app.store.as_ref();
        let api = app.facts.api(store, &client.realm, id, now).await?;
        match admit(api, client) {
            Ok(api) => apis.push(api),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    Ok(Ok(apis))
}

/// The token for these APIs; for our own endpoints when there are none.
pub(crate) async fn target(
    app: &App,
    client: &Client,
    resources: &[ApiId],
    scope: ScopeSet,
    now: Timestamp,
) -> Result<Result<Target, TargetRefusal>, Fault> {
    let (issuer, lifetime) = (app.issuer(&client.realm), app.settings.access_lifetime);
    if resources.is_empty() {
        return Ok(Ok(Target::own(&issuer, scope, lifetime)));
    }
    let apis = apis(app, client, resources, now).await?;
    Ok(apis.and_then(|apis| Target::of_apis(&apis, &issuer, &scope, lifetime)))
}

/// The token of a family for the APIs that the request names, which must be some of the grant's;
/// for all of the grant's when it names none (RFC 8707 §2.2).
pub(crate) async fn target_of_family(
    app: &App,
    client: &Client,
    family: &Family,
    (resources, scope): (&[ApiId], ScopeSet),
    now: Timestamp,
) -> Result<Result<Target, TargetRefusal>, Fault> {
    match narrow(resources, &family.grant.resources) {
        Ok(resources) => target(app, client, &resources, scope, now).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}
