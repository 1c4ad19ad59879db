//! The token request: its form, the grant, and the texts of codes, refresh tokens, scopes,
//! resources and user codes.
//!
//! The input is a form.

use vidimus::protocol::client::GrantType;
use vidimus::protocol::ids::{ClientId, FamilyId, RealmId};
use vidimus::protocol::params::{Params, RESOURCE};
use vidimus::protocol::pkce::CodeChallenge;
use vidimus::protocol::resource::{self, RESOURCE_LIMIT};
use vidimus::protocol::scope::{STANDARD, ScopeSet};
use vidimus::protocol::token::code::CodeRequest;
use vidimus::protocol::token::refresh_token::RefreshToken;
use vidimus::protocol::token::{client_credentials, grant_type};
use vidimus::protocol::user_code::UserCode;
use vidimus::secret::{Digest, MacKey};

use super::{authorize, form, samples};

/// Sets are compared token by token with each other: for long ones the fuzzer has no time.
const COMPARED_SCOPES: usize = 64;

/// Reads one form as every grant does.
pub(crate) fn run(data: &[u8]) {
    let params = form::read(data);
    if let Ok(grant) = grant_type(&params) {
        assert!(!params.has_repeats());
        assert_eq!(params.get("grant_type"), Some(grant.as_str()));
        assert!(
            grant != GrantType::Implicit,
            "RFC 6749 §4.2 has no token request"
        );
    }
    check_code(&params);
    if let Some(text) = params.get("refresh_token") {
        check_refresh_token(text);
    }
    check_scope(params.get("scope"));
    check_resources(&params);
    if let Some(code) = params.get("user_code").and_then(UserCode::parse) {
        assert_eq!(UserCode::parse(&code.to_string()), Some(code));
    }
}

/// RFC 8707 §2: absolute URIs without fragments, each of them once, and not too many.
fn check_resources(params: &Params) {
    let Ok(resources) = resource::requested(params) else {
        return;
    };
    assert!(resources.len() <= RESOURCE_LIMIT);
    for (place, id) in resources.iter().enumerate() {
        assert!(params.all(RESOURCE).any(|text| text == id.as_str()));
        assert!(!resources[..place].contains(id) && !id.as_str().contains('#'));
        assert!(url::Url::parse(id.as_str()).is_ok(), "{id}");
    }
}

fn check_code(params: &Params) {
    let Ok(request) = CodeRequest::parse(params) else {
        return;
    };
    let code = params.get("code").expect("a code");
    assert!(request.code.matches(&Digest::of(code)));
    assert_eq!(
        params.get("redirect_uri"),
        Some(request.redirect_uri.as_str())
    );
    match (params.get("code_verifier"), request.code_challenge) {
        (None, None) => {}
        (Some(verifier), Some(challenge)) => {
            assert!((43..=128).contains(&verifier.len()) && verifier.is_ascii());
            assert_eq!(CodeChallenge::parse(challenge.as_str()), Some(challenge));
        }
        (verifier, challenge) => panic!("{verifier:?} gives {challenge:?}"),
    }
}

/// A token is read from the one text that was issued, by the client and in the realm that it was
/// issued to; its family is the same before the proof and after it.
fn check_refresh_token(text: &str) {
    let key = MacKey::new(&[7; 32]);
    let [here, there] = ["default", "tenant"].map(|id| RealmId::parse(id).expect("a realm"));
    let [own, other] = ["web", "native"].map(|id| ClientId::parse(id).expect("a client"));
    if let Some(token) = RefreshToken::read(&key, &here, &own, text) {
        let issued = RefreshToken::write(&key, &here, &own, &token.family, token.generation);
        assert_eq!(issued.expose(), text, "another text for the same token");
        assert!(RefreshToken::looks_like_one(text));
        assert_eq!(RefreshToken::unproven_family(text), Some(token.family));
        assert_eq!(RefreshToken::read(&key, &there, &own, text), None);
        assert_eq!(RefreshToken::read(&key, &here, &other, text), None);
        let stranger = MacKey::new(&[8; 32]);
        assert_eq!(RefreshToken::read(&stranger, &here, &own, text), None);
    }
    if let Ok(family) = FamilyId::parse(text) {
        let generation = i64::try_from(text.len()).expect("a short text");
        let issued = RefreshToken::write(&key, &here, &own, &family, generation);
        let token = RefreshToken::read(&key, &here, &own, issued.expose());
        let token = token.expect("what was issued is read");
        assert_eq!((&token.family, token.generation), (&family, generation));
        assert_eq!(RefreshToken::unproven_family(issued.expose()), Some(family));
    }
}

fn check_scope(text: Option<&str>) {
    let machine = samples::client("machine");
    if let Ok(granted) = client_credentials::decide(text, &machine) {
        assert!(granted.is_subset_of(&machine.metadata.scope));
        assert!(STANDARD.iter().all(|personal| !granted.contains(personal)));
    }
    assert!(client_credentials::decide(text, &samples::client("spa")).is_err());
    let Ok(scope) = ScopeSet::parse(text.unwrap_or_default()) else {
        return;
    };
    authorize::check_scope_text(&scope);
    if scope.iter().count() <= COMPARED_SCOPES {
        check_sets(&scope, &machine.metadata.scope);
    }
}

/// The laws of sets.
fn check_sets(scope: &ScopeSet, registered: &ScopeSet) {
    let (both, either) = (scope.intersection(registered), scope.union(registered));
    assert!(both.is_subset_of(scope) && both.is_subset_of(registered));
    assert!(scope.is_subset_of(&either) && registered.is_subset_of(&either));
    assert_eq!(scope.is_subset_of(registered), both == *scope);
    for token in scope.iter().take(8) {
        assert!(!scope.clone().without(token).contains(token));
    }
}
