//! Device authorization (RFC 8628): a television asks, a person answers in a browser.

mod pages;
mod races;

use http::StatusCode;
use vidimus::account::user::AccountSwitch;
use vidimus::protocol::client::{ClientMetadata, ClientType, TokenEndpointAuthMethod};
use vidimus::protocol::ids::{RealmId, UserId};
use vidimus::protocol::time::Timestamp;
use vidimus::store::{Effects, Realm};

use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, TestClient, World, decode_claims};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The two codes of a device.
pub(crate) struct Codes {
    pub(crate) device: String,
    pub(crate) user: String,
}

/// A television of a realm with `ada`.
async fn television() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Device).await
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn ask(device: &TestClient, scope: &str) -> Answer {
    device
        .post("/device_authorization", &[("scope", scope)])
        .await
}

pub(crate) async fn codes(device: &TestClient, scope: &str) -> Codes {
    codes_of(&ask(device, scope).await)
}

fn codes_of(answer: &Answer) -> Codes {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let json = answer.json();
    Codes {
        device: text(&json["device_code"]),
        user: text(&json["user_code"]),
    }
}

pub(crate) async fn poll(device: &TestClient, device_code: &str) -> Answer {
    let fields = [("grant_type", GRANT), ("device_code", device_code)];
    device.post("/token", &fields).await
}

/// Types a code at the form, and follows the pages as `ada` up to the question, or to wherever they
/// lead otherwise.
pub(crate) async fn enter(browser: &mut Browser, device: &TestClient, typed: &str) -> Answer {
    let form = browser
        .get(&device.world.url(&device.realm, "/device"))
        .await;
    assert_eq!(form.status, StatusCode::OK, "{form:?}");
    let mut answer = browser.submit(&form, &[("user_code", typed)]).await;
    for _ in 0..4 {
        if answer.status == StatusCode::SEE_OTHER {
            let location = answer.location().to_owned();
            answer = browser.get(&location).await;
        } else if answer.body.contains("id=\"login-submit\"") {
            let fields = [("username", "ada"), ("password", PASSWORD)];
            answer = browser.submit(&answer, &fields).await;
        } else {
            break;
        }
    }
    answer
}

/// Answers for a device in a new browser.
async fn answer(device: &TestClient, user_code: &str, decision: &str) -> Browser {
    let mut browser = device.world.browser();
    let page = enter(&mut browser, device, user_code).await;
    let done = browser.submit(&page, &[("decision", decision)]).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    assert!(done.body.contains("id=\"device-done\""), "{done:?}");
    browser
}

async fn allow(device: &TestClient, user_code: &str) -> Browser {
    answer(device, user_code, "approve").await
}

/// RFC 8628 §3.2
#[tokio::test]
async fn a_device_is_told_its_codes_and_where_to_send_people() {
    let device = television().await;
    let answer = ask(&device, "openid").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let json = answer.json();
    assert_eq!(json["expires_in"], 300);
    assert_eq!(json["interval"], 5);
    let uri = "https://id.example.test/device";
    assert_eq!(json["verification_uri"], uri);
    let user_code = text(&json["user_code"]);
    let complete = format!("{uri}?user_code={user_code}");
    assert_eq!(json["verification_uri_complete"], complete);
    let (first, second) = user_code.split_once('-').unwrap();
    for half in [first, second] {
        assert_eq!(half.len(), 4, "{user_code}");
        assert!(half.bytes().all(|b| b"BCDFGHJKLMNPQRSTVWXZ".contains(&b)));
    }
    assert!(text(&json["device_code"]).len() >= 47);
}

