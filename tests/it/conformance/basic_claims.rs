//! Scopes and the `claims` parameter.

use serde_json::{Map, Value};

use super::suite::{ADDRESS, EMAIL, Flow, PHONE, PROFILE, Provider, module, strings};

/// What a client learns of the person: from userinfo, or from the ID token where there is nothing
/// to ask userinfo with.
async fn told(provider: &Provider, flow: &Flow) -> Map<String, Value> {
    match &flow.access_token {
        Some(token) => provider.userinfo(flow, token).await,
        None => flow.token.claims.clone(),
    }
}

/// Every claim of the scopes is told; those of others are not.
async fn opens(provider: &mut Provider, scope: &str, claims: &[&[&str]]) {
    let offered = strings(&provider.metadata["scopes_supported"]);
    for one in scope.split(' ') {
        assert!(offered.contains(&one.to_owned()), "{one} would be skipped");
    }
    let client = provider.client().await;
    let request = provider.request(&client).with("scope", scope);
    let flow = provider.complete(&client, &request).await;
    let told = told(provider, &flow).await;
    let expected = claims.concat();
    for claim in &expected {
        assert!(told.contains_key(*claim), "no {claim}: {told:?}");
    }
    for claim in [PROFILE, EMAIL, PHONE, ADDRESS].concat() {
        let is_expected = expected.contains(&claim);
        assert!(is_expected || !told.contains_key(claim), "{claim}");
        let in_token = flow.token.claims.contains_key(claim);
        let has_userinfo = flow.access_token.is_some();
        assert!(!in_token || !has_userinfo, "{claim} belongs in userinfo");
    }
}

/// OIDC Core §5.4
#[tokio::test]
async fn oidcc_scope_profile() {
    module("oidcc-scope-profile", async |provider| {
        opens(provider, "openid profile", &[PROFILE]).await;
    })
    .await;
}

/// OIDC Core §5.4
#[tokio::test]
async fn oidcc_scope_email() {
    module("oidcc-scope-email", async |provider| {
        opens(provider, "openid email", &[EMAIL]).await;
    })
    .await;
}

/// OIDC Core §5.1.1, §5.4
#[tokio::test]
async fn oidcc_scope_address() {
    module("oidcc-scope-address", async |provider| {
        opens(provider, "openid address", &[ADDRESS]).await;
    })
    .await;
}

/// OIDC Core §5.4
#[tokio::test]
async fn oidcc_scope_phone() {
    module("oidcc-scope-phone", async |provider| {
        opens(provider, "openid phone", &[PHONE]).await;
    })
    .await;
}

/// OIDC Core §5.4
#[tokio::test]
async fn oidcc_scope_all() {
    module("oidcc-scope-all", async |provider| {
        let scope = "openid profile email address phone";
        opens(provider, scope, &[PROFILE, EMAIL, ADDRESS, PHONE]).await;
    })
    .await;
}

/// OIDC Core §5.5
#[tokio::test]
async fn oidcc_claims_essential() {
    module("oidcc-claims-essential", async |provider| {
        let place = if provider.variant.has_access_token() {
            "userinfo"
        } else {
            "id_token"
        };
        let claims = format!(r#"{{"{place}":{{"name":{{"essential":true}}}}}}"#);
        let client = provider.client().await;
        let request = provider.request(&client).with("claims", &claims);
        let flow = provider.complete(&client, &request).await;
        assert!(told(provider, &flow).await.contains_key("name"));
        let in_token = flow.token.claims.contains_key("name");
        assert_eq!(in_token, place == "id_token");
    })
    .await;
}
