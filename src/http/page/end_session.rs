//! `GET` and `POST /end_session` (OIDC RP-Initiated Logout §2).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::flows::Fault;
use crate::flows::end_session::{LogoutRequest, end, frames, understand};
use crate::flows::session::LiveSession;
use crate::http::call::Call;
use crate::http::headers::Frames;
use crate::http::page::check_session::forget;
use crate::http::page::{bind, is_genuine, local, posted};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{FrontChannelPage, LogoutPage, SignedOutPage};
use crate::protocol::authorize::REQUEST_LIMIT_BYTES;
use crate::protocol::discovery::path;
use crate::protocol::end_session::LogoutStep;
use crate::protocol::front_channel_logout::LogoutFrame;
use crate::protocol::params::Params;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match read(&edge, &call).await {
        Ok(request) => match request.step {
            LogoutStep::Confirm => ask(&edge, &call, &request),
            LogoutStep::End | LogoutStep::NothingToEnd => finish(&edge, &call, &request).await,
        },
        Err(response) => response,
    }
}

/// A post is an answer on our own page, or a client's request (§2), whose page is another site: the
/// browser withholds our cookie from it until it is redirected to GET.
pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let form = posted(&edge, &call, body).await.unwrap_or_default();
    if form.get("decision").is_none() {
        let query = form.encode_without(&[]);
        let mut address = local(&edge, &call, path::END_SESSION);
        // What no address holds is asked for without it: nothing keeps a person from signing out.
        if query.len() <= REQUEST_LIMIT_BYTES {
            address = format!("{address}?{query}");
        }
        return respond::see_other(&address);
    }
    let request = match read(&edge, &call).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    if !is_genuine(&edge, &call, &form) {
        return ask(&edge, &call, &request);
    }
    match form.get("decision") {
        Some("confirm") => finish(&edge, &call, &request).await,
        _ => stay(&edge, &call, &request),
    }
}

async fn read(edge: &Edge, call: &Call) -> Result<LogoutRequest, Response> {
    let cookie = cookie::read(edge, &call.realm, &call.headers);
    let request = understand(&edge.app, &call.realm, &call.query, cookie)
        .await
        .map_err(|fault| respond::fault(edge, &call.headers, &call.id, &fault))?;
    if let Some(problem) = request.problem {
        tracing::info!(request_id = call.id.0, realm = %call.realm, ?problem, "logout request");
    }
    Ok(request)
}

fn ask(edge: &Edge, call: &Call, request: &LogoutRequest) -> Response {
    let binding = bind(edge, call);
    let user = request.session.as_ref().map(|live| &live.facts().user);
    let username = user.map(|user| user.username.clone());
    let locale = user.and_then(|user| user.profile.locale.as_deref());
    let view = LogoutPage {
        chrome: respond::chrome_for(edge, call, call.wishes(edge).with_own(locale)),
        client_name: client_name(request),
        username: username.unwrap_or_default(),
        action: action(edge, call, &call.query),
        csrf: binding.csrf.clone(),
        carried: Vec::new(),
    };
    let response = respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient);
    binding.apply(edge, call, response)
}

/// Ends the session, if there is one, tells the clients that want a frame, and sends the browser
/// back where that is proven.
async fn finish(edge: &Edge, call: &Call, request: &LogoutRequest) -> Response {
    let told = match &request.session {
        Some(live) => end_and_tell(edge, call, live).await,
        None => Ok(Vec::new()),
    };
    let frames = match told {
        Ok(frames) => frames,
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let onward = request.return_to.as_ref().map(|address| {
        // RP-Initiated Logout §3: the state as it came, and nothing else.
        let state = request.state.as_deref().map(|state| ("state", state));
        address.with_query(state.as_slice())
    });
    let mut response = match onward {
        _ if !frames.is_empty() => in_frames(edge, call, request, frames, onward),
        Some(address) => respond::see_other(&address),
        None => signed_out(edge, call, request, false),
    };
    if let Some(header) = cookie::delete(edge, &call.realm) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    forget(edge, call, &mut response);
    response
}

async fn end_and_tell(
    edge: &Edge,
    call: &Call,
    live: &LiveSession,
) -> Result<Vec<LogoutFrame>, Fault> {
    end(&edge.app, &call.realm, live, call.caller()).await?;
    frames(&edge.app, &call.realm, live).await
}

/// The page that loads the clients' frames and then goes on (OIDC Front-Channel Logout §2).
fn in_frames(
    edge: &Edge,
    call: &Call,
    request: &LogoutRequest,
    frames: Vec<LogoutFrame>,
    continue_to: Option<String>,
) -> Response {
    let (addresses, mut origins): (Vec<_>, Vec<_>) = frames
        .into_iter()
        .map(|frame| (frame.address, frame.origin))
        .unzip();
    origins.sort_unstable();
    origins.dedup();
    let view = FrontChannelPage {
        chrome: respond::realm_chrome(edge, call).in_passing(),
        frames: addresses,
        client_name: client_name(request),
        continue_to,
    };
    let mut response = respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient);
    response.extensions_mut().insert(Frames(origins));
    response
}

/// The person chose to stay signed in.
fn stay(edge: &Edge, call: &Call, request: &LogoutRequest) -> Response {
    signed_out(edge, call, request, true)
}

fn signed_out(edge: &Edge, call: &Call, request: &LogoutRequest, stayed: bool) -> Response {
    let view = SignedOutPage {
        chrome: respond::realm_chrome(edge, call),
        stayed,
        client_name: client_name(request),
        return_to: request
            .return_to
            .as_ref()
            .map(|address| address.as_str().to_owned()),
    };
    respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient)
}

fn client_name(request: &LogoutRequest) -> Option<String> {
    request
        .client
        .as_ref()
        .map(|client| client.metadata.client_name.clone())
}

fn action(edge: &Edge, call: &Call, params: &Params) -> String {
    let query = params.encode_without(&[]);
    format!("{}?{query}", local(edge, call, path::END_SESSION))
}
