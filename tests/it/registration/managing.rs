//! A client looks after its registration (RFC 7592).

use http::{Method, StatusCode};
use serde_json::{Value, json};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::secret::Digest;

use super::{Own, call, open_world, register};
use crate::support::decode_claims;

/// RFC 7592 §2.1
#[tokio::test]
async fn a_client_reads_its_registration() {
    let own = Own::registered(
        &open_world().await,
        &json!({"tos_uri": "https://app.example/t"}),
    )
    .await;
    let answer = own.manage(Method::GET, None).await;
    assert_eq!(answer.status, StatusCode::OK);
    let mut told = own.told.clone();
    // It is kept as a digest, and was told once.
    let members = told.as_object_mut().unwrap();
    members.remove("client_secret");
    members.remove("client_secret_expires_at");
    assert_eq!(answer.json(), told);
}

/// RFC 7592 §2.2
#[tokio::test]
async fn an_update_replaces_everything() {
    let own = Own::registered(
        &open_world().await,
        &json!({"tos_uri": "https://app.example/t", "client_name#de": "Notizen"}),
    )
    .await;
    let mut update = own.update(&json!({"client_name": "Diary"}));
    update["client_secret"] = own.told["client_secret"].clone();
    let answer = own.manage(Method::PUT, Some(&update)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let told = answer.json();
    assert_eq!(told["client_name"], "Diary");
    assert!(told.get("tos_uri").is_none() && told.get("client_name#de").is_none());
    assert!(told.get("client_secret").is_none(), "the secret stands");
    let stored = own.stored().await.unwrap();
    assert_eq!(stored.metadata.client_name, "Diary");
    assert_eq!(stored.secret, Some(Digest::of(own.text("client_secret"))));
}

/// RFC 7592 §2.2
#[tokio::test]
async fn an_update_says_whose_it_is_and_nothing_that_is_ours() {
    let own = Own::registered(&open_world().await, &json!({})).await;
    let before = own.stored().await;
    let mut nameless = own.update(&json!({}));
    nameless.as_object_mut().unwrap().remove("client_id");
    let mut other = own.update(&json!({}));
    other["client_id"] = json!("vid_other");
    for body in [
        nameless,
        other,
        own.update(&json!({"client_secret": "wrong"})),
        own.update(&json!({"client_secret": 7})),
        own.update(&json!({"registration_access_token": "mine"})),
        own.update(&json!({"registration_client_uri": "https://app.example/"})),
        own.update(&json!({"client_id_issued_at": 1})),
        own.update(&json!({"redirect_uris": ["https://app.example/#"]})),
    ] {
        let answer = own.manage(Method::PUT, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(own.stored().await, before);
}

/// A digest cannot become the key of a MAC: another way of proving itself takes a new secret.
#[tokio::test]
async fn another_method_takes_another_secret() {
    let world = open_world().await;
    let own = Own::registered(&world, &json!({})).await;
    for (method, told) in [
        ("client_secret_post", false),
        ("client_secret_jwt", true),
        ("none", false),
        ("client_secret_basic", true),
    ] {
        let body = own.update(&json!({"token_endpoint_auth_method": method}));
        let answer = own.manage(Method::PUT, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(
            answer.json().get("client_secret").is_some(),
            told,
            "{method}"
        );
        let stored = own.stored().await.unwrap();
        assert_eq!(
            stored.sealed_secret.is_some(),
            method == "client_secret_jwt"
        );
    }
}

/// RFC 7592 §2.3
#[tokio::test]
async fn a_client_that_leaves_takes_its_tokens_with_it() {
    let world = open_world().await;
    world.ada().await;
    let own = Own::registered(
        &world,
        &json!({"grant_types": ["authorization_code", "refresh_token"]}),
    )
    .await;
    let client = own.client().await;
    let tokens = client.tokens(&[]).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
    let answer = own.manage(Method::DELETE, None).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::NO_CONTENT, "")
    );
    assert_eq!(own.stored().await, None);
    assert_eq!(
        client.userinfo(access).await.status,
        StatusCode::UNAUTHORIZED
    );
    world.advance(2);
    let refresh = client
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refresh.error(), "invalid_client");
    for method in [Method::GET, Method::DELETE] {
        let answer = own.manage(method, None).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::UNAUTHORIZED, "invalid_token")
        );
    }
}

