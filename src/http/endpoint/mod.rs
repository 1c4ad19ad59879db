//! The endpoints that applications call.

pub(super) mod device_authorization;
pub(super) mod health;
pub(super) mod introspect;
pub(super) mod metadata;
pub(super) mod par;
pub(super) mod registration;
pub(super) mod revoke;
pub(super) mod token;
pub(super) mod userinfo;

use std::fmt::Debug;
use std::sync::Arc;

use axum::response::Response;

use crate::flows::{FlowError, clients};
use crate::http::call::Call;
use crate::http::{Edge, respond};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::{
    AuthenticatedClient, ClientAuthRefusal, authenticate, read_credentials,
};
use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;

/// Authenticates the client of a request; on refusal gives the answer and, for CORS, the client
/// that was named.
async fn client_of(
    edge: &Edge,
    call: &Call,
    params: &Params,
) -> Result<AuthenticatedClient, (Response, Option<Arc<Client>>)> {
    let refuse = |refusal: ClientAuthRefusal, client| {
        tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "client refused");
        let response = respond::oauth_error(refusal.into(), &call.id);
        (respond::with_basic_challenge(response), client)
    };
    let repeated = ["client_id", "client_secret"]
        .iter()
        .any(|name| params.is_repeated(name));
    if repeated {
        return Err(refuse(ClientAuthRefusal::TwoClients, None));
    }
    let presented =
        read_credentials(call.authorization(), params).map_err(|refusal| refuse(refusal, None))?;
    let app = &edge.app;
    let client = clients::find(app, &call.realm, &presented.client, app.now())
        .await
        .map_err(|fault| (respond::fault(edge, &call.headers, &call.id, &fault), None))?;
    authenticate(&presented, client.clone()).map_err(|refusal| refuse(refusal, client))
}

/// The answer to a flow that did not succeed; refusals are logged with their exact reason.
fn failed<R>(edge: &Edge, call: &Call, error: FlowError<R>) -> Response
where
    R: Debug + Copy + Into<OAuthError>,
{
    match error {
        FlowError::Refused(refusal) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "refused");
            respond::oauth_error(refusal.into(), &call.id)
        }
        FlowError::Busy { retry_after } => {
            respond::busy(edge, &call.headers, &call.id, retry_after)
        }
        FlowError::Fault(fault) => respond::fault(edge, &call.headers, &call.id, &fault),
    }
}
