//! RP-initiated logout (OIDC RP-Initiated Logout 1.0).

use http::StatusCode;
use vidimus::protocol::ids::RealmId;

use crate::support::SignedIn;
use crate::support::browser::attribute;
use crate::support::signed_in::BYE;

async fn signed_in(scope: &str) -> SignedIn {
    SignedIn::with(scope, |_| {}).await
}

/// RP-Initiated Logout §2, §3
#[tokio::test]
async fn a_hint_of_this_session_signs_out_and_goes_back() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BYE),
        ("state", "a b"),
    ];
    let answer = at.logout(&fields).await;
    assert_eq!(answer.location(), "https://rp.example.test/bye?state=a+b");
    assert!(!at.is_signed_in().await);
    assert!(!at.client.is_active(&at.token("access_token")).await);
    assert_eq!(
        at.client.refresh(&at.token("refresh_token")).await.error(),
        "invalid_grant"
    );
}

/// OIDC Core §11
#[tokio::test]
async fn an_offline_grant_outlives_the_session() {
    let mut at = signed_in("openid offline_access").await;
    let hint = at.token("id_token");
    at.logout(&[("id_token_hint", &hint)]).await;
    at.client.world.advance(1);
    let answer = at.client.refresh(&at.token("refresh_token")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let access = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(at.client.is_active(&access).await);
}

#[tokio::test]
async fn an_expired_hint_still_counts() {
    let mut at = signed_in("openid email").await;
    at.client.world.advance(3600);
    let hint = at.token("id_token");
    let answer = at.logout(&[("id_token_hint", &hint)]).await;
    assert!(answer.body.contains("igned out"), "{answer:?}");
    assert!(!at.is_signed_in().await);
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked() {
    let mut at = signed_in("openid email").await;
    let client_id = at.client.id().to_owned();
    let fields = [
        ("client_id", &*client_id),
        ("post_logout_redirect_uri", BYE),
    ];
    let page = at.logout(&fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(at.is_signed_in().await, "nothing has happened yet");
    assert!(page.body.contains("id=\"logout-cancel\""));
    let stayed = at.browser.submit(&page, &[("decision", "cancel")]).await;
    assert_eq!(stayed.status, StatusCode::OK);
    assert!(at.is_signed_in().await);
    let action = attribute(&page.body, "<form", "action");
    at.browser
        .post(&action, &[("csrf", "forged"), ("decision", "confirm")])
        .await;
    assert!(at.is_signed_in().await, "a forged form signs nobody out");
    let gone = at.browser.submit(&page, &[("decision", "confirm")]).await;
    assert_eq!(gone.location(), BYE);
    assert!(!at.is_signed_in().await);
}

/// RP-Initiated Logout §3
#[tokio::test]
async fn goes_nowhere_that_is_not_registered() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    for address in [
        "https://evil.test/",
        "https://rp.example.test/bye?x=1",
        "https://rp.example.test/bye/",
    ] {
        let page = at
            .logout(&[
                ("id_token_hint", &hint),
                ("post_logout_redirect_uri", address),
            ])
            .await;
        assert!(
            page.body.contains("id=\"logout-confirm\""),
            "{address}: asked, not redirected"
        );
    }
    let page = at.logout(&[("post_logout_redirect_uri", BYE)]).await;
    assert!(
        page.body.contains("id=\"logout-confirm\""),
        "no client is named"
    );
    let page = at.browser.submit(&page, &[("decision", "confirm")]).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
}

#[tokio::test]
async fn an_altered_hint_is_no_hint() {
    let mut at = signed_in("openid email").await;
    let mut hint = at.token("id_token");
    let end = hint.len() - 6;
    let letter = if hint.as_bytes()[end] == b'A' {
        "B"
    } else {
        "A"
    };
    hint.replace_range(end..=end, letter);
    let page = at
        .logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)])
        .await;
    assert!(page.body.contains("id=\"logout-confirm\""), "{page:?}");
    assert!(at.is_signed_in().await);
}

#[tokio::test]
async fn takes_a_form_post_from_a_client() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    let answer = at
        .browser
        .post("/end_session", &[("id_token_hint", &hint)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = at.browser.get(answer.location()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!at.is_signed_in().await);
}

#[tokio::test]
async fn a_second_logout_has_nothing_to_end_and_still_goes_back() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE)];
    at.logout(&fields).await;
    assert_eq!(at.logout(&fields).await.location(), BYE);
}

/// RP-Initiated Logout §2: what is only a hint never stands in the way.
#[tokio::test]
async fn ignores_what_it_does_not_use() {
    let mut at = signed_in("openid email").await;
    let hint = at.token("id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("logout_hint", "somebody else"),
        ("ui_locales", "tlh x-klingon"),
        ("post_logout_redirect_uri", BYE),
        ("nobody_knows", "this"),
    ];
    assert_eq!(at.logout(&fields).await.location(), BYE);
    at.must_sign_in_again().await;
}

/// RP-Initiated Logout §2: a hint of another session of the same person proves nothing about this
/// one.
#[tokio::test]
async fn a_hint_of_another_session_asks() {
    let mut at = signed_in("openid email").await;
    let world = at.client.world.clone();
    let elsewhere = SignedIn::at(&world, "openid email", |_| {}).await;
    let hint = elsewhere.token("id_token");
    let page = at.logout(&[("id_token_hint", &hint)]).await;
    assert!(page.body.contains("id=\"logout-confirm\""), "{page:?}");
    assert!(at.is_signed_in().await);
}

/// RP-Initiated Logout §2: hint and `client_id` must speak of one client.
#[tokio::test]
async fn a_hint_for_another_client_asks_and_goes_nowhere() {
    let mut at = signed_in("openid email").await;
    let other = at.joins(|_| {}).await;
    let hint = at.token("id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("client_id", other.id()),
        ("post_logout_redirect_uri", BYE),
    ];
    let page = at.logout(&fields).await;
    assert!(page.body.contains("id=\"logout-confirm\""), "{page:?}");
    let gone = at.browser.submit(&page, &[("decision", "confirm")]).await;
    assert_eq!(gone.status, StatusCode::OK, "{gone:?}");
    at.must_sign_in_again().await;
}

/// Another person who signs in at a browser ends the session before, and what was granted in it.
#[tokio::test]
async fn another_person_ends_the_session_before() {
    let mut ada = SignedIn::with("openid email", |_| {}).await;
    let world = ada.client.world.clone();
    world.user(&RealmId::default_realm(), "bob").await;
    let anew = ada.client.authorize_url(&[("prompt", "login")]);
    let answer = ada.browser.authorize(&anew, "bob").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    assert!(!ada.client.is_active(&ada.token("access_token")).await);
    let refreshed = ada.client.refresh(&ada.token("refresh_token")).await;
    assert_eq!(refreshed.error(), "invalid_grant");
}
