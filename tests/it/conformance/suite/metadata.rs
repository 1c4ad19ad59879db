//! The discovery document, and the rules that it keeps.

use http::StatusCode;
use serde_json::Value;

use super::fetch;
use crate::support::World;
use crate::support::world::ISSUER;

/// The members that the suite knows, by their type. Others would be a warning.
const ADDRESSES: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "registration_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
    "check_session_iframe",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "service_documentation",
    "op_policy_uri",
    "op_tos_uri",
];
const SWITCHES: &[&str] = &[
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "authorization_response_iss_parameter_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "tls_client_certificate_bound_access_tokens",
    "client_id_metadata_document_supported",
];
const LISTS: &[&str] = &[
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "userinfo_signing_alg_values_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "authorization_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "dpop_signing_alg_values_supported",
    "display_values_supported",
    "claim_types_supported",
    "claims_supported",
    "claims_locales_supported",
    "ui_locales_supported",
    "code_challenge_methods_supported",
    "prompt_values_supported",
    "protected_resources",
];

/// Fetches the document, without following a redirect, and holds it against the rules for all
/// modules.
pub(super) async fn read(world: &World) -> Value {
    let address = format!("{ISSUER}/.well-known/openid-configuration");
    let answer = fetch(world, &address).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.json();
    assert_eq!(document["issuer"], ISSUER);
    for (name, value) in document.as_object().unwrap() {
        check_member(name, value);
    }
    document
}

fn check_member(name: &str, value: &Value) {
    if ADDRESSES.contains(&name) {
        let address = value.as_str().unwrap_or_default();
        assert!(address.starts_with("https://"), "{name}: {value}");
        assert!(!address.contains(['?', '#']), "{name}: {value}");
    } else if SWITCHES.contains(&name) {
        assert!(value.is_boolean(), "{name}: {value}");
    } else if LISTS.contains(&name) {
        let entries = strings(value);
        assert!(!entries.is_empty(), "{name} is empty");
        assert!(entries.iter().all(|one| !one.is_empty()), "{name}: {value}");
    } else {
        panic!("the suite does not know {name}");
    }
}

/// The texts of a list; none when there is no list.
pub(in super::super) fn strings(value: &Value) -> Vec<String> {
    let entries = value.as_array().into_iter().flatten();
    entries
        .map(|one| one.as_str().expect("a list of texts").to_owned())
        .collect()
}
