//! Writing answers: JSON for applications, pages for people.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use crate::account::language::Wishes;
use crate::flows::{Fault, StoreError};
use crate::http::call::{Call, RequestId, wants_json};
use crate::http::headers::{EndsAtClient, ShowsImage};
use crate::http::{Edge, language, page};
use crate::pages::{BusyPage, Chrome, ErrorDetails, ErrorPage, Message, View};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::time::Lifetime;

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: &'a str,
    request_id: &'a str,
}

/// A JSON body.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = status;
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A token as the whole answer (OIDC Core §5.3.2).
pub(super) fn jwt(token: String) -> Response {
    let mut response = Response::new(Body::from(token));
    let jwt = HeaderValue::from_static("application/jwt");
    response.headers_mut().insert(CONTENT_TYPE, jwt);
    response
}

/// An OAuth error (RFC 6749 §5.2, RFC 6750 §3.1): the status follows from the code.
pub(super) fn oauth_error(error: OAuthError, id: &RequestId) -> Response {
    let status = match error.code {
        ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::InvalidRequest
        | ErrorCode::InvalidGrant
        | ErrorCode::UnauthorizedClient
        | ErrorCode::UnsupportedGrantType
        | ErrorCode::UnsupportedTokenType
        | ErrorCode::UnsupportedResponseType
        | ErrorCode::InvalidScope
        | ErrorCode::InvalidTarget
        | ErrorCode::AccessDenied
        | ErrorCode::LoginRequired
        | ErrorCode::ConsentRequired
        | ErrorCode::InteractionRequired
        | ErrorCode::UnmetAuthenticationRequirements
        | ErrorCode::InvalidRequestObject
        | ErrorCode::InvalidRequestUri
        | ErrorCode::RegistrationNotSupported
        | ErrorCode::AuthorizationPending
        | ErrorCode::SlowDown
        | ErrorCode::ExpiredToken
        | ErrorCode::InvalidRedirectUri
        | ErrorCode::InvalidClientMetadata
        | ErrorCode::UnapprovedSoftwareStatement => StatusCode::BAD_REQUEST,
    };
    refusal(status, error.code, error.description, id)
}

/// An OAuth error whose status does not follow from its code.
pub(super) fn refusal(
    status: StatusCode,
    code: ErrorCode,
    description: &str,
    id: &RequestId,
) -> Response {
    let body = ErrorBody {
        error: code.as_str(),
        error_description: description,
        request_id: &id.0,
    };
    json(status, &body)
}

/// Says when to try again.
pub(super) fn retry_later(mut response: Response, wait: Lifetime) -> Response {
    let seconds = u64::try_from(wait.whole_seconds()).unwrap_or(1).max(1);
    let seconds = HeaderValue::from(seconds);
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}

/// The same on a page that may have to say so.
pub(super) fn with_wait(response: Response, seconds: Option<i64>) -> Response {
    match seconds {
        None => response,
        Some(seconds) => {
            let wait = u32::try_from(seconds).unwrap_or(u32::MAX);
            retry_later(response, Lifetime::seconds(wait))
        }
    }
}

