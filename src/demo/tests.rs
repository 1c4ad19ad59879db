//! The demo without its server: its own page, its own doors. `tests/browser` walks the whole way.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::account::mail::{Mail, MailKind};
use crate::demo::exchange::{Exchange, Finding, Story};
use crate::demo::page::{DemoPage, Notice, TEMPLATES};
use crate::demo::tokens::sample;
use crate::demo::visits::Visits;
use crate::demo::wire::Captured;
use crate::demo::{DemoConfig, Mailbox, router};
use crate::mail::{Courier, Form, Sender};
use crate::pages::{Letters, Messages, Pages};
use crate::protocol::time::Timestamp;

fn config() -> DemoConfig {
    DemoConfig {
        // Nobody listens at port 1.
        issuer: "http://localhost:1".to_owned(),
        client_id: "demo-web".to_owned(),
        client_secret: "very-secret".to_owned(),
        base_url: "http://localhost:1".to_owned(),
        mailbox: Mailbox::default(),
    }
}

async fn ask(router: &axum::Router, request: Request<Body>) -> Response<Body> {
    router.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn get(address: &str, cookie: &str) -> Request<Body> {
    let request = Request::get(address).header("cookie", cookie);
    request.body(Body::empty()).unwrap()
}

/// The first visit: its cookie and its form token.
async fn arrive(router: &axum::Router) -> (String, String) {
    let response = ask(router, get("/demo", "")).await;
    let line = response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(line.contains("HttpOnly; SameSite=Lax"), "{line}");
    let page = text(response).await;
    let (_, after) = page.split_once("name=\"token\" value=\"").unwrap();
    let token = after.split('"').next().unwrap().to_owned();
    (line.split(';').next().unwrap().to_owned(), token)
}

#[tokio::test]
async fn greets_a_stranger_with_one_button() {
    let router = router(&config()).unwrap();
    let page = text(ask(&router, get("/demo", "")).await).await;
    assert!(page.contains("id=\"demo-sign-in\""));
    assert!(page.contains("What just happened"));
    assert!(!page.contains("demo-refresh"));
}

#[tokio::test]
async fn tells_when_the_server_cannot_be_reached() {
    let router = router(&config()).unwrap();
    let (cookie, token) = arrive(&router).await;
    let request = Request::post("/demo/sign-in")
        .header("cookie", &cookie)
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(format!("token={token}")))
        .unwrap();
    let response = ask(&router, request).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/demo");
    let page = text(ask(&router, get("/demo", &cookie)).await).await;
    assert!(page.contains("could not reach the server"), "{page}");
    assert!(page.contains(".well-known"), "{page}");
}

#[tokio::test]
async fn ignores_a_form_from_another_site_or_without_its_token() {
    let router = router(&config()).unwrap();
    let (cookie, token) = arrive(&router).await;
    for (site, body) in [
        ("cross-site", format!("token={token}")),
        ("same-origin", "token=guess".to_owned()),
        ("same-origin", String::new()),
    ] {
        let request = Request::post("/demo/sign-in")
            .header("cookie", &cookie)
            .header("sec-fetch-site", site)
            .body(Body::from(body))
            .unwrap();
        ask(&router, request).await;
        let page = text(ask(&router, get("/demo", &cookie)).await).await;
        assert!(!page.contains("class=\"exchange\""), "{site}");
    }
}

#[tokio::test]
async fn believes_no_answer_that_it_did_not_ask_for() {
    let router = router(&config()).unwrap();
    let (cookie, _) = arrive(&router).await;
    let response = ask(&router, get("/demo/callback?code=x&state=y", &cookie)).await;
    assert_eq!(response.headers()["location"], "/demo");
    let page = text(ask(&router, get("/demo", &cookie)).await).await;
    assert!(page.contains("Notes did not ask for this answer"), "{page}");
    assert!(page.contains("demo-sign-in"));
}

