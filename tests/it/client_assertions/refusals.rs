//! What is no assertion of the client for this server.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::{AssertionAlgorithm, ClientType, TokenEndpointAuthMethod};

use super::{assert_refused, assert_taken};
use crate::support::assertions::{
    AssertingClient, ClientKey, JWT_BEARER, ask, claims_of, jwks, mac, sharing_client, unsigned,
};
use crate::support::{TestClient, World};

type Fields<'a> = Vec<(&'a str, &'a str)>;

async fn machine() -> AssertingClient {
    let world = World::in_memory().await;
    AssertingClient::register(&world, ClientType::M2m, SigningAlgorithm::Rs256).await
}

/// RFC 7523 §3
#[tokio::test]
async fn refuses_claims_that_are_not_for_here_and_now() {
    let client = machine().await;
    let now = client.client.world.app.now().unix_seconds();
    let issuer = "https://id.example.test";
    let cases = [
        json!({"iss": "other"}),
        json!({"iss": null}),
        json!({"aud": "https://other.example"}),
        json!({"aud": null}),
        json!({"aud": [issuer]}),
        json!({"aud": format!("{issuer}/token")}),
        json!({"aud": format!("{issuer}/realms/acme")}),
        json!({"exp": null}),
        json!({"exp": now - 300}),
        json!({"exp": now + 3601}),
        json!({"nbf": now + 60}),
        json!({"iat": now + 60}),
        json!({"jti": null}),
        json!({"jti": "x".repeat(257)}),
        json!({"response_type": "code", "client_id": client.client.id()}),
    ];
    let mut reasons = HashSet::new();
    for changes in &cases {
        let answer = client
            .ask(&client.assertion_with(&json!({}), changes))
            .await;
        assert_refused(&answer, &changes.to_string());
        let told = answer.json()["error_description"]
            .as_str()
            .unwrap()
            .to_owned();
        reasons.insert(told);
    }
    // iss, aud, exp missing, past and far, time, jti missing and long, kind of token.
    assert_eq!(reasons.len(), 9, "{reasons:?}");
    // RFC 7523 §3: a clock that is eight seconds ahead.
    let early = json!({"nbf": now + 8, "iat": now + 8});
    let answer = client.ask(&client.assertion_with(&json!({}), &early)).await;
    assert_taken(&answer, "eight seconds ahead");
}

/// RFC 7523 §3 `sub`: it names the client, so that without it there is nobody to authenticate.
#[tokio::test]
async fn refuses_a_subject_that_is_not_the_client() {
    let client = machine().await;
    let other = AssertingClient::register(
        &client.client.world,
        ClientType::M2m,
        SigningAlgorithm::Rs256,
    )
    .await;
    for sub in [json!(null), json!("nobody"), json!(other.client.id())] {
        let assertion = client.assertion_with(&json!({}), &json!({ "sub": sub }));
        assert_refused(&client.ask(&assertion).await, &sub.to_string());
    }
    // RFC 7521 §4.2
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", other.client.id()),
    ];
    assert_refused(&client.post("/token", &fields).await, "client_id");
}

/// RFC 8725 §3.11
#[tokio::test]
async fn refuses_every_other_kind_of_token() {
    let client = machine().await;
    for typ in [
        "at+jwt",
        "logout+jwt",
        "oauth-authz-req+jwt",
        "dpop+jwt",
        "token-introspection+jwt",
        "",
    ] {
        let assertion = client.assertion_with(&json!({ "typ": typ }), &json!({}));
        assert_refused(&client.ask(&assertion).await, typ);
    }
    // Our own tokens are not signed by the client, whatever they say.
    let ours = client.ask(&client.assertion()).await.json();
    let ours = ours["access_token"].as_str().unwrap();
    assert_refused(&client.ask(ours).await, "our access token");
}

