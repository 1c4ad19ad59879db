//! Which page comes next: decided here and nowhere else.

use crate::protocol::authorize::{AuthorizationRequest, AuthorizeRefusal};
use crate::protocol::client::Client;
use crate::protocol::ids::SessionId;
use crate::protocol::scope::ScopeSet;
use crate::protocol::second_factor::Demand;
use crate::protocol::time::Timestamp;

/// The person who is signed in, as far as this decision needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// When they last proved who they are.
    pub auth_time: Timestamp,
    /// In which session.
    pub session: SessionId,
    /// How they proved it (RFC 8176), space separated.
    pub amr: String,
    /// Their name as this client knows it.
    pub subject: String,
    /// What they have consented to for this client.
    pub consented: ScopeSet,
    /// Whether they have set up a second factor.
    pub has_factor: bool,
    /// What the realm and their roles ask of their sign-in, whichever client it is for.
    pub demand: Demand,
}

/// What has happened since the request arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// When the request arrived.
    pub started_at: Timestamp,
    /// The session that a sign-in on one of its pages opened or renewed.
    pub signed_in: Option<SessionId>,
    /// What the person has just allowed for it, in tokens of
    /// [`AuthorizationRequest::needs_consent_for`].
    pub allowed: Option<ScopeSet>,
}

/// Why the login page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginReason {
    /// Nobody is signed in.
    SignedOut,
    /// `prompt=login` or `select_account`.
    Requested,
    /// The sign-in is older than `max_age`.
    TooOld,
    /// The request is about somebody else.
    SomebodyElse,
    /// A second factor is demanded and there is none yet; it is set up while signing in.
    NoSecondFactor,
}

/// What to do with an authorization request now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Show the login page.
    Login(LoginReason),
    /// Show the page on which an account is made.
    SignUp,
    /// Ask the signed-in person for their second factor.
    SecondFactor,
    /// Show the consent page.
    Consent,
    /// Issue the code.
    Issue,
    /// Send the refusal back.
    Refuse(AuthorizeRefusal),
}

/// Decides the next step of a request (OIDC Core §3.1.2.3, §3.1.2.4).
pub fn next_step(
    request: &AuthorizationRequest,
    client: &Client,
    signed_in: Option<&SignedIn>,
    interaction: &Interaction,
    now: Timestamp,
) -> Step {
    let Some(person) = signed_in else {
        return if request.prompt.create {
            Step::SignUp
        } else {
            ask_login(request, LoginReason::SignedOut)
        };
    };
    // A sign-in on a page of this interaction satisfies every demand for a fresh one. That some
    // sign-in has happened since is not enough: the page's address may be older than this visit.
    let fresh = interaction.signed_in.as_ref() == Some(&person.session)
        && person.auth_time >= interaction.started_at;
    // Initiating User Registration §4.1: whoever is signed in already is asked all the same. A
    // sign-in on the pages that follow, with the new account or another one, is the answer.
    if request.prompt.create && !fresh {
        return Step::SignUp;
    }
    if request.prompt.login && !fresh {
        return ask_login(request, LoginReason::Requested);
    }
    let too_old = request
        .max_age
        .is_some_and(|max_age| person.auth_time.plus(max_age) <= now);
    if too_old && !fresh {
        return ask_login(request, LoginReason::TooOld);
    }
    if !request.subject.is_met_by(&person.subject) {
        return if fresh {
            Step::Refuse(AuthorizeRefusal::SomebodyElse)
        } else {
            ask_login(request, LoginReason::SomebodyElse)
        };
    }
    if request.acr.is_out_of_reach() {
        return Step::Refuse(AuthorizeRefusal::UnmetAcr);
    }
    let demand = demand_of(request, client).and(person.demand);
    if !demand.is_met_by(&person.amr, person.has_factor)
        && let Some(step) = ask_second_factor(request, demand, person)
    {
        return step;
    }
    let needed = request.needs_consent_for();
    let known = client.metadata.first_party || needed.is_subset_of(&person.consented);
    let just_allowed = interaction
        .allowed
        .as_ref()
        .is_some_and(|allowed| needed.is_subset_of(allowed));
    if just_allowed || (known && !request.prompt.consent) {
        Step::Issue
    } else if request.prompt.none {
        Step::Refuse(AuthorizeRefusal::ConsentRequired)
    } else {
        Step::Consent
    }
}

/// What a request and its client ask of a sign-in.
pub fn demand_of(request: &AuthorizationRequest, client: &Client) -> Demand {
    Demand::CLIENT
        .when(client.metadata.require_second_factor)
        .and(request.acr.second_factor())
}

/// How a demand that is unmet is met; `None` when it is only a wish and nothing may be asked.
fn ask_second_factor(
    request: &AuthorizationRequest,
    demand: Demand,
    person: &SignedIn,
) -> Option<Step> {
    let unmet_acr = request.acr.second_factor().must;
    match (request.prompt.none, demand.must) {
        (true, true) if unmet_acr => Some(Step::Refuse(AuthorizeRefusal::UnmetAcr)),
        (true, true) => Some(Step::Refuse(AuthorizeRefusal::SecondFactorRequired)),
        (true, false) => None,
        (false, _) if person.has_factor => Some(Step::SecondFactor),
        (false, _) => Some(Step::Login(LoginReason::NoSecondFactor)),
    }
}

fn ask_login(request: &AuthorizationRequest, reason: LoginReason) -> Step {
    if request.prompt.none {
        Step::Refuse(AuthorizeRefusal::LoginRequired)
    } else {
        Step::Login(reason)
    }
}

#[cfg(test)]
pub(super) mod tests;
