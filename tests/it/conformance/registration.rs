//! Dynamic registration: the modules `oidcc-registration-*`, `oidcc-redirect-uri-regfrag` and
//! `oidcc-3rd_party-init-login*`.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use vidimus::store::sqlite::SqliteStore;

use crate::registration::{
    CALLBACK, Own, consent_page, metadata, open, open_world, register, settle,
};
use crate::support::web::Web;
use crate::support::world::Shared;
use crate::support::{Answer, World};

/// The members that the suite always sends: a key without `kid`, and no `scope`.
fn suite(changes: &Value) -> Value {
    let mut members = json!({
        "client_name": "oidcc suite", "grant_types": ["authorization_code"],
        "response_types": ["code"], "contacts": ["certification@app.example"],
        "token_endpoint_auth_method": "client_secret_basic",
        "jwks": {"keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "e": "AQAB",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        }]},
    });
    let all = members.as_object_mut().unwrap();
    all.extend(changes.as_object().unwrap().clone());
    members
}

/// Registers as the suite does, and gives the page on which the person decides.
async fn page_of(changes: &Value) -> Answer {
    let world = open_world().await;
    world.ada().await;
    let own = Own::registered(&world, &suite(changes)).await;
    let client = own.client().await;
    let page = consent_page(&client).await;
    let tokens = client.tokens(&[]).await;
    assert!(tokens["id_token"].is_string(), "{tokens}");
    let deleted = own.manage(Method::DELETE, None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    page
}

#[tokio::test]
async fn oidcc_registration_logo_uri() {
    let logo = "https://app.example/images/logo.png";
    let page = page_of(&json!({"logo_uri": logo})).await;
    let shown = page.body.replace("&#x2f;", "/");
    let image = shown.split("<img").find(|tag| tag.contains(logo)).unwrap();
    assert!(image.contains("referrerpolicy=\"no-referrer\""), "{image}");
    // The browser may load it from there on this page, and from nowhere else.
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("img-src 'self' data: https://app.example;"),
        "{policy}"
    );
    let other = page_of(&json!({})).await;
    let policy = other.header("content-security-policy").unwrap();
    assert!(policy.contains("img-src 'self' data:;"), "{policy}");
}

#[tokio::test]
async fn oidcc_registration_policy_uri() {
    assert_links(
        &page_of(&json!({"policy_uri": "https://app.example/policy"})).await,
        "policy",
    );
}

#[tokio::test]
async fn oidcc_registration_tos_uri() {
    assert_links(
        &page_of(&json!({"tos_uri": "https://app.example/terms"})).await,
        "terms",
    );
}

#[track_caller]
fn assert_links(page: &Answer, path: &str) {
    let shown = page.body.replace("&#x2f;", "/");
    let link = format!("href=\"https://app.example/{path}\"");
    assert!(shown.contains(&link), "{shown}");
}

/// A world that can reach a site, and the address of a sector document there.
async fn with_sector(listed: &Value) -> (World, String, Web) {
    let web = Web::start().await;
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let shared = Shared {
        outgoing: web.outgoing.clone(),
        ..Shared::over(store)
    };
    let world = World::node(&shared).await;
    world.ada().await;
    settle(&world, open()).await;
    web.publish("/sector.json", listed);
    (world, web.url("/sector.json"), web)
}

#[tokio::test]
async fn oidcc_registration_sector_uri() {
    let (world, sector, _web) = with_sector(&json!(["https://app.example/other", CALLBACK])).await;
    let pairwise = json!({"subject_type": "pairwise", "sector_identifier_uri": sector});
    let own = Own::registered(&world, &suite(&pairwise)).await;
    assert_eq!(own.text("sector_identifier_uri"), sector);
    let tokens = own.client().await.tokens(&[]).await;
    assert!(tokens["id_token"].is_string(), "{tokens}");
}

#[tokio::test]
async fn oidcc_registration_sector_bad() {
    for listed in [
        json!(["https://app.example/other"]),
        json!([]),
        json!({"redirect_uris": [CALLBACK]}),
        json!([CALLBACK, 7]),
    ] {
        let (world, sector, web) = with_sector(&listed).await;
        let pairwise = json!({"subject_type": "pairwise", "sector_identifier_uri": sector});
        assert_refused(
            &register(&world, &metadata(&pairwise)).await,
            "invalid_client_metadata",
        );
        let device = json!({
            "redirect_uris": [], "response_types": [], "subject_type": "pairwise",
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"],
            "sector_identifier_uri": sector,
        });
        assert_refused(
            &register(&world, &metadata(&device)).await,
            "invalid_client_metadata",
        );
        web.fail("/sector.json", StatusCode::NOT_FOUND);
        assert_refused(
            &register(&world, &metadata(&pairwise)).await,
            "invalid_client_metadata",
        );
    }
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag() {
    let world = open_world().await;
    let fragment = json!({"redirect_uris": [format!("{CALLBACK}#foobar")]});
    let answer = register(&world, &suite(&fragment)).await;
    assert_refused(&answer, "invalid_redirect_uri");
}

#[tokio::test]
async fn oidcc_3rd_party_init_login() {
    let initiate = "https://app.example/initiate";
    let changes = suite(&json!({"initiate_login_uri": initiate}));
    let own = Own::registered(&open_world().await, &changes).await;
    assert_eq!(own.text("initiate_login_uri"), initiate);
    assert!(own.text("registration_client_uri").starts_with("https://"));
    let read = own.manage(Method::GET, None).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(read.json()["initiate_login_uri"], initiate);
}

#[tokio::test]
async fn oidcc_3rd_party_init_login_nohttps() {
    let world = open_world().await;
    let plain = suite(&json!({
        "redirect_uris": [CALLBACK], "initiate_login_uri": "http://app.example/initiate",
    }));
    assert_refused(&register(&world, &plain).await, "invalid_client_metadata");
}

#[track_caller]
fn assert_refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert_eq!(answer.error(), error, "{answer:?}");
}
