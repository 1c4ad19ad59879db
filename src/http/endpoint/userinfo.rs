//! `GET` and `POST /userinfo` (OIDC Core §5.3), with the token where RFC 6750 §2 allows it: header
//! or form, never the query.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};

use crate::flows::FlowError;
use crate::flows::userinfo::{self, BearerRefusal, UserinfoAnswer};
use crate::http::call::Call;
use crate::http::endpoint::failed;
use crate::http::{Edge, cors, respond};
use crate::protocol::error::OAuthError;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let token = call
        .bearer()
        .map(str::to_owned)
        .ok_or(BearerRefusal::TokenMissing);
    answer(&edge, &call, token).await
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let params = match call.form(body, &edge).await {
        Ok(params) => params,
        Err(error) => return respond::oauth_error(error, &call.id),
    };
    let token = match (call.bearer(), params.get("access_token")) {
        _ if params.has_repeats() => Err(BearerRefusal::Repeated),
        (Some(_), Some(_)) => Err(BearerRefusal::TwoTokens),
        (Some(token), None) | (None, Some(token)) => Ok(token.to_owned()),
        (None, None) => Err(BearerRefusal::TokenMissing),
    };
    answer(&edge, &call, token).await
}

async fn answer(edge: &Edge, call: &Call, token: Result<String, BearerRefusal>) -> Response {
    let outcome = match token {
        Ok(token) => userinfo::userinfo(&edge.app, &call.realm, &token).await,
        Err(refusal) => Err(FlowError::Refused(refusal)),
    };
    match outcome {
        Ok((claims, client)) => {
            let response = match claims {
                UserinfoAnswer::Plain(claims) => respond::json(StatusCode::OK, &claims),
                UserinfoAnswer::Jwt(token) => respond::jwt(token),
            };
            cors::for_client(&call.headers, Some(&client), response)
        }
        Err(FlowError::Refused(refusal)) => {
            // A refusal tells a script nothing that it could not know, and without this header it
            // could not even tell that its token has expired.
            let response = failed(edge, call, FlowError::Refused(refusal));
            cors::for_everybody(challenge(response, refusal))
        }
        Err(error) => failed(edge, call, error),
    }
}

/// RFC 6750 §3: a request without a token is told the scheme and nothing else.
fn challenge(mut response: Response, refusal: BearerRefusal) -> Response {
    let text = if refusal == BearerRefusal::TokenMissing {
        "Bearer".to_owned()
    } else {
        let OAuthError { code, description } = refusal.into();
        format!("Bearer error=\"{code}\", error_description=\"{description}\"")
    };
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}
