//! Tokens for machines.

use crate::flows::token::TokenAnswer;
use crate::flows::token::issue;
use crate::flows::{App, FlowError, audience};
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::params::Params;
use crate::protocol::resource;
use crate::protocol::token::client_credentials::{ClientCredentialsRefusal, decide};

/// Issues an access token to a machine.
pub(super) async fn issue(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
) -> Result<TokenAnswer, FlowError<ClientCredentialsRefusal>> {
    let client = client.client();
    let now = app.now();
    let refused = |refusal| FlowError::Refused(ClientCredentialsRefusal::Target(refusal));
    let scope = decide(params.get("scope"), client).map_err(FlowError::Refused)?;
    let resources = resource::requested(params).map_err(refused)?;
    let target = audience::target(app, client, &resources, scope, now).await?;
    let target = target.map_err(refused)?;
    if !issue::stands(app, client, None, now).await? {
        return Err(FlowError::Refused(ClientCredentialsRefusal::Inconsistent));
    }
    let Some(ready) = issue::prepare(app, client, None, now).await? else {
        return Err(FlowError::busy());
    };
    Ok(issue::for_machine(app, ready, client, &target, now).await?)
}
