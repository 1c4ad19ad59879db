//! Which page comes next: decided here and nowhere else.

use crate::protocol::authorize::{AuthorizationRequest, AuthorizeRefusal};
use crate::protocol::client::Client;
use crate::protocol::ids::SessionId;
use crate::protocol::scope::ScopeSet;
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
}

/// What has happened since the request arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// When the request arrived.
    pub started_at: Timestamp,
    /// The session that a sign-in on one of its pages opened or renewed.
    pub signed_in: Option<SessionId>,
    /// Whether the person has just pressed Allow for it.
    pub consented: bool,
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
}

/// What to do with an authorization request now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Show the login page.
    Login(LoginReason),
    /// Show the page on which an account is made.
    SignUp,
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
    let asked_for = request.subject.as_ref();
    if asked_for.is_some_and(|subject| *subject != person.subject) {
        // OIDC Core §3.1.2.2: an answer about somebody else is never given.
        return if fresh {
            Step::Refuse(AuthorizeRefusal::LoginRequired)
        } else {
            ask_login(request, LoginReason::SomebodyElse)
        };
    }
    if request.acr.is_unmet_by(&person.amr) {
        return Step::Refuse(AuthorizeRefusal::UnmetAcr);
    }
    let known =
        client.metadata.first_party || request.needs_consent_for().is_subset_of(&person.consented);
    if interaction.consented || (known && !request.prompt.consent) {
        Step::Issue
    } else if request.prompt.none {
        Step::Refuse(AuthorizeRefusal::ConsentRequired)
    } else {
        Step::Consent
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
mod tests {
    use super::*;
    use crate::protocol::authorize::AcrDemand;
    use crate::protocol::authorize::request::Prompt;
    use crate::protocol::claims::ClaimsRequest;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::response_type::ResponseType;
    use crate::protocol::time::Lifetime;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn request(prompt: Prompt, max_age: Option<u32>) -> AuthorizationRequest {
        AuthorizationRequest {
            response_type: ResponseType::CODE,
            claims: ClaimsRequest::default(),
            acr: AcrDemand::default(),
            subject: None,
            scope: ScopeSet::parse("openid email").unwrap(),
            resources: Vec::new(),
            nonce: None,
            code_challenge: None,
            prompt,
            max_age: max_age.map(Lifetime::seconds),
            login_hint: None,
            ui_locales: None,
        }
    }

    fn session(name: &str) -> SessionId {
        SessionId::parse(name).unwrap()
    }

    /// A request that arrived at 1,000 s and is judged at 1,010 s, on whose pages the session
    /// `signed_in` was opened.
    fn step(prompt: &str, max_age: Option<u32>, auth_time: Option<i64>, consented: &str) -> Step {
        step_after(prompt, max_age, auth_time, consented, Some("here"))
    }

    fn step_after(
        prompt: &str,
        max_age: Option<u32>,
        auth_time: Option<i64>,
        consented: &str,
        signed_in: Option<&str>,
    ) -> Step {
        let prompt = Prompt {
            none: prompt == "none",
            login: prompt == "login",
            consent: prompt == "consent",
            create: prompt == "create",
        };
        let person = auth_time.map(|seconds| SignedIn {
            auth_time: at(seconds),
            session: session("here"),
            amr: "pwd".to_owned(),
            subject: "ada".to_owned(),
            consented: ScopeSet::parse(consented).unwrap(),
        });
        let interaction = Interaction {
            started_at: at(1000),
            signed_in: signed_in.map(session),
            consented: false,
        };
        let client = client(ClientType::Web);
        next_step(
            &request(prompt, max_age),
            &client,
            person.as_ref(),
            &interaction,
            at(1010),
        )
    }

    /// Initiating User Registration §4.1
    #[test]
    fn asks_for_an_account_until_somebody_has_signed_in_for_it() {
        assert_eq!(step("create", None, None, ""), Step::SignUp);
        let before = step_after("create", None, Some(900), "openid email", None);
        assert_eq!(before, Step::SignUp);
        assert_eq!(
            step("create", None, Some(1005), "openid email"),
            Step::Issue
        );
    }

    /// OIDC Core §3.1.2.1: a sign-in for something else does not answer `prompt=login`.
    #[test]
    fn only_a_sign_in_on_its_own_pages_is_fresh() {
        for signed_in in [None, Some("elsewhere")] {
            let step = step_after("login", None, Some(1005), "openid email", signed_in);
            assert_eq!(step, Step::Login(LoginReason::Requested));
            let step = step_after("", Some(1), Some(1005), "openid email", signed_in);
            assert_eq!(step, Step::Login(LoginReason::TooOld));
        }
    }

    #[test]
    fn asks_for_what_is_missing_and_nothing_else() {
        use AuthorizeRefusal as R;
        use LoginReason as L;
        let all = "openid email profile";
        let cases = [
            ("", None, None, all, Step::Login(L::SignedOut)),
            ("none", None, None, all, Step::Refuse(R::LoginRequired)),
            ("", None, Some(1), all, Step::Issue),
            ("none", None, Some(1), all, Step::Issue),
            ("login", None, Some(999), all, Step::Login(L::Requested)),
            ("login", None, Some(1000), all, Step::Issue),
            ("", Some(20), Some(995), all, Step::Issue),
            ("", Some(10), Some(999), all, Step::Login(L::TooOld)),
            (
                "none",
                Some(10),
                Some(999),
                all,
                Step::Refuse(R::LoginRequired),
            ),
            ("", Some(0), Some(1005), all, Step::Issue),
            ("", Some(0), Some(999), all, Step::Login(L::TooOld)),
            ("", None, Some(1), "openid", Step::Consent),
            (
                "none",
                None,
                Some(1),
                "openid",
                Step::Refuse(R::ConsentRequired),
            ),
            ("consent", None, Some(1), all, Step::Consent),
        ];
        for (prompt, max_age, auth_time, consented, expected) in cases {
            let got = step(prompt, max_age, auth_time, consented);
            assert_eq!(
                got, expected,
                "prompt={prompt} max_age={max_age:?} at={auth_time:?}"
            );
        }
    }

    #[test]
    fn a_first_party_client_needs_no_consent_unless_it_asks_for_it() {
        let mut own = client(ClientType::Web);
        own.metadata.first_party = true;
        let person = SignedIn {
            auth_time: at(1),
            session: session("here"),
            amr: "pwd".to_owned(),
            subject: "ada".to_owned(),
            consented: ScopeSet::default(),
        };
        let interaction = Interaction {
            started_at: at(1000),
            signed_in: None,
            consented: false,
        };
        let plain = request(Prompt::default(), None);
        assert_eq!(
            next_step(&plain, &own, Some(&person), &interaction, at(1010)),
            Step::Issue
        );
        let asking = request(
            Prompt {
                consent: true,
                ..Prompt::default()
            },
            None,
        );
        assert_eq!(
            next_step(&asking, &own, Some(&person), &interaction, at(1010)),
            Step::Consent
        );
    }

    /// OIDC Core §3.1.2.2, §5.5.1: an answer about somebody else is never given.
    #[test]
    fn a_request_about_somebody_is_answered_about_nobody_else() {
        use AuthorizeRefusal as R;
        let person = SignedIn {
            auth_time: at(1005),
            session: session("here"),
            amr: "pwd".to_owned(),
            subject: "ada".to_owned(),
            consented: ScopeSet::parse("openid email").unwrap(),
        };
        let step = |subject: &str, none, signed_in: Option<&str>| {
            let prompt = Prompt {
                none,
                ..Prompt::default()
            };
            let request = AuthorizationRequest {
                subject: Some(subject.to_owned()),
                ..request(prompt, None)
            };
            let interaction = Interaction {
                started_at: at(1000),
                signed_in: signed_in.map(session),
                consented: false,
            };
            let client = client(ClientType::Web);
            next_step(&request, &client, Some(&person), &interaction, at(1010))
        };
        assert_eq!(step("ada", true, None), Step::Issue);
        assert_eq!(step("bob", true, None), Step::Refuse(R::LoginRequired));
        let ask = Step::Login(LoginReason::SomebodyElse);
        assert_eq!(step("bob", false, None), ask);
        assert_eq!(
            step("bob", false, Some("here")),
            Step::Refuse(R::LoginRequired)
        );
    }
}
