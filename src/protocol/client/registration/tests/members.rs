//! Keys, algorithms, addresses and translations.

use serde_json::{Map, Value, json};

use super::{ADMIN, ITSELF, WITH_TOKENS, jwks, refused, registered};
use crate::protocol::algorithm::{ContentEncryption, KeyManagement};
use crate::protocol::client::SubjectType;
use crate::protocol::client::registration::{JWKS_LIMIT, registered_members};
use crate::protocol::error::ErrorCode;

/// OIDC Registration §2 `jwks`, `jwks_uri`
#[test]
fn keys_come_by_value_or_by_reference_and_are_public() {
    let metadata = registered(
        json!({"jwks": jwks(), "token_endpoint_auth_method": "private_key_jwt"}),
        ITSELF,
    );
    assert_eq!(metadata.jwks, Some(jwks()));
    let mut private = jwks();
    private["keys"][0]["d"] = json!("AQAB");
    let many = json!({"keys": vec![jwks()["keys"][0].clone(); 21]});
    let large = json!({"keys": [{"kty": "RSA", "n": "A".repeat(JWKS_LIMIT)}]});
    for changes in [
        json!({"jwks": jwks(), "jwks_uri": "https://app.example/jwks"}),
        json!({"jwks": private}),
        json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}),
        json!({"jwks": {"keys": []}}),
        json!({"jwks": {"keys": [{"n": "AQAB"}]}}),
        json!({"jwks": "https://app.example/jwks"}),
        json!({"jwks": many}),
        json!({"jwks": large}),
        json!({"token_endpoint_auth_method": "private_key_jwt"}),
        json!({"require_signed_request_object": true}),
    ] {
        let refusal = refused(changes, ITSELF);
        assert_eq!(refusal.code(), ErrorCode::InvalidClientMetadata);
    }
}

/// OIDC Registration §2 `id_token_encrypted_response_enc` and the others
#[test]
fn encryption_needs_its_algorithm_and_keys() {
    let metadata = registered(
        json!({"jwks": jwks(), "id_token_encrypted_response_alg": "RSA-OAEP-256"}),
        ITSELF,
    );
    let alg = metadata.id_token_encrypted_response_alg;
    assert_eq!(alg, Some(KeyManagement::RsaOaep256));
    let enc = metadata.id_token_encrypted_response_enc;
    assert_eq!(enc, Some(ContentEncryption::A128CbcHs256));
    for changes in [
        json!({"jwks": jwks(), "id_token_encrypted_response_enc": "A256GCM"}),
        json!({"userinfo_encrypted_response_alg": "ECDH-ES"}),
        json!({"jwks": jwks(), "userinfo_encrypted_response_alg": "RSA1_5"}),
    ] {
        refused(changes, ITSELF);
    }
}

/// OIDC Registration §2 `token_endpoint_auth_signing_alg`
#[test]
fn an_assertion_algorithm_fits_its_method() {
    let with = |method: &str, alg: &str| {
        json!({
            "jwks": jwks(),
            "token_endpoint_auth_method": method,
            "token_endpoint_auth_signing_alg": alg,
        })
    };
    refused(with("client_secret_jwt", "RS256"), ITSELF);
    refused(with("private_key_jwt", "HS256"), ITSELF);
    refused(with("private_key_jwt", "none"), ITSELF);
    let metadata = registered(with("private_key_jwt", "ES256"), ITSELF);
    assert!(metadata.token_endpoint_auth_signing_alg.is_some());
    let metadata = registered(with("client_secret_basic", "RS256"), ITSELF);
    assert_eq!(metadata.token_endpoint_auth_signing_alg, None);
}

