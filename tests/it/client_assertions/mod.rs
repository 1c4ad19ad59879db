//! Clients that authenticate by assertions (RFC 7523 §2.2, OIDC Core §9).

mod published;
mod race;
mod refusals;

use http::StatusCode;
use serde_json::json;
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::{AssertionAlgorithm, ClientType, IntrospectionRight};

use crate::support::assertions::{
    AssertingClient, ClientKey, ask, claims_of, jwks, mac, present, sharing_client,
};
use crate::support::{Answer, Deployment, World};

fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what} {answer:?}");
    assert_eq!(answer.error(), "invalid_client", "{what}");
}

fn assert_taken(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::OK, "{what} {answer:?}");
}

/// RFC 7523 §2.2, OIDC Core §9
#[tokio::test]
async fn each_algorithm_authenticates_at_each_endpoint() {
    let world = World::in_memory().await;
    world.ada().await;
    for algorithm in SigningAlgorithm::ALL {
        let client = AssertingClient::register(&world, ClientType::Web, algorithm).await;
        let tokens = client.tokens(&[]).await;
        let token = [("token", tokens["refresh_token"].as_str().unwrap())];
        let answer = client.post("/introspect", &token).await;
        assert_eq!(answer.json()["active"], true, "{algorithm:?}");
        let answer = client.post("/revoke", &token).await;
        assert_taken(&answer, algorithm.name());
        let answer = client.post("/introspect", &token).await;
        assert_eq!(answer.json()["active"], false, "{algorithm:?}");
    }
}

/// RFC 7515 §4.1.4, RFC 7517 §4.5: with and without names, and among others.
#[tokio::test]
async fn the_key_is_found_by_its_name_or_tried() {
    let world = World::in_memory().await;
    let algorithm = SigningAlgorithm::Es256;
    let [named, nameless, other] = [(); 3].map(|()| ClientKey::signing(algorithm));
    let (named, other) = (named.named("one"), other.named("two"));
    let client = AssertingClient::register_with(
        &world,
        ClientType::M2m,
        (algorithm, named.clone()),
        |metadata| metadata.jwks = Some(jwks(&[&other, &nameless, &named])),
    )
    .await;
    for key in [&named, &nameless, &other] {
        let client = client.with_key(key);
        assert_taken(&client.ask(&client.assertion()).await, "named as it is");
        let nameless = client.assertion_with(&json!({"kid": null}), &json!({}));
        assert_taken(&client.ask(&nameless).await, "without a name");
    }
    let misnamed = client.assertion_with(&json!({"kid": "two"}), &json!({}));
    assert_refused(&client.ask(&misnamed).await, "the name of another key");
}

/// RFC 7523 §3, RFC 10070 §3
#[tokio::test]
async fn both_types_name_an_assertion_and_client_id_may_repeat_it() {
    let world = World::in_memory().await;
    let client = AssertingClient::register(&world, ClientType::M2m, SigningAlgorithm::EdDsa).await;
    for typ in ["JWT", "client-authentication+jwt"] {
        let assertion = client.assertion_with(&json!({ "typ": typ }), &json!({}));
        assert_taken(&client.ask(&assertion).await, typ);
    }
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client.client.id()),
    ];
    assert_taken(&client.post("/token", &fields).await, "client_id");
}

/// OIDC Registration §2 `token_endpoint_auth_signing_alg`
#[tokio::test]
async fn the_registered_algorithm_is_the_only_one() {
    let world = World::in_memory().await;
    let [pss, pkcs1] = [SigningAlgorithm::Ps256, SigningAlgorithm::Rs256];
    let key = ClientKey::signing(pss);
    let client =
        AssertingClient::register_with(&world, ClientType::M2m, (pss, key.clone()), |metadata| {
            metadata.jwks = Some(jwks(&[&key]));
            metadata.token_endpoint_auth_signing_alg = Some(AssertionAlgorithm::Key(pss));
        })
        .await;
    assert_taken(&client.ask(&client.assertion()).await, "PS256");
    let other = AssertingClient {
        algorithm: pkcs1,
        ..client
    };
    assert_refused(&other.ask(&other.assertion()).await, "RS256");
}

