//! `/account/factors`: authenticator apps, recovery codes and remembered devices.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::flows::FlowError;
use crate::flows::account_factors::{
    FactorRemoval, add, forget, is_strong, offer, overview, remove, rename, renew_codes,
};
use crate::flows::factors::{RecoveryCodes, SetUp};
use crate::flows::session::LiveSession;
use crate::flows::sign_in_steps::StepRefusal;
use crate::http::call::Call;
use crate::http::page::account::{back, frame, fresh_owner, freshly_posted, owner, posted};
use crate::http::page::check_session::remember;
use crate::http::page::{bind, errand, local, steps};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{
    AccountNotice, AccountPage, AppLine, DeviceLine, FactorError, FactorsPage, QrPicture,
    RecoveryCodesPage, SetUpFactorPage,
};
use crate::protocol::params::Params;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, AccountPage::Factors).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    let shown = match overview(&edge.app, &live).await {
        Ok(shown) => shown,
        Err(fault) => return respond::fault(&edge, &call.headers, &call.id, &fault),
    };
    let apps = shown.apps.into_iter().map(|app| AppLine {
        id: app.id,
        name: app.name,
    });
    let devices = shown.devices.into_iter().map(|device| DeviceLine {
        id: device.id,
        name: device.name,
    });
    let view = FactorsPage {
        chrome: respond::realm_chrome(&edge, &call),
        account: frame(&edge, &call, &live, AccountPage::Factors),
        apps: apps.collect(),
        has_passkeys: shown.passkeys > 0,
        recovery_codes: shown.recovery_codes,
        devices: devices.collect(),
        add_url: local(&edge, &call, AccountPage::AddApp.path()),
        action: local(&edge, &call, AccountPage::Factors.path()),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}

/// Where a session proves the second factor first, from where it comes back; nowhere when it has.
fn to_prove(edge: &Edge, call: &Call, live: &LiveSession, page: AccountPage) -> Option<String> {
    (!is_strong(live)).then(|| errand::account_address(edge, call, steps::FACTOR, page))
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
    let page = AccountPage::Factors;
    let (live, form) = posted(edge, call, body, page).await?;
    let id = form.get("id").unwrap_or_default();
    let failed = |fault| respond::fault(edge, &call.headers, &call.id, &fault);
    match form.get("action") {
        Some("rename") => {
            let name = form.get("name").unwrap_or_default();
            rename(&edge.app, &live, (id, name)).await.map_err(failed)?;
        }
        Some("forget") => {
            forget(&edge.app, &live, id, call.caller())
                .await
                .map_err(failed)?;
        }
        Some("remove") => {
            if let Some(address) = to_dare(edge, call, &live, page) {
                return Ok(respond::see_other(&address));
            }
            let demanded = call.realm_row.settings.second_factor_demand().must;
            let removal = remove(&edge.app, &live, (id, demanded), call.caller()).await;
            if removal.map_err(failed)? == FactorRemoval::LastFactor {
                return Err(back(edge, call, page, AccountNotice::LastFactor));
            }
        }
        Some("codes") => {
            if let Some(address) = to_dare(edge, call, &live, page) {
                return Ok(respond::see_other(&address));
            }
            let made = renew_codes(&edge.app, &live, call.caller()).await;
            return Ok(show_codes(edge, call, &made.map_err(failed)?, page));
        }
        _ => return Err(back(edge, call, page, AccountNotice::StaleForm)),
    }
    Ok(respond::see_other(&local(edge, call, page.path())))
}

/// Where those go first who have not signed in just now or have not proven their second factor.
pub(super) fn to_dare(
    edge: &Edge,
    call: &Call,
    live: &LiveSession,
    page: AccountPage,
) -> Option<String> {
    if !live.facts().session.is_fresh(edge.app.now()) {
        return Some(errand::account_address(edge, call, "/login", page));
    }
    to_prove(edge, call, live, page)
}

pub(in crate::http) async fn get_app(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match fresh_owner(&edge, &call, AccountPage::AddApp).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    match to_prove(&edge, &call, &live, AccountPage::Factors) {
        None => show_app(&edge, &call, &live, &Params::default(), None).await,
        Some(address) => respond::see_other(&address),
    }
}

pub(in crate::http) async fn post_app(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match freshly_posted(&edge, &call, body, AccountPage::AddApp).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    if let Some(address) = to_prove(&edge, &call, &live, AccountPage::Factors) {
        return respond::see_other(&address);
    }
    let typed = SetUp {
        offer: form.get("offer").unwrap_or_default(),
        code: form.get("code").unwrap_or_default(),
        name: form.get("name").unwrap_or_default(),
    };
    let added = match add(&edge.app, &live, typed, call.caller()).await {
        Ok(added) => added,
        Err(error) => return refused(&edge, &call, &live, &form, error).await,
    };
    let mut response = match added.recovery_codes {
        Some(codes) => show_codes(&edge, &call, &codes, AccountPage::Factors),
        None => respond::see_other(&local(&edge, &call, AccountPage::Factors.path())),
    };
    if let Some(header) = cookie::set(&edge, &call.realm, added.cookie.expose()) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    remember(&edge, &call, Some(added.cookie.expose()), &mut response);
    response
}

async fn refused(
    edge: &Edge,
    call: &Call,
    live: &LiveSession,
    form: &Params,
    error: FlowError<StepRefusal>,
) -> Response {
    let error = match error {
        FlowError::Refused(StepRefusal::Gone) => {
            return respond::see_other(&local(edge, call, AccountPage::Factors.path()));
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
    show_app(edge, call, live, form, Some(error)).await
}

async fn show_app(
    edge: &Edge,
    call: &Call,
    live: &LiveSession,
    form: &Params,
    error: Option<FactorError>,
) -> Response {
    let offer = match offer(&edge.app, live, form.get("offer")).await {
        Ok(offer) => offer,
        Err(fault) => return respond::fault(edge, &call.headers, &call.id, &fault),
    };
    let view = SetUpFactorPage {
        chrome: respond::realm_chrome(edge, call),
        client_name: None,
        demanded: false,
        picture: QrPicture::of(offer.uri.expose()),
        secret: offer.secret.expose().clone(),
        offer: offer.sealed,
        name: form.get("name").unwrap_or_default().to_owned(),
        error,
        action: local(edge, call, AccountPage::AddApp.path()),
        csrf: bind(edge, call).csrf,
    };
    let response = respond::page(edge, steps::status_of(error), &view, Forms::StayHere);
    respond::with_wait(response, steps::wait_of(error))
}

/// Shows recovery codes, once; then it goes on to `page`.
pub(super) fn show_codes(
    edge: &Edge,
    call: &Call,
    codes: &RecoveryCodes,
    page: AccountPage,
) -> Response {
    let view = RecoveryCodesPage {
        chrome: respond::realm_chrome(edge, call),
        codes: codes.iter().map(|code| code.expose().clone()).collect(),
        onward: local(edge, call, page.path()),
    };
    respond::page(edge, StatusCode::OK, &view, Forms::StayHere)
}
