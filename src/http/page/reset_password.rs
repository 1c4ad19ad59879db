//! `GET` and `POST /reset-password`: sets another password for the account of a link.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::account::link::{Link, LinkPurpose};
use crate::flows::password_reset::{NewPassword, ResetRefusal, reset};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::link::{self, Posted};
use crate::http::page::{bind, local};
use crate::http::respond::{self, Forms};
use crate::pages::{AccountFormError, LinkDone, ResetPasswordPage};
use crate::secret::SecretString;

const PURPOSE: LinkPurpose = LinkPurpose::ResetPassword;

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    match link::open(&edge, &call, &call.query, PURPOSE).await {
        Ok((link, token)) => show(&edge, &call, &link, token, None),
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
    if !genuine {
        return show(
            &edge,
            &call,
            &opened,
            token,
            Some(AccountFormError::StaleForm),
        );
    }
    let language = respond::realm_chrome(&edge, &call).lang;
    let new = NewPassword {
        realm: &call.realm,
        token: &token,
        password: SecretString::new(form.get("password").unwrap_or_default().to_owned()),
        address: call.address,
        caller: call.caller(),
        language,
    };
    let error = match reset(&edge.app, new).await {
        Ok(used) => return link::done(&edge, &call, &used, LinkDone::PasswordSet),
        Err(error) => error,
    };
    let error = match link::refusal_of(&edge, &call, error) {
        Ok(ResetRefusal::Link(refusal)) => return link::refused(&edge, &call, PURPOSE, refusal),
        Ok(ResetRefusal::Weak(weaknesses)) => link::about(&weaknesses),
        Ok(ResetRefusal::SlowDown { retry_after }) => link::slow_down(retry_after),
        Err(response) => return *response,
    };
    show(&edge, &call, &opened, token, Some(error))
}

fn show(
    edge: &Edge,
    call: &Call,
    opened: &Link,
    token: String,
    error: Option<AccountFormError>,
) -> Response {
    // Nobody's link: it was made for the sake of equal work, and sent to nobody.
    if opened.user.is_none() {
        let unknown = crate::account::link::LinkRefusal::Unknown;
        return link::refused(edge, call, PURPOSE, unknown);
    }
    let binding = bind(edge, call);
    let view = ResetPasswordPage {
        chrome: respond::realm_chrome(edge, call),
        email: opened.email.clone(),
        token,
        least: link::least(call),
        error,
        action: local(edge, call, PURPOSE.path()),
        csrf: binding.csrf.clone(),
    };
    let response = link::form_page(edge, &view, view.error.as_ref(), Forms::StayHere);
    binding.apply(edge, call, response)
}