/// RFC 8725 §3.1, RFC 7515 §4.1.11
#[tokio::test]
async fn refuses_signatures_that_are_not_the_clients() {
    let client = machine().await;
    let stranger = client.with_key(&ClientKey::signing(SigningAlgorithm::Rs256));
    let claims = claims_of(&client.client, &json!({}));
    // The public key as the secret of a MAC.
    let modulus = client.key.public()["n"]
        .as_str()
        .unwrap()
        .as_bytes()
        .to_vec();
    let signed = client.assertion();
    let (head, signature) = signed.rsplit_once('.').unwrap();
    let elliptic = ClientKey::signing(SigningAlgorithm::Es256);
    let cases = [
        ("unsigned", unsigned(&claims)),
        ("confused", mac(&modulus, &json!({}), &claims)),
        ("a stranger's", stranger.assertion()),
        (
            "an unknown name",
            client.assertion_with(&json!({"kid": "x"}), &json!({})),
        ),
        (
            "another algorithm's",
            elliptic.sign(SigningAlgorithm::Es256, &json!({}), &claims),
        ),
        (
            "said to be another's",
            client.assertion_with(&json!({"alg": "PS256"}), &json!({})),
        ),
        (
            "critical",
            client.assertion_with(&json!({"crit": ["exp"]}), &json!({})),
        ),
        ("cut", head.to_owned()),
        ("altered", format!("{head}.A{signature}")),
        ("no token", "x".to_owned()),
        ("empty parts", "..".to_owned()),
        ("large", "x".repeat(60_000)),
    ];
    for (what, assertion) in &cases {
        assert_refused(&client.ask(assertion).await, what);
    }
    assert_taken(&client.ask(&signed).await, "its own");
}

