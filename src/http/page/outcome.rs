//! From the outcome of an authorization step to what the browser gets.

use axum::response::Response;
use http::StatusCode;

use crate::account::language::Wishes;
use crate::flows::Fault;
use crate::flows::authorize::{Outcome, Pending};
use crate::flows::interaction::{self, PARAMETER};
use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::error::{Refusal, to_error_page};
use crate::http::page::{local, steps};
use crate::http::respond::{self, Forms};
use crate::pages::FormPostPage;
use crate::protocol::authorize::{AuthorizationAnswer, Interaction};
use crate::protocol::discovery::path;
use crate::protocol::params::Params;
use crate::protocol::time::Lifetime;

/// Sends the browser where the outcome says.
pub(super) fn follow(
    edge: &Edge,
    call: &Call,
    request: &Params,
    outcome: Result<Outcome, Fault>,
) -> Response {
    match outcome {
        Ok(Outcome::Answer(answer, refusal)) => {
            if let Some(refusal) = refusal {
                tracing::info!(request_id = call.id.0, realm = %call.realm, ?refusal, "refused");
            }
            answered(edge, call, answer)
        }
        Ok(Outcome::Login(pending, _)) => go(edge, call, request, "/login", &pending),
        Ok(Outcome::SignUp(pending)) => go(edge, call, request, "/sign-up", &pending),
        Ok(Outcome::SecondFactor(pending)) => go(edge, call, request, steps::FACTOR, &pending),
        Ok(Outcome::Consent(pending)) => go(edge, call, request, "/consent", &pending),
        Ok(Outcome::BeginAnew) => {
            let query = request.encode_without(&[PARAMETER]);
            respond::see_other(&format!("{}?{query}", local(edge, call, path::AUTHORIZE)))
        }
        Ok(Outcome::Kept(kept)) => {
            let query = kept.encode_without(&[]);
            respond::see_other(&format!("{}?{query}", local(edge, call, path::AUTHORIZE)))
        }
        Ok(Outcome::Refused(refusal, client)) => {
            let refusal = Refusal::addressee(refusal, client.as_deref(), request);
            to_error_page(edge, call, refusal)
        }
        Ok(Outcome::Busy) => respond::busy(edge, &call.headers, &call.id, Lifetime::seconds(1)),
        Err(fault) => respond::fault(edge, &call.headers, &call.id, &fault),
    }
}

/// Sends the answer on its way to the client.
fn answered(edge: &Edge, call: &Call, answer: AuthorizationAnswer) -> Response {
    match answer {
        AuthorizationAnswer::Redirect { location } => respond::see_other(&location),
        AuthorizationAnswer::Form { action, fields } => {
            let view = FormPostPage {
                chrome: respond::realm_chrome(edge, call).in_passing(),
                action,
                fields,
            };
            respond::page(edge, StatusCode::OK, &view, Forms::EndAtClient)
        }
    }
}

/// The address of a page of this request: the request itself and its sealed beginning.
pub(super) fn page_address(
    edge: &Edge,
    call: &Call,
    request: &Params,
    page: &str,
    pending: &Pending,
) -> String {
    interaction_address(edge, call, request, page, &pending.interaction)
}

/// The same for what has happened since.
pub(super) fn interaction_address(
    edge: &Edge,
    call: &Call,
    request: &Params,
    page: &str,
    interaction: &Interaction,
) -> String {
    let query = interaction::seal(&edge.app, &call.realm, request, interaction);
    format!("{}?{query}", local(edge, call, page))
}

/// The language that is wanted, as far as the request says: it may have been handed over in a way
/// that the address does not show.
pub(super) fn wishes_of(edge: &Edge, call: &Call, pending: &Pending) -> Wishes {
    call.wishes(edge)
        .with_requested(pending.request.ui_locales.as_deref())
}

fn go(edge: &Edge, call: &Call, request: &Params, page: &str, pending: &Pending) -> Response {
    respond::see_other(&page_address(edge, call, request, page, pending))
}
