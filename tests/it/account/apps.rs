//! `/account/apps`.

use http::StatusCode;
use vidimus::protocol::client::ClientType;

use super::Realms;

#[tokio::test]
async fn shows_what_an_app_may_do_and_disconnects_it_with_its_tokens() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let client = realms
            .world
            .client_with(realm, ClientType::Web, |metadata| {
                metadata.client_name = "Garden".to_owned();
            })
            .await;
        let tokens = client
            .tokens(&[
                ("scope", "openid email offline_access"),
                ("prompt", "consent"),
            ])
            .await;
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let mut browser = realms.world.browser();
        realms.sign_in(&mut browser, realm, "ada").await;
        let address = realms.url(realm, "/account/apps");
        let page = browser.get(&address).await;
        assert!(page.body.contains("<bdi>Garden</bdi>"), "{page:?}");
        assert!(page.body.contains("rp.example.test"));
        assert!(page.body.contains("It goes on when you sign out."));
        assert!(page.body.len() < 40_000);
        let mut bob = realms.world.browser();
        realms.sign_in(&mut bob, realm, "bob").await;
        let theirs = bob.get(&address).await;
        assert!(theirs.body.contains("No app is connected."), "{theirs:?}");
        let fields = [("client", client.id())];
        realms.press(&mut bob, &theirs, &fields).await;
        assert!(client.is_active(&text("access_token")).await);
        let answer = realms.press(&mut browser, &page, &fields).await;
        assert!(answer.body.contains("No app is connected."), "{answer:?}");
        assert!(!client.is_active(&text("access_token")).await);
        let refused = client.refresh(&text("refresh_token")).await;
        assert_eq!(refused.error(), "invalid_grant");
        let mut again = browser.get(&client.authorize_url(&[])).await;
        if again.status == StatusCode::SEE_OTHER {
            again = browser.get(again.location()).await;
        }
        assert!(again.body.contains("consent-approve"), "{again:?}");
    }
}

#[tokio::test]
async fn shows_an_app_that_needs_no_consent() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let client = realms
        .world
        .client_with(realm, ClientType::Web, |metadata| {
            metadata.client_name = "First party".to_owned();
            metadata.first_party = true;
        })
        .await;
    client.tokens(&[]).await;
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let page = browser.get(&realms.url(realm, "/account/apps")).await;
    assert!(page.body.contains("<bdi>First party</bdi>"), "{page:?}");
}

#[tokio::test]
async fn a_form_from_elsewhere_disconnects_nothing() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let client = realms
        .world
        .client_with(realm, ClientType::Web, |_| {})
        .await;
    let tokens = client.tokens(&[]).await;
    let mut browser = realms.world.browser();
    realms.sign_in(&mut browser, realm, "ada").await;
    let forged = [("csrf", "forged"), ("client", client.id())];
    let address = realms.url(realm, "/account/apps");
    let answer = browser.post(&address, &forged).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let access = tokens["access_token"].as_str().unwrap();
    assert!(client.is_active(access).await);
}