/// OIDC Registration §2, OIDC Core §4
#[test]
fn every_address_is_https() {
    for member in [
        "client_uri",
        "logo_uri",
        "policy_uri",
        "tos_uri",
        "jwks_uri",
        "sector_identifier_uri",
        "initiate_login_uri",
        "backchannel_logout_uri",
        "frontchannel_logout_uri",
        "logo_uri#de",
    ] {
        for uri in [
            "http://app.example/x",
            "http://localhost/x",
            "https://user@app.example/x",
            "https:app.example/x",
            "https://app.example/x y",
            "javascript:alert(1)",
            "ftp://app.example/x",
        ] {
            let refusal = refused(json!({member: uri}), ITSELF);
            assert_eq!(
                refusal.code(),
                ErrorCode::InvalidClientMetadata,
                "{member} {uri}"
            );
        }
        registered(json!({member: "https://app.example/x"}), ITSELF);
    }
    refused(json!({"request_uris": ["http://app.example/r"]}), ITSELF);
    registered(
        json!({"request_uris": ["https://app.example/r#digest"]}),
        ITSELF,
    );
    refused(json!({"logo_uri": "https://app.example/x#y"}), ITSELF);
    let long = format!("https://app.example/{}", "x".repeat(2_000));
    refused(json!({"logo_uri": long}), ITSELF);
    let at_home = json!({"client_name": "x", "backchannel_logout_uri": "http://localhost:1/x"});
    registered(at_home, ADMIN);
}

/// OIDC Front-Channel Logout §2
#[test]
fn a_front_channel_logout_address_stands_where_a_redirect_uri_stands() {
    for uri in [
        "https://other.example/logout",
        "https://app.example:8443/logout",
    ] {
        refused(json!({"frontchannel_logout_uri": uri}), ITSELF);
    }
}

/// OIDC Core §8.1
#[test]
fn pairwise_subjects_on_several_hosts_need_a_sector() {
    let two = json!(["https://app.example/cb", "https://other.example/cb"]);
    refused(
        json!({"subject_type": "pairwise", "redirect_uris": two}),
        ITSELF,
    );
    let sector = json!({
        "subject_type": "pairwise", "redirect_uris": two,
        "sector_identifier_uri": "https://app.example/sector.json",
    });
    assert_eq!(
        registered(sector, ITSELF).subject_type,
        SubjectType::Pairwise
    );
    registered(json!({"subject_type": "pairwise"}), ITSELF);
}

/// RFC 7591 §2.2
#[test]
fn keeps_translations_within_bounds() {
    let metadata = registered(
        json!({"client_name": "Notes", "client_name#de": "Notizen", "client_name#not a tag": "x"}),
        ITSELF,
    );
    assert_eq!(metadata.localized.len(), 1);
    let written = registered_members(&metadata);
    assert_eq!(written["client_name#de"], "Notizen");
    assert!(!written.contains_key("localized"));
    let many: Map<String, Value> = (0..21)
        .map(|n| (format!("client_name#x{n}"), json!("x")))
        .collect();
    refused(Value::Object(many), ITSELF);
    refused(json!({"client_name#de": "a\u{7}b"}), ITSELF);
    refused(json!({"client_name": "x".repeat(101)}), ITSELF);
}

/// OIDC Registration §2 `application_type`
#[test]
fn tokens_go_to_https_and_not_to_this_computer() {
    let implicit = |uri: &str| {
        json!({
            "application_type": "web", "grant_types": ["implicit"],
            "response_types": ["id_token"], "redirect_uris": [uri],
        })
    };
    for uri in [
        "https://r.example/cb",
        "HTTPS://r.example/cb",
        "https://R.example:8443/cb",
    ] {
        registered(implicit(uri), WITH_TOKENS);
    }
    for uri in [
        "http://localhost/cb",
        "https://localhost/cb",
        "https://LOCALHOST/cb",
        "https://localhost./cb",
        "https://127.0.0.1/cb",
        "https://[::1]:8443/cb",
    ] {
        let refusal = refused(implicit(uri), WITH_TOKENS);
        assert_eq!(refusal.code(), ErrorCode::InvalidRedirectUri, "{uri}");
    }
}

/// A name that is shown otherwise than it is written passes for another.
#[test]
fn names_are_shown_as_they_are_written() {
    for name in [
        "abc\u{202e}gpj",
        "a\u{200b}b",
        "a\u{2066}b",
        "\u{feff}a",
        "a\u{2028}b",
        "a\u{7f}b",
    ] {
        for member in ["client_name", "client_name#de", "software_id"] {
            for terms in [ITSELF, ADMIN] {
                let refusal = refused(json!({(member): name}), terms);
                assert_eq!(refusal.code(), ErrorCode::InvalidClientMetadata, "{name:?}");
            }
        }
    }
    for name in [
        "Jos\u{e9}\u{301}",
        "می\u{200c}خواهم",
        "क\u{94d}\u{200d}ष",
        "👩\u{200d}💻",
        "محمد",
    ] {
        registered(json!({"client_name": name}), ITSELF);
    }
}
