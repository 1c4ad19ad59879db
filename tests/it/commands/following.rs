//! A running server follows what commands change, within a second or so.

use std::time::Duration;

use super::{PASSWORD, register_person};
use crate::support::program::{Site, until_within};
use crate::support::wire_client::WireClient;
use crate::support::{decode_claims, decode_header};

/// A second, and what a busy machine adds to it.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_running_server_follows_commands() {
    follows(&Site::on_sqlite()).await;
}

#[tokio::test]
async fn a_running_server_on_postgres_follows_commands() {
    follows(&Site::on_postgres().await).await;
}

async fn follows(site: &Site) {
    register_person(site, "ada");
    let _serving = site.serve().await;
    changed_clients(site).await;
    changed_password(site).await;
    disabled_person(site).await;
    rotated_keys(site).await;
}

async fn changed_clients(site: &Site) {
    let client = WireClient::register(site);
    let api = WireClient::register(site);
    let cookie = client.sign_in("ada", PASSWORD).await.cookie();
    let access = access_token(&client.tokens(&cookie).await);
    assert_eq!(client.userinfo(&access).await.status, 200);

    let rotated = site.run(&["client", "update", &client.id, "--rotate-secret", "--json"]);
    let renewed = WireClient::of(site, &rotated.json());
    until_within(SOON, "the old secret is refused", async || {
        is_refused(&client).await
    })
    .await;
    assert!(!is_refused(&renewed).await, "the new secret is refused");

    assert_eq!(
        site.run(&["client", "update", &client.id, "--disable"])
            .code,
        0
    );
    until_within(SOON, "the disabled client is refused", async || {
        is_refused(&renewed).await
    })
    .await;
    until_within(SOON, "its token is refused", async || {
        is_dead(&api, &access).await
    })
    .await;
    assert_eq!(
        site.run(&["client", "update", &client.id, "--enable"]).code,
        0
    );
    until_within(SOON, "it is welcome again", async || {
        !is_refused(&renewed).await
    })
    .await;

    let tokens = renewed.tokens(&cookie).await;
    assert_eq!(site.run(&["client", "delete", &client.id]).code, 0);
    until_within(SOON, "the deleted client is refused", async || {
        is_refused(&renewed).await
    })
    .await;
    let access = access_token(&tokens);
    until_within(SOON, "its token is refused", async || {
        is_dead(&api, &access).await
    })
    .await;
}

async fn changed_password(site: &Site) {
    let client = WireClient::register(site);
    let cookie = client.sign_in("ada", PASSWORD).await.cookie();
    let tokens = client.tokens(&cookie).await;
    let set = ["user", "set-password", "ada", "--password-stdin"];
    let done = site.run_with_input(&set, "another-horse-battery");
    assert_eq!(done.code, 0, "{done:?}");
    everything_ended(&client, &cookie, &tokens).await;
    let old = client.sign_in("ada", PASSWORD).await;
    assert_eq!(old.answer.status, 422, "the old password signs in");
    client
        .sign_in("ada", "another-horse-battery")
        .await
        .cookie();
    assert_eq!(site.run_with_input(&set, PASSWORD).code, 0);
}

async fn disabled_person(site: &Site) {
    let client = WireClient::register(site);
    let cookie = client.sign_in("ada", PASSWORD).await.cookie();
    let tokens = client.tokens(&cookie).await;
    assert_eq!(site.run(&["user", "disable", "ada"]).code, 0);
    everything_ended(&client, &cookie, &tokens).await;
    assert_eq!(client.sign_in("ada", PASSWORD).await.answer.status, 422);
    assert_eq!(site.run(&["user", "enable", "ada"]).code, 0);
    let cookie = client.sign_in("ada", PASSWORD).await.cookie();
    // What was ended does not come back.
    everything_ended(&client, "vidimus_session=x", &tokens).await;
    // Tokens know their second only, so those of the second that revoked all are refused as well.
    until_within(SOON, "the next tokens work", async || {
        let access = access_token(&client.tokens(&cookie).await);
        client.userinfo(&access).await.status == 200
    })
    .await;
}

/// The session, the refresh token and the access token of a person.
async fn everything_ended(client: &WireClient, cookie: &str, tokens: &serde_json::Value) {
    let access = access_token(tokens);
    let answer = client.try_authorize(cookie).await.unwrap();
    assert!(
        answer.location().contains("/login?"),
        "the session lives on: {answer:?}"
    );
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(
        client.refresh(refresh).await.unwrap().error(),
        "invalid_grant"
    );
    until_within(SOON, "the access token is refused", async || {
        is_dead(client, &access).await && !client.is_active(&access).await
    })
    .await;
}

async fn rotated_keys(site: &Site) {
    let client = WireClient::register(site);
    let cookie = client.sign_in("ada", PASSWORD).await.cookie();
    let access = access_token(&client.tokens(&cookie).await);
    let old = published(&client).await;
    let rotate = |options: &[&str]| -> Vec<String> {
        let arguments = [&["key", "rotate", "--json"], options].concat();
        let made = site.run(&arguments).json();
        let made = made.as_array().unwrap().iter();
        made.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    };
    let pending = rotate(&["--algorithm", "RS256"]).remove(0);
    until_within(SOON, "the successor is published", async || {
        published(&client).await.contains(&pending)
    })
    .await;
    assert!(
        published(&client).await.contains(&old[0]),
        "the old key is gone"
    );
    assert_eq!(client.userinfo(&access).await.status, 200);

    // Signs at once, and what was signed before stays good.
    let next = rotate(&["--now", "--algorithm", "RS256"]).remove(0);
    until_within(SOON, "the new key signs", async || {
        published(&client).await.first() == Some(&next)
    })
    .await;
    let all = published(&client).await;
    assert!(all.contains(&old[0]) && all.contains(&pending), "{all:?}");
    assert_eq!(client.userinfo(&access).await.status, 200);
    let signed = access_token(&client.tokens(&cookie).await);
    assert_eq!(decode_header(&signed)["kid"], next);

    let fresh = rotate(&["--emergency"]);
    until_within(SOON, "only the fresh keys are published", async || {
        published(&client).await == fresh
    })
    .await;
    assert_eq!(
        client.userinfo(&access).await.status,
        401,
        "signed by a withdrawn key"
    );
    let tokens = client.tokens(&cookie).await;
    let claims = decode_claims(&access_token(&tokens));
    assert_eq!(claims["iss"], site.issuer());
    assert_eq!(client.userinfo(&access_token(&tokens)).await.status, 200);
}

async fn published(client: &WireClient) -> Vec<String> {
    let answer = client.get("/jwks").await;
    let document = answer.json();
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

async fn is_refused(client: &WireClient) -> bool {
    let answer = client.post("/introspect", &[("token", "x")]).await;
    match answer.status.as_u16() {
        200 => false,
        401 => true,
        _ => panic!("{answer:?}"),
    }
}

async fn is_dead(client: &WireClient, access_token: &str) -> bool {
    client.userinfo(access_token).await.status == 401
}

fn access_token(tokens: &serde_json::Value) -> String {
    tokens["access_token"].as_str().unwrap().to_owned()
}
