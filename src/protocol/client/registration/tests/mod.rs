//! The rule, clause by clause.

mod members;

use serde_json::{Value, json};

use super::*;
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::client::{ClientType, GrantType};
use crate::protocol::error::{ErrorCode, is_description};
use crate::protocol::response_type::ResponseType;

const ITSELF: Terms = Terms {
    author: Author::Client,
    front_channel_tokens: false,
};
const ADMIN: Terms = Terms {
    author: Author::Admin,
    ..ITSELF
};
const DOCUMENT: Terms = Terms {
    author: Author::Document,
    ..ITSELF
};
const WITH_TOKENS: Terms = Terms {
    front_channel_tokens: true,
    ..ITSELF
};

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

/// A request for a usual web client, with members changed; null takes one away.
fn asked(changes: Value) -> Map<String, Value> {
    let mut members = object(json!({"redirect_uris": ["https://app.example/cb"]}));
    members.extend(object(changes));
    members
}

fn registered(changes: Value, terms: Terms) -> ClientMetadata {
    let request = asked(changes);
    register(&request, terms).unwrap_or_else(|refusal| panic!("{request:?}: {refusal}"))
}

#[track_caller]
fn refused(changes: Value, terms: Terms) -> RegistrationRefusal {
    let request = asked(changes);
    let refusal = register(&request, terms).expect_err(&format!("{request:?} is registered"));
    let description = refusal.description();
    assert!(is_description(&description), "{description}");
    refusal
}

fn jwks() -> Value {
    json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "n": "AQAB", "e": "AQAB"}]})
}

/// RFC 7591 §2, OIDC Registration §2
#[test]
fn a_request_for_nothing_special_gets_the_defaults() {
    let metadata = registered(json!({}), ITSELF);
    assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(metadata.response_types, [ResponseType::CODE]);
    let method = metadata.token_endpoint_auth_method;
    assert_eq!(method, TokenEndpointAuthMethod::ClientSecretBasic);
    let algorithm = metadata.id_token_signed_response_alg;
    assert_eq!(algorithm, SigningAlgorithm::Rs256);
    assert_eq!(
        metadata.scope.to_string(),
        "openid profile email address phone offline_access"
    );
    assert!(metadata.unverified && !metadata.first_party);
    assert!(metadata.compatibility.sends_token_endpoint_audience);
    assert_eq!(metadata.client_type, ClientType::Web);
}

/// RFC 7591 §2
#[test]
fn unknown_members_are_no_error_and_are_not_kept() {
    let metadata = registered(json!({"shoe_size": 42, "client_name#": "x"}), ITSELF);
    assert_eq!(metadata, registered(json!({}), ITSELF));
}

/// RFC 7592 §2.2
#[test]
fn null_and_empty_members_count_as_omitted() {
    let metadata = registered(
        json!({"logo_uri": null, "jwks_uri": "", "scope": ""}),
        ITSELF,
    );
    assert_eq!(metadata, registered(json!({}), ITSELF));
}

/// OWASP API3:2023, mass assignment
#[test]
fn a_client_cannot_give_itself_what_is_the_admins() {
    let wish = json!({
        "first_party": true, "introspection": "realm", "unverified": false,
        "require_second_factor": true, "required_scope": "email",
            "allowed_groups": ["staff"],
        "client_type": "m2m", "origin": "admin", "disabled_at": null,
        "compatibility": {"cannot_do_pkce": true, "sends_unencoded_secret": true},
    });
    for terms in [ITSELF, DOCUMENT] {
        assert_eq!(
            registered(wish.clone(), terms),
            registered(json!({}), terms)
        );
    }
    let scope = registered(json!({"scope": "openid email api:write"}), ITSELF).scope;
    assert_eq!(scope.to_string(), "openid email");
    let refusal = refused(json!({"scope": "api:write"}), ITSELF);
    assert_eq!(refusal, RegistrationRefusal::ScopeNotGiven);
    let granted = registered(
        json!({"grant_types": ["authorization_code", "client_credentials", "password"]}),
        ITSELF,
    );
    assert_eq!(granted.grant_types, [GrantType::AuthorizationCode]);
}

/// RFC 7591 §3.2.2
#[test]
fn each_bad_redirect_uri_has_the_code_for_it() {
    for uri in [
        "https://app.example/cb#fragment",
        "http://app.example/cb",
        "https://app.example/../cb",
        "javascript:alert(1)",
        "/cb",
        "com.example.app:/cb",
    ] {
        let refusal = refused(json!({"redirect_uris": [uri]}), ITSELF);
        assert_eq!(refusal.code(), ErrorCode::InvalidRedirectUri, "{uri}");
        assert!(refusal.description().starts_with("redirect_uris"), "{uri}");
        assert!(!refusal.description().contains("app.example"), "{uri}");
    }
    let none = refused(json!({"redirect_uris": []}), ITSELF);
    assert_eq!(none.code(), ErrorCode::InvalidRedirectUri);
    let many = vec!["https://app.example/cb"; 51];
    let refusal = refused(json!({"redirect_uris": many}), ITSELF);
    assert_eq!(refusal.code(), ErrorCode::InvalidClientMetadata);
    let other = refused(
        json!({"post_logout_redirect_uris": ["http://app.example/"]}),
        ITSELF,
    );
    assert_eq!(other.code(), ErrorCode::InvalidClientMetadata);
}

