use super::*;
use crate::protocol::authorize::request::Prompt;
use crate::protocol::authorize::{AcrDemand, SubjectDemand};
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::client::ClientType;
use crate::protocol::client::metadata::tests::client;
use crate::protocol::response_type::ResponseType;
use crate::protocol::time::Lifetime;

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds)
}

pub(in crate::protocol::authorize) fn request(
    prompt: Prompt,
    max_age: Option<u32>,
) -> AuthorizationRequest {
    AuthorizationRequest {
        response_type: ResponseType::CODE,
        claims: ClaimsRequest::default(),
        acr: AcrDemand::default(),
        subject: SubjectDemand::default(),
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
        has_factor: false,
        demand: Demand::NONE,
    });
    let interaction = Interaction {
        started_at: at(1000),
        signed_in: signed_in.map(session),
        allowed: None,
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
        has_factor: false,
        demand: Demand::NONE,
    };
    let interaction = Interaction {
        started_at: at(1000),
        signed_in: None,
        allowed: None,
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
        has_factor: false,
        demand: Demand::NONE,
    };
    let step = |subject: &str, none, signed_in: Option<&str>| {
        let prompt = Prompt {
            none,
            ..Prompt::default()
        };
        let request = AuthorizationRequest {
            subject: SubjectDemand::default().and(vec![subject.to_owned()]),
            ..request(prompt, None)
        };
        let interaction = Interaction {
            started_at: at(1000),
            signed_in: signed_in.map(session),
            allowed: None,
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
        Step::Refuse(R::SomebodyElse)
    );
}

/// What comes next for somebody who has signed in with these methods.
fn step_of(amr: &str, has_factor: bool, demand: Demand, change: impl Fn(&mut Asked)) -> Step {
    let mut asked = Asked {
        request: request(Prompt::default(), None),
        client: client(ClientType::Web),
    };
    change(&mut asked);
    let person = SignedIn {
        auth_time: at(1005),
        session: session("here"),
        amr: amr.to_owned(),
        subject: "ada".to_owned(),
        consented: ScopeSet::parse("openid email").unwrap(),
        has_factor,
        demand,
    };
    let interaction = Interaction {
        started_at: at(1000),
        signed_in: Some(session("here")),
        allowed: None,
    };
    let Asked { request, client } = asked;
    next_step(&request, &client, Some(&person), &interaction, at(1010))
}

struct Asked {
    request: AuthorizationRequest,
    client: Client,
}

impl Asked {
    fn acr(&mut self, acr_values: &str, claims: &str) {
        let claims = ClaimsRequest::parse(claims).unwrap();
        self.request.acr = AcrDemand::read(Some(acr_values), &claims, &self.client);
    }
}

const ESSENTIAL: &str = r#"{"id_token":{"acr":{"essential":true,"value":"urn:vidimus:acr:2fa"}}}"#;

/// RFC 9470 §4: a sign-in that is not strong enough is made stronger, not begun anew.
#[test]
fn a_demand_leads_to_the_second_factor_until_it_is_met() {
    let client = |asked: &mut Asked| asked.client.metadata.require_second_factor = true;
    let essential = |asked: &mut Asked| asked.acr("", ESSENTIAL);
    let wish = |asked: &mut Asked| asked.acr("urn:vidimus:acr:2fa", "{}");
    let rule = Demand::RULE;
    for amr in ["pwd", "pwd rba"] {
        assert_eq!(step_of(amr, true, Demand::NONE, client), Step::SecondFactor);
        assert_eq!(
            step_of(amr, true, Demand::NONE, essential),
            Step::SecondFactor
        );
        assert_eq!(step_of(amr, true, Demand::NONE, wish), Step::SecondFactor);
    }
    assert_eq!(step_of("pwd", true, rule, |_| {}), Step::SecondFactor);
    assert_eq!(step_of("pwd rba", true, rule, |_| {}), Step::Issue);
    let full = "pwd otp mfa";
    assert_eq!(step_of(full, true, rule, client), Step::Issue);
    assert_eq!(step_of(full, true, rule, essential), Step::Issue);
}

#[test]
fn who_has_no_second_factor_sets_one_up_while_signing_in() {
    let login = Step::Login(LoginReason::NoSecondFactor);
    let client = |asked: &mut Asked| asked.client.metadata.require_second_factor = true;
    assert_eq!(step_of("pwd", false, Demand::RULE, |_| {}), login);
    assert_eq!(step_of("pwd", false, Demand::NONE, client), login);
    let wish = |asked: &mut Asked| asked.acr("urn:vidimus:acr:2fa", "{}");
    assert_eq!(step_of("pwd", false, Demand::NONE, wish), Step::Issue);
}

/// OIDC Core §3.1.2.1: `prompt=none` asks nothing.
#[test]
fn without_a_page_an_unmet_demand_is_refused_and_a_wish_let_go() {
    use AuthorizeRefusal as R;
    let silent = |asked: &mut Asked| asked.request.prompt.none = true;
    let client = |asked: &mut Asked| {
        silent(asked);
        asked.client.metadata.require_second_factor = true;
    };
    let essential = |asked: &mut Asked| {
        silent(asked);
        asked.acr("", ESSENTIAL);
    };
    let wish = |asked: &mut Asked| {
        silent(asked);
        asked.acr("urn:vidimus:acr:2fa", "{}");
    };
    let required = Step::Refuse(R::SecondFactorRequired);
    for has_factor in [true, false] {
        let step = |demand, change: &dyn Fn(&mut Asked)| step_of("pwd", has_factor, demand, change);
        assert_eq!(step(Demand::RULE, &silent), required);
        assert_eq!(step(Demand::NONE, &client), required);
        assert_eq!(step(Demand::NONE, &essential), Step::Refuse(R::UnmetAcr));
        assert_eq!(step(Demand::NONE, &wish), Step::Issue);
    }
}

/// RFC 6749 §3.3: an Allow is for what was on the page, and not for the request as it came.
#[test]
fn an_allow_covers_no_more_than_what_was_allowed() {
    let person = SignedIn {
        auth_time: at(1005),
        session: session("here"),
        amr: "pwd".to_owned(),
        subject: "ada".to_owned(),
        consented: ScopeSet::default(),
        has_factor: false,
        demand: Demand::NONE,
    };
    let step = |allowed: &str| {
        let interaction = Interaction {
            started_at: at(1000),
            signed_in: None,
            allowed: Some(ScopeSet::parse(allowed).unwrap()),
        };
        let (request, client) = (request(Prompt::default(), None), client(ClientType::Web));
        next_step(&request, &client, Some(&person), &interaction, at(1010))
    };
    assert_eq!(step("openid email"), Step::Issue);
    assert_eq!(step("openid"), Step::Consent);
    assert_eq!(step("openid claim:email"), Step::Consent);
}
