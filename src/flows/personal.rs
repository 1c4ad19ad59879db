//! What a client is told of a person.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::account::claims::{Person, claims_of};
use crate::account::role::Memberships;
use crate::account::user::User;
use crate::flows::{App, Fault};
use crate::protocol::authorize::request::claim_named;
use crate::protocol::claims::{is_membership, may_be_told};
use crate::protocol::client::Client;
use crate::protocol::ids::UserId;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;

/// A person, and what a client may be told of groups and roles if one of the names asks for them.
/// These are never older than the request, since privileges hang on them; the account alone may be
/// a second old. One read in either case.
pub(crate) async fn person(
    app: &App,
    client: &Client,
    user: &UserId,
    mut names: impl Iterator<Item = &str>,
    now: Timestamp,
) -> Result<Option<(Arc<User>, Option<Memberships>)>, Fault> {
    let store = app.store.as_ref();
    if names.any(is_membership) {
        let read = store.member(&client.realm, user, Some(&client.id)).await?;
        return Ok(read.map(|(user, memberships)| (Arc::new(user), Some(memberships))));
    }
    let user = app.facts.user(store, &client.realm, user, now).await?;
    Ok(user.map(|user| (user, None)))
}

/// The named claims that the client may be told.
pub(crate) fn told<'a>(
    client: &Client,
    (user, memberships): (&User, Option<&Memberships>),
    names: impl Iterator<Item = &'a str>,
) -> Map<String, Value> {
    let person = Person { user, memberships };
    let registered = &client.metadata.scope;
    claims_of(person, names.filter(|name| may_be_told(registered, name)))
}

/// What a page shows of the groups and roles of somebody who is asked about them.
pub async fn memberships_asked(
    app: &App,
    client: &Client,
    user: &User,
    asked: &ScopeSet,
) -> Result<Option<Memberships>, Fault> {
    let names = |token| is_membership(claim_named(token).unwrap_or(token));
    if !asked.iter().any(names) {
        return Ok(None);
    }
    let store = app.store.as_ref();
    let read = store
        .member(&user.realm, &user.id, Some(&client.id))
        .await?;
    Ok(read.map(|(_, memberships)| memberships))
}

/// Whether a person may use a client. The record is asked only where a client is not for everybody,
/// and its answer used for a second, as for the account.
pub(crate) async fn is_admitted(
    app: &App,
    client: &Client,
    user: &UserId,
    now: Timestamp,
) -> Result<bool, Fault> {
    if client.metadata.is_for_everybody() {
        return Ok(true);
    }
    let store = app.store.as_ref();
    let groups = app.facts.groups(store, &client.realm, user, now).await?;
    Ok(groups.is_some_and(|groups| client.metadata.admits(&groups)))
}
