//! `/account/passkeys`, and the document by which password managers find it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;
use serde_json::json;

use crate::flows::FlowError;
use crate::flows::passkeys::are_possible;
use crate::flows::passkeys::own::{self, Overview, Removal, credential_text, overview};
use crate::flows::session::LiveSession;
use crate::flows::sign_in_steps::StepRefusal;
use crate::http::call::Call;
use crate::http::page::account::factors::{show_codes, to_dare};
use crate::http::page::account::{back, frame, owner, posted};
use crate::http::page::check_session::remember;
use crate::http::page::passkeys::{genuine, no_options, options, step_refusal};
use crate::http::page::{bind, local, steps};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{
    AccountNotice, AccountPage, AddPasskeyPage, FactorError, PasskeyForm, PasskeyLine,
    PasskeysPage, Signal,
};
use crate::protocol::params::Params;

/// The options with which a passkey is made.
pub(in crate::http) const OPTIONS: &str = "/account/passkeys/options";

const PAGE: AccountPage = AccountPage::Passkeys;
const ADD: AccountPage = AccountPage::AddPasskey;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, PAGE).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    let shown = match overview(&edge.app, &live).await {
        Ok(shown) => shown,
        Err(fault) => return respond::fault(&edge, &call.headers, &call.id, &fault),
    };
    let add = shown.rp_id.is_some();
    let view = PasskeysPage {
        chrome: respond::realm_chrome(&edge, &call),
        account: frame(&edge, &call, &live, PAGE),
        signals: signals(&live, &shown),
        passkeys: shown
            .passkeys
            .into_iter()
            .map(|passkey| PasskeyLine {
                id: passkey.id,
                name: passkey.name,
                synced: passkey.synced,
                since: passkey.created_at.into(),
                used: passkey.last_used_at.map(Into::into),
            })
            .collect(),
        add_url: add.then(|| local(&edge, &call, ADD.path())),
        action: local(&edge, &call, PAGE.path()),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}

/// What whoever keeps the person's passkeys is told: which there are, and how the person is called
/// now. Of somebody who has none, and has had none, nothing is known by a name.
fn signals(live: &LiveSession, shown: &Overview) -> Vec<Signal> {
    let (Some(rp_id), Some(handle)) = (&shown.rp_id, &shown.handle) else {
        return Vec::new();
    };
    let credentials: Vec<String> = shown.passkeys.iter().map(credential_text).collect();
    let user = &live.facts().user;
    let name = user.profile.name.as_ref().unwrap_or(&user.username);
    vec![
        Signal::all_accepted(rp_id, handle, &credentials),
        Signal::details(rp_id, handle, (&user.username, name)),
    ]
}

/// Does what one of the page's buttons says.
pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    match act(&edge, &call, body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn act(edge: &Edge, call: &Call, body: Body) -> Result<Response, Response> {
    let (live, form) = posted(edge, call, body, PAGE).await?;
    let id = form.get("id").unwrap_or_default();
    let failed = |fault| respond::fault(edge, &call.headers, &call.id, &fault);
    match form.get("action") {
        Some("rename") => {
            let name = form.get("name").unwrap_or_default();
            let renamed = own::rename(&edge.app, &live, (id, name)).await;
            renamed.map_err(failed)?;
        }
        Some("remove") => {
            if let Some(address) = to_dare(edge, call, &live, PAGE) {
                return Ok(respond::see_other(&address));
            }
            let demanded = call.realm_row.settings.second_factor_demand().must;
            let removal = own::remove(&edge.app, &live, (id, demanded), call.caller()).await;
            match removal.map_err(failed)? {
                Removal::Removed | Removal::NotFound => {}
                Removal::LastWay => return Ok(back(edge, call, PAGE, AccountNotice::LastWay)),
                Removal::LastFactor => {
                    return Ok(back(edge, call, PAGE, AccountNotice::LastFactor));
                }
            }
        }
        _ => return Err(back(edge, call, PAGE, AccountNotice::StaleForm)),
    }
    Ok(respond::see_other(&local(edge, call, PAGE.path())))
}

pub(in crate::http) async fn get_add(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, ADD).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    if let Some(address) = to_dare(&edge, &call, &live, ADD) {
        return respond::see_other(&address);
    }
    if are_possible(&edge.app) {
        show_add(&edge, &call, &Params::default(), None)
    } else {
        respond::see_other(&local(&edge, &call, PAGE.path()))
    }
}