/// RFC 8628 §3.4, §3.5: pending until a person has answered; then tokens like any other.
#[tokio::test]
async fn a_device_is_let_in() {
    let device = television().await;
    let codes = codes(&device, "openid email offline_access").await;
    let pending = poll(&device, &codes.device).await;
    assert_eq!(pending.status, StatusCode::BAD_REQUEST);
    assert_eq!(pending.error(), "authorization_pending");
    allow(&device, &codes.user).await;
    device.world.advance(5);
    let answer = poll(&device, &codes.device).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let tokens = answer.json();
    assert_eq!(tokens["scope"], "openid email offline_access");
    let id_token = decode_claims(&text(&tokens["id_token"]));
    assert_eq!(id_token["aud"], device.id());
    assert!(id_token["nonce"].is_null() && id_token["at_hash"].is_string());
    assert!(id_token["auth_time"].is_i64(), "{id_token}");
    let info = device.userinfo(&text(&tokens["access_token"])).await.json();
    assert_eq!(info["email"], "ada@example.test");
    assert_eq!(info["sub"], id_token["sub"]);
    let refreshed = device.refresh(&text(&tokens["refresh_token"])).await;
    assert_eq!(refreshed.status, StatusCode::OK, "{refreshed:?}");
    let access = text(&refreshed.json()["access_token"]);
    assert_eq!(device.userinfo(&access).await.status, StatusCode::OK);
}

