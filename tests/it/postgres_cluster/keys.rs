//! Signing keys of two nodes over one record.

use std::sync::Arc;

use http::StatusCode;
use tokio::task::JoinSet;
use vidimus::entropy::SystemEntropy;
use vidimus::flows::realm_keys::{KeysError, RealmKeys, Rotation, check_master_key};
use vidimus::jobs::{Turn, heartbeat, rotate_keys};
use vidimus::keys::{KeyError, KeySchedule, MasterKey};
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::{KeyId, RealmId};
use vidimus::store::{KeyState, SigningKeyRecord};

use crate::support::world::Shared;
use crate::support::{Deployment, TestClient, World};

/// Two nodes whose clock stands still, without Redis: keys have nothing to do with it.
async fn pair() -> (Deployment, [World; 2]) {
    let deployment = Deployment::postgres().await;
    let mut shared = Shared {
        master: deployment.master.clone(),
        ..Shared::over(deployment.store().await)
    };
    let first = World::node(&shared).await;
    shared.store = deployment.store().await;
    let second = World::node(&shared).await;
    (deployment, [first, second])
}

fn realm() -> RealmId {
    RealmId::default_realm()
}

async fn published(node: &World) -> Vec<String> {
    let answer = node.browser().get("/jwks").await;
    assert_eq!(answer.status, StatusCode::OK);
    let document = answer.json();
    let keys = document["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// The RS256 key in this state.
async fn key_in(node: &World, state: KeyState) -> Option<KeyId> {
    let keys = node.app.store.signing_keys(&realm()).await.unwrap();
    let wanted = |key: &SigningKeyRecord| key.state == state && key.algorithm == "RS256";
    let mut keys = keys.into_iter().filter(wanted);
    let key = keys.next();
    assert!(keys.next().is_none(), "two keys are {state:?}");
    key.map(|key| key.id)
}

async fn publish_successor(node: &World) -> KeyId {
    let now = node.app.now();
    let rotation = Rotation::Normal(Some(SigningAlgorithm::Rs256));
    let made = node.app.keys.rotate(&realm(), rotation, now).await.unwrap();
    let key = made.into_iter().next().expect("there was a successor").id;
    assert_eq!(key_in(node, KeyState::Pending).await.as_ref(), Some(&key));
    key
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_race_for_the_first_key_end_with_one() {
    let (_deployment, nodes) = pair().await;
    let mut calls = JoinSet::new();
    for caller in 0..8 {
        let app = nodes[caller % 2].app.clone();
        calls.spawn(async move { app.keys.ring(&realm(), app.now()).await.unwrap() });
    }
    let rings = calls.join_all().await;
    let active = key_in(&nodes[0], KeyState::Active).await.unwrap();
    for ring in rings {
        assert_eq!(ring.signer_id(SigningAlgorithm::Rs256), Some(&active));
    }
    assert_eq!(published(&nodes[0]).await, [active.as_str()]);
    assert_eq!(published(&nodes[1]).await, [active.as_str()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emergency_ends_the_old_key_and_its_tokens() {
    let (_deployment, nodes) = pair().await;
    nodes[0].ada().await;
    let client = nodes[0].client(ClientType::Web).await;
    let clients: Vec<TestClient> = nodes.iter().map(|node| client.on(node)).collect();
    let tokens = client.tokens(&[]).await;
    let access = tokens["access_token"].as_str().unwrap();
    let old = published(&nodes[0]).await;
    for client in &clients {
        assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
    }
    let (app, now) = (&nodes[0].app, nodes[0].app.now());
    // A successor that waits is as suspect.
    let waiting = publish_successor(&nodes[0]).await;
    let emergency = app.keys.rotate(&realm(), Rotation::Emergency, now).await;
    let made = emergency.unwrap();
    let made: Vec<&str> = made.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(made.len(), SigningAlgorithm::ALL.len());
    let fresh = key_in(&nodes[0], KeyState::Active).await.unwrap();
    assert!(!old.contains(&fresh.as_str().to_owned()) && fresh != waiting);
    // The other node looks at the record, as its heartbeat does.
    nodes[1].app.keys.refresh(now).await.unwrap();
    for (node, client) in nodes.iter().zip(&clients) {
        assert_eq!(published(node).await, made);
        assert_eq!(client.userinfo(access).await.error(), "invalid_token");
        assert!(!client.is_active(access).await);
    }
    // The grant itself goes on, with the new key.
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let next = clients[1].refresh(refresh).await.json();
    let access = next["access_token"].as_str().unwrap();
    assert!(clients[0].is_active(access).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_race_for_the_key_of_an_algorithm_end_with_one() {
    let (_deployment, nodes) = pair().await;
    let mut calls = JoinSet::new();
    let es256 = SigningAlgorithm::Es256;
    for caller in 0..8 {
        let app = nodes[caller % 2].app.clone();
        calls.spawn(async move {
            let ring = app.keys.ring_for(&realm(), es256, app.now()).await.unwrap();
            ring.signer_id(es256).cloned()
        });
    }
    let signers = calls.join_all().await;
    assert!(signers[0].is_some());
    assert!(signers.iter().all(|signer| *signer == signers[0]));
    assert_eq!(published(&nodes[0]).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_at_once_takes_nothing_from_anybody() {
    let (_deployment, nodes) = pair().await;
    nodes[0].ada().await;
    let client = nodes[0].client(ClientType::Web).await;
    let clients: Vec<TestClient> = nodes.iter().map(|node| client.on(node)).collect();
    let tokens = client.tokens(&[]).await;
    let access = tokens["access_token"].as_str().unwrap();
    let (app, now) = (&nodes[0].app, nodes[0].app.now());
    let waiting = publish_successor(&nodes[0]).await;
    let old = published(&nodes[0]).await;
    let rotation = Rotation::Immediate(Some(SigningAlgorithm::Rs256));
    let made = app.keys.rotate(&realm(), rotation, now).await.unwrap();
    let fresh = key_in(&nodes[0], KeyState::Active).await.unwrap();
    assert_eq!(made.len(), 1);
    assert!(made[0].id == fresh && fresh != waiting);
    let published = published(&nodes[0]).await;
    assert_eq!(published[0], fresh.as_str());
    assert!(old.iter().all(|key| published.contains(key)));
    // The other node has not looked at the record, and takes what the new key signs all the same.
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let next = clients[0].refresh(refresh).await.json();
    for access in [access, next["access_token"].as_str().unwrap()] {
        for client in &clients {
            assert!(client.is_active(access).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_a_foreign_master_key_is_refused() {
    let (deployment, nodes) = pair().await;
    let store = &nodes[0].app.store;
    check_master_key(store.as_ref(), &deployment.master)
        .await
        .unwrap();
    nodes[0]
        .app
        .keys
        .ring(&realm(), nodes[0].app.now())
        .await
        .unwrap();
    let foreign = Arc::new(MasterKey::generate(&SystemEntropy::default()).unwrap());
    let refused = check_master_key(store.as_ref(), &foreign).await;
    assert!(
        matches!(
            refused,
            Err(KeysError::Key(KeyError::OtherMasterKey { .. }))
        ),
        "{refused:?}"
    );
    // And the keys would not open to it.
    let keys = RealmKeys::new(store.clone(), foreign, KeySchedule::default());
    let refused = keys.ring(&realm(), nodes[0].app.now()).await;
    assert!(
        matches!(
            refused,
            Err(KeysError::Key(KeyError::OtherMasterKey { .. }))
        ),
        "{refused:?}"
    );
    check_master_key(store.as_ref(), &deployment.master)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_successor_waits_for_a_live_node_that_has_not_loaded_it() {
    let (_deployment, nodes) = pair().await;
    let [first, second] = &nodes;
    for node in &nodes {
        node.app.keys.ring(&realm(), node.app.now()).await.unwrap();
        heartbeat::run_once(node.jobs.clone()).await.unwrap();
    }
    let store = &first.app.store;
    let behind = store.key_revision().await.unwrap();
    let successor = publish_successor(first).await;
    // Long enough for every client, and the second node lives on without loading anything.
    for _ in 0..20 {
        first.advance(25);
        heartbeat::run_once(first.jobs.clone()).await.unwrap();
        let beat = store.heartbeat(&second.jobs.node, behind, second.app.now());
        beat.await.unwrap();
        let turn = rotate_keys::run_once(first.jobs.clone()).await.unwrap();
        assert_eq!(turn, Turn::Taken);
        assert_eq!(
            key_in(first, KeyState::Pending).await,
            Some(successor.clone())
        );
    }
    heartbeat::run_once(second.jobs.clone()).await.unwrap();
    rotate_keys::run_once(first.jobs.clone()).await.unwrap();
    assert_eq!(key_in(first, KeyState::Active).await, Some(successor));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_successor_does_not_wait_for_a_dead_node() {
    let (_deployment, nodes) = pair().await;
    let [first, second] = &nodes;
    for node in &nodes {
        node.app.keys.ring(&realm(), node.app.now()).await.unwrap();
        heartbeat::run_once(node.jobs.clone()).await.unwrap();
    }
    let successor = publish_successor(first).await;
    first.advance(331);
    heartbeat::run_once(first.jobs.clone()).await.unwrap();
    rotate_keys::run_once(first.jobs.clone()).await.unwrap();
    assert_eq!(
        key_in(first, KeyState::Active).await,
        Some(successor.clone())
    );
    // Should it come back, it looks at the record before it signs.
    let ring = second.app.keys.ring(&realm(), second.app.now()).await;
    let signer = SigningAlgorithm::Rs256;
    assert_eq!(ring.unwrap().signer_id(signer), Some(&successor));
}
