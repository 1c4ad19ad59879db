//! Who may register, and how many: initial access tokens, quotas, bounds, and races for them.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::json;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::{RealmSettings, RegistrationMode};
use vidimus::protocol::time::Lifetime;
use vidimus::secret::Digest;
use vidimus::store::ephemeral::Quota;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{InitialAccessToken, Page};

use super::{call, metadata, open, register, settle, world_with};
use crate::support::racing::{CALLERS, ROUNDS, one_winner, race, rounds};
use crate::support::world::Shared;
use crate::support::{Answer, Deployment, World};

async fn initial_access_token(world: &World, text: &str, uses_left: u32) {
    let now = world.app.now();
    let token = InitialAccessToken {
        realm: RealmId::default_realm(),
        id: text.to_owned(),
        digest: Digest::of(text),
        note: String::new(),
        uses_left,
        created_at: now,
        expires_at: now.plus(Lifetime::seconds(3_600)),
    };
    world
        .app
        .store
        .create_initial_access_token(&token, &[])
        .await
        .unwrap();
}

/// RFC 7591 §3
#[tokio::test]
async fn a_realm_can_want_an_initial_access_token() {
    let world = world_with(RealmSettings {
        registration: RegistrationMode::InitialAccessToken,
        ..RealmSettings::default()
    })
    .await;
    initial_access_token(&world, "vit_once", 1).await;
    let body = metadata(&json!({}));
    let with = |token| call(&world, Method::POST, "/register", token, Some(&body));
    let without = with(None).await;
    assert_eq!(
        (without.status, without.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_token")
    );
    assert_eq!(without.header("www-authenticate"), Some("Bearer"));
    assert_eq!(
        with(Some("vit_never")).await.status,
        StatusCode::UNAUTHORIZED
    );
    // A registration that fails spends nothing.
    let bad = metadata(&json!({"redirect_uris": []}));
    let answer = call(
        &world,
        Method::POST,
        "/register",
        Some("vit_once"),
        Some(&bad),
    )
    .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(with(Some("vit_once")).await.status, StatusCode::CREATED);
    let again = with(Some("vit_once")).await;
    assert_eq!(
        (again.status, again.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_token")
    );
    initial_access_token(&world, "vit_late", 1).await;
    world.advance(3_600);
    assert_eq!(
        with(Some("vit_late")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

/// Security baseline, rate limits
#[tokio::test]
async fn one_address_registers_only_so_many() {
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let mut shared = Shared::over(store);
    shared.registrations = Quota {
        burst: 3,
        interval: Lifetime::seconds(60),
    };
    let world = World::node(&shared).await;
    settle(&world, open()).await;
    for _ in 0..3 {
        let answer = register(&world, &metadata(&json!({}))).await;
        assert_eq!(answer.status, StatusCode::CREATED);
    }
    let answer = register(&world, &metadata(&json!({}))).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.error(), "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), Some("60"));
    world.advance(60);
    let answer = register(&world, &metadata(&json!({}))).await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

/// Registers many times at once, spread over the nodes.
async fn at_once(nodes: &[World], token: Option<&str>) -> Vec<Answer> {
    let token = token.map(str::to_owned);
    let register = |world: World, _| {
        let token = token.clone();
        async move {
            let body = metadata(&json!({}));
            call(
                &world,
                Method::POST,
                "/register",
                token.as_deref(),
                Some(&body),
            )
            .await
        }
    };
    race(nodes, register).await
}

/// RFC 7591 §3: a single-use token registers one client, round after round.
async fn a_single_use_token_registers_one_client(nodes: &[World]) {
    let mode = RegistrationMode::InitialAccessToken;
    settle(
        &nodes[0],
        RealmSettings {
            registration: mode,
            ..RealmSettings::default()
        },
    )
    .await;
    rounds(|round| one_token(nodes.to_vec(), format!("vit_{round}"))).await;
    let realm = RealmId::default_realm();
    let page = Page {
        after: None,
        limit: 1_000,
    };
    let clients = nodes[0]
        .app
        .store
        .list_clients(&realm, &page)
        .await
        .unwrap();
    assert_eq!(clients.len(), ROUNDS);
}

async fn one_token(nodes: Vec<World>, text: String) {
    initial_access_token(&nodes[0], &text, 1).await;
    let answers = at_once(&nodes, Some(&text)).await;
    let (_client, refused) = one_winner(answers, |answer| answer.status == StatusCode::CREATED);
    // A crowd may also be told to come again.
    let refusals = [StatusCode::UNAUTHORIZED, StatusCode::SERVICE_UNAVAILABLE];
    for answer in &refused {
        assert!(refusals.contains(&answer.status), "{answer:?}");
    }
}

/// The bound of a realm is part of the insertion.
async fn the_bound_holds(nodes: &[World], limit: usize) {
    settle(&nodes[0], open()).await;
    let answers = at_once(nodes, None).await;
    let count = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!(count(StatusCode::CREATED), limit, "{answers:?}");
    assert_eq!(count(StatusCode::SERVICE_UNAVAILABLE), CALLERS - limit);
}

const LIMIT: u32 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_use_token_registers_one_client_on_sqlite() {
    let deployment = Deployment::sqlite();
    a_single_use_token_registers_one_client(&deployment.two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_use_token_registers_one_client_on_a_cluster() {
    let deployment = Deployment::cluster().await;
    a_single_use_token_registers_one_client(&deployment.two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bound_holds_on_sqlite() {
    let mut deployment = Deployment::sqlite();
    deployment.clients_limit = LIMIT;
    the_bound_holds(&deployment.two_nodes().await, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bound_holds_on_a_cluster() {
    let mut deployment = Deployment::cluster().await;
    deployment.clients_limit = LIMIT;
    the_bound_holds(&deployment.two_nodes().await, 10).await;
}