/// RFC 8628 §3.1: a client that keeps a secret must use it.
#[tokio::test]
async fn a_device_with_a_secret_proves_it() {
    let world = World::in_memory().await;
    world.ada().await;
    let keeps_secret = |metadata: &mut ClientMetadata| {
        metadata.token_endpoint_auth_method = TokenEndpointAuthMethod::ClientSecretBasic;
    };
    let realm = RealmId::default_realm();
    let device = world
        .client_with(&realm, ClientType::Device, keeps_secret)
        .await;
    let codes = codes(&device, "openid").await;
    allow(&device, &codes.user).await;
    let named = [("client_id", device.id()), ("device_code", &codes.device)];
    for (path, more) in [
        ("/device_authorization", None),
        ("/token", Some(("grant_type", GRANT))),
    ] {
        let fields: Vec<(&str, &str)> = named.into_iter().chain(more).collect();
        let refused = device.send(path, &fields, None).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(refused.error(), "invalid_client");
    }
    let answer = poll(&device, &codes.device).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

/// RFC 8628 §3.1, RFC 6749 §5.2
#[tokio::test]
async fn refuses_to_begin_by_name() {
    let device = television().await;
    let world = &device.world;
    assert_eq!(ask(&device, "nothing").await.error(), "invalid_scope");
    assert_eq!(ask(&device, "\"").await.error(), "invalid_scope");
    let twice = [("scope", "openid"), ("scope", "email")];
    let repeated = device.post("/device_authorization", &twice).await;
    assert_eq!(repeated.error(), "invalid_request");
    let web = world.client(ClientType::Web).await;
    assert_eq!(ask(&web, "openid").await.error(), "unauthorized_client");
    assert_eq!(poll(&web, "x").await.error(), "unauthorized_client");
    let unknown = [("client_id", "nobody")];
    let answer = device.send("/device_authorization", &unknown, None).await;
    assert_eq!(answer.error(), "invalid_client");
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

/// RFC 8628 §3.1: `scope` is optional; RFC 6749 §3.3: what is not registered is left out.
#[tokio::test]
async fn grants_what_is_registered_and_no_more() {
    let device = television().await;
    let all = device.client.metadata.scope.to_string();
    for (asked, granted) in [("", all.as_str()), ("openid admin", "openid")] {
        let codes = codes(&device, asked).await;
        allow(&device, &codes.user).await;
        assert_eq!(poll(&device, &codes.device).await.json()["scope"], granted);
    }
}

/// RFC 8628 §3.5: each `slow_down` lengthens the interval by five seconds.
#[tokio::test]
async fn a_device_that_hurries_is_slowed_down() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let expected = [
        (0, "authorization_pending"),
        (4, "slow_down"),
        (9, "slow_down"),
        (15, "authorization_pending"),
        (14, "slow_down"),
        (20, "authorization_pending"),
    ];
    for (place, (wait, error)) in expected.into_iter().enumerate() {
        device.world.advance(wait);
        let answer = poll(&device, &codes.device).await;
        assert_eq!(answer.error(), error, "poll {place}");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    // It is slowed down, not shut out.
    allow(&device, &codes.user).await;
    let answer = poll(&device, &codes.device).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

/// RFC 8628 §3.5
#[tokio::test]
async fn a_device_that_was_kept_out_is_told_so() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    answer(&device, &codes.user, "deny").await;
    for _ in 0..2 {
        let refused = poll(&device, &codes.device).await;
        assert_eq!(refused.error(), "access_denied");
    }
}

/// RFC 8628 §3.5: the codes lapse, answered or not.
#[tokio::test]
async fn codes_lapse_after_five_minutes() {
    let device = television().await;
    let [waiting, allowed] = [
        codes(&device, "openid").await,
        codes(&device, "openid").await,
    ];
    allow(&device, &allowed.user).await;
    device.world.advance(299);
    let pending = poll(&device, &waiting.device).await;
    assert_eq!(pending.error(), "authorization_pending");
    device.world.advance(1);
    for codes in [&waiting, &allowed] {
        assert_eq!(poll(&device, &codes.device).await.error(), "expired_token");
    }
    let late = enter(&mut device.world.browser(), &device, &waiting.user).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// RFC 8628 §3.4: bound to the client that it was issued to.
#[tokio::test]
async fn refuses_a_device_code_by_name() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    let missing = device.post("/token", &[("grant_type", GRANT)]).await;
    assert_eq!(missing.error(), "invalid_request");
    assert_eq!(poll(&device, "vdc_none").await.error(), "invalid_grant");
    let thief = device.world.client(ClientType::Device).await;
    assert_eq!(poll(&thief, &codes.device).await.error(), "invalid_grant");
    allow(&device, &codes.user).await;
    assert_eq!(poll(&thief, &codes.device).await.error(), "invalid_grant");
    let answer = poll(&device, &codes.device).await;
    assert_eq!(answer.status, StatusCode::OK, "the thief spent nothing");
    assert_eq!(poll(&thief, &codes.device).await.error(), "invalid_grant");
    let refresh = text(&answer.json()["refresh_token"]);
    let refreshed = device.refresh(&refresh).await;
    assert_eq!(refreshed.status, StatusCode::OK, "nor ended anything");
}

/// RFC 6749 §4.1.2, RFC 8628 §3.5: a device code is good for one answer.
#[tokio::test]
async fn a_replay_ends_what_the_code_gave() {
    let device = television().await;
    let codes = codes(&device, "openid").await;
    allow(&device, &codes.user).await;
    let tokens = poll(&device, &codes.device).await.json();
    let access = text(&tokens["access_token"]);
    assert_eq!(device.userinfo(&access).await.status, StatusCode::OK);
    assert_eq!(poll(&device, &codes.device).await.error(), "invalid_grant");
    let refused = device.userinfo(&access).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let refreshed = device.refresh(&text(&tokens["refresh_token"])).await;
    assert_eq!(refreshed.error(), "invalid_grant");
}

/// RFC 6749 §4.1.3, RFC 8628 §3.4: each grant spends its own codes only.
#[tokio::test]
async fn no_grant_spends_the_codes_of_the_other() {
    let world = World::in_memory().await;
    world.ada().await;
    let both = |metadata: &mut ClientMetadata| {
        let grant = vidimus::protocol::client::GrantType::DeviceCode;
        metadata.grant_types.push(grant);
    };
    let realm = RealmId::default_realm();
    let client = world.client_with(&realm, ClientType::Web, both).await;
    for changes in [
        &[][..],
        &[("code_challenge", ""), ("code_challenge_method", "")],
    ] {
        let code = client.code(changes).await;
        assert_eq!(poll(&client, &code).await.error(), "invalid_grant");
        let mut fields = client.redemption(&code);
        fields.retain(|(name, _)| changes.is_empty() || *name != "code_verifier");
        let answer = client.post("/token", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(poll(&client, &code).await.error(), "invalid_grant");
        let access = text(&answer.json()["access_token"]);
        assert!(client.is_active(&access).await, "nor is it a replay");
    }
    let codes = codes(&client, "openid").await;
    allow(&client, &codes.user).await;
    for redirect_uri in [client.redirect(), "", " "] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &codes.device),
            ("redirect_uri", redirect_uri),
        ];
        let answer = client.post("/token", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    }
    let answer = poll(&client, &codes.device).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

/// Whatever falls between the answer and the poll, the poll finds it.
#[tokio::test]
async fn nothing_is_issued_to_parties_that_have_fallen() {
    let device = television().await;
    let world = &device.world;
    let store = &world.app.store;
    let now: Timestamp = world.app.now();
    // The session ends: what lives in it goes, what outlives it stays.
    let [online, offline] = [
        codes(&device, "openid").await,
        codes(&device, "openid offline_access").await,
    ];
    for (codes, error) in [(&online, "invalid_grant"), (&offline, "")] {
        let browser = allow(&device, &codes.user).await;
        let session = races::session_of(world, &browser).await;
        let realm = &device.realm;
        store
            .end_session(realm, &session, &Effects::NONE, now)
            .await
            .unwrap();
        let answer = poll(&device, &codes.device).await;
        assert_eq!(answer.error(), error, "{answer:?}");
    }
    // The client is switched off, before the answer and after it.
    let codes_before = codes(&device, "openid").await;
    let codes_after = codes(&device, "openid").await;
    allow(&device, &codes_after.user).await;
    let mut off = device.client.clone();
    off.disabled_at = Some(now);
    store.update_client(&off, &[]).await.unwrap();
    world.advance(1);
    let answer = poll(&device, &codes_after.device).await;
    assert_eq!(answer.error(), "invalid_client");
    let page = enter(&mut world.browser(), &device, &codes_before.user).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    off.disabled_at = None;
    store.update_client(&off, &[]).await.unwrap();
    world.advance(1);
    // The person is switched off.
    let first = poll(&device, &codes_after.device).await.json();
    let user = decode_claims(&text(&first["access_token"]))["sub"].clone();
    allow(&device, &codes_before.user).await;
    let user = UserId::parse(text(&user)).unwrap();
    let realm = &device.realm;
    store
        .switch_user(realm, &user, AccountSwitch::Disable, &Effects::NONE, now)
        .await
        .unwrap();
    let answer = poll(&device, &codes_before.device).await;
    assert_eq!(answer.error(), "invalid_grant");
}

/// Neither code is known outside its realm.
#[tokio::test]
async fn codes_are_of_their_realm() {
    let here = television().await;
    let world = &here.world;
    let acme = RealmId::parse("acme").unwrap();
    let realm = Realm {
        id: acme.clone(),
        name: "Acme".to_owned(),
        settings: vidimus::protocol::realm::RealmSettings::default(),
        created_at: world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    world.user(&acme, "ada").await;
    let there = world.client_with(&acme, ClientType::Device, |_| {}).await;
    let waiting = codes(&here, "openid").await;
    let page = enter(&mut world.browser(), &there, &waiting.user).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    allow(&here, &waiting.user).await;
    let foreign = poll(&there, &waiting.device).await;
    assert_eq!(foreign.error(), "invalid_grant");
    let answer_there = ask(&there, "openid").await.json();
    let uri = "https://id.example.test/realms/acme/device";
    assert_eq!(answer_there["verification_uri"], uri);
    allow(&there, &text(&answer_there["user_code"])).await;
    let answer = poll(&there, &text(&answer_there["device_code"])).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

/// RFC 8628 §5.2: what strangers can make the server store is bounded.
#[tokio::test]
async fn one_address_begins_only_so_often() {
    let device = television().await;
    for _ in 0..20 {
        assert_eq!(ask(&device, "openid").await.status, StatusCode::OK);
    }
    let refused = ask(&device, "openid").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.error(), "temporarily_unavailable");
    assert!(refused.header("retry-after").is_some());
    let fields = [("scope", "openid")];
    let path = "/device_authorization";
    let elsewhere = device.post_from("198.51.100.1", path, &fields).await;
    assert_eq!(elsewhere.status, StatusCode::OK);
    device.world.advance(10);
    assert_eq!(ask(&device, "openid").await.status, StatusCode::OK);
}
