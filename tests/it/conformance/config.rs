//! The configuration plan, and its dynamic flavour.

use vidimus::jobs::{load_keys, rotate_keys};

use super::suite::{module, strings};

/// OIDC Discovery §3
#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    module("oidcc-discovery-endpoint-verification", async |provider| {
        let jobs = provider.world.jobs.clone();
        rotate_keys::run_once(jobs.clone()).await.unwrap();
        load_keys::run_once(jobs).await.unwrap();
        let metadata = &provider.metadata;
        let list = |name: &str| strings(&metadata[name]);
        let has = |name: &str, value: &str| list(name).contains(&value.to_owned());
        for endpoint in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
        ] {
            assert!(metadata[endpoint].is_string(), "no {endpoint}");
        }
        // The plan for static clients wants one type, the one for dynamic clients these three.
        let is_dynamic = provider.variant.plan.contains("dynamic");
        let types: &[&str] = if is_dynamic {
            &["code", "id_token", "id_token token"]
        } else {
            &["code"]
        };
        for response_type in types {
            assert!(
                has("response_types_supported", response_type),
                "{response_type}"
            );
        }
        assert!(has("grant_types_supported", "authorization_code"));
        assert_eq!(has("grant_types_supported", "implicit"), is_dynamic);
        assert!(!list("subject_types_supported").is_empty());
        assert!(has("id_token_signing_alg_values_supported", "RS256"));
        assert!(has("scopes_supported", "openid"));
        assert!(!list("claims_supported").is_empty());
        let is_token = |scope: &String| {
            let is_part = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            scope.bytes().all(is_part)
        };
        assert!(list("scopes_supported").iter().all(is_token));
        let request_objects = list("request_object_signing_alg_values_supported");
        assert!(request_objects.is_empty() || request_objects.contains(&"RS256".to_owned()));
        // Its default is true, so that silence would be a promise.
        assert!(metadata["request_uri_parameter_supported"].is_boolean());
        let keys = provider.keys().await;
        assert_eq!(keys.len(), 4, "one for each algorithm: {keys:?}");
    })
    .await;
}
