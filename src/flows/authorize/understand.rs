//! Reading an authorization request: both stages of parsing, and who is signed in.

use std::sync::Arc;

use crate::flows::authorize::{Outcome, Pending, Visit, passing, refuse};
use crate::flows::clients::Named;
use crate::flows::{App, Fault, audience, clients, session};
use crate::keys::TokenType;
use crate::protocol::authorize::{
    Addressee, AddresseeRefusal, AuthorizationRequest, AuthorizeRefusal, Interaction,
};
use crate::protocol::claims::IdTokenClaims;
use crate::protocol::client::Client;
use crate::protocol::ids::RealmId;
use crate::protocol::params::Params;
use crate::protocol::realm::RealmSettings;
use crate::protocol::time::Timestamp;

/// Both stages of parsing, and who is signed in.
pub(crate) async fn understand(
    app: &App,
    visit: Visit<'_>,
    interaction: Interaction,
    now: Timestamp,
) -> Result<Result<Pending, Outcome>, Fault> {
    let Visit {
        realm,
        params,
        cookie,
        ..
    } = visit;
    let client_id = match Addressee::client_id(params) {
        Ok(client_id) => client_id,
        Err(refusal) => return Ok(Err(Outcome::Refused(refusal, None))),
    };
    let client = match clients::find(app, realm, &client_id, now).await? {
        Named::Client(client) => client,
        Named::Nobody => {
            let refusal = AddresseeRefusal::UnknownClient;
            return Ok(Err(Outcome::Refused(refusal, None)));
        }
        Named::Later(_) => return Ok(Err(Outcome::Busy)),
    };
    let passed = match passing::read(app, visit, &client, interaction.started_at).await? {
        Ok(passed) => passed,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let addressee = match Addressee::prove(&passed.params, Some(Arc::clone(&client))) {
        Ok(addressee) => addressee,
        Err(refusal) => return Ok(Err(Outcome::Refused(refusal, Some(client)))),
    };
    let request = match (passed.unkept, passing::is_too_long(params)) {
        (Some(refusal), _) => Err(AuthorizeRefusal::Passing(refusal)),
        (None, true) => Err(AuthorizeRefusal::TooLong),
        (None, false) => check(app, &passed.params, &addressee, now).await?,
    };
    let request = match request {
        Ok(request) => request,
        Err(refusal) => return Ok(Err(refuse(app, realm, &addressee, refusal))),
    };
    let settings = realm_settings(app, realm, now).await?;
    let session = session::resume(app, realm, cookie, Some(&client_id), now).await?;
    Ok(Ok(Pending {
        addressee,
        request,
        interaction,
        session,
        realm_demand: settings.second_factor_demand(),
        pushed: passed.pushed,
    }))
}

/// The second stage.
pub(crate) async fn check(
    app: &App,
    params: &Params,
    addressee: &Addressee,
    now: Timestamp,
) -> Result<Result<AuthorizationRequest, AuthorizeRefusal>, Fault> {
    let settings = realm_settings(app, &addressee.client().realm, now).await?;
    let mut request = match AuthorizationRequest::parse(params, addressee, settings) {
        Ok(request) => request,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let apis = audience::apis(app, addressee.client(), &request.resources, now).await?;
    if let Err(refusal) = apis {
        return Ok(Err(AuthorizeRefusal::Target(refusal)));
    }
    if let Some(hint) = params.get("id_token_hint") {
        match hinted_subject(app, addressee.client(), hint, now).await? {
            Some(subject) => request.subject = request.subject.and(vec![subject]),
            None => return Ok(Err(AuthorizeRefusal::BadIdTokenHint)),
        }
    }
    if request.subject.is_contradictory() {
        return Ok(Err(AuthorizeRefusal::SomebodyElse));
    }
    Ok(Ok(request))
}

/// What is switched on in a realm; nothing in one that is gone.
async fn realm_settings(
    app: &App,
    realm: &RealmId,
    now: Timestamp,
) -> Result<RealmSettings, Fault> {
    let row = app.facts.realm(app.store.as_ref(), realm, now).await?;
    Ok(row.map(|row| row.settings).unwrap_or_default())
}

/// The subject of an ID token of ours for this client, expired or not (OIDC Core §3.1.2.1).
async fn hinted_subject(
    app: &App,
    client: &Arc<Client>,
    hint: &str,
    now: Timestamp,
) -> Result<Option<String>, Fault> {
    let realm = &client.realm;
    let verified = app
        .keys
        .verify::<IdTokenClaims>(realm, hint, TokenType::IdToken, now)
        .await?;
    let issuer = app.issuer(realm);
    Ok(verified
        .ok()
        .filter(|claims| claims.iss == issuer.as_str() && claims.aud == client.id)
        .map(|claims| claims.sub))
}
