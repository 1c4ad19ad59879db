//! The authorization request: parameters, addressee, and the rest.
//!
//! The input is a query. One that begins with `{` is the `claims` parameter of a good request.

use vidimus::protocol::authorize::{Addressee, AuthorizationRequest};
use vidimus::protocol::claims::{CLAIMS_LIMIT, ClaimsRequest};
use vidimus::protocol::params::Params;
use vidimus::protocol::realm::RealmSettings;
use vidimus::protocol::response_type::{ResponseMode, ResponseType};
use vidimus::protocol::scope::{OFFLINE_ACCESS, OPENID, ScopeSet};

use super::{form, json, redirect, samples};

/// Reads one request.
pub(crate) fn run(data: &[u8]) {
    if data.first() == Some(&b'{') {
        let Ok(claims) = std::str::from_utf8(data) else {
            return;
        };
        request(
            form::write(&[
                ("client_id", "hybrid"),
                ("redirect_uri", "https://hybrid.example/cb"),
                ("response_type", "code id_token"),
                ("scope", "openid"),
                ("nonce", "n"),
                ("claims", claims),
            ])
            .as_bytes(),
        );
        check_claims(claims);
    } else {
        request(data);
    }
}

fn request(query: &[u8]) {
    let params = form::read(query);
    if let Some(text) = params.get("response_type")
        && let Ok(parsed) = ResponseType::parse(text)
    {
        assert_eq!(ResponseType::parse(parsed.as_str()), Ok(parsed));
        assert!(parsed.default_mode().suits(parsed));
    }
    let Ok(id) = Addressee::client_id(&params) else {
        return;
    };
    assert_eq!(params.get("client_id"), Some(id.as_str()));
    let Ok(addressee) = Addressee::prove(&params, samples::find(&id)) else {
        return;
    };
    check_addressee(&params, &addressee);
    for front_channel_tokens in [false, true] {
        let realm = RealmSettings {
            front_channel_tokens,
            ..RealmSettings::default()
        };
        if let Ok(request) = AuthorizationRequest::parse(&params, &addressee, realm) {
            assert!(front_channel_tokens || !request.response_type.is_front_channel());
            check_request(&params, &addressee, &request);
        }
    }
}

fn check_addressee(params: &Params, addressee: &Addressee) {
    let client = addressee.client();
    assert!(client.disabled_at.is_none());
    assert_eq!(params.get("client_id"), Some(client.id.as_str()));
    let target = addressee.redirect().as_str();
    assert_eq!(params.get("redirect_uri"), Some(target));
    assert!(redirect::is_registered(client, target), "{target}");
    if let Some(state) = addressee.state() {
        assert_eq!(params.get("state"), Some(state));
    }
    let state = addressee.state().unwrap_or("none");
    redirect::check_answers(addressee.redirect(), &[("code", "c"), ("state", state)]);
}

fn check_request(params: &Params, addressee: &Addressee, request: &AuthorizationRequest) {
    let metadata = &addressee.client().metadata;
    let response_type = request.response_type;
    assert!(!params.has_repeats() && !params.has_control_characters());
    assert_eq!(
        ResponseType::parse(params.get("response_type").unwrap_or_default()),
        Ok(response_type)
    );
    assert!(metadata.response_types.contains(&response_type));
    assert!(addressee.mode().suits(response_type));
    assert!(!response_type.is_front_channel() || addressee.mode() != ResponseMode::Query);
    assert!(!response_type.id_token || request.nonce.is_some());
    assert_eq!(request.nonce.as_deref(), params.get("nonce"));
    let challenged = request.code_challenge.is_some();
    let excused = !response_type.code || metadata.compatibility.cannot_do_pkce;
    assert!(challenged || excused || !metadata.is_public(), "no PKCE");
    let prompt = request.prompt;
    assert!(!prompt.none || !(prompt.login || prompt.consent));
    assert!(
        request
            .login_hint
            .as_ref()
            .is_none_or(|hint| hint.chars().count() <= 254)
    );
    check_scope(params, &metadata.scope, request);
    let claims = params
        .get("claims")
        .map_or_else(|| Ok(ClaimsRequest::default()), ClaimsRequest::parse);
    assert_eq!(claims.as_ref(), Ok(&request.claims));
    // Whatever was wished for, one proof is told as one.
    assert!(
        request
            .acr
            .answer("pwd")
            .is_none_or(|class| class.ends_with(":1fa"))
    );
}

fn check_scope(params: &Params, registered: &ScopeSet, request: &AuthorizationRequest) {
    let asked = ScopeSet::parse(params.get("scope").unwrap_or_default());
    if let Ok(asked) = asked
        && !asked.is_empty()
    {
        assert!(request.scope.is_subset_of(&asked));
    }
    assert!(!request.scope.is_empty() && request.scope.is_subset_of(registered));
    let response_type = request.response_type;
    assert!(response_type.code || !request.scope.contains(OFFLINE_ACCESS));
    assert!(!response_type.is_front_channel() || request.scope.contains(OPENID));
    check_scope_text(&request.scope);
    let consent = request.needs_consent_for();
    assert!(request.scope.is_subset_of(&consent));
    check_scope_text(&consent);
}

/// A set of scopes is read back from its text, and holds tokens that RFC 6749 §3.3 allows.
pub(crate) fn check_scope_text(scope: &ScopeSet) {
    assert_eq!(ScopeSet::parse(&scope.to_string()).as_ref(), Ok(scope));
    for token in scope.iter() {
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(!token.contains(['"', '\\']));
    }
}

/// What is taken is kept with the grant, and must be read back from there.
fn check_claims(text: &str) {
    let Ok(claims) = ClaimsRequest::parse(text) else {
        return;
    };
    let Some(kept) = claims.to_text() else {
        assert!(claims.is_empty());
        return;
    };
    // The longest number for its length is one like 1e15.
    assert!(kept.len() <= 5 * CLAIMS_LIMIT, "{} bytes", kept.len());
    let read = ClaimsRequest::from_text(&kept).expect("kept claims are read back");
    assert_eq!(json::shape(&read), json::shape(&claims));
}