/// RFC 6749 §2.3, RFC 7521 §4.2
#[tokio::test]
async fn refuses_two_methods_and_half_an_assertion() {
    let client = machine().await;
    let (id, secret) = (client.client.id(), client.client.secret.clone().unwrap());
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let assertion = client.assertion();
    let grant = ("grant_type", "client_credentials");
    let kind = ("client_assertion_type", JWT_BEARER);
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let whole = ("client_assertion", assertion.as_str());
    let post_secret = ("client_secret", secret.as_str());
    let cases: [(Fields<'_>, Option<&str>, &str); 7] = [
        (vec![grant, kind, whole], Some(&basic), "invalid_request"),
        (
            vec![grant, kind, whole, post_secret],
            None,
            "invalid_request",
        ),
        (vec![grant, whole], None, "invalid_request"),
        (vec![grant, kind], None, "invalid_request"),
        (vec![grant, kind, whole, whole], None, "invalid_request"),
        (
            vec![grant, ("client_assertion_type", saml), whole],
            None,
            "invalid_client",
        ),
        (vec![grant, ("client_id", id)], None, "invalid_client"),
    ];
    for (fields, header, error) in cases {
        let answer = client.client.send("/token", &fields, header).await;
        assert_eq!(answer.error(), error, "{fields:?}");
        assert_ne!(answer.status, StatusCode::OK);
    }
    // None of that has spent it.
    assert_taken(&client.ask(&assertion).await, "the assertion alone");
}

/// OIDC Core §9: what a client has registered is how it authenticates.
#[tokio::test]
async fn a_client_authenticates_as_it_has_registered() {
    let client = machine().await;
    let grant = ("grant_type", "client_credentials");
    // Its row has the digest of a secret, as after a change of its method.
    let by_secret = client.client.post("/token", &[grant]).await;
    assert_refused(&by_secret, "a secret instead of an assertion");
    let world = &client.client.world;
    let (sharing, shared) = sharing_client(world, ClientType::M2m).await;
    let posted = [
        grant,
        ("client_id", sharing.id()),
        ("client_secret", &shared),
    ];
    let answer = sharing.send("/token", &posted, None).await;
    assert_refused(&answer, "the secret itself");
    let signed = client.key.sign(
        SigningAlgorithm::Rs256,
        &json!({}),
        &claims_of(&sharing, &json!({})),
    );
    assert_refused(&ask(&sharing, &signed).await, "a key instead of the secret");
    let key = ClientKey::signing(SigningAlgorithm::Es256);
    for method in [
        TokenEndpointAuthMethod::ClientSecretBasic,
        TokenEndpointAuthMethod::ClientSecretPost,
        TokenEndpointAuthMethod::None,
    ] {
        let plain = AssertingClient::register_with(
            world,
            ClientType::M2m,
            (SigningAlgorithm::Es256, key.clone()),
            |metadata| {
                metadata.token_endpoint_auth_method = method;
                metadata.jwks = Some(jwks(&[&key]));
            },
        )
        .await;
        let answer = plain.ask(&plain.assertion()).await;
        assert_refused(&answer, "an assertion instead of a secret");
        let secret = plain.client.secret.clone();
        let secret = secret.unwrap_or_else(|| "a public client has none, so any".to_owned());
        let own = mac(
            secret.as_bytes(),
            &json!({}),
            &claims_of(&plain.client, &json!({})),
        );
        assert_refused(&plain.ask(&own).await, "a MAC instead of a secret");
    }
}

/// A client whose registration does not fit together is told so, and is not let in.
#[tokio::test]
async fn a_client_without_usable_keys_is_refused() {
    let world = World::in_memory().await;
    let algorithm = SigningAlgorithm::Es256;
    let key = ClientKey::signing(algorithm);
    let secret_algorithm: AssertionAlgorithm = serde_json::from_value(json!("HS256")).unwrap();
    let mut private = key.public().clone();
    private["d"] = json!("AQAB");
    let sets: [Option<Value>; 4] = [
        None,
        Some(json!({"keys": []})),
        Some(json!("keys")),
        Some(json!({"keys": [private]})),
    ];
    for set in sets {
        let client = AssertingClient::register_with(
            &world,
            ClientType::M2m,
            (algorithm, key.clone()),
            |metadata| metadata.jwks.clone_from(&set),
        )
        .await;
        let answer = client.ask(&client.assertion()).await;
        assert_refused(&answer, &format!("{set:?}"));
    }
    let client = AssertingClient::register_with(
        &world,
        ClientType::M2m,
        (algorithm, key.clone()),
        |metadata| {
            metadata.jwks = Some(jwks(&[&key]));
            metadata.token_endpoint_auth_signing_alg = Some(secret_algorithm);
        },
    )
    .await;
    assert_refused(&client.ask(&client.assertion()).await, "HS256 for a key");
    let mut sharing: TestClient = sharing_client(&world, ClientType::M2m).await.0;
    sharing.client.sealed_secret = None;
    world
        .app
        .store
        .update_client(&sharing.client, &[])
        .await
        .unwrap();
    let assertion = mac(&[7; 32], &json!({}), &claims_of(&sharing, &json!({})));
    assert_refused(&ask(&sharing, &assertion).await, "no sealed secret");
}

/// RFC 7523 §3: the audience of clients from before RFC 10070, by the admin's leave.
#[tokio::test]
async fn a_switch_takes_the_audience_that_older_clients_send() {
    let world = World::in_memory().await;
    let algorithm = SigningAlgorithm::Es256;
    let key = ClientKey::signing(algorithm);
    let client = AssertingClient::register_with(
        &world,
        ClientType::M2m,
        (algorithm, key.clone()),
        |metadata| {
            metadata.jwks = Some(jwks(&[&key]));
            metadata.compatibility.sends_token_endpoint_audience = true;
        },
    )
    .await;
    let issuer = "https://id.example.test";
    for audience in [
        json!(issuer),
        json!(format!("{issuer}/token")),
        json!([format!("{issuer}/token"), "https://other.example"]),
        json!([issuer]),
    ] {
        let changes = json!({ "aud": audience });
        let answer = client
            .ask(&client.assertion_with(&json!({}), &changes))
            .await;
        assert_taken(&answer, &audience.to_string());
    }
    for audience in [
        json!("https://other.example"),
        json!(["https://other.example"]),
        // Another endpoint than the one that is called.
        json!(format!("{issuer}/introspect")),
    ] {
        let changes = json!({ "aud": audience });
        let answer = client
            .ask(&client.assertion_with(&json!({}), &changes))
            .await;
        assert_refused(&answer, &audience.to_string());
    }
}
