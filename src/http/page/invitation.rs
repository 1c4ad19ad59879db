//! `GET` and `POST /invitation`: somebody who was invited makes the account.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::account::link::{Link, LinkPurpose};
use crate::flows::invitations::{AcceptRefusal, Acceptance, accept};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::link::{self, Posted};
use crate::http::page::{bind, local};
use crate::http::respond::{self, Forms};
use crate::pages::{AccountFormError, LinkDone, SignUpPage};
use crate::secret::SecretString;

const PURPOSE: LinkPurpose = LinkPurpose::Invitation;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match link::open(&edge, &call, &call.query, PURPOSE).await {
        Ok((link, token)) => {
            let name = link.content.name.clone().unwrap_or_default();
            show(&edge, &call, (&link, token), name, None)
        }
        Err(response) => *response,
    }
}

pub(in crate::http) async fn post(
    State(edge): State<Arc<Edge>>,
    call: Call,
    body: Body,
) -> Response {
    let posted = match link::posted(&edge, &call, body, PURPOSE).await {
        Ok(posted) => posted,
        Err(response) => return *response,
    };
    let Posted {
        form,
        link: opened,
        token,
        genuine,
    } = posted;
    let name = form.get("name").unwrap_or_default().to_owned();
    let refuse = |token, error| show(&edge, &call, (&opened, token), name.clone(), Some(error));
    if !genuine {
        return refuse(token, AccountFormError::StaleForm);
    }
    if call.realm_row.terms_url.is_some() && form.get("terms") != Some("accepted") {
        return refuse(token, AccountFormError::Terms);
    }
    let password = SecretString::new(form.get("password").unwrap_or_default().to_owned());
    let language = respond::realm_chrome(&edge, &call).lang;
    let asker = link::asker(&edge, &call, language);
    let filled = Acceptance {
        name: form.get("name"),
        password,
        terms: call.realm_row.terms_url.as_deref(),
    };
    let error = match accept(&edge.app, asker, &token, filled).await {
        Ok(used) => return link::done(&edge, &call, &used, LinkDone::AccountMade),
        Err(error) => error,
    };
    let error = match link::refusal_of(&edge, &call, error) {
        Ok(AcceptRefusal::Link(refusal)) => return link::refused(&edge, &call, PURPOSE, refusal),
        Ok(AcceptRefusal::Name) => AccountFormError::Name,
        Ok(AcceptRefusal::Weak(weaknesses)) => link::about(&weaknesses),
        Ok(AcceptRefusal::AddressTaken) => AccountFormError::AddressTaken,
        Ok(AcceptRefusal::SlowDown { retry_after }) => link::slow_down(retry_after),
        Err(response) => return *response,
    };
    refuse(token, error)
}

fn show(
    edge: &Edge,
    call: &Call,
    (opened, token): (&Link, String),
    name: String,
    error: Option<AccountFormError>,
) -> Response {
    let binding = bind(edge, call);
    let view = SignUpPage {
        chrome: respond::realm_chrome(edge, call),
        client_name: None,
        email: opened.email.clone(),
        invitation: Some(token),
        name,
        terms_url: call.realm_row.terms_url.clone(),
        least: link::least(call),
        error,
        action: local(edge, call, PURPOSE.path()),
        csrf: binding.csrf.clone(),
        sign_in: None,
    };
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::StayHere);
    binding.apply(edge, call, response)
}
