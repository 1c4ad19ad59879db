//! `POST /register` (RFC 7591 §3, OIDC Registration §3), and `GET`, `PUT` and `DELETE` of
//! `/register/{client_id}` (RFC 7592 §2).

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};

use crate::flows::FlowError;
use crate::flows::registration::manage::{self, ManageRefusal, Presented};
use crate::flows::registration::{Asked, RegisterRefusal, Registered, register_client};
use crate::http::call::Call;
use crate::http::{Edge, respond};
use crate::protocol::client::Client;
use crate::protocol::client::registration::registered_members;
use crate::protocol::discovery::path;
use crate::protocol::error::ErrorCode;
use crate::protocol::time::Lifetime;
use crate::secret::SecretString;

/// The client of the address.
pub(in crate::http) type Named = Path<HashMap<String, String>>;

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let metadata = match call.json(body, &edge).await {
        Ok(metadata) => metadata,
        Err(problem) => return malformed(&call, problem),
    };
    let asked = Asked {
        realm: &call.realm,
        token: call.bearer(),
        address: call.address,
        metadata: &metadata,
        caller: call.caller(),
    };
    match register_client(&edge.app, asked).await {
        Ok(Registered {
            client,
            secret,
            token,
        }) => {
            let body = document(&edge, &client, secret.as_ref(), token.expose());
            respond::json(StatusCode::CREATED, &body)
        }
        Err(error) => not_registered(&edge, &call, error),
    }
}

pub(in crate::http) async fn get(
    State(edge): State<Arc<Edge>>,
    Path(named): Named,
    call: Call,
) -> Response {
    let presented = presented(&call, &named);
    match manage::read(&edge.app, presented).await {
        Ok(client) => {
            let token = presented.token.unwrap_or_default();
            respond::json(StatusCode::OK, &document(&edge, &client, None, token))
        }
        Err(error) => not_managed(&edge, &call, error),
    }
}

pub(in crate::http) async fn put(
    State(edge): State<Arc<Edge>>,
    Path(named): Named,
    call: Call,
    body: Body,
) -> Response {
    let metadata = match call.json(body, &edge).await {
        Ok(metadata) => metadata,
        Err(problem) => return malformed(&call, problem),
    };
    let presented = presented(&call, &named);
    match manage::update(&edge.app, presented, &metadata).await {
        Ok(updated) => {
            let token = presented.token.unwrap_or_default();
            let body = document(&edge, &updated.client, updated.secret.as_ref(), token);
            respond::json(StatusCode::OK, &body)
        }
        Err(error) => not_managed(&edge, &call, error),
    }
}

pub(in crate::http) async fn delete(
    State(edge): State<Arc<Edge>>,
    Path(named): Named,
    call: Call,
) -> Response {
    match manage::delete(&edge.app, presented(&call, &named)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => not_managed(&edge, &call, error),
    }
}

fn presented<'a>(call: &'a Call, named: &'a HashMap<String, String>) -> Presented<'a> {
    Presented {
        realm: &call.realm,
        client: named.get("client_id").map_or("", String::as_str),
        token: call.bearer(),
        caller: call.caller(),
    }
}

/// RFC 7591 §3.2.1, RFC 7592 §3: everything that is registered, and how to manage it.
fn document(
    edge: &Edge,
    client: &Client,
    secret: Option<&SecretString>,
    token: &str,
) -> Map<String, Value> {
    let mut members = registered_members(&client.metadata);
    let issuer = edge.app.issuer(&client.realm);
    let address = issuer.url(&format!("{}/{}", path::REGISTER, client.id));
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("client_id", json!(client.id));
    add(
        "client_id_issued_at",
        json!(client.created_at.unix_seconds()),
    );
    add("registration_client_uri", json!(address));
    add("registration_access_token", json!(token));
    if let Some(secret) = secret {
        add("client_secret", json!(secret.expose()));
        add("client_secret_expires_at", json!(0));
    }
    members
}

fn malformed(call: &Call, problem: &str) -> Response {
    let code = ErrorCode::InvalidClientMetadata;
    respond::refusal(StatusCode::BAD_REQUEST, code, problem, &call.id)
}

fn not_registered(edge: &Edge, call: &Call, error: FlowError<RegisterRefusal>) -> Response {
    use RegisterRefusal as R;
    let refusal = match error {
        FlowError::Refused(refusal) => refusal,
        FlowError::Busy { retry_after } => {
            return respond::busy(edge, &call.headers, &call.id, retry_after);
        }
        FlowError::Fault(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "not registered");
    match refusal {
        R::Off => respond::not_found(edge, &call.headers, &call.id),
        R::TokenMissing => unauthorized(call, "Registration here takes an initial access token."),
        R::TokenRefused => unauthorized(
            call,
            "The initial access token is unknown, expired or used up.",
        ),
        R::SlowDown { retry_after } => later(
            call,
            StatusCode::TOO_MANY_REQUESTS,
            "Too many registrations from this address; try again later.",
            retry_after,
        ),
        R::Full { retry_after } => later(
            call,
            StatusCode::SERVICE_UNAVAILABLE,
            "No more clients can be registered for the moment.",
            retry_after,
        ),
        R::Metadata(refusal) => respond::refusal(
            StatusCode::BAD_REQUEST,
            refusal.code(),
            &refusal.description(),
            &call.id,
        ),
    }
}

fn not_managed(edge: &Edge, call: &Call, error: FlowError<ManageRefusal>) -> Response {
    use ManageRefusal as R;
    let refusal = match error {
        FlowError::Refused(refusal) => refusal,
        FlowError::Busy { retry_after } => {
            return respond::busy(edge, &call.headers, &call.id, retry_after);
        }
        FlowError::Fault(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "not managed");
    let bad = |description: &str| malformed(call, description);
    match refusal {
        R::TokenMissing => unauthorized(call, "Send the registration access token."),
        R::TokenRefused => unauthorized(call, "The registration access token is not valid."),
        R::Denied => respond::refusal(
            StatusCode::FORBIDDEN,
            ErrorCode::AccessDenied,
            "This client is switched off.",
            &call.id,
        ),
        R::OtherClient => bad("client_id must be the one of this registration."),
        R::OtherSecret => bad("client_secret is not the one of this client."),
        R::ServersOwn(member) => bad(&format!("{member} cannot be set.")),
        R::Metadata(refusal) => respond::refusal(
            StatusCode::BAD_REQUEST,
            refusal.code(),
            &refusal.description(),
            &call.id,
        ),
    }
}

/// RFC 6750 §3.
fn unauthorized(call: &Call, description: &str) -> Response {
    let code = ErrorCode::InvalidToken;
    let mut response = respond::refusal(StatusCode::UNAUTHORIZED, code, description, &call.id);
    let challenge = if call.bearer().is_some() {
        HeaderValue::from_static("Bearer error=\"invalid_token\"")
    } else {
        HeaderValue::from_static("Bearer")
    };
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

fn later(call: &Call, status: StatusCode, description: &str, wait: Lifetime) -> Response {
    let code = ErrorCode::TemporarilyUnavailable;
    respond::retry_later(respond::refusal(status, code, description, &call.id), wait)
}
