//! What the pages around one-time links share.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;

use crate::account::link::{Link, LinkPurpose, LinkRefusal};
use crate::account::password::policy::PasswordWeakness;
use crate::flows::authorize::{Outcome, Pending, Visit, resume};
use crate::flows::links::{self, TOKEN};
use crate::flows::sign_up::Asker;
use crate::flows::{Fault, FlowError};
use crate::http::call::Call;
use crate::http::page::outcome::{follow, page_address, wishes_of};
use crate::http::page::{is_genuine, local};
use crate::http::respond::{self, Forms};
use crate::http::{Edge, cookie};
use crate::pages::{
    AccountFormError, AccountPage, Chrome, LinkDone, LinkDonePage, LinkRefusedPage, View,
    weaknesses_in_words,
};
use crate::protocol::params::Params;
use crate::protocol::time::Lifetime;

/// The authorization request that a page's address carries; none when the person came by
/// themselves. An answer, when the request has another step to take than asking who it is.
pub(super) async fn coming(
    edge: &Edge,
    call: &Call,
) -> Result<Option<Box<Pending>>, Box<Response>> {
    if call.query.get("client_id").is_none() {
        return Ok(None);
    }
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie: cookie::read(edge, &call.realm, &call.headers),
        caller: call.caller(),
    };
    match resume(&edge.app, visit).await {
        Ok(
            Outcome::Login(pending, _)
            | Outcome::Consent(pending)
            | Outcome::SecondFactor(pending)
            | Outcome::SignUp(pending),
        ) => Ok(Some(pending)),
        outcome => Err(Box::new(follow(edge, call, &call.query, outcome))),
    }
}

/// The address of a page that goes on with the request, or of the page by itself.
pub(super) fn address(edge: &Edge, call: &Call, page: &str, pending: Option<&Pending>) -> String {
    match pending {
        Some(pending) => page_address(edge, call, &call.query, page, pending),
        None => local(edge, call, page),
    }
}

/// The sign-in page of the request; there is none without a request.
pub(super) fn sign_in(edge: &Edge, call: &Call, pending: Option<&Pending>) -> Option<String> {
    pending.map(|pending| page_address(edge, call, &call.query, "/login", pending))
}

/// The request as it stood in the address of the page, to be kept with a link.
pub(super) fn request_text(call: &Call, pending: Option<&Pending>) -> Option<String> {
    pending.map(|_known| call.query.encode_without(&[]))
}

/// Who asks.
pub(super) fn asker<'a>(edge: &Edge, call: &'a Call, language: &'a str) -> Asker<'a> {
    Asker {
        realm: &call.realm,
        address: call.address,
        caller: call.caller(),
        cookie: cookie::read(edge, &call.realm, &call.headers),
        language,
    }
}

/// The surroundings of a page that goes on with the request.
pub(super) fn chrome(edge: &Edge, call: &Call, pending: Option<&Pending>) -> Chrome {
    match pending {
        Some(pending) => respond::chrome_for(edge, call, wishes_of(edge, call, pending)),
        None => respond::realm_chrome(edge, call),
    }
}

/// Opens the link of a page's address or form.
pub(super) async fn open(
    edge: &Edge,
    call: &Call,
    params: &Params,
    purpose: LinkPurpose,
) -> Result<(Link, String), Box<Response>> {
    let token = params.get(TOKEN).unwrap_or_default();
    match links::open(&edge.app, &call.realm, token, purpose).await {
        Ok(Ok(link)) => Ok((link, token.to_owned())),
        Ok(Err(refusal)) => Err(Box::new(refused(edge, call, purpose, refusal))),
        Err(fault) => Err(Box::new(respond::fault(
            edge,
            &call.headers,
            &call.id,
            &fault,
        ))),
    }
}

/// A form that was posted from the page of a link that stands.
pub(super) struct Posted {
    /// What was typed.
    pub(super) form: Params,
    /// The link.
    pub(super) link: Link,
    /// What its address carries.
    pub(super) token: String,
    /// Whether the form is one of ours and of this browser.
    pub(super) genuine: bool,
}

