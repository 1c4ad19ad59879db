//! Tokens and answers that only their client can read (OIDC Core §10.2, §16.14).

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use vidimus::protocol::algorithm::{ContentEncryption, KeyManagement, SigningAlgorithm};
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::response_type::ResponseType;
use vidimus::store::sqlite::SqliteStore;

use crate::support::assertions::{ClientKey, jwks};
use crate::support::web::Web;
use crate::support::world::Shared;
use crate::support::{TestClient, World, decode_claims, decode_header};

async fn world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    world
}

async fn client(world: &World, change: impl FnOnce(&mut ClientMetadata)) -> TestClient {
    world
        .client_with(&RealmId::default_realm(), ClientType::Web, change)
        .await
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}

/// Each key management with each content encryption, and the default one.
fn combinations() -> Vec<(KeyManagement, Option<ContentEncryption>)> {
    let mut all = Vec::new();
    for management in KeyManagement::ALL {
        all.push((management, None));
        all.extend(ContentEncryption::ALL.map(|encryption| (management, Some(encryption))));
    }
    all
}

/// OIDC Core §2, §10.2, §16.14, RFC 7519 §5.2; OIDC Registration §2 for the default
#[tokio::test]
async fn an_id_token_is_signed_and_then_encrypted() {
    let world = world().await;
    for (management, encryption) in combinations() {
        let key = ClientKey::decrypting(management).named("enc");
        let client = client(&world, |metadata| {
            metadata.jwks = Some(jwks(&[&key]));
            metadata.id_token_signed_response_alg = SigningAlgorithm::Es256;
            metadata.id_token_encrypted_response_alg = Some(management);
            metadata.id_token_encrypted_response_enc = encryption;
        })
        .await;
        let tokens = client.tokens(&[]).await;
        let (signed, header) = key.decrypt(management, text(&tokens, "id_token"));
        assert_eq!(header.algorithm(), Some(management.name()));
        let named = encryption.unwrap_or(ContentEncryption::A128CbcHs256).name();
        assert_eq!(header.content_encryption(), Some(named));
        assert_eq!(header.content_type(), Some("JWT"));
        assert_eq!(header.key_id(), Some("enc"));
        assert_eq!(decode_header(&signed)["alg"], "ES256");
        let claims = decode_claims(&signed);
        assert_eq!(claims["aud"], client.id());
        assert_eq!(claims["nonce"], "n0nce");
        assert!(claims["at_hash"].is_string());
        // The access token is for APIs, and stays as it is.
        assert_eq!(decode_header(text(&tokens, "access_token"))["alg"], "RS256");
        let refreshed = client.refresh(text(&tokens, "refresh_token")).await.json();
        let (again, _) = key.decrypt(management, text(&refreshed, "id_token"));
        assert_eq!(decode_claims(&again)["sub"], claims["sub"]);
    }
}

/// OIDC Core §5.3.2
#[tokio::test]
async fn userinfo_is_encrypted_with_and_without_a_signature() {
    let world = world().await;
    for (management, encryption) in combinations() {
        for signed in [None, Some(SigningAlgorithm::Ps256)] {
            let key = ClientKey::decrypting(management);
            let client = client(&world, |metadata| {
                metadata.jwks = Some(jwks(&[&key]));
                metadata.userinfo_signed_response_alg = signed;
                metadata.userinfo_encrypted_response_alg = Some(management);
                metadata.userinfo_encrypted_response_enc = encryption;
            })
            .await;
            // One person signs in so often only if time passes.
            world.advance(60);
            let tokens = client.tokens(&[]).await;
            let subject = decode_claims(text(&tokens, "id_token"))["sub"].clone();
            let answer = client.userinfo(text(&tokens, "access_token")).await;
            assert_eq!(answer.header("content-type"), Some("application/jwt"));
            let (plain, header) = key.decrypt(management, &answer.body);
            let named = encryption.unwrap_or_default().name();
            assert_eq!(header.content_encryption(), Some(named));
            let claims: Value = if signed.is_some() {
                assert_eq!(header.content_type(), Some("JWT"));
                let claims = decode_claims(&plain);
                assert_eq!(claims["iss"], "https://id.example.test");
                assert_eq!(claims["aud"], client.id());
                claims
            } else {
                assert_eq!(header.content_type(), None);
                serde_json::from_str(&plain).unwrap()
            };
            assert_eq!(claims["email"], "ada@example.test");
            assert_eq!(claims["sub"], subject);
        }
    }
}

