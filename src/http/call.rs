//! A request, read: its realm, parameters, headers, id and the address that it came from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::body::{Body, to_bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri, RawPathParams};
use axum::response::Response;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use serde_json::{Map, Value};

use crate::account::event::Caller;
use crate::account::language::Wishes;
use crate::flows::Realm;
use crate::http::{Edge, forwarded, language, respond};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::ids::RealmId;
use crate::protocol::params::Params;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The id under which a request is logged and which its answer carries.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// One request at one of a realm's addresses.
pub(super) struct Call {
    pub(super) realm: RealmId,
    pub(super) realm_row: Arc<Realm>,
    pub(super) query: Params,
    pub(super) headers: HeaderMap,
    pub(super) id: RequestId,
    pub(super) address: IpAddr,
    /// The address as sent, before routers took the realm's part of the path away.
    uri: Uri,
    /// Read when it is asked for: applications' requests have no use for it.
    caller: OnceLock<Caller>,
}

impl FromRequestParts<Arc<Edge>> for Call {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        edge: &Arc<Edge>,
    ) -> Result<Self, Self::Rejection> {
        let id = parts
            .extensions
            .get()
            .cloned()
            .unwrap_or_else(|| RequestId(String::new()));
        let row = realm_of(parts, edge)
            .await
            .map_err(|problem| match problem {
                Problem::NoSuchRealm => respond::not_found(edge, &parts.headers, &id),
                Problem::Fault(fault) => respond::fault(edge, &parts.headers, &id, &fault),
            })?;
        let address = client_address(parts, edge);
        let query = Params::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let sent = parts.extensions.remove();
        Ok(Self {
            realm: row.id.clone(),
            realm_row: row,
            query,
            headers: std::mem::take(&mut parts.headers),
            id,
            address,
            uri: sent.map_or_else(|| parts.uri.clone(), |OriginalUri(sent)| sent),
            caller: OnceLock::new(),
        })
    }
}

enum Problem {
    NoSuchRealm,
    Fault(crate::flows::Fault),
}

/// The realm of the path; one that is unknown or switched off is not there for anybody.
async fn realm_of(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Arc<Realm>, Problem> {
    let named = match RawPathParams::from_request_parts(parts, edge).await {
        Ok(params) => {
            let slug = params.iter().find(|(name, _)| *name == "realm");
            slug.map(|(_, slug)| slug.to_owned())
        }
        // An address without any parameters.
        Err(RawPathParamsRejection::MissingPathParams(_)) => None,
        // One that does not read must not become another realm's.
        Err(_unreadable) => return Err(Problem::NoSuchRealm),
    };
    let realm = match named {
        Some(slug) => RealmId::parse(slug)
            .ok()
            .filter(|realm| !realm.is_default())
            .ok_or(Problem::NoSuchRealm)?,
        None => RealmId::default_realm(),
    };
    let app = &edge.app;
    let row = app.facts.realm(app.store.as_ref(), &realm, app.now()).await;
    match row.map_err(|error| Problem::Fault(error.into()))? {
        Some(row) if row.disabled_at.is_none() => Ok(row),
        _ => Err(Problem::NoSuchRealm),
    }
}

/// The address that the request came from, by the word of trusted proxies only.
fn client_address(parts: &Parts, edge: &Edge) -> IpAddr {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
            address.ip()
        });
    let values = parts.headers.get_all(X_FORWARDED_FOR);
    forwarded::client_address(
        peer,
        values.iter().map(HeaderValue::as_bytes),
        &edge.settings.trusted_proxies,
    )
}

impl Call {
    /// The address and what else is known of the browser, for the record.
    pub(super) fn caller(&self) -> &Caller {
        self.caller.get_or_init(|| {
            let agent = self.headers.get(USER_AGENT);
            let agent = agent
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            let kept: String = agent.chars().take(Caller::AGENT_LIMIT).collect();
            Caller {
                address: Some(self.address),
                user_agent: (!kept.is_empty()).then_some(kept),
                request: Some(self.id.0.clone()),
            }
        })
    }

    /// Path and query of the request.
    pub(super) fn here(&self) -> &str {
        self.uri.path_and_query().map_or("", PathAndQuery::as_str)
    }

    /// What it says of the language that its sender reads.
    pub(super) fn wishes(&self, edge: &Edge) -> Wishes {
        language::wishes(edge, &self.headers).with_requested(self.query.get("ui_locales"))
    }

    /// The Authorization header, when it reads as text.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
    }

    /// The token of the Authorization header (RFC 6750 §2.1).
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.authorization()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Reads a body that is a JSON object; or says what is wrong with it.
    pub(super) async fn json(
        &self,
        body: Body,
        edge: &Edge,
    ) -> Result<Map<String, Value>, &'static str> {
        let bytes = to_bytes(body, edge.settings.body_limit_bytes)
            .await
            .map_err(|_too_long| "The body is too long or broke off.")?;
        match self.media_type() {
            Some(json) if json.eq_ignore_ascii_case("application/json") => {}
            _ => return Err("The body must be application/json."),
        }
        serde_json::from_slice(&bytes).map_err(|_other| "The body is no JSON object.")
    }

    /// The media type of the body, without parameters.
    fn media_type(&self) -> Option<&str> {
        let text = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        text.split(';').next().map(str::trim)
    }

    /// Reads the body of a form post.
    pub(super) async fn form(&self, body: Body, edge: &Edge) -> Result<Params, OAuthError> {
        const NOT_A_FORM: OAuthError = OAuthError::new(
            ErrorCode::InvalidRequest,
            "The body must be application/x-www-form-urlencoded.",
        );
        const CONTROL: OAuthError = OAuthError::new(
            ErrorCode::InvalidRequest,
            "A parameter holds a control character.",
        );
        const TOO_LONG: OAuthError = OAuthError::new(
            ErrorCode::InvalidRequest,
            "The body is too long or broke off.",
        );
        let bytes = to_bytes(body, edge.settings.body_limit_bytes)
            .await
            .map_err(|_too_long| TOO_LONG)?;
        match self.media_type() {
            Some(form) if form.eq_ignore_ascii_case("application/x-www-form-urlencoded") => {
                let params = Params::parse(&bytes);
                if params.has_control_characters() {
                    Err(CONTROL)
                } else {
                    Ok(params)
                }
            }
            None if bytes.is_empty() => Ok(Params::default()),
            _ => Err(NOT_A_FORM),
        }
    }
}

/// Whether the caller reads JSON rather than pages.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}
