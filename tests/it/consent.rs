//! Consent in parts: what is shown, what can be left out, and what that comes to.

use http::StatusCode;
use serde_json::Value;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RealmSettings;
use vidimus::protocol::scope::ScopeSet;
use vidimus::store::{Change, EventPage};

use crate::events::recorded;
use crate::support::{Answer, Browser, TestClient, World, decode_claims};

const ALLOW: (&str, &str) = ("decision", "approve");

async fn client(world: &World, change: impl FnOnce(&mut ClientMetadata)) -> TestClient {
    let realm = RealmId::default_realm();
    world.client_with(&realm, ClientType::Web, change).await
}

/// `ada`, and a client that may ask for a good deal.
async fn scene() -> (World, TestClient, Browser) {
    let world = World::in_memory().await;
    world.ada().await;
    let client = client(&world, |metadata| {
        let scope = "openid email profile phone offline_access notes:read notes:write";
        metadata.scope = ScopeSet::parse(scope).unwrap();
    })
    .await;
    let browser = world.browser();
    (world, client, browser)
}

async fn redeem(client: &TestClient, answer: &Answer) -> Value {
    let code = answer.param("code").unwrap_or_else(|| panic!("{answer:?}"));
    let answer = client.post("/token", &client.redemption(&code)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

fn offers(page: &Answer, token: &str) -> bool {
    page.body.contains(&format!("name=\"allow:{token}\""))
}

/// RFC 6749 §3.3, §5.1: the client is told what it was given.
#[tokio::test]
async fn what_is_unticked_is_not_granted_and_asked_for_again() {
    let (_, client, mut browser) = scene().await;
    let address = client.authorize_url(&[("scope", "openid email profile")]);
    let page = browser.until_consent(&address, "ada").await;
    assert!(offers(&page, "email") && offers(&page, "profile") && !offers(&page, "openid"));
    let answer = browser
        .submit_without(&page, &["allow:email"], &[ALLOW])
        .await;
    let tokens = redeem(&client, &answer).await;
    assert_eq!(tokens["scope"], "openid profile");
    let access = tokens["access_token"].as_str().unwrap();
    let info = client.userinfo(access).await.json();
    assert!(
        info.get("email").is_none() && info["name"] == "Ada Lovelace",
        "{info}"
    );
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let wider = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("scope", "openid profile email"),
    ];
    assert_eq!(client.post("/token", &wider).await.error(), "invalid_scope");
    let silent = client.authorize_url(&[("scope", "openid email"), ("prompt", "none")]);
    let refused = browser.get(&silent).await;
    assert_eq!(refused.param("error").as_deref(), Some("consent_required"));
    // Only what is new is asked, and what was allowed goes along.
    let page = browser.until_consent(&address, "ada").await;
    assert!(
        offers(&page, "email") && !offers(&page, "profile"),
        "{page:?}"
    );
    assert!(page.body.contains("id=\"consent-known\""));
    assert!(
        !page.body.contains("Ada Lovelace ·"),
        "nothing is shown that is not asked: {page:?}"
    );
    let answer = browser.submit(&page, &[ALLOW]).await;
    assert_eq!(
        redeem(&client, &answer).await["scope"],
        "openid email profile"
    );
    assert!(browser.get(&silent).await.param("code").is_some());
}

#[tokio::test]
async fn an_id_token_holds_nothing_behind_an_unticked_box() {
    let (world, _, mut browser) = scene().await;
    let reading = client(&world, |metadata| {
        metadata.compatibility.wants_claims_in_id_token = true;
    })
    .await;
    let claims = r#"{"id_token":{"email":null,"phone_number":null},"userinfo":{"name":null}}"#;
    let address = reading.authorize_url(&[("scope", "openid email"), ("claims", claims)]);
    let page = browser.until_consent(&address, "ada").await;
    let unticked = ["allow:email", "allow:claim:name"];
    let answer = browser.submit_without(&page, &unticked, &[ALLOW]).await;
    let tokens = redeem(&reading, &answer).await;
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert!(
        id.get("email").is_none() && id.get("email_verified").is_none(),
        "{id}"
    );
    let access = tokens["access_token"].as_str().unwrap();
    let info = reading.userinfo(access).await.json();
    assert!(
        info.get("email").is_none() && info.get("name").is_none(),
        "{info}"
    );
}

#[tokio::test]
async fn a_box_that_was_not_offered_grants_nothing() {
    let (_, client, mut browser) = scene().await;
    let address = client.authorize_url(&[("scope", "openid email")]);
    let page = browser.until_consent(&address, "ada").await;
    let forged = [
        ALLOW,
        ("allow:profile", "on"),
        ("allow:notes:write", "on"),
        ("allow:claim:birthdate", "on"),
        ("allow:groups", "on"),
    ];
    let answer = browser.submit(&page, &forged).await;
    assert_eq!(redeem(&client, &answer).await["scope"], "openid email");
    let more = browser
        .get(&client.authorize_url(&[("scope", "openid profile")]))
        .await;
    assert!(
        more.location().contains("/consent?"),
        "nor is it remembered: {more:?}"
    );
}

#[tokio::test]
async fn what_an_app_cannot_do_without_has_no_box() {
    let (world, _, mut browser) = scene().await;
    let needy = client(&world, |metadata| {
        metadata.required_scope = ScopeSet::parse("email").unwrap();
    })
    .await;
    let address = needy.authorize_url(&[("scope", "openid email profile")]);
    let page = browser.until_consent(&address, "ada").await;
    assert!(
        !offers(&page, "email") && offers(&page, "profile"),
        "{page:?}"
    );
    assert!(page.body.contains("<bdi>ada@example.test</bdi>"));
    let answer = browser
        .submit_without(&page, &["allow:profile"], &[ALLOW])
        .await;
    assert_eq!(redeem(&needy, &answer).await["scope"], "openid email");
}

#[tokio::test]
async fn an_allow_of_nothing_is_a_deny() {
    let (_, client, mut browser) = scene().await;
    let address = client.authorize_url(&[("scope", "notes:read notes:write"), ("nonce", "")]);
    let page = browser.until_consent(&address, "ada").await;
    let none = ["allow:notes:read", "allow:notes:write"];
    let denied = browser.submit_without(&page, &none, &[ALLOW]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
    let page = browser.until_consent(&address, "ada").await;
    let answer = browser.submit_without(&page, &none[1..], &[ALLOW]).await;
    assert_eq!(redeem(&client, &answer).await["scope"], "notes:read");
}

/// OIDC Core §3.1.2.1
#[tokio::test]
async fn what_is_unticked_when_all_is_asked_again_is_forgotten() {
    let (_, client, mut browser) = scene().await;
    browser.authorize(&client.authorize_url(&[]), "ada").await;
    let again = client.authorize_url(&[("prompt", "consent")]);
    let page = browser.until_consent(&again, "ada").await;
    assert!(offers(&page, "email"), "{page:?}");
    let answer = browser
        .submit_without(&page, &["allow:email"], &[ALLOW])
        .await;
    assert_eq!(redeem(&client, &answer).await["scope"], "openid");
    let page = browser.get(&client.authorize_url(&[])).await;
    assert!(page.location().contains("/consent?"), "{page:?}");
}

/// OIDC Core §11: without `offline_access` the grant ends with the session.
#[tokio::test]
async fn access_that_was_not_to_be_kept_ends_with_the_session() {
    let (world, client, mut browser) = scene().await;
    let scope = [("scope", "openid offline_access"), ("prompt", "consent")];
    let page = browser
        .until_consent(&client.authorize_url(&scope), "ada")
        .await;
    assert!(page.body.contains("id=\"consent-lasts\""));
    let undo = crate::support::browser::attribute(&page.body, "id=\"consent-apps\"", "href");
    assert_eq!(undo, "https://id.example.test/account/apps");
    let unticked = ["allow:offline_access"];
    let answer = browser.submit_without(&page, &unticked, &[ALLOW]).await;
    let tokens = redeem(&client, &answer).await;
    assert_eq!(tokens["scope"], "openid");
    world.advance(13 * 3_600);
    let refused = client
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refused.error(), "invalid_grant");
}

/// OIDC Core §3.3: the parts that come through the browser are as narrow.
#[tokio::test]
async fn a_token_that_comes_through_the_browser_is_as_narrow() {
    let (world, _, mut browser) = scene().await;
    let store = &world.app.store;
    let realm = store.realm(&RealmId::default_realm()).await.unwrap();
    let mut realm = realm.unwrap();
    realm.settings = RealmSettings {
        front_channel_tokens: true,
        ..realm.settings
    };
    assert_eq!(
        store.update_realm(&realm, &[]).await.unwrap(),
        Change::Changed
    );
    world.advance(2);
    let hybrid = client(&world, |metadata| {
        metadata
            .grant_types
            .push(vidimus::protocol::client::GrantType::Implicit);
        metadata.response_types = vidimus::protocol::response_type::ResponseType::ALL.to_vec();
    })
    .await;
    let asked = [("response_type", "id_token"), ("scope", "openid email")];
    let page = browser
        .until_consent(&hybrid.authorize_url(&asked), "ada")
        .await;
    let answer = browser
        .submit_without(&page, &["allow:email"], &[ALLOW])
        .await;
    let id = decode_claims(&answer.param("id_token").unwrap());
    assert!(id.get("email").is_none(), "{id}");
}

/// The record tells what was allowed, and not what was asked.
#[tokio::test]
async fn the_event_names_what_was_allowed() {
    let (world, client, mut browser) = scene().await;
    let address = client.authorize_url(&[("scope", "openid email profile")]);
    let page = browser.until_consent(&address, "ada").await;
    browser
        .submit_without(&page, &["allow:email"], &[ALLOW])
        .await;
    let ada = world.person("ada").await;
    let page = EventPage {
        since: ada.created_at,
        before: None,
        limit: 1,
    };
    let events = world
        .app
        .store
        .events_of_user(&ada.realm, &ada.id, page)
        .await
        .unwrap();
    assert_eq!(events[0].event.kind.as_str(), "consent.granted");
    assert_eq!(events[0].event.detail["scope"], "openid profile");
}

/// OIDC Core §3.1.2.1: another account takes the request over, and no consent with it.
#[tokio::test]
async fn not_you_keeps_the_request_and_shows_the_other_persons_data() {
    let (world, client, mut browser) = scene().await;
    world.user(&RealmId::default_realm(), "bob").await;
    let address = client.authorize_url(&[]);
    let page = browser.until_consent(&address, "ada").await;
    assert!(page.body.contains("ada@example.test"), "{page:?}");
    let other = crate::support::browser::attribute(&page.body, "id=\"consent-not-you\"", "href");
    let page = browser.until_consent(&other, "bob").await;
    assert!(page.body.contains("id=\"consent-approve\""), "{page:?}");
    assert!(!page.body.contains("ada@example.test"), "{page:?}");
    let answer = browser.submit(&page, &[ALLOW]).await;
    let tokens = redeem(&client, &answer).await;
    let info = client
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .json();
    assert_ne!(info["sub"], world.person("ada").await.id.as_str());
}

/// A *no* is told as a *yes* is, and once.
#[tokio::test]
async fn a_denial_is_told() {
    let (world, client, mut browser) = scene().await;
    let scope = [("scope", "notes:read"), ("nonce", "")];
    let page = browser
        .until_consent(&client.authorize_url(&scope), "ada")
        .await;
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
    let page = browser
        .until_consent(&client.authorize_url(&scope), "ada")
        .await;
    let unticked = ["allow:notes:read"];
    let denied = browser.submit_without(&page, &unticked, &[ALLOW]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
    let ada = world.person("ada").await;
    let told: Vec<_> = recorded(&world)
        .await
        .into_iter()
        .filter(|event| event.kind.as_str().starts_with("consent."))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for event in told {
        assert_eq!(event.kind.as_str(), "consent.denied");
        assert_eq!(event.user.as_ref(), Some(&ada.id));
        assert_eq!(event.client.as_ref(), Some(&client.client.id));
        assert!(event.session.is_some() && event.caller.address.is_some());
        assert_eq!(event.detail["scope"], "notes:read");
    }
}