/// Reads a post to the page of a link and opens the link; an answer, when either cannot be.
pub(super) async fn posted(
    edge: &Edge,
    call: &Call,
    body: Body,
    purpose: LinkPurpose,
) -> Result<Posted, Box<Response>> {
    let form = match call.form(body, edge).await {
        Ok(form) => form,
        Err(error) => return Err(Box::new(respond::oauth_error(error, &call.id))),
    };
    let (link, token) = open(edge, call, &form, purpose).await?;
    Ok(Posted {
        genuine: is_genuine(edge, call, &form),
        form,
        link,
        token,
    })
}

/// The page for a link that does nothing.
pub(super) fn refused(
    edge: &Edge,
    call: &Call,
    purpose: LinkPurpose,
    refusal: LinkRefusal,
) -> Response {
    let purpose_text = purpose.as_str();
    tracing::info!(request_id = call.id.0, realm = %call.realm, purpose_text, ?refusal, "link refused");
    let again = match purpose {
        LinkPurpose::ConfirmAddress => Some(local(edge, call, "/sign-up")),
        LinkPurpose::ResetPassword => Some(local(edge, call, "/forgot-password")),
        LinkPurpose::ConfirmNewAddress | LinkPurpose::AgreeToNewAddress => {
            Some(local(edge, call, AccountPage::Address.path()))
        }
        LinkPurpose::Invitation | LinkPurpose::LockAccount | LinkPurpose::UndoDeletion => None,
    };
    let view = LinkRefusedPage::new(respond::realm_chrome(edge, call), refusal, again);
    respond::page(edge, StatusCode::GONE, &view, Forms::StayHere)
}

/// The page after a link, with the way on for the browser that asked for the link.
pub(super) fn done(edge: &Edge, call: &Call, link: &Link, what: LinkDone) -> Response {
    let own = link
        .content
        .is_from(cookie::read(edge, &call.realm, &call.headers));
    let view = LinkDonePage {
        chrome: respond::realm_chrome(edge, call),
        done: what,
        sign_in: own.then(|| way_on(edge, call, link)),
    };
    respond::page(edge, StatusCode::OK, &view, Forms::StayHere)
}

/// The sign-in page of the request that a link keeps, or the account of who came by themselves.
fn way_on(edge: &Edge, call: &Call, link: &Link) -> String {
    match &link.content.request {
        Some(query) => format!("{}?{query}", local(edge, call, "/login")),
        None => local(edge, call, AccountPage::Home.path()),
    }
}

/// What a page says of a password.
pub(super) fn about(weaknesses: &[PasswordWeakness]) -> AccountFormError {
    AccountFormError::PasswordWeak {
        weaknesses: weaknesses_in_words(weaknesses),
    }
}

/// How many characters a password needs, of somebody without a second factor.
pub(super) fn least(call: &Call) -> usize {
    usize::from(call.realm_row.settings.passwords.floor(false).length)
}

/// What a page says of a limit.
pub(super) fn slow_down(retry_after: Lifetime) -> AccountFormError {
    AccountFormError::SlowDown {
        seconds: retry_after.whole_seconds() + 1,
    }
}

/// A form, or the form again with what was wrong.
pub(super) fn form_page<V: View>(
    edge: &Edge,
    view: &V,
    error: Option<&AccountFormError>,
    ends: Forms,
) -> Response {
    let status = match error {
        None => StatusCode::OK,
        Some(AccountFormError::SlowDown { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let response = respond::page(edge, status, view, ends);
    let seconds = match error {
        Some(AccountFormError::SlowDown { seconds }) => Some(*seconds),
        _ => None,
    };
    respond::with_wait(response, seconds)
}

/// What a flow came to, when it did not succeed: a refusal, or an answer of another kind.
pub(super) fn refusal_of<R>(
    edge: &Edge,
    call: &Call,
    error: FlowError<R>,
) -> Result<R, Box<Response>> {
    match error {
        FlowError::Refused(refusal) => Ok(refusal),
        FlowError::Busy { retry_after } => Err(Box::new(respond::busy(
            edge,
            &call.headers,
            &call.id,
            retry_after,
        ))),
        FlowError::Fault(fault) => Err(Box::new(fault_of(edge, call, &fault))),
    }
}

fn fault_of(edge: &Edge, call: &Call, fault: &Fault) -> Response {
    respond::fault(edge, &call.headers, &call.id, fault)
}
