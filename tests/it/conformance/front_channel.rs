//! What only the implicit and hybrid plans ask.

use super::suite::module;

/// OIDC Core §3.2.2.1, §3.3.2.11
#[tokio::test]
async fn oidcc_ensure_request_without_nonce_fails() {
    module(
        "oidcc-ensure-request-without-nonce-fails",
        async |provider| {
            let client = provider.client().await;
            let request = provider.request(&client).without("nonce");
            let visit = provider.visit(&request).await;
            assert_eq!(visit.pages, []);
            assert_eq!(provider.refused(&request, &visit), "invalid_request");
        },
    )
    .await;
}