/// OIDC Core §3.3.3.6: both ID tokens of the hybrid flow, and the one of the implicit flow.
#[tokio::test]
async fn an_id_token_through_the_browser_is_encrypted_too() {
    let world = world().await;
    let realm = RealmId::default_realm();
    let mut row = world.app.store.realm(&realm).await.unwrap().unwrap();
    row.settings.front_channel_tokens = true;
    world.app.store.update_realm(&row, &[]).await.unwrap();
    world.advance(1);
    let management = KeyManagement::EcdhEs;
    let key = ClientKey::decrypting(management);
    for (set, response_type) in [
        (Some(jwks(&[&key])), "id_token"),
        (Some(jwks(&[&key])), "code id_token"),
        (None, "id_token"),
    ] {
        let has_key = set.is_some();
        let client = client(&world, |metadata| {
            metadata.jwks = set;
            metadata.id_token_encrypted_response_alg = Some(management);
            metadata.response_types = ResponseType::ALL.to_vec();
            metadata.grant_types =
                serde_json::from_value(json!(["authorization_code", "implicit", "refresh_token"]))
                    .unwrap();
        })
        .await;
        let address = client.authorize_url(&[("response_type", response_type)]);
        let answer = world.browser().authorize(&address, "ada").await;
        assert_eq!(answer.param("id_token").is_some(), has_key, "{answer:?}");
        if has_key {
            let (signed, header) = key.decrypt(management, &answer.param("id_token").unwrap());
            assert_eq!(header.content_type(), Some("JWT"));
            assert_eq!(decode_claims(&signed)["nonce"], "n0nce");
        } else {
            assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
        }
    }
}

/// Nothing is spent for a client that could not read the answer.
#[tokio::test]
async fn without_a_key_nothing_is_spent() {
    let world = world().await;
    let management = KeyManagement::RsaOaep256;
    let key = ClientKey::decrypting(management);
    let signing = ClientKey::signing(SigningAlgorithm::Es256);
    let mut client = client(&world, |metadata| {
        metadata.jwks = Some(jwks(&[&signing]));
        metadata.id_token_encrypted_response_alg = Some(management);
        metadata.userinfo_encrypted_response_alg = Some(management);
    })
    .await;
    let code = client.code(&[]).await;
    let refused = client.post("/token", &client.redemption(&code)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.error(), "invalid_client");
    let told = refused.json();
    let told = text(&told, "error_description");
    assert!(told.contains("id_token_encrypted_response_alg"), "{told}");
    let put = async |client: &mut TestClient, set: Value| {
        client.client.metadata.jwks = Some(set);
        world
            .app
            .store
            .update_client(&client.client, &[])
            .await
            .unwrap();
        world.advance(1);
    };
    put(&mut client, jwks(&[&signing, &key])).await;
    let tokens = client
        .post("/token", &client.redemption(&code))
        .await
        .json();
    key.decrypt(management, text(&tokens, "id_token"));
    put(&mut client, jwks(&[&signing])).await;
    let refresh = text(&tokens, "refresh_token");
    assert_eq!(client.refresh(refresh).await.error(), "invalid_client");
    let answer = client.userinfo(text(&tokens, "access_token")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.error(), "invalid_request");
    put(&mut client, jwks(&[&key])).await;
    let refreshed = client.refresh(refresh).await.json();
    key.decrypt(management, text(&refreshed, "id_token"));
}

/// OIDC Core §10.2.1: the key to encrypt to is the one that the client publishes now.
#[tokio::test]
async fn keys_to_encrypt_to_are_fetched_and_follow_a_change() {
    let web = Web::start().await;
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let mut shared = Shared::over(store);
    shared.outgoing = web.outgoing.clone();
    let world = World::node(&shared).await;
    world.ada().await;
    let management = KeyManagement::EcdhEs;
    let [first, second] = [(); 2].map(|()| ClientKey::decrypting(management));
    let client = client(&world, |metadata| {
        metadata.jwks_uri = Some(web.url("/jwks"));
        metadata.id_token_encrypted_response_alg = Some(management);
    })
    .await;
    for key in [&first, &second] {
        web.publish("/jwks", &jwks(&[key]));
        let tokens = client.tokens(&[]).await;
        key.decrypt(management, text(&tokens, "id_token"));
        world.advance(60);
    }
    assert_eq!(web.asked("/jwks"), 2);
}
