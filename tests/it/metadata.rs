//! Discovery and the JWK set: each advertised thing is used.

use std::collections::HashSet;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::json;
use vidimus::jobs::{load_keys, rotate_keys};
use vidimus::protocol::algorithm::{KeyManagement, SigningAlgorithm};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::scope::ScopeSet;

use crate::support::assertions::{
    AssertingClient, ClientKey, claims_of, jwks, mac, present, sharing_client,
};
use crate::support::browser::{path_of, send};
use crate::support::signer::Signer;
use crate::support::{Answer, TestClient, World, decode_claims, decode_header};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

async fn get(world: &World, path: &str) -> Answer {
    let request = Request::builder()
        .uri(path_of(path))
        .body(Body::empty())
        .unwrap();
    send(&world.router, request).await
}

async fn document(world: &World) -> serde_json::Value {
    let answer = get(world, "/.well-known/openid-configuration").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()
}

fn strings(value: &serde_json::Value) -> Vec<String> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_str().unwrap().to_owned())
        .collect()
}

/// OIDC Discovery §4, RFC 8414 §3: every shape that clients probe gives the same document.
#[tokio::test]
async fn stands_at_every_well_known_place() {
    let client = web().await;
    let world = &client.world;
    let here = document(world).await;
    assert_eq!(here["issuer"], "https://id.example.test");
    let oauth = get(world, "/.well-known/oauth-authorization-server")
        .await
        .json();
    assert_eq!(oauth, here);
    let realm = vidimus::store::Realm {
        id: RealmId::parse("acme").unwrap(),
        name: "Acme".to_owned(),
        settings: vidimus::protocol::realm::RealmSettings::default(),
        created_at: world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    for path in [
        "/realms/acme/.well-known/openid-configuration",
        "/realms/acme/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration/realms/acme",
        "/.well-known/oauth-authorization-server/realms/acme",
    ] {
        let document = get(world, path).await.json();
        assert_eq!(
            document["issuer"], "https://id.example.test/realms/acme",
            "{path}"
        );
    }
}

/// A new key in the document must come with a test that uses it: this list is that reminder.
#[tokio::test]
async fn holds_exactly_the_keys_that_are_tested_here() {
    let world = World::in_memory().await;
    let document = document(&world).await;
    let mut keys: Vec<&str> = document
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    let tested = [
        "acr_values_supported",
        "authorization_endpoint",
        "authorization_response_iss_parameter_supported",
        "backchannel_logout_session_supported",
        "backchannel_logout_supported",
        "claim_types_supported",
        "claims_parameter_supported",
        "claims_supported",
        "code_challenge_methods_supported",
        "device_authorization_endpoint",
        "end_session_endpoint",
        "frontchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "grant_types_supported",
        "id_token_encryption_alg_values_supported",
        "id_token_encryption_enc_values_supported",
        "id_token_signing_alg_values_supported",
        "introspection_endpoint",
        "introspection_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "issuer",
        "jwks_uri",
        "prompt_values_supported",
        "pushed_authorization_request_endpoint",
        "request_object_signing_alg_values_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_pushed_authorization_requests",
        "require_request_uri_registration",
        "response_modes_supported",
        "response_types_supported",
        "revocation_endpoint",
        "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "scopes_supported",
        "subject_types_supported",
        "token_endpoint",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "ui_locales_supported",
        "userinfo_encryption_alg_values_supported",
        "userinfo_encryption_enc_values_supported",
        "userinfo_endpoint",
        "userinfo_signing_alg_values_supported",
    ];
    assert_eq!(keys, tested);
}

/// `*_endpoint`, `jwks_uri`, `response_types_supported`, `response_modes_supported`,
/// `code_challenge_methods_supported`, `authorization_response_iss_parameter_supported`
#[tokio::test]
async fn every_endpoint_is_where_it_says() {
    let client = web().await;
    let world = &client.world;
    let document = document(world).await;
    let endpoint = |name: &str| path_of(document[name].as_str().unwrap()).to_owned();
    assert_eq!(strings(&document["response_types_supported"]), ["code"]);
    assert_eq!(
        strings(&document["response_modes_supported"]),
        ["query", "fragment", "form_post"]
    );
    assert_eq!(
        strings(&document["code_challenge_methods_supported"]),
        ["S256"]
    );
    let address = client.authorize_url(&[("response_mode", "query")]);
    assert!(path_of(&address).starts_with(&endpoint("authorization_endpoint")));
    let answer = world.browser().authorize(&address, "ada").await;
    assert_eq!(answer.param("iss").as_deref(), document["issuer"].as_str());
    let code = answer.param("code").unwrap();
    let fields = client.redemption(&code);
    let tokens = client
        .post(&endpoint("token_endpoint"), &fields)
        .await
        .json();
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(endpoint("userinfo_endpoint"), "/userinfo");
    assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
    let token = [("token", access)];
    let introspection = client
        .post(&endpoint("introspection_endpoint"), &token)
        .await;
    assert_eq!(introspection.json()["active"], true);
    let revocation = client.post(&endpoint("revocation_endpoint"), &token).await;
    assert_eq!(revocation.status, StatusCode::OK);
    assert_eq!(
        get(world, &endpoint("jwks_uri")).await.status,
        StatusCode::OK
    );
    assert_eq!(
        get(world, &endpoint("end_session_endpoint")).await.status,
        StatusCode::OK
    );
}

/// `grant_types_supported`
#[tokio::test]
async fn every_grant_type_is_taken() {
    let client = web().await;
    let document = document(&client.world).await;
    for grant in strings(&document["grant_types_supported"]) {
        let fields = [("grant_type", grant.as_str())];
        let error = client.post("/token", &fields).await.error();
        assert_ne!(error, "unsupported_grant_type", "{grant}");
    }
    let tokens = client.tokens(&[]).await;
    let refreshed = client
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refreshed.status, StatusCode::OK);
    let machine = client.world.client(ClientType::M2m).await;
    let answer = machine
        .post("/token", &[("grant_type", "client_credentials")])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

/// `device_authorization_endpoint`
#[tokio::test]
async fn a_device_begins_where_it_says() {
    let world = World::in_memory().await;
    let device = world.client(ClientType::Device).await;
    let document = document(&world).await;
    let endpoint = document["device_authorization_endpoint"].as_str().unwrap();
    let answer = device.post(path_of(endpoint), &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

/// `token_endpoint_auth_methods_supported` and those of introspection and revocation
#[tokio::test]
async fn every_authentication_method_is_taken() {
    let client = web().await;
    let world = &client.world;
    let spa = world.client(ClientType::Spa).await;
    let (sharing, shared) = sharing_client(world, ClientType::Web).await;
    let es256 = SigningAlgorithm::Es256;
    let signing = AssertingClient::register(world, ClientType::Web, es256).await;
    let document = document(world).await;
    let secret = client.secret.clone().unwrap();
    for endpoint in ["token", "introspection", "revocation"] {
        let path = path_of(document[format!("{endpoint}_endpoint")].as_str().unwrap()).to_owned();
        for method in strings(&document[format!("{endpoint}_endpoint_auth_methods_supported")]) {
            let fields = vec![("grant_type", "refresh_token"), ("token", "x")];
            let answer = match method.as_str() {
                "client_secret_basic" => client.post(&path, &fields).await,
                "client_secret_post" => {
                    let mut fields = fields.clone();
                    fields.extend([("client_id", client.id()), ("client_secret", &secret)]);
                    client.send(&path, &fields, None).await
                }
                "client_secret_jwt" => {
                    let claims = claims_of(&sharing, &json!({}));
                    let assertion = mac(shared.as_bytes(), &json!({}), &claims);
                    present(&sharing, &path, &fields, &assertion).await
                }
                "private_key_jwt" => signing.post(&path, &fields).await,
                "none" => spa.post(&path, &fields).await,
                other => panic!("no test uses {other}"),
            };
            assert_ne!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{endpoint} {method}"
            );
        }
    }
}

/// `token_endpoint_auth_signing_alg_values_supported` and those of introspection and revocation
#[tokio::test]
async fn each_algorithm_of_assertions_is_taken() {
    let world = World::in_memory().await;
    let document = document(&world).await;
    let (sharing, shared) = sharing_client(&world, ClientType::Web).await;
    for endpoint in ["token", "introspection", "revocation"] {
        let path = path_of(document[format!("{endpoint}_endpoint")].as_str().unwrap()).to_owned();
        let key = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
        for name in strings(&document[key]) {
            let fields = [("grant_type", "refresh_token"), ("token", "x")];
            let answer = if let Some(algorithm) = SigningAlgorithm::parse(&name) {
                let client = AssertingClient::register(&world, ClientType::Web, algorithm).await;
                client.post(&path, &fields).await
            } else {
                assert_eq!(name, "HS256");
                let assertion = mac(
                    shared.as_bytes(),
                    &json!({}),
                    &claims_of(&sharing, &json!({})),
                );
                present(&sharing, &path, &fields, &assertion).await
            };
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{endpoint} {name}");
        }
    }
}

/// `id_token_encryption_alg_values_supported`, `id_token_encryption_enc_values_supported`,
/// `userinfo_encryption_alg_values_supported`, `userinfo_encryption_enc_values_supported`
#[tokio::test]
async fn each_encryption_encrypts() {
    let world = World::in_memory().await;
    world.ada().await;
    let document = document(&world).await;
    let values = |key: &str| strings(&document[key]);
    let managements = values("id_token_encryption_alg_values_supported");
    let encryptions = values("id_token_encryption_enc_values_supported");
    assert_eq!(
        values("userinfo_encryption_alg_values_supported"),
        managements
    );
    assert_eq!(
        values("userinfo_encryption_enc_values_supported"),
        encryptions
    );
    for management in &managements {
        let alg: KeyManagement = serde_json::from_value(json!(management)).unwrap();
        let key = ClientKey::decrypting(alg);
        for encryption in &encryptions {
            let enc = Some(serde_json::from_value(json!(encryption)).unwrap());
            let client = world
                .client_with(&RealmId::default_realm(), ClientType::Web, |metadata| {
                    metadata.jwks = Some(jwks(&[&key]));
                    metadata.id_token_encrypted_response_alg = Some(alg);
                    metadata.id_token_encrypted_response_enc = enc;
                    metadata.userinfo_encrypted_response_alg = Some(alg);
                    metadata.userinfo_encrypted_response_enc = enc;
                })
                .await;
            let tokens = client.tokens(&[]).await;
            let info = client
                .userinfo(tokens["access_token"].as_str().unwrap())
                .await;
            for token in [tokens["id_token"].as_str().unwrap(), &info.body] {
                let (_, header) = key.decrypt(alg, token);
                assert_eq!(header.algorithm(), Some(management.as_str()));
                assert_eq!(header.content_encryption(), Some(encryption.as_str()));
            }
        }
    }
}

/// `scopes_supported`, `claims_supported`, `claim_types_supported`
#[tokio::test]
async fn scopes_and_claims_are_honoured() {
    let world = World::in_memory().await;
    world.ada().await;
    let document = document(&world).await;
    let scopes = strings(&document["scopes_supported"]);
    let client = world
        .client_with(&RealmId::default_realm(), ClientType::Web, |metadata| {
            metadata.scope = ScopeSet::parse(&scopes.join(" ")).unwrap();
        })
        .await;
    let tokens = client.tokens(&[("scope", &scopes.join(" "))]).await;
    assert_eq!(tokens["scope"], scopes.join(" "));
    let claims = strings(&document["claims_supported"]);
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    let info = client
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .json();
    for claim in id
        .as_object()
        .unwrap()
        .keys()
        .chain(info.as_object().unwrap().keys())
    {
        assert!(
            claims.contains(claim),
            "{claim} is sent, so it is advertised"
        );
    }
    for claim in ["groups", "roles"] {
        assert_eq!(info[claim], json!([]), "{info}");
    }
    assert_eq!(strings(&document["claim_types_supported"]), ["normal"]);
}

/// `subject_types_supported`
#[tokio::test]
async fn each_subject_type_is_given() {
    let world = World::in_memory().await;
    world.ada().await;
    let mut subjects = Vec::new();
    for kind in strings(&document(&world).await["subject_types_supported"]) {
        for host in ["one", "two"] {
            let client = world
                .client_with(&RealmId::default_realm(), ClientType::Web, |metadata| {
                    metadata.subject_type = serde_json::from_value(kind.clone().into()).unwrap();
                    metadata.redirect_uris = vec![format!("https://{host}.example.test/cb")];
                })
                .await;
            let tokens = client.tokens(&[]).await;
            let id = decode_claims(tokens["id_token"].as_str().unwrap());
            let access = tokens["access_token"].as_str().unwrap();
            assert_eq!(client.userinfo(access).await.json()["sub"], id["sub"]);
            subjects.push(id["sub"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(subjects.len(), 4);
    assert_eq!(subjects[0], subjects[1], "public");
    assert_ne!(subjects[2], subjects[3], "pairwise");
}

/// `id_token_signing_alg_values_supported`, `userinfo_signing_alg_values_supported`
#[tokio::test]
async fn each_signing_algorithm_signs() {
    let world = World::in_memory().await;
    world.ada().await;
    let document = document(&world).await;
    let names = strings(&document["id_token_signing_alg_values_supported"]);
    assert_eq!(
        strings(&document["userinfo_signing_alg_values_supported"]),
        names
    );
    for name in names {
        let client = world
            .client_with(&RealmId::default_realm(), ClientType::Web, |metadata| {
                let algorithm = SigningAlgorithm::parse(&name).unwrap();
                metadata.id_token_signed_response_alg = algorithm;
                metadata.userinfo_signed_response_alg = Some(algorithm);
            })
            .await;
        let tokens = client.tokens(&[]).await;
        let id_token = tokens["id_token"].as_str().unwrap();
        assert_eq!(decode_header(id_token)["alg"], name);
        let access = tokens["access_token"].as_str().unwrap();
        let answer = client.userinfo(access).await;
        assert_eq!(answer.header("content-type"), Some("application/jwt"));
        let header = decode_header(&answer.body);
        let claims = decode_claims(&answer.body);
        assert_eq!(header["alg"], name);
        assert_eq!(claims["iss"], "https://id.example.test");
        assert_eq!(claims["aud"], client.id());
        assert_eq!(claims["sub"], decode_claims(id_token)["sub"]);
    }
}

/// `acr_values_supported`
#[tokio::test]
async fn each_context_class_is_told_when_asked_for() {
    let client = web().await;
    let classes = strings(&document(&client.world).await["acr_values_supported"]);
    assert_eq!(classes, ["urn:vidimus:acr:1fa", "urn:vidimus:acr:2fa"]);
    let tokens = client.tokens(&[("acr_values", &classes[0])]).await;
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["acr"], classes[0]);
    // `factors` asks for the other one of somebody who reaches it.
    let plain = client.tokens(&[]).await;
    let id = decode_claims(plain["id_token"].as_str().unwrap());
    assert!(id["acr"].is_null(), "it was not asked for");
}

/// `ui_locales_supported`
#[tokio::test]
async fn speaks_each_language_when_asked_for() {
    let client = web().await;
    let languages = strings(&document(&client.world).await["ui_locales_supported"]);
    assert_eq!(languages, ["en", "de", "fr", "es", "ja", "ar"]);
    for language in languages {
        let mut browser = client.world.browser();
        let url = client.authorize_url(&[("ui_locales", &language)]);
        let answer = browser.get(&url).await;
        let page = browser.get(answer.location()).await;
        let marked = format!("<html lang=\"{language}\"");
        assert!(page.body.contains(&marked), "{page:?}");
    }
}

/// `prompt_values_supported`, `claims_parameter_supported`
#[tokio::test]
async fn parameters_are_supported_as_advertised() {
    let client = web().await;
    let document = document(&client.world).await;
    for prompt in strings(&document["prompt_values_supported"]) {
        let answer = client
            .world
            .browser()
            .get(&client.authorize_url(&[("prompt", &prompt)]))
            .await;
        let refused = answer.param("error");
        let expected = (prompt == "none").then(|| "login_required".to_owned());
        assert_eq!(refused, expected, "{prompt}");
    }
    assert_eq!(document["claims_parameter_supported"], true);
    let claims = [
        ("scope", "openid"),
        ("claims", "{\"userinfo\":{\"name\":null}}"),
    ];
    let tokens = client.tokens(&claims).await;
    let info = client
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .json();
    assert_eq!(info["name"], "Ada Lovelace");
}

/// RFC 7517 §5, and the caching that relying parties live by
#[tokio::test]
async fn documents_are_cacheable_and_hold_public_keys_only() {
    let world = World::in_memory().await;
    let answer = get(&world, "/jwks").await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let key = &answer.json()["keys"][0];
    for (member, value) in [("kty", "RSA"), ("use", "sig"), ("alg", "RS256")] {
        assert_eq!(key[member], value);
    }
    // The keys of the other algorithms follow as soon as the job has made them.
    rotate_keys::run_once(world.jobs.clone()).await.unwrap();
    load_keys::run_once(world.jobs.clone()).await.unwrap();
    let document = get(&world, "/jwks").await.json();
    let keys = document["keys"].as_array().unwrap();
    let described: Vec<_> = keys.iter().map(|key| (&key["kty"], &key["alg"])).collect();
    assert_eq!(
        serde_json::json!(described),
        serde_json::json!([
            ["RSA", "RS256"],
            ["RSA", "PS256"],
            ["EC", "ES256"],
            ["OKP", "EdDSA"]
        ])
    );
    assert_eq!(&keys[0], key, "the key that signs stands first");
    let kids: HashSet<_> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    assert_eq!(kids.len(), keys.len());
    for key in keys {
        assert_eq!(key["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key[private].is_null(), "{private}");
        }
    }
    for path in ["/jwks", "/.well-known/openid-configuration"] {
        let etag = get(&world, path).await.header("etag").unwrap().to_owned();
        let request = Request::builder()
            .method(Method::GET)
            .uri(path)
            .header("if-none-match", etag)
            .body(Body::empty())
            .unwrap();
        let answer = send(&world.router, request).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::NOT_MODIFIED, "")
        );
    }
}

/// `pushed_authorization_request_endpoint`, `require_pushed_authorization_requests`,
/// `request_parameter_supported`, `request_uri_parameter_supported`,
/// `require_request_uri_registration`, `request_object_signing_alg_values_supported`
#[tokio::test]
async fn requests_are_taken_as_advertised() {
    let client = web().await;
    let document = document(&client.world).await;
    let endpoint = document["pushed_authorization_request_endpoint"].as_str();
    assert_eq!(endpoint, Some("https://id.example.test/par"));
    assert_eq!(client.push(&[]).await.status, StatusCode::CREATED);
    assert_eq!(document["require_pushed_authorization_requests"], false);
    assert_eq!(document["request_uri_parameter_supported"], true);
    assert_eq!(document["require_request_uri_registration"], true);
    let unregistered = [("request_uri", "https://rp.example.test/r")];
    let address = client.authorize_url(&unregistered);
    let error = client.world.browser().get(&address).await.param("error");
    assert_eq!(error.as_deref(), Some("invalid_request_uri"));
    assert_eq!(document["request_parameter_supported"], true);
    for name in strings(&document["request_object_signing_alg_values_supported"]) {
        let key = Signer::new(SigningAlgorithm::parse(&name).unwrap());
        let realm = RealmId::default_realm();
        let client = client
            .world
            .client_with(&realm, ClientType::Web, |metadata| {
                metadata.jwks = Some(key.jwks());
            });
        let client = client.await;
        let object = key.sign(None, &serde_json::json!({"state": name}));
        let address = client.authorize_url(&[("request", &object)]);
        let answer = client.world.browser().authorize(&address, "ada").await;
        assert_eq!(answer.param("state"), Some(name));
    }
}