/// Begins to make a passkey.
pub(in crate::http) async fn post_options(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    if let Err(response) = genuine(&edge, &call, body).await {
        return response;
    }
    let live = match owner(&edge, &call, ADD).await {
        Ok(live) => live,
        Err(_elsewhere) => return no_options(&call),
    };
    if to_dare(&edge, &call, &live, ADD).is_some() {
        return no_options(&call);
    }
    let offered = own::offer(&edge.app, &live).await;
    options(&edge, &call, offered.map_err(step_refusal))
}

/// Adds the passkey that a browser has made.
pub(in crate::http) async fn post_add(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match posted(&edge, &call, body, ADD).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    if let Some(address) = to_dare(&edge, &call, &live, ADD) {
        return respond::see_other(&address);
    }
    let answer = form.get("credential").unwrap_or_default();
    let name = form.get("name").unwrap_or_default();
    let added = match own::add(&edge.app, &live, (answer, name), call.caller()).await {
        Ok(added) => added,
        Err(error) => return refused(&edge, &call, &form, error),
    };
    let onward = local(&edge, &call, PAGE.path());
    let mut response = match added.recovery_codes {
        Some(codes) => show_codes(&edge, &call, &codes, PAGE),
        None => respond::see_other(&onward),
    };
    if let Some(header) = cookie::set(&edge, &call.realm, added.cookie.expose()) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    remember(&edge, &call, Some(added.cookie.expose()), &mut response);
    response
}

fn refused(edge: &Edge, call: &Call, form: &Params, error: FlowError<StepRefusal>) -> Response {
    let error = match error {
        FlowError::Refused(StepRefusal::Gone) => {
            return respond::see_other(&local(edge, call, PAGE.path()));
        }
        FlowError::Refused(StepRefusal::Wrong) => FactorError::Wrong,
        FlowError::Refused(StepRefusal::Used) => FactorError::Used,
        FlowError::Refused(StepRefusal::SlowDown { retry_after }) => FactorError::SlowDown {
            seconds: retry_after.whole_seconds() + 1,
        },
        FlowError::Busy { retry_after } => {
            return respond::busy(edge, &call.headers, &call.id, retry_after);
        }
        FlowError::Fault(fault) => {
            return respond::fault(edge, &call.headers, &call.id, &fault);
        }
    };
    show_add(edge, call, form, Some(error))
}

fn show_add(edge: &Edge, call: &Call, form: &Params, error: Option<FactorError>) -> Response {
    let view = AddPasskeyPage {
        chrome: respond::realm_chrome(edge, call),
        passkey: PasskeyForm {
            options: local(edge, call, OPTIONS),
            action: local(edge, call, ADD.path()),
        },
        name: form.get("name").unwrap_or_default().to_owned(),
        error,
        back: local(edge, call, PAGE.path()),
        csrf: bind(edge, call).csrf,
    };
    respond::page(edge, steps::status_of(error), &view, Forms::StayHere)
}

/// W3C "A Well-Known URL for Relying Party Passkey Endpoints" §2: where passkeys are made and
/// looked after.
pub(in crate::http) async fn endpoints(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    if !are_possible(&edge.app) {
        return respond::not_found(&edge, &call.headers, &call.id);
    }
    let document = json!({
        "enroll": local(&edge, &call, ADD.path()),
        "manage": local(&edge, &call, PAGE.path()),
    });
    respond::json(StatusCode::OK, &document)
}
