//! What a sign-in is for, through all of its pages, and where it goes on.

use axum::response::Response;
use http::header::SET_COOKIE;

use crate::account::language::Wishes;
use crate::flows::authorize::{Outcome, Pending, Visit, resume, resume_signed_in};
use crate::flows::device::answer::page_query;
use crate::flows::session::{self, LiveSession};
use crate::flows::sign_in_steps::{Progress, SignedIn, Visitor};
use crate::http::call::Call;
use crate::http::page::check_session::remember;
use crate::http::page::outcome::{follow, interaction_address, page_address, wishes_of};
use crate::http::page::{Binding, device, local, steps};
use crate::http::{Edge, cookie, respond};
use crate::pages::AccountPage;
use crate::protocol::authorize::{Interaction, LoginReason};
use crate::protocol::discovery::path;
use crate::protocol::second_factor::Demand;
use crate::protocol::user_code::UserCode;

/// What a sign-in is for. It stays in the page's address, and names no place to go beside those
/// that are ours.
pub(super) enum Errand {
    /// An authorization request.
    Request(Box<Pending>),
    /// The code of a device.
    Device(UserCode),
    /// A page of the account.
    Account(AccountPage),
}

/// The parameter that names a page of the account.
const ACCOUNT: &str = "account";

/// A page of the sign-in with a page of the account as its errand.
pub(super) fn account_address(edge: &Edge, call: &Call, page: &str, to: AccountPage) -> String {
    format!("{}?{ACCOUNT}={}", local(edge, call, page), to.name())
}

/// An errand at one of its pages.
pub(super) struct AtPage {
    pub(super) errand: Errand,
    /// Why somebody must sign in; nobody must, where it is absent.
    pub(super) reason: Option<LoginReason>,
    /// Who is signed in, where the errand is none of a client's.
    pub(super) live: Option<LiveSession>,
}

/// The errand of the page's address; or the answer, if there is nothing to sign in for.
pub(super) async fn errand_of(edge: &Edge, call: &Call) -> Result<AtPage, Response> {
    let cookie = cookie::read(edge, &call.realm, &call.headers);
    if let Some(errand) = errand_of_ours(call) {
        let live = session::resume(&edge.app, &call.realm, cookie, None, edge.app.now())
            .await
            .map_err(|fault| respond::fault(edge, &call.headers, &call.id, &fault))?;
        return Ok(AtPage {
            errand,
            reason: live.is_none().then_some(LoginReason::SignedOut),
            live,
        });
    }
    let visit = Visit {
        realm: &call.realm,
        params: &call.query,
        cookie,
        caller: call.caller(),
    };
    match resume(&edge.app, visit).await {
        Ok(Outcome::Login(pending, reason)) => Ok(AtPage {
            errand: Errand::Request(pending),
            reason: Some(reason),
            live: None,
        }),
        // "Not you?" leads to the login page with somebody signed in, and the page for new
        // accounts leads people there who have one.
        Ok(
            Outcome::Consent(pending) | Outcome::SecondFactor(pending) | Outcome::SignUp(pending),
        ) => Ok(AtPage {
            errand: Errand::Request(pending),
            reason: None,
            live: None,
        }),
        // Somebody signed in meanwhile, in another tab, and nothing is left to ask.
        outcome => Err(follow(edge, call, &call.query, outcome)),
    }
}

/// What a sign-in is for when no client waits; an authorization request has one in its address.
fn errand_of_ours(call: &Call) -> Option<Errand> {
    if call.query.get("client_id").is_some() {
        return None;
    }
    let device = device::code_of(&call.query).map(Errand::Device);
    let account = call.query.get(ACCOUNT).and_then(AccountPage::parse);
    device.or(account.map(Errand::Account))
}

impl AtPage {
    /// The browser at this page. A live session is made stronger only where nobody must sign in
    /// anew.
    pub(super) fn visitor<'a>(&self, edge: &Edge, call: &'a Call) -> Visitor<'a> {
        let demand = match &self.errand {
            Errand::Request(pending) => pending.demand(),
            // The address says what the device's client asks for; that it is met is looked at again
            // when the code is.
            Errand::Device(_) => {
                let asked = device::asks_second_factor(&call.query);
                let realm = call.realm_row.settings.second_factor_demand();
                Demand::CLIENT.when(asked).and(realm)
            }
            Errand::Account(_) => call.realm_row.settings.second_factor_demand(),
        };
        visitor(edge, call, demand, self.reason.is_none())
    }
}

/// The browser, and what is asked of whoever signs in on it.
pub(super) fn visitor<'a>(
    edge: &Edge,
    call: &'a Call,
    demand: Demand,
    may_step_up: bool,
) -> Visitor<'a> {
    Visitor {
        realm: &call.realm,
        caller: call.caller(),
        session: cookie::read(edge, &call.realm, &call.headers),
        sign_in: cookie::read_sign_in(edge, &call.realm, &call.headers),
        device: cookie::read_device(edge, &call.realm, &call.headers),
        known: cookie::read_known(edge, &call.realm, &call.headers),
        demand,
        may_step_up,
    }
}

