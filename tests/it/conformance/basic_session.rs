//! Two requests in one browser: what a session spares a person, and what it must not.

use super::suite::{Flow, Page, Provider, RelyingParty, Request, module};

/// The flow of a request in the same browser, a moment later.
async fn next(provider: &mut Provider, client: &RelyingParty, request: &Request) -> Flow {
    provider.wait(2);
    provider.complete(client, request).await
}

fn auth_time(flow: &Flow) -> i64 {
    flow.claim("auth_time").as_i64().expect("an auth_time")
}

/// The second flow showed no page and is about the same sign-in of the same person.
fn is_the_same_sign_in(first: &Flow, second: &Flow) {
    assert_eq!(second.pages, []);
    assert_eq!(second.claim("sub"), first.claim("sub"));
    assert_eq!(auth_time(second), auth_time(first));
}

/// The person had to sign in again, and the ID token says so.
fn is_a_new_sign_in(first: &Flow, second: &Flow) {
    assert!(second.pages.contains(&Page::Login), "{:?}", second.pages);
    assert_eq!(second.claim("sub"), first.claim("sub"));
    assert!(auth_time(second) > auth_time(first));
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn oidcc_prompt_login() {
    module("oidcc-prompt-login", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client);
        let first = provider.complete(&client, &request).await;
        let request = provider.request(&client).with("prompt", "login");
        let second = next(provider, &client, &request).await;
        is_a_new_sign_in(&first, &second);
    })
    .await;
}

/// OIDC Core §3.1.2.6: without a page, and with a long and strange `state`.
#[tokio::test]
async fn oidcc_prompt_none_not_logged_in() {
    module("oidcc-prompt-none-not-logged-in", async |provider| {
        let state: String = "aZ9-._~ &=+%#/?:@!$'()*,;[]{}|<>^`"
            .chars()
            .cycle()
            .take(128)
            .collect();
        let client = provider.client().await;
        let request = provider.request(&client);
        let request = request.with("prompt", "none").with("state", &state);
        let visit = provider.visit(&request).await;
        assert_eq!(visit.pages, []);
        assert_eq!(provider.refused(&request, &visit), "login_required");
    })
    .await;
}

/// OIDC Core §3.1.2.1: the consent of the first request is remembered.
#[tokio::test]
async fn oidcc_prompt_none_logged_in() {
    module("oidcc-prompt-none-logged-in", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client);
        let first = provider.complete(&client, &request).await;
        assert_eq!(first.pages, [Page::Login, Page::Consent]);
        let request = provider.request(&client).with("prompt", "none");
        let second = next(provider, &client, &request).await;
        is_the_same_sign_in(&first, &second);
    })
    .await;
}

/// OIDC Core §3.1.2.1, §2
#[tokio::test]
async fn oidcc_max_age_1() {
    module("oidcc-max-age-1", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client);
        let first = provider.complete(&client, &request).await;
        let request = provider.request(&client).with("max_age", "1");
        let second = next(provider, &client, &request).await;
        is_a_new_sign_in(&first, &second);
        assert!(provider.now() - auth_time(&second) <= 1);
    })
    .await;
}

/// OIDC Core §3.1.2.1, §2
#[tokio::test]
async fn oidcc_max_age_10000() {
    module("oidcc-max-age-10000", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client).with("max_age", "15000");
        let first = provider.complete(&client, &request).await;
        let request = provider.request(&client).with("max_age", "10000");
        let second = next(provider, &client, &request).await;
        is_the_same_sign_in(&first, &second);
    })
    .await;
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn oidcc_id_token_hint() {
    module("oidcc-id-token-hint", async |provider| {
        let client = provider.client().await;
        let request = provider.request(&client);
        let first = provider.complete(&client, &request).await;
        let request = provider.request(&client).with("prompt", "none");
        let request = request.with("id_token_hint", &first.id_token);
        let second = next(provider, &client, &request).await;
        is_the_same_sign_in(&first, &second);
    })
    .await;
}
