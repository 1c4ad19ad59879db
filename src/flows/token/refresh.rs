//! Refreshing.

use crate::account::event::Asker;
use crate::flows::audience::target_of_family;
use crate::flows::client_keys::Recipient;
use crate::flows::token::TokenAnswer;
use crate::flows::token::issue::{self, Issued};
use crate::flows::token::theft;
use crate::flows::{App, Fault, FlowError};
use crate::protocol::api::ApiId;
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::params::Params;
use crate::protocol::resource::{self, Target, TargetRefusal};
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::Family;
use crate::protocol::token::refresh::{Presented, RefreshRefusal, place, scope};
use crate::protocol::token::refresh_token::RefreshToken;
use crate::store::TokenRotation;

/// What a request asks for, of what was granted.
struct Asked<'a> {
    scope: Option<&'a str>,
    resources: Vec<ApiId>,
}

/// Rotates a refresh token and issues new tokens.
pub(super) async fn refresh(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    recipient: Option<Recipient>,
    caller: Asker<'_>,
) -> Result<TokenAnswer, FlowError<RefreshRefusal>> {
    let client = client.client();
    let now = app.now();
    let text = params.get("refresh_token");
    let text = text.ok_or(FlowError::Refused(RefreshRefusal::TokenMissing))?;
    let token = RefreshToken::read(&app.macs.refresh_token, &client.realm, &client.id, text)
        .ok_or(FlowError::Refused(RefreshRefusal::Unknown))?;
    let asked = Asked {
        scope: params.get("scope"),
        resources: resource::requested(params).map_err(refused)?,
    };
    let narrows = asked.scope.is_some() || !asked.resources.is_empty();
    if narrows {
        // A refused scope or resource must not spend the token, so it is judged before.
        let family = judge(app, client, &token, caller, now).await?.0;
        target(app, client, &family, &asked, now).await?;
    }
    let Some(ready) = issue::prepare(app, client, recipient, now).await? else {
        return Err(FlowError::busy());
    };
    let rotation = TokenRotation {
        realm: client.realm.clone(),
        family: token.family.clone(),
        client: client.id.clone(),
        generation: token.generation,
        targets_judged: narrows,
        now,
    };
    let (family, generation) = rotate(app, client, rotation, &asked, caller).await?;
    let target = target(app, client, &family, &asked, now).await?;
    if !issue::stands(app, client, Some(&family), now).await? {
        return Err(FlowError::Refused(RefreshRefusal::OwnerGone));
    }
    let issued = Issued {
        family: &family,
        target: &target,
        generation,
    };
    Ok(issue::for_family(app, ready, client, issued, now).await?)
}

fn refused(refusal: TargetRefusal) -> FlowError<RefreshRefusal> {
    FlowError::Refused(RefreshRefusal::Target(refusal))
}

/// What the new access token is for.
async fn target(
    app: &App,
    client: &Client,
    family: &Family,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Result<Target, FlowError<RefreshRefusal>> {
    let scope = scope(asked.scope, family).map_err(FlowError::Refused)?;
    let target = target_of_family(app, client, family, (&asked.resources, scope), now).await?;
    target.map_err(refused)
}

/// One statement rotates the live token. When it does not, the family is read to learn what the
/// presented token is to it. A family that names APIs takes two more: a token must not be spent
/// while one of them is switched off.
async fn rotate(
    app: &App,
    client: &Client,
    mut rotation: TokenRotation,
    asked: &Asked<'_>,
    caller: Asker<'_>,
) -> Result<(Family, i64), FlowError<RefreshRefusal>> {
    let token = RefreshToken {
        family: rotation.family.clone(),
        generation: rotation.generation,
    };
    let now = rotation.now;
    loop {
        if let Some(family) = app.store.rotate_family(&rotation).await? {
            let generation = family.generation;
            return Ok((family, generation));
        }
        match judge(app, client, &token, caller, now).await? {
            (family, Presented::Repeat) => return Ok((family, token.generation + 1)),
            (family, Presented::Live) if !rotation.targets_judged => {
                target(app, client, &family, asked, now).await?;
                rotation.targets_judged = true;
            }
            // Live, and yet the statement did not rotate it: its user or session fell in between.
            (_, Presented::Live) => return Err(FlowError::Refused(RefreshRefusal::OwnerGone)),
        }
    }
}

/// Reads the family and places the token in it; a replayed one was stolen.
async fn judge(
    app: &App,
    client: &Client,
    token: &RefreshToken,
    caller: Asker<'_>,
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
    if let (Err(RefreshRefusal::Replayed), Some(family)) = (&placed, &family) {
        theft::end(app, client, family, &caller(), now).await?;
    }
    let placed = placed.map_err(FlowError::Refused)?;
    let family = family.ok_or(Fault::Invariant("a placed token has a family"))?;
    Ok((family, placed))
}
