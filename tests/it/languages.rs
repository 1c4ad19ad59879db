//! Which language a person is spoken to in.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use vidimus::account::user::Profile;
use vidimus::protocol::client::ClientType;

use crate::support::browser::{attribute, send};
use crate::support::{Answer, Browser, TestClient, World};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

fn language_of(page: &Answer) -> String {
    attribute(&page.body, "<html", "lang")
}

/// The sign-in page of a request with these changes.
async fn sign_in_page(
    client: &TestClient,
    browser: &mut Browser,
    changes: &[(&str, &str)],
) -> Answer {
    let answer = browser.get(&client.authorize_url(changes)).await;
    browser.get(answer.location()).await
}

/// Chooses a language in the footer of a page.
async fn choose(browser: &mut Browser, page: &Answer, language: &str) -> Answer {
    let action = attribute(&page.body, "class=\"languages\"", "action");
    let back = attribute(&page.body, "name=\"back\"", "value");
    let mut fields = vec![("language", language), ("back", back.as_str())];
    let asked;
    if page.body.contains("name=\"asked\"") {
        asked = attribute(&page.body, "name=\"asked\"", "value");
        fields.push(("asked", asked.as_str()));
    }
    browser.post(&action, &fields).await
}

/// OIDC Core §3.1.2.1 `ui_locales`
#[tokio::test]
async fn an_application_is_heard_before_the_browser() {
    let client = web().await;
    let mut browser = client.world.browser();
    browser.accepts = "fr-CA, fr;q=0.8".to_owned();
    let page = sign_in_page(&client, &mut browser, &[]).await;
    assert_eq!(language_of(&page), "fr");
    let page = sign_in_page(&client, &mut browser, &[("ui_locales", "tlh de-CH en")]).await;
    assert_eq!(language_of(&page), "de");
    let page = sign_in_page(&client, &mut browser, &[("ui_locales", "tlh")]).await;
    assert_eq!(language_of(&page), "fr");
    browser.accepts = "tlh".to_owned();
    let page = sign_in_page(&client, &mut browser, &[]).await;
    assert_eq!(language_of(&page), "en");
}

/// RFC 9126 §4: the address of the page does not show what was asked for.
#[tokio::test]
async fn an_application_is_heard_in_a_pushed_request() {
    let client = web().await;
    let pushed = client.push(&[("ui_locales", "ja")]).await.json();
    let url = client.kept_url(pushed["request_uri"].as_str().unwrap());
    let mut browser = client.world.browser();
    let answer = browser.get(&url).await;
    let page = browser.get(answer.location()).await;
    assert_eq!(language_of(&page), "ja");
}

#[tokio::test]
async fn a_page_written_from_right_to_left_says_so() {
    let client = web().await;
    let mut browser = client.world.browser();
    browser.accepts = "ar".to_owned();
    let page = sign_in_page(&client, &mut browser, &[]).await;
    assert!(page.body.contains("<html lang=\"ar\" dir=\"rtl\">"));
}

#[tokio::test]
async fn a_choice_comes_back_to_the_page_and_is_kept() {
    let client = web().await;
    let mut browser = client.world.browser();
    let page = sign_in_page(&client, &mut browser, &[("state", "a b&c")]).await;
    let answer = choose(&mut browser, &page, "es").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = browser.get(answer.location()).await;
    assert_eq!(language_of(&page), "es");
    // The transaction goes on where it was.
    let fields = [
        ("username", "ada"),
        ("password", crate::support::world::PASSWORD),
    ];
    let answer = browser.submit(&page, &fields).await;
    let consent = browser.get(answer.location()).await;
    assert_eq!(language_of(&consent), "es");
    let answer = browser.submit(&consent, &[("decision", "approve")]).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    assert_eq!(answer.param("state").as_deref(), Some("a b&c"));
}

/// Else the choice would do nothing on the very page on which it was made.
#[tokio::test]
async fn a_choice_stands_against_what_the_application_asked_for() {
    let client = web().await;
    let mut browser = client.world.browser();
    let german = [("ui_locales", "de")];
    let page = sign_in_page(&client, &mut browser, &german).await;
    let answer = choose(&mut browser, &page, "fr").await;
    assert_eq!(language_of(&browser.get(answer.location()).await), "fr");
    let page = sign_in_page(&client, &mut browser, &german).await;
    assert_eq!(language_of(&page), "fr");
    let page = sign_in_page(&client, &mut browser, &[("ui_locales", "ja")]).await;
    assert_eq!(language_of(&page), "ja", "nobody said no to that");
}

#[tokio::test]
async fn the_choice_leads_to_no_other_place() {
    let client = web().await;
    for back in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/@evil.example/",
        ".evil.example/",
        "evil",
        "",
    ] {
        let mut browser = client.world.browser();
        let fields = [("language", "de"), ("back", back)];
        let answer = browser.post("/language", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{back}");
        let place = url::Url::parse(answer.location()).unwrap();
        assert_eq!(place.host_str(), Some("id.example.test"), "{back}");
    }
}

#[tokio::test]
async fn a_choice_of_what_is_not_spoken_is_none() {
    let client = web().await;
    let mut browser = client.world.browser();
    for language in ["tlh", "", "de;Domain=example.test"] {
        let fields = [("language", language), ("back", "/")];
        let answer = browser.post("/language", &fields).await;
        assert_eq!(answer.header("set-cookie"), None, "{language}");
    }
}

#[tokio::test]
async fn another_site_does_not_choose() {
    let client = web().await;
    let request = Request::builder()
        .method(Method::POST)
        .uri("/language")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://evil.example")
        .body(Body::from("language=de&back=/"))
        .unwrap();
    let answer = send(&client.world.router, request).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("set-cookie"), None);
}

#[tokio::test]
async fn somebody_signed_in_is_spoken_to_in_their_own_language() {
    let client = web().await;
    let profile = Profile {
        locale: Some("ja-JP".to_owned()),
        ..Profile::default()
    };
    client.world.user_with("aiko", profile).await;
    let mut browser = client.world.browser();
    let page = sign_in_page(&client, &mut browser, &[]).await;
    assert_eq!(language_of(&page), "en", "nobody knows yet");
    let fields = [
        ("username", "aiko"),
        ("password", crate::support::world::PASSWORD),
    ];
    let answer = browser.submit(&page, &fields).await;
    let consent = browser.get(answer.location()).await;
    assert_eq!(language_of(&consent), "ja");
    let answer = choose(&mut browser, &consent, "en").await;
    assert_eq!(language_of(&browser.get(answer.location()).await), "en");
}

#[tokio::test]
async fn pages_of_failure_are_translated_too() {
    let client = web().await;
    let mut browser = client.world.browser();
    browser.accepts = "de".to_owned();
    let nowhere = browser.get("/nowhere").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert_eq!(language_of(&nowhere), "de");
    let answer = browser.get("/authorize?client_id=nobody").await;
    let page = browser.get(answer.location()).await;
    assert_eq!(language_of(&page), "de");
}

#[tokio::test]
async fn a_choice_said_twice_is_none() {
    let client = web().await;
    let mut browser = client.world.browser();
    for twice in [("back", "/account"), ("language", "fr")] {
        let fields = [("language", "de"), ("back", "/"), twice];
        let answer = browser.post("/language", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.header("set-cookie"), None);
    }
}