/// RFC 7592 §2.1: "the registration access token is invalid … 401"
#[tokio::test]
async fn a_registration_opens_to_its_own_token_only() {
    let world = open_world().await;
    let own = Own::registered(&world, &json!({})).await;
    let other = Own::registered(&world, &json!({})).await;
    let admins = world.client(ClientType::Web).await;
    let secret = own.text("client_secret").to_owned();
    let foreign = other.text("registration_access_token").to_owned();
    let address = own.text("registration_client_uri").to_owned();
    let body = own.update(&json!({"client_name": "Mine now"}));
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let sent = (method == Method::PUT).then_some(&body);
        for token in [
            None,
            Some(""),
            Some("vrt_x"),
            Some(&*secret),
            Some(&*foreign),
        ] {
            let answer = call(&world, method.clone(), &address, token, sent).await;
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{method} {token:?}"
            );
            assert_eq!(answer.error(), "invalid_token");
        }
        for id in [
            admins.id(),
            "vid_nobody",
            "%20",
            "https%3A%2F%2Fapp.example%2Fc",
        ] {
            let address = format!("/register/{id}");
            let answer = call(&world, method.clone(), &address, Some(&foreign), sent).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {id}");
        }
    }
    assert_eq!(own.stored().await.unwrap().metadata.client_name, "Notes");
}

/// `may_issue`: registration management × denying states.
#[tokio::test]
async fn nothing_is_managed_where_client_or_realm_is_switched_off() {
    let world = open_world().await;
    let own = Own::registered(&world, &json!({})).await;
    let mut off = own.stored().await.unwrap();
    off.disabled_at = Some(world.app.now());
    world.app.store.update_client(&off, &[]).await.unwrap();
    let body = own.update(&json!({"client_name": "Back again"}));
    for (method, sent) in [
        (Method::GET, None),
        (Method::PUT, Some(&body)),
        (Method::DELETE, None),
    ] {
        let answer = own.manage(method, sent).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::FORBIDDEN, "access_denied")
        );
    }
    assert_eq!(own.stored().await, Some(off.clone()));
    off.disabled_at = None;
    world.app.store.update_client(&off, &[]).await.unwrap();
    let realm = RealmId::default_realm();
    let mut row = world.app.store.realm(&realm).await.unwrap().unwrap();
    row.disabled_at = Some(world.app.now());
    world.app.store.update_realm(&row, &[]).await.unwrap();
    world.advance(1);
    for (method, sent) in [
        (Method::GET, None),
        (Method::PUT, Some(&body)),
        (Method::DELETE, None),
    ] {
        assert_eq!(own.manage(method, sent).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(register(&world, &body).await.status, StatusCode::NOT_FOUND);
    assert_eq!(own.stored().await, Some(off));
}

/// What an admin has settled is not the client's to change.
#[tokio::test]
async fn an_update_keeps_what_an_admin_has_settled() {
    let own = Own::registered(&open_world().await, &json!({})).await;
    let mut settled = own.stored().await.unwrap();
    settled.metadata.require_second_factor = true;
    settled.metadata.unverified = false;
    let store = &own.world.app.store;
    store.update_client(&settled, &[]).await.unwrap();
    let same = own.manage(Method::PUT, Some(&own.update(&json!({})))).await;
    assert_eq!(same.status, StatusCode::OK, "{same:?}");
    assert_eq!(own.stored().await, Some(settled));
    let renamed = own.update(&json!({"client_name": "Your bank"}));
    own.manage(Method::PUT, Some(&renamed)).await;
    let stored = own.stored().await.unwrap().metadata;
    assert!(
        stored.require_second_factor && stored.unverified,
        "{stored:?}"
    );
}

/// OIDC Core §8.1, §12.2
#[tokio::test]
async fn an_update_changes_nobodys_name() {
    let own = Own::registered(
        &open_world().await,
        &json!({"subject_type": "pairwise", "grant_types": ["authorization_code", "refresh_token"]}),
    )
    .await;
    own.world.ada().await;
    let client = own.client().await;
    let tokens = client.tokens(&[("scope", "openid offline_access")]).await;
    let subject = |tokens: &Value| {
        let claims = decode_claims(tokens["id_token"].as_str().unwrap());
        claims["sub"].as_str().unwrap().to_owned()
    };
    for changes in [
        json!({"subject_type": "pairwise", "redirect_uris": ["https://victim.example/cb"]}),
        json!({"subject_type": "public"}),
    ] {
        let answer = own.manage(Method::PUT, Some(&own.update(&changes))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
        assert_eq!(answer.json()["error"], "invalid_client_metadata");
    }
    own.world.advance(2);
    let refreshed = client.refresh(tokens["refresh_token"].as_str().unwrap());
    assert_eq!(subject(&refreshed.await.json()), subject(&tokens));
}
