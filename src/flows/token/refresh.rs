//! Refreshing.

use crate::flows::token::TokenAnswer;
use crate::flows::token::issue::{self, Issued, Readiness};
use crate::flows::{App, Fault, FlowError, revocations};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::Family;
use crate::protocol::token::refresh::{Presented, RefreshRefusal, place, scope};
use crate::protocol::token::refresh_token::RefreshToken;
use crate::store::TokenRotation;

/// Rotates a refresh token and issues new tokens.
pub(super) async fn refresh(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
) -> Result<TokenAnswer, FlowError<RefreshRefusal>> {
    let client = client.client();
    let now = app.now();
    let text = params.get("refresh_token");
    let text = text.ok_or(FlowError::Refused(RefreshRefusal::TokenMissing))?;
    let token = RefreshToken::read(&app.macs.refresh_token, &client.realm, &client.id, text)
        .ok_or(FlowError::Refused(RefreshRefusal::Unknown))?;
    let requested = params.get("scope");
    if requested.is_some() {
        // A refused scope must not spend the token, so it is judged before.
        let family = judge(app, client, &token, now).await?.0;
        scope(requested, &family).map_err(FlowError::Refused)?;
    }
    let Some(ready) = issue::prepare(app, client, now).await? else {
        return Err(FlowError::busy());
    };
    let (family, generation) = rotate(app, client, &token, now).await?;
    answer(
        app,
        ready,
        client,
        Rotated {
            family,
            generation,
            requested,
        },
        now,
    )
    .await
}

/// A family after its rotation, and the generation that the client is given.
struct Rotated<'a> {
    family: Family,
    generation: i64,
    requested: Option<&'a str>,
}

async fn answer(
    app: &App,
    ready: Readiness,
    client: &Client,
    rotated: Rotated<'_>,
    now: Timestamp,
) -> Result<TokenAnswer, FlowError<RefreshRefusal>> {
    let Rotated {
        family,
        generation,
        requested,
    } = rotated;
    let scope = scope(requested, &family).map_err(FlowError::Refused)?;
    if !issue::stands(app, client, Some(&family), now).await? {
        return Err(FlowError::Refused(RefreshRefusal::OwnerGone));
    }
    let issued = Issued {
        family: &family,
        scope: &scope,
        generation,
    };
    Ok(issue::for_family(app, ready, client, issued, now).await?)
}

/// One statement rotates the live token. When it does not, the family is read to learn what the
/// presented token is to it.
async fn rotate(
    app: &App,
    client: &Client,
    token: &RefreshToken,
    now: Timestamp,
) -> Result<(Family, i64), FlowError<RefreshRefusal>> {
    let rotation = TokenRotation {
        realm: client.realm.clone(),
        family: token.family.clone(),
        client: client.id.clone(),
        generation: token.generation,
        now,
    };
    if let Some(family) = app.store.rotate_family(&rotation).await? {
        let generation = family.generation;
        return Ok((family, generation));
    }
    match judge(app, client, token, now).await? {
        (family, Presented::Repeat) => Ok((family, token.generation + 1)),
        // Live, and yet the statement did not rotate it: its user or session fell in between.
        (_, Presented::Live) => Err(FlowError::Refused(RefreshRefusal::OwnerGone)),
    }
}

/// Reads the family and places the token in it; a replayed token ends the family, once.
async fn judge(
    app: &App,
    client: &Client,
    token: &RefreshToken,
    now: Timestamp,
) -> Result<(Family, Presented), FlowError<RefreshRefusal>> {
    let family = app.store.family(&client.realm, &token.family).await?;
    let placed = place(
        token,
        client,
        family.as_ref(),
        app.settings.refresh_grace,
        now,
    );
    if placed == Err(RefreshRefusal::Replayed) {
        revocations::revoke_family(app, &client.realm, &token.family, "token replayed", now)
            .await?;
    }
    let placed = placed.map_err(FlowError::Refused)?;
    let family = family.ok_or(Fault::Invariant("a placed token has a family"))?;
    Ok((family, placed))
}
