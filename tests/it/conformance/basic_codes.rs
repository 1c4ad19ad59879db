//! Codes, refresh tokens and the ways to authenticate at the token endpoint.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::page::is_error_page;
use super::suite::{Flow, Provider, RelyingParty, module, strings, token_error, verified_refresh};

/// RFC 6749 §4.1.2
#[tokio::test]
async fn oidcc_codereuse() {
    module("oidcc-codereuse", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client);
        let flow = provider.complete(&client, &request).await;
        let code = flow.code.unwrap();
        let again = provider.redeem(&client, &request, &code).await;
        assert_eq!(token_error(&again), "invalid_grant");
    })
    .await;
}

/// RFC 6749 §4.1.2: what the first use gave is taken back, too.
#[tokio::test]
async fn oidcc_codereuse_30seconds() {
    module("oidcc-codereuse-30seconds", async |provider| {
        let client = provider.client().await;
        for seconds in [30, 90] {
            let request = provider.request(&client);
            let flow = provider.complete(&client, &request).await;
            provider.wait(seconds);
            let code = flow.code.as_ref().unwrap();
            let again = provider.redeem(&client, &request, code).await;
            assert_eq!(token_error(&again), "invalid_grant", "after {seconds} s");
            let token = flow.access_token.as_deref();
            let answer = provider.ask_userinfo(Method::GET, token, "").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
        }
    })
    .await;
}

/// RFC 6749 §3.1.2.3: nobody is redirected to an address that is not registered.
#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri() {
    module("oidcc-ensure-registered-redirect-uri", async |provider| {
        let client = provider.client().await;
        let elsewhere = format!("{}/x8CgJ2", client.redirect_uri);
        let request = provider.request(&client);
        let request = request.with("redirect_uri", &elsewhere);
        let visit = provider.visit(&request).await;
        is_error_page(&visit, "unregistered_redirect_uri");
    })
    .await;
}

/// RFC 6749 §2.3.1
#[tokio::test]
async fn oidcc_server_client_secret_post() {
    module("oidcc-server-client-secret-post", async |provider| {
        let offered = strings(&provider.metadata["token_endpoint_auth_methods_supported"]);
        assert!(offered.contains(&"client_secret_post".to_owned()));
        let method = json!({"token_endpoint_auth_method": "client_secret_post"});
        let client = provider.client_with(method).await;
        provider.complete(&client, &provider.request(&client)).await;
    })
    .await;
}

/// OIDC Core §11, §12
#[tokio::test]
async fn oidcc_refresh_token() {
    module("oidcc-refresh-token", async |provider| {
        let offered = strings(&provider.metadata["scopes_supported"]);
        assert!(offered.contains(&"offline_access".to_owned()));
        let offered = strings(&provider.metadata["grant_types_supported"]);
        assert!(offered.contains(&"refresh_token".to_owned()));
        let first = provider.refreshing_client().await;
        offline(provider, &first, Some("openid offline_access")).await;
        let second = provider.refreshing_client().await;
        let stolen = offline(provider, &second, None).await;
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", stolen.as_str()),
        ];
        let answer = provider.ask_for_tokens(&first, &fields).await;
        assert_eq!(token_error(&answer), "invalid_grant");
    })
    .await;
}

/// Signs in for offline access and refreshes; gives the refresh token that counts now.
async fn offline(provider: &mut Provider, client: &RelyingParty, scope: Option<&str>) -> String {
    let request = provider.request(client).with("prompt", "consent");
    let request = request.with("scope", "openid offline_access");
    let flow = provider.complete(client, &request).await;
    assert!(flow.pages.contains(&super::suite::Page::Consent));
    let token = flow.refresh_token.clone().expect("a refresh token");
    provider.wait(1);
    let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", &token)];
    fields.extend(scope.map(|scope| ("scope", scope)));
    let answer = provider.ask_for_tokens(client, &fields).await;
    let (tokens, claims) = verified_refresh(provider, &answer).await;
    if let Some(claims) = claims {
        continues(&flow, &claims);
    }
    let fresh = tokens["access_token"].as_str().unwrap();
    provider.userinfo(&flow, fresh).await;
    let successor = tokens.get("refresh_token").and_then(Value::as_str);
    successor.unwrap_or(&token).to_owned()
}

/// OIDC Core §12.2
fn continues(flow: &Flow, claims: &Map<String, Value>) {
    for claim in ["iss", "sub", "aud", "azp", "auth_time"] {
        let now = claims.get(claim).unwrap_or(&Value::Null);
        assert_eq!(now, flow.claim(claim), "{claim}");
    }
    assert!(claims["iat"].as_i64() > flow.claim("iat").as_i64());
}
