//! What monitoring is told of a server in process.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use http::{Request, StatusCode};
use vidimus::http::ROUTES;
use vidimus::protocol::client::{ClientType, GrantType};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RealmSettings;
use vidimus::protocol::response_type::ResponseType;
use vidimus::protocol::time::{Lifetime, Timestamp};
use vidimus::store::local::LocalEphemeral;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Effects, NewMail, Realm};

use crate::support::browser::send;
use crate::support::world::Shared;
use crate::support::{Answer, World};

async fn get(router: &axum::Router, path: &str) -> Answer {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    send(router, request).await
}

/// The numbers of a node.
pub(crate) async fn told(world: &World) -> String {
    let answer = get(&world.metrics, "/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    let format = Some("text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(answer.header("content-type"), format);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.body
}

#[track_caller]
pub(crate) fn says(told: &str, lines: &[&str]) {
    for line in lines {
        assert!(told.lines().any(|told| told == *line), "{line} in {told}");
    }
}

async fn in_memory() -> Shared {
    Shared::over(Arc::new(SqliteStore::in_memory().await.unwrap()))
}

async fn acme(world: &World) -> RealmId {
    let id = RealmId::parse("acme").unwrap();
    let realm = Realm {
        id: id.clone(),
        name: "Acme".to_owned(),
        settings: RealmSettings::default(),
        disabled_at: None,
        terms_url: None,
        created_at: Timestamp::from_unix_seconds(1_800_000_000),
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    id
}

#[tokio::test]
async fn sign_ins_and_tokens_of_every_realm_are_added_up_and_nobody_is_named() {
    let world = World::in_memory().await;
    world.ada().await;
    let acme = acme(&world).await;
    world.user(&acme, "ada").await;
    let client = world.client(ClientType::Web).await;
    let elsewhere = world.client_with(&acme, ClientType::Web, |_| {}).await;
    for client in [&client, &elsewhere] {
        let tokens = client.tokens(&[]).await;
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
        let made_up = client.redemption("vac_made-up");
        let refused = client.post("/token", &made_up).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    }
    let told = told(&world).await;
    says(
        &told,
        &[
            "vidimus_sign_in_attempts_total{proof=\"password\",outcome=\"accepted\"} 2",
            "vidimus_token_requests_total{grant=\"authorization_code\",outcome=\"accepted\"} 2",
            "vidimus_token_requests_total{grant=\"authorization_code\",outcome=\"refused\"} 2",
            "vidimus_http_requests_total{route=\"/token\",method=\"POST\",status=\"200\"} 2",
            "vidimus_http_requests_total{route=\"/token\",method=\"POST\",status=\"400\"} 2",
            "vidimus_http_request_duration_seconds_count{route=\"/token\",method=\"POST\"} 4",
            "vidimus_http_requests_under_way 0",
            "vidimus_revocation_checks_total{memory=\"shared\"} 2",
            "vidimus_revocation_index_up 1",
            "vidimus_free_places{pool=\"hash\"} 66",
            "vidimus_free_places{pool=\"sign\"} 4098",
        ],
    );
    for never in [client.id(), "ada", "acme", "example", "192.0.2", "made-up"] {
        assert!(!told.contains(never), "{never} in {told}");
    }
}

#[tokio::test]
async fn devices_that_wait_and_tokens_through_the_browser_are_told_apart() {
    let world = World::in_memory().await;
    world.ada().await;
    let device = world.client(ClientType::Device).await;
    let codes = device.post("/device_authorization", &[("scope", "openid")]);
    let codes = codes.await.json();
    let fields = [
        ("grant_type", GrantType::DeviceCode.as_str()),
        ("device_code", codes["device_code"].as_str().unwrap()),
    ];
    for _ in 0..2 {
        let waits = device.post("/token", &fields).await;
        assert_eq!(waits.status, StatusCode::BAD_REQUEST);
    }
    let realm = RealmId::default_realm();
    let mut row = world.app.store.realm(&realm).await.unwrap().unwrap();
    row.settings.front_channel_tokens = true;
    world.app.store.update_realm(&row, &[]).await.unwrap();
    world.advance(1);
    let app = world.client_with(&realm, ClientType::Web, |metadata| {
        let id_token = ResponseType::parse("id_token").unwrap();
        metadata.response_types.push(id_token);
        metadata.grant_types.push(GrantType::Implicit);
    });
    let address = app.await.authorize_url(&[("response_type", "id_token")]);
    let answer = world.browser().authorize(&address, "ada").await;
    assert!(answer.param_if_any("id_token").is_some(), "{answer:?}");
    says(
        &told(&world).await,
        &[
            "vidimus_token_requests_total{grant=\"device_code\",outcome=\"pending\"} 1",
            "vidimus_token_requests_total{grant=\"device_code\",outcome=\"slowed_down\"} 1",
            "vidimus_token_requests_total{grant=\"device_code\",outcome=\"refused\"} 0",
            "vidimus_token_requests_total{grant=\"implicit\",outcome=\"accepted\"} 1",
        ],
    );
}

/// Whatever stands in the URL map is counted under its own name, wherever it stands.
#[tokio::test]
async fn every_route_has_its_name_at_every_place() {
    for base in ["", "/tenants"] {
        let mut shared = in_memory().await;
        shared.issuer = format!("https://id.example.test{base}");
        let world = World::node(&shared).await;
        acme(&world).await;
        for route in ROUTES {
            let path = route
                .path
                .replace("{client_id}", "x")
                .replace("{file}", "x");
            let at_origin = matches!(route.path, "/static/{file}" | "/livez" | "/readyz");
            let below = match (at_origin, route.path) {
                (true, _) => path.clone(),
                (false, "/") if !base.is_empty() => base.to_owned(),
                (false, _) => format!("{base}{path}"),
            };
            get(&world.router, &below).await;
            if !at_origin && route.path != "/" {
                get(&world.router, &format!("{base}/realms/acme{path}")).await;
            }
            if route.path.starts_with("/.well-known/o") {
                get(&world.router, &format!("{path}{base}")).await;
                get(&world.router, &format!("{path}{base}/realms/acme")).await;
            }
        }
        let told = told(&world).await;
        let counted = told.lines().filter_map(|line| {
            let labels = line.strip_prefix("vidimus_http_requests_total{route=\"")?;
            labels.split_once('"').map(|(route, _)| route)
        });
        let counted: BTreeSet<&str> = counted.collect();
        let known: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).collect();
        assert_eq!(counted, known, "below {base:?}");
    }
}

async fn write_a_mail(world: &World) {
    let now = world.app.now();
    let mail = NewMail {
        realm: RealmId::default_realm(),
        id: "m-1".to_owned(),
        user: None,
        kind: "confirm-address".to_owned(),
        sealed: vec![1],
        created_at: now,
        expires_at: now.plus(Lifetime::seconds(3_600)),
        link: None,
    };
    let effects = Effects {
        mails: vec![mail],
        ..Effects::NONE
    };
    world.app.store.write_effects(&effects, now).await.unwrap();
}

#[tokio::test]
async fn the_record_is_asked_once_in_five_seconds_however_many_ask() {
    let world = World::in_memory().await;
    says(&told(&world).await, &["vidimus_mails{state=\"waiting\"} 0"]);
    write_a_mail(&world).await;
    world.advance(4);
    says(&told(&world).await, &["vidimus_mails{state=\"waiting\"} 0"]);
    world.advance(1);
    says(&told(&world).await, &["vidimus_mails{state=\"waiting\"} 1"]);
}

#[tokio::test]
async fn a_record_that_does_not_answer_is_told_and_the_rest_too() {
    let world = World::in_memory().await;
    says(&told(&world).await, &["vidimus_record_up 1"]);
    world.app.store.close().await;
    world.advance(5);
    let told = told(&world).await;
    says(
        &told,
        &[
            "vidimus_record_up 0",
            "vidimus_free_places{pool=\"hash\"} 66",
        ],
    );
    assert!(!told.contains("vidimus_mails{"), "{told}");
}

#[tokio::test]
async fn checks_that_the_index_does_not_answer_are_told_apart() {
    let mut shared = in_memory().await;
    shared.ephemeral = Arc::new(LocalEphemeral::without_index());
    let world = World::node(&shared).await;
    world.ada().await;
    let client = world.client(ClientType::Web).await;
    let tokens = client.tokens(&[]).await;
    assert!(
        client
            .is_active(tokens["access_token"].as_str().unwrap())
            .await
    );
    says(
        &told(&world).await,
        &[
            "vidimus_revocation_checks_total{memory=\"fallback\"} 1",
            "vidimus_revocation_checks_total{memory=\"shared\"} 0",
            "vidimus_revocation_index_up 0",
        ],
    );
}