/// OIDC Core §9 `client_secret_jwt`
#[tokio::test]
async fn a_secret_authenticates_assertions_at_each_endpoint() {
    let world = World::in_memory().await;
    let (client, secret) = sharing_client(&world, ClientType::M2m).await;
    let assertion = || {
        mac(
            secret.as_bytes(),
            &json!({}),
            &claims_of(&client, &json!({})),
        )
    };
    let tokens = ask(&client, &assertion()).await;
    assert_taken(&tokens, "token");
    let tokens = tokens.json();
    let token = [("token", tokens["access_token"].as_str().unwrap())];
    let answer = present(&client, "/introspect", &token, &assertion()).await;
    assert_eq!(answer.json()["active"], true, "{answer:?}");
    let answer = present(&client, "/revoke", &token, &assertion()).await;
    assert_taken(&answer, "revoke");
    let wrong = "another secret that is as long as it must be";
    let wrong = mac(
        wrong.as_bytes(),
        &json!({}),
        &claims_of(&client, &json!({})),
    );
    assert_refused(&ask(&client, &wrong).await, "another secret");
}

/// RFC 7662 §2.1
#[tokio::test]
async fn a_resource_server_may_introspect_by_assertion() {
    let world = World::in_memory().await;
    world.ada().await;
    let app = world.client(ClientType::Web).await;
    let tokens = app.tokens(&[]).await;
    let algorithm = SigningAlgorithm::Es256;
    let key = ClientKey::signing(algorithm);
    let api = AssertingClient::register_with(
        &world,
        ClientType::M2m,
        (algorithm, key.clone()),
        |metadata| {
            metadata.jwks = Some(jwks(&[&key]));
            metadata.introspection = IntrospectionRight::Realm;
        },
    )
    .await;
    let token = [("token", tokens["access_token"].as_str().unwrap())];
    let answer = api.post("/introspect", &token).await;
    assert_eq!(answer.json()["active"], true, "{answer:?}");
}

/// RFC 7523 §3 `jti`, as long as the assertion could be used at all.
#[tokio::test]
async fn an_assertion_is_used_once_however_late() {
    let world = World::in_memory().await;
    let client = AssertingClient::register(&world, ClientType::M2m, SigningAlgorithm::Es256).await;
    let assertion = client.assertion();
    assert_taken(&client.ask(&assertion).await, "first");
    for seconds in [0, 30, 30, 9, 1] {
        world.advance(seconds);
        world.app.store.purge(world.app.now(), 100).await.unwrap();
        assert_refused(&client.ask(&assertion).await, "again");
    }
    assert_taken(&client.ask(&client.assertion()).await, "another");
}

/// RFC 7523 §3 `jti`: what one request was refused for does not use an assertion up for another's.
#[tokio::test]
async fn a_forged_copy_does_not_spend_the_original() {
    let world = World::in_memory().await;
    let client = AssertingClient::register(&world, ClientType::M2m, SigningAlgorithm::Es256).await;
    let assertion = client.assertion_with(&json!({}), &json!({"jti": "known"}));
    let thief = client.with_key(&ClientKey::signing(SigningAlgorithm::Es256));
    let forged = thief.assertion_with(&json!({}), &json!({"jti": "known"}));
    assert_refused(&thief.ask(&forged).await, "forged");
    assert_taken(&client.ask(&assertion).await, "the original");
}

async fn is_refused_on_the_other_node(nodes: &[World]) {
    let client =
        AssertingClient::register(&nodes[0], ClientType::M2m, SigningAlgorithm::Es256).await;
    let assertion = client.assertion();
    assert_taken(&client.ask(&assertion).await, "first");
    for node in nodes {
        let client = client.on(node);
        assert_refused(&client.ask(&assertion).await, "again");
        assert_taken(&client.ask(&client.assertion()).await, "another");
    }
}

/// RFC 7523 §3 `jti`: a second server over the same file is what a restart leaves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_assertion_is_refused_on_the_other_node_of_sqlite() {
    let deployment = Deployment::sqlite();
    is_refused_on_the_other_node(&deployment.two_nodes().await).await;
}

/// RFC 7523 §3 `jti`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_assertion_is_refused_on_the_other_node_of_a_cluster() {
    let deployment = Deployment::cluster().await;
    is_refused_on_the_other_node(&deployment.two_nodes().await).await;
}

#[tokio::test]
async fn a_client_that_is_switched_off_signs_in_vain() {
    let world = World::in_memory().await;
    let mut client =
        AssertingClient::register(&world, ClientType::M2m, SigningAlgorithm::Es256).await;
    assert_taken(&client.ask(&client.assertion()).await, "on");
    client.client.client.disabled_at = Some(world.app.now());
    let row = &client.client.client;
    world.app.store.update_client(row, &[]).await.unwrap();
    world.advance(1);
    assert_refused(&client.ask(&client.assertion()).await, "off");
}
