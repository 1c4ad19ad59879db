//! Redeeming an authorization code.

use crate::flows::token::TokenAnswer;
use crate::flows::token::issue::{self, Issued};
use crate::flows::{App, Fault, FlowError, revocations};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;
use crate::protocol::token::code::{CodeRefusal, CodeRequest, Spent, WRONG_VERIFIER_LIMIT, decide};
use crate::protocol::token::family::Family;
use crate::store::CodeRedemption;

/// Spends a code and issues its tokens.
pub(super) async fn redeem(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
) -> Result<TokenAnswer, FlowError<CodeRefusal>> {
    let client = client.client();
    let now = app.now();
    let request = CodeRequest::parse(params).map_err(FlowError::Refused)?;
    let Some(ready) = issue::prepare(app, client, now).await? else {
        return Err(FlowError::busy());
    };
    let redemption = CodeRedemption {
        realm: client.realm.clone(),
        code: request.code,
        client: client.id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        code_challenge: request
            .code_challenge
            .as_ref()
            .map(|c| c.as_str().to_owned()),
        now,
    };
    let Some(family) = app.store.redeem_code(&redemption).await? else {
        return Err(refuse(app, client, &request, now).await);
    };
    let scope = decide(&request, client, Some(&family), Spent::ByThisRequest, now)
        .map_err(FlowError::Refused)?;
    if !issue::stands(app, client, Some(&family), now).await? {
        return Err(FlowError::Refused(CodeRefusal::OwnerGone));
    }
    let issued = Issued {
        family: &family,
        scope: &scope,
        generation: family.generation,
    };
    Ok(issue::for_family(app, ready, client, issued, now).await?)
}

/// The statement did not spend the code: reads why, and does what follows from it.
async fn refuse(
    app: &App,
    client: &Client,
    request: &CodeRequest,
    now: Timestamp,
) -> FlowError<CodeRefusal> {
    match explain(app, client, request, now).await {
        Ok(refusal) => FlowError::Refused(refusal),
        Err(fault) => FlowError::Fault(fault),
    }
}

async fn explain(
    app: &App,
    client: &Client,
    request: &CodeRequest,
    now: Timestamp,
) -> Result<CodeRefusal, Fault> {
    let family = app
        .store
        .family_by_code(&client.realm, &request.code)
        .await?;
    let decision = decide(
        request,
        client,
        family.as_ref(),
        Spent::NotByThisRequest,
        now,
    );
    // All bindings hold and yet the statement did not spend it: its user or session fell between
    // the two reads.
    let refusal = decision.err().unwrap_or(CodeRefusal::OwnerGone);
    if let Some(family) = &family {
        punish(app, family, refusal, now).await?;
    }
    Ok(refusal)
}

/// RFC 6749 §4.1.2: a replay ends the family. Guessing verifiers burns the code.
async fn punish(
    app: &App,
    family: &Family,
    refusal: CodeRefusal,
    now: Timestamp,
) -> Result<(), Fault> {
    let (realm, id) = (&family.grant.realm, &family.grant.id);
    if refusal == CodeRefusal::Replayed {
        revocations::revoke_family(app, realm, id, "code replayed", now).await?;
    } else if refusal == CodeRefusal::WrongVerifier {
        app.store
            .count_wrong_verifier(realm, id, WRONG_VERIFIER_LIMIT, now)
            .await?;
    }
    Ok(())
}
