//! Happy paths: whole flows with one thing varied.

use http::{Method, StatusCode};

use super::suite::{Landing, Provider, Request, module, strings};
use crate::support::clients::CHALLENGE;

/// A module that does nothing but succeed with a changed request.
async fn succeeds(provider: &mut Provider, change: impl FnOnce(Request) -> Request) {
    let client = provider.client().await;
    let request = change(provider.request(&client));
    provider.complete(&client, &request).await;
}

#[tokio::test]
async fn oidcc_server() {
    module("oidcc-server", async |provider| {
        succeeds(provider, |request| request).await;
    })
    .await;
}

/// OIDC Core §3.1.2.6
#[tokio::test]
async fn oidcc_response_type_missing() {
    module("oidcc-response-type-missing", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client).without("response_type");
        let visit = provider.visit(&request).await;
        assert_eq!(visit.pages, []);
        assert_eq!(provider.refused(&request, &visit), "invalid_request");
    })
    .await;
}

/// OIDC Core §5.3.1
#[tokio::test]
async fn oidcc_userinfo_get() {
    module("oidcc-userinfo-get", async |provider| {
        let client = provider.client().await;
        let flow = provider.complete(&client, &provider.request(&client)).await;
        let token = flow.access_token.clone().unwrap();
        let answer = provider.ask_userinfo(Method::GET, Some(&token), "").await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        provider.check_userinfo(&flow, &answer).await;
    })
    .await;
}

/// OIDC Core §5.3.1
#[tokio::test]
async fn oidcc_userinfo_post_header() {
    module("oidcc-userinfo-post-header", async |provider| {
        let client = provider.client().await;
        let flow = provider.complete(&client, &provider.request(&client)).await;
        let token = flow.access_token.clone().unwrap();
        let answer = provider.ask_userinfo(Method::POST, Some(&token), "").await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        provider.check_userinfo(&flow, &answer).await;
    })
    .await;
}

/// OIDC Core §5.3.1, RFC 6750 §2.2
#[tokio::test]
async fn oidcc_userinfo_post_body() {
    module("oidcc-userinfo-post-body", async |provider| {
        let client = provider.client().await;
        let flow = provider.complete(&client, &provider.request(&client)).await;
        let form = format!("access_token={}", flow.access_token.as_ref().unwrap());
        let answer = provider.ask_userinfo(Method::POST, None, &form).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        provider.check_userinfo(&flow, &answer).await;
    })
    .await;
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    module(
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
        async |provider| {
            succeeds(provider, |request| request.without("nonce")).await;
        },
    )
    .await;
}

/// OIDC Core §3.1.2.1: the order of parameters and of scopes means nothing.
#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    module("oidcc-alternate-happy-flow", async |provider| {
        succeeds(provider, |request| {
            request
                .with("scope", "phone email openid profile")
                .reversed()
        })
        .await;
    })
    .await;
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn oidcc_display_page() {
    module("oidcc-display-page", async |provider| {
        succeeds(provider, |request| request.with("display", "page")).await;
    })
    .await;
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn oidcc_display_popup() {
    module("oidcc-display-popup", async |provider| {
        succeeds(provider, |request| request.with("display", "popup")).await;
    })
    .await;
}

/// RFC 6749 §3.1
#[tokio::test]
async fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    module(
        "oidcc-ensure-request-with-unknown-parameter-succeeds",
        async |provider| {
            succeeds(provider, |request| request.with("extra", "foobar")).await;
        },
    )
    .await;
}

/// OIDC Core §3.1.2.1: the hint is about somebody whom nobody here knows.
#[tokio::test]
async fn oidcc_login_hint() {
    module("oidcc-login-hint", async |provider| {
        succeeds(provider, |request| {
            request.with("login_hint", "buffy@id.example.test")
        })
        .await;
    })
    .await;
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn oidcc_ui_locales() {
    module("oidcc-ui-locales", async |provider| {
        succeeds(provider, |request| request.with("ui_locales", "se")).await;
    })
    .await;
}

/// OIDC Core §5.2
#[tokio::test]
async fn oidcc_claims_locales() {
    module("oidcc-claims-locales", async |provider| {
        succeeds(provider, |request| request.with("claims_locales", "se")).await;
    })
    .await;
}

/// OIDC Core §5.5.1.1
#[tokio::test]
async fn oidcc_ensure_request_with_acr_values_succeeds() {
    module(
        "oidcc-ensure-request-with-acr-values-succeeds",
        async |provider| {
            let offered = strings(&provider.metadata["acr_values_supported"]);
            let client = provider.client().await;
            let request = provider.request(&client);
            let request = request.with("acr_values", &offered.join(" "));
            let flow = provider.complete(&client, &request).await;
            let told = flow.claim("acr").as_str().expect("an acr");
            assert!(offered.contains(&told.to_owned()), "{told}");
        },
    )
    .await;
}

/// OIDC Core §3.1.2.1: a request may come as a form, from another site and without its cookies.
#[tokio::test]
async fn oidcc_ensure_post_request_succeeds() {
    module("oidcc-ensure-post-request-succeeds", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client);
        let visit = provider.visit_by_post(&request).await;
        assert!(matches!(visit.landing, Landing::Client { .. }), "{visit:?}");
        let flow = provider.finish(&client, &request, visit).await;
        if let Some(token) = &flow.access_token {
            provider.userinfo(&flow, token).await;
        }
    })
    .await;
}

/// RFC 7636 §4.3, §4.5
#[tokio::test]
async fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    module(
        "oidcc-ensure-request-with-valid-pkce-succeeds",
        async |provider| {
            succeeds(provider, |request| {
                request
                    .with("code_challenge", CHALLENGE)
                    .with("code_challenge_method", "S256")
            })
            .await;
        },
    )
    .await;
}

/// OIDC Core §15.1: RS256 is what a client gets that has not asked for another.
#[tokio::test]
async fn oidcc_idtoken_signature() {
    module("oidcc-idtoken-signature", async |provider| {
        let client = provider.client().await;
        let flow = provider.complete(&client, &provider.request(&client)).await;
        assert_eq!(flow.token.header["alg"], "RS256");
        assert!(flow.token.header["kid"].is_string());
    })
    .await;
}

/// OIDC Core §2: the suite skips this, since unsigned ID tokens are not offered; nor are they given.
#[tokio::test]
async fn oidcc_idtoken_unsigned() {
    module("oidcc-idtoken-unsigned", async |provider| {
        let offered = strings(&provider.metadata["id_token_signing_alg_values_supported"]);
        assert!(!offered.contains(&"none".to_owned()));
        if provider.metadata["registration_endpoint"].is_string() {
            let wanted = serde_json::json!({
                "redirect_uris": ["https://suite.example.test/callback"],
                "id_token_signed_response_alg": "none",
            });
            let answer = provider.register(&wanted).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
            assert_eq!(answer.error(), "invalid_client_metadata");
        }
    })
    .await;
}