impl Errand {
    /// The client that the person came from.
    pub(super) fn client_name(&self) -> Option<String> {
        match self {
            Self::Request(pending) => Some(pending.addressee.client().metadata.client_name.clone()),
            Self::Device(_) | Self::Account(_) => None,
        }
    }

    /// In which languages the person wants to be asked.
    pub(super) fn wishes(&self, edge: &Edge, call: &Call) -> Wishes {
        match self {
            Self::Request(pending) => wishes_of(edge, call, pending),
            Self::Device(_) | Self::Account(_) => call.wishes(edge),
        }
    }

    /// The address of a page with this errand.
    pub(super) fn address(&self, edge: &Edge, call: &Call, page: &str) -> String {
        match self {
            Self::Request(pending) => page_address(edge, call, &call.query, page, pending),
            Self::Device(code) => device::errand_address(edge, call, page, code),
            Self::Account(to) => account_address(edge, call, page, *to),
        }
    }
}

/// Sends the browser where a sign-in has come to, with the cookies that go with it.
pub(super) async fn go_on(
    edge: &Edge,
    call: &Call,
    errand: &Errand,
    progress: Progress,
) -> Response {
    match progress {
        Progress::Step { step, cookie } => {
            let page = steps::path_of(step);
            let response = respond::see_other(&errand.address(edge, call, page));
            with_sign_in(
                edge,
                call,
                cookie.as_ref().map(|c| c.expose().as_str()),
                response,
            )
        }
        Progress::SignedIn(signed_in) => {
            let response = Box::pin(continue_as(edge, call, errand, &signed_in)).await;
            with_session(edge, call, &signed_in, response)
        }
    }
}

/// Takes the next step of the errand under the new cookie.
async fn continue_as(edge: &Edge, call: &Call, errand: &Errand, signed_in: &SignedIn) -> Response {
    tracing::info!(request_id = call.id.0, realm = %call.realm, user = %signed_in.user.id, "signed in");
    let value = signed_in.cookie.expose().as_str();
    match errand {
        Errand::Request(_) => {
            let visit = Visit {
                realm: &call.realm,
                params: &call.query,
                cookie: Some(value),
                caller: call.caller(),
            };
            let outcome = if signed_in.anew {
                resume_signed_in(&edge.app, visit, signed_in.session.clone()).await
            } else {
                resume(&edge.app, visit).await
            };
            follow(edge, call, &call.query, outcome)
        }
        Errand::Device(code) => {
            let binding = Binding::to(edge, call, value);
            device::go_on(edge, call, code.as_str(), Some(value), binding).await
        }
        Errand::Account(page) => respond::see_other(&local(edge, call, page.path())),
    }
}

/// Where an errand goes on from a page that is shown in between, under the cookies of `progress`.
pub(super) fn onward(edge: &Edge, call: &Call, errand: &Errand, progress: &Progress) -> String {
    match (errand, progress) {
        (_, Progress::Step { step, .. }) => errand.address(edge, call, steps::path_of(*step)),
        (Errand::Request(pending), Progress::SignedIn(signed_in)) => {
            let interaction = Interaction {
                signed_in: Some(signed_in.session.clone()),
                ..pending.interaction.clone()
            };
            interaction_address(edge, call, &call.query, "/login", &interaction)
        }
        (Errand::Account(page), Progress::SignedIn(_)) => local(edge, call, page.path()),
        (Errand::Device(code), Progress::SignedIn(_)) => {
            format!("{}?{}", local(edge, call, path::DEVICE), page_query(code))
        }
    }
}

/// The cookies of a sign-in's progress on a page that is shown in between.
pub(super) fn with_progress(
    edge: &Edge,
    call: &Call,
    progress: &Progress,
    response: Response,
) -> Response {
    match progress {
        Progress::Step { cookie, .. } => with_sign_in(
            edge,
            call,
            cookie.as_ref().map(|c| c.expose().as_str()),
            response,
        ),
        Progress::SignedIn(signed_in) => with_session(edge, call, signed_in, response),
    }
}

/// The cookie of a sign-in in progress, where it is new.
pub(super) fn with_sign_in(
    edge: &Edge,
    call: &Call,
    cookie: Option<&str>,
    mut response: Response,
) -> Response {
    let header = cookie.and_then(|value| cookie::set_sign_in(edge, &call.realm, value));
    if let Some(header) = header {
        response.headers_mut().append(SET_COOKIE, header);
    }
    response
}

/// The session's cookie, and what goes with it: the sign-in is over.
pub(super) fn with_session(
    edge: &Edge,
    call: &Call,
    signed_in: &SignedIn,
    mut response: Response,
) -> Response {
    let device = signed_in.device.as_ref();
    let headers = [
        cookie::set(edge, &call.realm, signed_in.cookie.expose()),
        cookie::read_sign_in(edge, &call.realm, &call.headers)
            .and_then(|_spent| cookie::delete_sign_in(edge, &call.realm)),
        device.and_then(|(value, lifetime)| {
            cookie::set_device(edge, &call.realm, value.expose(), *lifetime)
        }),
        signed_in
            .known
            .as_ref()
            .and_then(|value| cookie::set_known(edge, &call.realm, value.expose())),
    ];
    for header in headers.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, header);
    }
    remember(edge, call, Some(signed_in.cookie.expose()), &mut response);
    response
}