/// Members with values that this server does not do, as JSON.
const NOT_DONE: &[(&str, &str)] = &[
    ("id_token_signed_response_alg", r#""none""#),
    ("id_token_signed_response_alg", r#""HS256""#),
    ("userinfo_signed_response_alg", r#""none""#),
    ("request_object_signing_alg", r#""none""#),
    ("token_endpoint_auth_method", r#""tls_client_auth""#),
    ("tls_client_auth_subject_dn", r#""CN=x""#),
    ("dpop_bound_access_tokens", "true"),
    ("tls_client_certificate_bound_access_tokens", "true"),
    ("request_object_encryption_alg", r#""RSA-OAEP""#),
    ("authorization_signed_response_alg", r#""RS256""#),
    ("introspection_signed_response_alg", r#""RS256""#),
    ("subject_type", r#""secret""#),
    ("application_type", r#""toaster""#),
    ("response_types", r#"["token"]"#),
    ("response_types", r#"["code id_token"]"#),
    ("grant_types", r#"["password"]"#),
    ("client_name", "7"),
    ("redirect_uris", r#""https://app.example/cb""#),
    ("contacts", "[1]"),
    ("default_max_age", "-1"),
    ("require_auth_time", r#""true""#),
];

/// Members of the specifications that this server does not act on.
#[test]
fn refuses_by_name_what_it_does_not_do() {
    for (member, value) in NOT_DONE {
        let value: Value = serde_json::from_str(value).unwrap();
        let changes = json!({ *member: value });
        let refusal = refused(changes.clone(), ITSELF);
        assert_eq!(
            refusal.code(),
            ErrorCode::InvalidClientMetadata,
            "{changes}"
        );
        assert!(
            refusal.description().contains(member),
            "{}",
            refusal.description()
        );
    }
    let refusal = refused(json!({"software_statement": "eyJ"}), ITSELF);
    assert_eq!(refusal.code(), ErrorCode::UnapprovedSoftwareStatement);
    let off = json!({"dpop_bound_access_tokens": false});
    assert_eq!(registered(off, ITSELF), registered(json!({}), ITSELF));
}

/// OIDC Registration §2: the pairs of `response_types` and `grant_types`.
#[test]
fn response_types_and_grant_types_agree() {
    let implicit = json!({"response_types": ["id_token token"], "grant_types": ["implicit"]});
    let metadata = registered(implicit.clone(), WITH_TOKENS);
    assert!(metadata.allows(GrantType::Implicit) && !metadata.allows(GrantType::AuthorizationCode));
    let hybrid = registered(json!({"response_types": ["code id_token"]}), WITH_TOKENS);
    assert_eq!(
        hybrid.grant_types,
        [GrantType::AuthorizationCode, GrantType::Implicit]
    );
    for changes in [
        json!({"response_types": ["code id_token"], "grant_types": ["authorization_code"]}),
        json!({"response_types": ["code id_token"], "grant_types": ["implicit"]}),
        json!({"response_types": ["id_token"], "grant_types": ["authorization_code"]}),
        json!({"response_types": ["code"], "grant_types": ["implicit"]}),
        json!({"response_types": [], "grant_types": ["authorization_code"]}),
        json!({"grant_types": ["implicit"]}),
        json!({"grant_types": ["refresh_token"], "redirect_uris": []}),
    ] {
        let refusal = refused(changes.clone(), WITH_TOKENS);
        assert_eq!(
            refusal.code(),
            ErrorCode::InvalidClientMetadata,
            "{changes}"
        );
    }
    let mut plain = implicit;
    plain["redirect_uris"] = json!(["http://localhost/cb"]);
    let refusal = refused(plain.clone(), WITH_TOKENS);
    assert_eq!(refusal.code(), ErrorCode::InvalidRedirectUri);
    plain["application_type"] = json!("native");
    registered(plain, WITH_TOKENS);
    // Nobody's grants would leave nobody's limits on the scopes.
    for terms in [ITSELF, ADMIN, DOCUMENT] {
        let nothing = json!({"client_name": "A", "response_types": [], "scope": "notes:read"});
        assert!(matches!(
            refused(nothing, terms),
            RegistrationRefusal::Inconsistent {
                member: "grant_types",
                ..
            }
        ));
    }
}

/// OIDC Registration §2 `application_type`; RFC 8252 §7.3
#[test]
fn the_kind_of_client_follows_from_what_it_says_and_does() {
    let kind = |changes| registered(changes, ITSELF).client_type;
    let native = json!({"application_type": "native", "redirect_uris": ["com.example.app:/cb"]});
    assert_eq!(kind(native), ClientType::Native);
    assert_eq!(
        kind(json!({"token_endpoint_auth_method": "none"})),
        ClientType::Spa
    );
    let program = json!({
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1:4711/cb", "http://localhost:4711/cb"],
    });
    assert_eq!(kind(program), ClientType::Native);
    let secret_in_a_browser = json!({
        "client_type": "spa", "client_name": "x",
        "token_endpoint_auth_method": "client_secret_post",
    });
    refused(secret_in_a_browser, ADMIN);
}

#[test]
fn an_admins_type_fixes_grants_and_authentication() {
    let of = |kind: &str| {
        let mut request = asked(json!({"client_name": "Notes", "client_type": kind}));
        if kind == "m2m" {
            request.remove("redirect_uris");
        }
        register(&request, ADMIN).unwrap()
    };
    let web = of("web");
    assert!(!web.is_public() && web.allows(GrantType::RefreshToken) && !web.unverified);
    assert_eq!(web.scope.to_string(), "openid profile email offline_access");
    for kind in ["spa", "native"] {
        assert!(of(kind).is_public() && of(kind).allows(GrantType::AuthorizationCode));
    }
    let machine = of("m2m");
    assert_eq!(machine.grant_types, [GrantType::ClientCredentials]);
    assert!(machine.scope.is_empty() && machine.response_types.is_empty());
    let device = object(json!({"client_name": "Television", "client_type": "device"}));
    let device = register(&device, ADMIN).unwrap();
    assert!(device.is_public() && device.allows(GrantType::DeviceCode));
    assert!(device.response_types.is_empty());
    for changes in [
        json!({"client_type": "device", "client_name": "x"}),
        json!({"client_type": "m2m", "client_name": "x"}),
        json!({"client_type": "m2m", "client_name": "x", "redirect_uris": [], "scope": "openid"}),
        json!({"client_type": "spa", "client_name": "x", "introspection": "realm"}),
        json!({
            "client_type": "native", "client_name": "x", "redirect_uris": [],
            "grant_types": ["client_credentials"], "response_types": [], "scope": "notes:read",
        }),
        json!({"client_type": "web", "client_name": " "}),
        json!({"client_type": "web"}),
    ] {
        refused(changes, ADMIN);
    }
}

#[test]
fn what_is_registered_reads_back_as_the_same_registration() {
    let full = registered(
        json!({
            "client_name": "Notes", "client_name#fr": "Carnets", "client_type": "web",
            "jwks": jwks(), "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "PS256", "first_party": true,
            "introspection": "realm", "compatibility": {"chokes_on_iss": true},
            "contacts": ["ada@app.example"], "client_uri": "https://app.example/",
            "logo_uri": "https://app.example/logo.png", "policy_uri": "https://app.example/p",
            "tos_uri": "https://app.example/t", "software_id": "s", "software_version": "1",
            "require_second_factor": true, "required_scope": "email",
            "allowed_groups": ["staff"],
            "subject_type": "pairwise", "sector_identifier_uri": "https://app.example/s",
            "id_token_encrypted_response_alg": "ECDH-ES",
            "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_signed_response_alg": "ES256",
            "request_object_signing_alg": "ES256", "require_signed_request_object": true,
            "require_pushed_authorization_requests": true, "default_max_age": 5,
            "request_uris": ["https://app.example/r"], "require_auth_time": true,
            "default_acr_values": ["a"], "initiate_login_uri": "https://app.example/i",
            "backchannel_logout_uri": "https://app.example/b", "unverified": true,
            "backchannel_logout_session_required": true,
            "frontchannel_logout_uri": "https://app.example/f",
            "frontchannel_logout_session_required": true,
        }),
        ADMIN,
    );
    let written = own_members(&full);
    assert_eq!(register(&written, ADMIN), Ok(full.clone()));
    for member in written.keys() {
        assert!(is_known(member), "{member}");
    }
    let told = registered_members(&full);
    for own in [
        "client_type",
        "first_party",
        "require_second_factor",
        "required_scope",
        "allowed_groups",
        "introspection",
        "unverified",
        "compatibility",
    ] {
        assert!(!told.contains_key(own), "{own}");
    }
    assert_eq!(told["application_type"], "web");
}

/// draft-ietf-oauth-client-id-metadata-document §4.1
#[test]
fn a_document_holds_no_secret_based_authentication() {
    let public = registered(json!({}), DOCUMENT);
    assert!(public.is_public());
    for method in [
        "client_secret_basic",
        "client_secret_post",
        "client_secret_jwt",
    ] {
        refused(json!({"token_endpoint_auth_method": method}), DOCUMENT);
    }
    let keyed = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks()});
    registered(keyed, DOCUMENT);
    refused(json!({"redirect_uris": []}), DOCUMENT);
}
