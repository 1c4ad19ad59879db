//! Redeeming an authorization code.

use crate::account::event::Asker;
use crate::flows::audience::target_of_family;
use crate::flows::client_keys::Recipient;
use crate::flows::revocations::Cause;
use crate::flows::token::TokenAnswer;
use crate::flows::token::issue::{self, Issued};
use crate::flows::{App, Fault, FlowError, revocations};
use crate::protocol::api::ApiId;
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::params::Params;
use crate::protocol::resource::{self, TargetRefusal};
use crate::protocol::time::Timestamp;
use crate::protocol::token::code::{CodeRefusal, CodeRequest, Spent, WRONG_VERIFIER_LIMIT, decide};
use crate::protocol::token::family::Family;
use crate::store::CodeRedemption;

/// Spends a code and issues its tokens.
pub(super) async fn redeem(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    recipient: Option<Recipient>,
    caller: Asker<'_>,
) -> Result<TokenAnswer, FlowError<CodeRefusal>> {
    let client = client.client();
    let now = app.now();
    let refused = |refusal| FlowError::Refused(CodeRefusal::Target(refusal));
    let request = CodeRequest::parse(params).map_err(FlowError::Refused)?;
    let resources = resource::requested(params).map_err(refused)?;
    if !resources.is_empty() {
        judge_before(app, client, &request, &resources, now)
            .await?
            .map_err(refused)?;
    }
    let Some(ready) = issue::prepare(app, client, recipient, now).await? else {
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
        return Err(refuse(app, client, &request, caller, now).await);
    };
    let scope = decide(&request, client, Some(&family), Spent::ByThisRequest, now)
        .map_err(FlowError::Refused)?;
    if !issue::stands(app, client, Some(&family), now).await? {
        return Err(FlowError::Refused(CodeRefusal::OwnerGone));
    }
    let target = target_of_family(app, client, &family, (&resources, scope), now).await?;
    let issued = Issued {
        family: &family,
        target: &target.map_err(refused)?,
        generation: family.generation,
    };
    Ok(issue::for_family(app, ready, client, issued, now).await?)
}

/// A refused resource must not spend the code, so it is judged before. Whatever else is wrong with
/// the code is left to the statement that spends it.
async fn judge_before(
    app: &App,
    client: &Client,
    request: &CodeRequest,
    resources: &[ApiId],
    now: Timestamp,
) -> Result<Result<(), TargetRefusal>, Fault> {
    let code = &request.code;
    let Some(family) = app.store.family_by_code(&client.realm, code).await? else {
        return Ok(Ok(()));
    };
    match decide(request, client, Some(&family), Spent::NotByThisRequest, now) {
        Ok(scope) => {
            let target = target_of_family(app, client, &family, (resources, scope), now).await?;
            Ok(target.map(|_target| ()))
        }
        Err(_refusal) => Ok(Ok(())),
    }
}

/// The statement did not spend the code: reads why, and does what follows from it.
async fn refuse(
    app: &App,
    client: &Client,
    request: &CodeRequest,
    caller: Asker<'_>,
    now: Timestamp,
) -> FlowError<CodeRefusal> {
    match explain(app, client, request, caller, now).await {
        Ok(refusal) => FlowError::Refused(refusal),
        Err(fault) => FlowError::Fault(fault),
    }
}

async fn explain(
    app: &App,
    client: &Client,
    request: &CodeRequest,
    caller: Asker<'_>,
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
        punish(app, family, refusal, caller, now).await?;
    }
    Ok(refusal)
}

/// RFC 6749 §4.1.2: a replay ends the family. Guessing verifiers burns the code.
async fn punish(
    app: &App,
    family: &Family,
    refusal: CodeRefusal,
    caller: Asker<'_>,
    now: Timestamp,
) -> Result<(), Fault> {
    let (realm, id) = (&family.grant.realm, &family.grant.id);
    if refusal == CodeRefusal::Replayed {
        let asker = caller();
        let cause = Cause::replay("code replayed", &asker);
        revocations::revoke_family(app, family, cause, now).await?;
    } else if refusal == CodeRefusal::WrongVerifier {
        app.store
            .count_wrong_verifier(realm, id, WRONG_VERIFIER_LIMIT, now)
            .await?;
    }
    Ok(())
}
