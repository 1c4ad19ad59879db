//! `GET` and `POST /account/profile`: the claims that apps may be told (OIDC Core §5.1).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::account::profile::{ClaimRefusal, text_of};
use crate::flows::FlowError;
use crate::flows::own::profile::{ProfileRefusal, edit};
use crate::flows::session::LiveSession;
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::account::{back, frame, owner, posted};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::pages::{AccountNotice, AccountPage, ProfilePage};

const PAGE: AccountPage = AccountPage::Profile;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match owner(&edge, &call, PAGE).await {
        Ok(live) => show(&edge, &call, &live, &Form::default()),
        Err(response) => response,
    }
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let (live, form) = match posted(&edge, &call, body, PAGE).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let typed = |claim: &str| form.get(claim).unwrap_or_default().to_owned();
    match edit(&edge.app, &live, typed, call.caller()).await {
        Ok(()) => back(&edge, &call, PAGE, AccountNotice::Saved),
        Err(FlowError::Refused(refusal)) => {
            let form = Form {
                typed: Some(&typed),
                refusal: Some(refusal),
            };
            show(&edge, &call, &live, &form)
        }
        Err(FlowError::Busy { retry_after }) => {
            respond::busy(&edge, &call.headers, &call.id, retry_after)
        }
        Err(FlowError::Fault(fault)) => respond::fault(&edge, &call.headers, &call.id, &fault),
    }
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Form<'a> {
    typed: Option<&'a dyn Fn(&str) -> String>,
    refusal: Option<ProfileRefusal>,
}

fn show(edge: &Edge, call: &Call, live: &LiveSession, form: &Form<'_>) -> Response {
    let user = &live.facts().user;
    let refused: &[(&str, ClaimRefusal)] = match &form.refusal {
        Some(ProfileRefusal::Claims(claims)) => claims,
        Some(ProfileRefusal::ChangedMeanwhile) | None => &[],
    };
    let value = |claim: &str| match form.typed {
        Some(typed) => typed(claim),
        None => text_of(&user.profile, claim).unwrap_or_default().to_owned(),
    };
    let error = |claim: &str| {
        let found = refused.iter().find(|(name, _)| *name == claim);
        found.map(|(_, refusal)| *refusal)
    };
    let view = ProfilePage {
        chrome: respond::realm_chrome(edge, call),
        account: frame(edge, call, live, PAGE),
        address_url: local(edge, call, AccountPage::Address.path()),
        email: user.email.clone(),
        email_verified: user.email_verified,
        invalid: !refused.is_empty(),
        groups: ProfilePage::groups(value, error),
        changed_meanwhile: form.refusal == Some(ProfileRefusal::ChangedMeanwhile),
        action: local(edge, call, PAGE.path()),
    };
    let status = if form.refusal.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    respond::page(edge, status, &view, Forms::StayHere)
}