/// Adds the challenge that goes with a 401 of the token endpoint (RFC 6749 §5.2).
pub(super) fn with_basic_challenge(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"vidimus\", charset=\"UTF-8\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// A page. `Forms` says whether its form may end at a client.
pub(super) fn page<V: View>(edge: &Edge, status: StatusCode, view: &V, ends: Forms) -> Response {
    match edge.pages.render(view) {
        Ok(html) => {
            let mut response = Response::new(Body::from(html));
            *response.status_mut() = status;
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, html);
            if ends == Forms::EndAtClient {
                response.extensions_mut().insert(EndsAtClient);
            }
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Lets a page show an image of a client's (OIDC Registration §2 `logo_uri`).
pub(super) fn with_image(mut response: Response, address: Option<&str>) -> Response {
    if let Some(image) = address.and_then(ShowsImage::at) {
        response.extensions_mut().insert(image);
    }
    response
}

/// Where the forms of a page lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forms {
    /// To this server only.
    StayHere,
    /// Through this server to a client.
    EndAtClient,
}

/// A redirect after which the browser uses GET (RFC 9700 §4.12).
pub(super) fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    match HeaderValue::try_from(location) {
        Ok(location) => {
            response.headers_mut().insert(LOCATION, location);
            response.extensions_mut().insert(EndsAtClient);
        }
        Err(error) => {
            tracing::error!(%error, "a redirect could not be written");
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
    }
    response
}

/// A fault of ours: logged once, here, with the request id; its text stays here.
pub(super) fn fault(edge: &Edge, headers: &HeaderMap, id: &RequestId, fault: &Fault) -> Response {
    tracing::error!(request_id = id.0, fault = %fault, "a request failed");
    if let Fault::Store(StoreError::Unavailable(_)) = fault {
        return busy(edge, headers, id, Lifetime::seconds(1));
    }
    if wants_json(headers) || !headers.contains_key("sec-fetch-dest") {
        let error = OAuthError::new(
            ErrorCode::ServerError,
            "Something failed on our side; tell the operator the request id.",
        );
        return oauth_error(error, id);
    }
    let details = ErrorDetails::new(
        "server_error",
        "Nothing is wrong with the request; the log has the cause under the request id.",
        edge.app.now(),
        &*id.0,
    );
    let view = ErrorPage {
        chrome: chrome(edge, headers),
        heading: Message::new("error-fault"),
        sentence: Message::new("error-fault-more"),
        details,
    };
    page(
        edge,
        StatusCode::INTERNAL_SERVER_ERROR,
        &view,
        Forms::StayHere,
    )
}

/// A bounded queue is full; nothing was spent.
pub(super) fn busy(
    edge: &Edge,
    headers: &HeaderMap,
    id: &RequestId,
    retry_after: Lifetime,
) -> Response {
    let seconds = u64::try_from(retry_after.whole_seconds())
        .unwrap_or(1)
        .max(1);
    let mut response = if headers.contains_key("sec-fetch-dest") && !wants_json(headers) {
        let view = BusyPage {
            chrome: chrome(edge, headers),
            retry_after_seconds: seconds,
            request_id: id.0.clone(),
        };
        page(
            edge,
            StatusCode::SERVICE_UNAVAILABLE,
            &view,
            Forms::StayHere,
        )
    } else {
        let error = OAuthError::new(
            ErrorCode::TemporarilyUnavailable,
            "The server is busy; try again after the time in Retry-After.",
        );
        oauth_error(error, id)
    };
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The client has asked too often (RFC 6585 §4); nothing was done.
pub(super) fn too_many(id: &RequestId, retry_after: Lifetime) -> Response {
    let error = OAuthError::new(
        ErrorCode::TemporarilyUnavailable,
        "This client asks too often; try again after the time in Retry-After.",
    );
    let mut response = oauth_error(error, id);
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = u64::try_from(retry_after.whole_seconds()).unwrap_or(0) + 1;
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A request that comes to nothing, in the words of ours that stand in the log as well.
struct Failure<'a> {
    status: StatusCode,
    code: &'a str,
    rule: &'a str,
    heading: Message,
    sentence: Message,
}

impl Failure<'_> {
    /// JSON to applications, a page to browsers.
    fn tell(self, edge: &Edge, headers: &HeaderMap, id: &RequestId) -> Response {
        if wants_json(headers) || !headers.contains_key("sec-fetch-dest") {
            let body = ErrorBody {
                error: self.code,
                error_description: self.rule,
                request_id: &id.0,
            };
            return json(self.status, &body);
        }
        let view = ErrorPage {
            chrome: chrome(edge, headers),
            heading: self.heading,
            sentence: self.sentence,
            details: ErrorDetails::new(self.code, self.rule, edge.app.now(), &*id.0),
        };
        page(edge, self.status, &view, Forms::StayHere)
    }
}

/// Nothing lives at this address.
pub(super) fn not_found(edge: &Edge, headers: &HeaderMap, id: &RequestId) -> Response {
    let failure = Failure {
        status: StatusCode::NOT_FOUND,
        code: "not_found",
        rule: "Nothing lives at this address.",
        heading: Message::new("error-not-found"),
        sentence: Message::new("error-not-found-more"),
    };
    failure.tell(edge, headers, id)
}

/// What lives at this address takes other methods (RFC 9110 §15.5.6); there is nothing to see.
pub(super) fn method_not_allowed(edge: &Edge, headers: &HeaderMap, id: &RequestId) -> Response {
    let failure = Failure {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "method_not_allowed",
        rule: "This address takes the methods in Allow.",
        heading: Message::new("error-not-found"),
        sentence: Message::new("error-not-found-more"),
    };
    failure.tell(edge, headers, id)
}

/// The body that a client's page has posted here is no form, too long, or broke off.
pub(super) fn unreadable(edge: &Edge, call: &Call) -> Response {
    let failure = Failure {
        status: StatusCode::BAD_REQUEST,
        code: ErrorCode::InvalidRequest.as_str(),
        rule: "The body is no application/x-www-form-urlencoded, is too long, or broke off.",
        heading: Message::new("error-request-unreadable"),
        sentence: Message::new("error-request-unreadable-more")
            .with("app", Message::new("error-some-app")),
    };
    failure.tell(edge, &call.headers, &call.id)
}

/// The surroundings of a page that belongs to no realm.
fn chrome(edge: &Edge, headers: &HeaderMap) -> Chrome {
    let wishes = language::wishes(edge, headers);
    Chrome::new(
        wishes.choose(edge.settings.language),
        "Vidimus",
        edge.host(),
    )
}

/// The surroundings of a realm's page, in the language that the request asks for.
pub(super) fn realm_chrome(edge: &Edge, call: &Call) -> Chrome {
    chrome_for(edge, call, call.wishes(edge))
}

/// The same where more is known of what the person reads.
pub(super) fn chrome_for(edge: &Edge, call: &Call, wishes: Wishes) -> Chrome {
    let language = wishes.choose(edge.settings.language);
    let action = edge.app.issuer(&call.realm).url(page::language::PATH);
    Chrome::new(language, &*call.realm_row.name, edge.host()).with_choice(
        action,
        call.here(),
        wishes.requested,
    )
}
