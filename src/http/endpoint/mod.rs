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

use axum::body::Body;
use axum::response::Response;

use crate::flows::FlowError;
use crate::flows::client_auth::{self, Unauthenticated};
use crate::http::call::Call;
use crate::http::{Edge, cors, respond};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;

/// Authenticates the client of a request to an endpoint; on refusal gives the answer and, for CORS,
/// the client that was named.
async fn client_of(
    edge: &Edge,
    call: &Call,
    params: &Params,
    endpoint: &'static str,
) -> Result<AuthenticatedClient, (Response, Option<Arc<Client>>)> {
    let request = client_auth::Request {
        realm: &call.realm,
        endpoint,
        authorization: call.authorization(),
        params,
    };
    match client_auth::client_of(&edge.app, request).await {
        Ok(client) => Ok(client),
        Err(FlowError::Refused(Unauthenticated { refusal, client })) => {
            tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "client refused");
            let response = respond::oauth_error(refusal.into(), &call.id);
            Err((respond::with_basic_challenge(response), client))
        }
        Err(FlowError::Busy { retry_after }) => {
            let busy = respond::busy(edge, &call.headers, &call.id, retry_after);
            Err((busy, None))
        }
        Err(FlowError::Fault(fault)) => {
            Err((respond::fault(edge, &call.headers, &call.id, &fault), None))
        }
    }
}

/// Reads a form and authenticates its client; a refusal is readable for the client's own origins.
async fn authenticated(
    edge: &Edge,
    call: &Call,
    body: Body,
    endpoint: &'static str,
) -> Result<(AuthenticatedClient, Params), Response> {
    let params = match call.form(body, edge).await {
        Ok(params) => params,
        Err(error) => return Err(respond::oauth_error(error, &call.id)),
    };
    match client_of(edge, call, &params, endpoint).await {
        Ok(client) => Ok((client, params)),
        Err((response, client)) => {
            Err(cors::for_client(&call.headers, client.as_deref(), response))
        }
    }
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