fn token_exchange() -> Exchange {
    let story = Story {
        title: "Code for tokens",
        route: "Notes → server",
        purpose: "Away from the browser, Notes proves who it is and trades the code for tokens.",
    };
    let answer = format!(
        r#"{{"access_token":"{}","token_type":"Bearer","expires_in":300,"scope":"openid"}}"#,
        "eyJ".repeat(200)
    );
    let captured = Captured {
        method: http::Method::POST,
        uri: "http://localhost:1/token".parse().unwrap(),
        headers: [(
            http::header::AUTHORIZATION,
            http::HeaderValue::from_static("Basic dmVyeS1zZWNyZXQ="),
        )]
        .into_iter()
        .collect(),
        body: b"grant_type=authorization_code&code=abc&client_secret=very-secret".to_vec(),
        answer: Ok((StatusCode::OK, answer.into_bytes())),
    };
    let mut exchange = Exchange::of_server(story, &captured);
    exchange.findings = vec![
        Finding::good("The ID token passed every check; see it decoded."),
        Finding::bad("An example of something refused."),
    ];
    exchange
}

#[test]
fn shows_requests_without_the_secret_and_answers_without_their_length() {
    let exchange = token_exchange();
    let shown = format!("{exchange:?}");
    assert!(!shown.contains("very-secret"), "{shown}");
    assert!(!shown.contains("dmVyeS1zZWNyZXQ"), "{shown}");
    assert!(
        exchange.body.contains("(600 characters)"),
        "{}",
        exchange.body
    );
    assert!(
        exchange
            .parameters
            .iter()
            .all(|part| !part.meaning.is_empty())
    );
}

fn page(signed_in: bool) -> String {
    let visits = Visits::default();
    let cookie = visits.begin();
    let view = visits.with(&cookie, |visit| {
        let exchange = visit.tell(vec![token_exchange(), token_exchange()]);
        visit.signed_in = signed_in.then(sample);
        visit.notice = Some(Notice {
            good: signed_in,
            heading: "You kept Notes out".to_owned(),
            text: "You said no, and Notes was told just that.".to_owned(),
            exchange,
        });
        DemoPage::of(visit, "localhost:8080")
    });
    let pages = Pages::with_templates(&TEMPLATES).unwrap();
    pages.render(&view.unwrap()).unwrap()
}

#[test]
fn shows_the_id_token_decoded_to_whoever_is_signed_in() {
    let page = page(true);
    assert!(page.contains("Hello <bdi>Ada Lovelace</bdi>"), "{page}");
    for id in [
        "demo-id-token",
        "demo-refresh",
        "demo-userinfo",
        "demo-introspect",
        "demo-revoke",
        "demo-sign-out",
    ] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("class=\"exchange\"").count(), 2);
}

/// Writes the samples to a folder, to be looked at in a browser.
#[test]
#[ignore = "writes files for the eye"]
fn writes_the_demo_to_a_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, signed_in) in [("demo", false), ("demo_signed_in", true)] {
        let page = page(signed_in)
            .replace("&#x2f;static&#x2f;", "")
            .replace("/static/", "");
        std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
}

#[tokio::test]
async fn mails_end_in_a_mailbox_where_their_links_can_be_followed() {
    let config = config();
    let router = router(&config).unwrap();
    let empty = text(ask(&router, get("/demo/mail", "")).await).await;
    assert!(empty.contains("There is none yet."), "{empty}");
    let letters = Letters::new(Messages::new().unwrap().into(), None).unwrap();
    let sender = Sender::parse("no-reply@example.test", None).unwrap();
    let courier = Courier::over(letters, sender, Box::new(config.mailbox.clone()));
    for kind in [MailKind::Test, MailKind::ConfirmAddress] {
        let mail = Mail::sample(kind, "en");
        let form = Form {
            id: "m-1",
            to: &mail.to,
            realm: "<Demo>",
            written_at: Timestamp::from_unix_seconds(1),
        };
        courier.deliver(&mail, form).await.unwrap();
    }
    let page = text(ask(&router, get("/demo/mail", "")).await).await;
    let link = "https:&#x2f;&#x2f;id.example.com&#x2f;link?token=example";
    assert!(page.contains(&format!("<a href=\"{link}\">")), "{page}");
    assert!(page.contains("To ada@example.com"), "{page}");
    assert!(!page.contains("<Demo>"), "{page}");
    let (confirm, test) = (page.find("Confirm"), page.find("A test mail"));
    assert!(confirm.unwrap() < test.unwrap(), "the newest first");
}
