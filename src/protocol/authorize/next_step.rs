//! Which page comes next: decided here and nowhere else.

use crate::protocol::authorize::{AuthorizationRequest, AuthorizeRefusal};
use crate::protocol::client::Client;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;

/// The person who is signed in, as far as this decision needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// When they last proved who they are.
    pub auth_time: Timestamp,
    /// What they have consented to for this client.
    pub consented: ScopeSet,
}

/// What has happened since the request arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interaction {
    /// When the request arrived.
    pub started_at: Timestamp,
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
}

/// What to do with an authorization request now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Show the login page.
    Login(LoginReason),
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
    interaction: Interaction,
    now: Timestamp,
) -> Step {
    let Some(person) = signed_in else {
        return ask_login(request, LoginReason::SignedOut);
    };
    // A sign-in during this interaction satisfies every demand for a fresh one.
    let fresh = person.auth_time >= interaction.started_at;
    if request.prompt.login && !fresh {
        return ask_login(request, LoginReason::Requested);
    }
    let too_old = request
        .max_age
        .is_some_and(|max_age| person.auth_time.plus(max_age) <= now);
    if too_old && !fresh {
        return ask_login(request, LoginReason::TooOld);
    }
    let known = client.metadata.first_party || request.scope.is_subset_of(&person.consented);
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
    use crate::protocol::authorize::request::Prompt;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::time::Lifetime;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn request(prompt: Prompt, max_age: Option<u32>) -> AuthorizationRequest {
        AuthorizationRequest {
            scope: ScopeSet::parse("openid email").unwrap(),
            nonce: None,
            code_challenge: None,
            prompt,
            max_age: max_age.map(Lifetime::seconds),
            login_hint: None,
        }
    }

    /// The request arrives at 1,000 s and is judged at 1,010 s.
    fn step(prompt: &str, max_age: Option<u32>, auth_time: Option<i64>, consented: &str) -> Step {
        let prompt = Prompt {
            none: prompt == "none",
            login: prompt == "login",
            consent: prompt == "consent",
        };
        let person = auth_time.map(|seconds| SignedIn {
            auth_time: at(seconds),
            consented: ScopeSet::parse(consented).unwrap(),
        });
        let interaction = Interaction {
            started_at: at(1000),
            consented: false,
        };
        let client = client(ClientType::Web);
        next_step(
            &request(prompt, max_age),
            &client,
            person.as_ref(),
            interaction,
            at(1010),
        )
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
            consented: ScopeSet::default(),
        };
        let interaction = Interaction {
            started_at: at(1000),
            consented: false,
        };
        let plain = request(Prompt::default(), None);
        assert_eq!(
            next_step(&plain, &own, Some(&person), interaction, at(1010)),
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
            next_step(&asking, &own, Some(&person), interaction, at(1010)),
            Step::Consent
        );
    }
}
