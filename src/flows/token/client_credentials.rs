//! Tokens for machines.

use crate::flows::token::TokenAnswer;
use crate::flows::token::issue;
use crate::flows::{App, FlowError};
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::params::Params;
use crate::protocol::token::client_credentials::{ClientCredentialsRefusal, decide};

/// Issues an access token to a machine.
pub(super) async fn issue(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
) -> Result<TokenAnswer, FlowError<ClientCredentialsRefusal>> {
    let client = client.client();
    let now = app.now();
    let scope = decide(params.get("scope"), client).map_err(FlowError::Refused)?;
    if !issue::stands(app, client, None, now).await? {
        return Err(FlowError::Refused(ClientCredentialsRefusal::Inconsistent));
    }
    let Some(ready) = issue::prepare(app, client, now).await? else {
        return Err(FlowError::busy());
    };
    Ok(issue::for_machine(app, ready, client, &scope, now).await?)
}
