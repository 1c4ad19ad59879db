//! The suite's clients: how it gets one, and how they call the token endpoint.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Method, Request as HttpRequest, StatusCode};
use serde_json::{Map, Value, json};
use vidimus::entropy::random_text;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;

use super::{Provider, keys, text};
use crate::conformance::plans::{Authentication, Registration};
use crate::support::Answer;
use crate::support::browser::{path_of, send};

/// Where the suite takes answers.
pub(super) const CALLBACK: &str = "https://suite.example.test/test/a/vidimus/callback";
const STANDARD_SCOPES: &str = "openid profile email address phone offline_access";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client of the suite.
#[derive(Debug, Clone)]
pub(in super::super) struct RelyingParty {
    pub(in super::super) id: String,
    pub(in super::super) redirect_uri: String,
    secret: Option<String>,
    authentication: Authentication,
    /// Where it can be managed, and with which token.
    pub(super) management: Option<(String, String)>,
}

/// The key of all clients.
fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap())
}

/// Its public half, without a `kid`, as the suite sends it.
fn public_key() -> Value {
    let key = key().public_key();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256",
        "n": number(key.modulus().big_endian_without_leading_zero()),
        "e": number(key.exponent().big_endian_without_leading_zero()),
    })
}

impl Provider {
    /// A client as most modules have it.
    pub(in super::super) async fn client(&mut self) -> RelyingParty {
        self.client_with(json!({})).await
    }

    /// A client that may refresh.
    pub(in super::super) async fn refreshing_client(&mut self) -> RelyingParty {
        let mut grants = self.variant.grant_types();
        grants.push("refresh_token");
        self.client_with(json!({"grant_types": grants})).await
    }

    /// A client with other members than most.
    pub(in super::super) async fn client_with(&mut self, changes: Value) -> RelyingParty {
        let mut members = json!({
            "client_name": "oidcc suite",
            "grant_types": self.variant.grant_types(),
            "response_types": [self.variant.response_type],
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": self.variant.authentication.name(),
            "contacts": ["certification@suite.example.test"],
            "jwks": {"keys": [public_key()]},
        });
        let all = members.as_object_mut().unwrap();
        all.extend(changes.as_object().unwrap().clone());
        let client = match self.variant.registration {
            Registration::Static => self.given(members).await,
            Registration::Dynamic => self.registered(members).await,
        };
        self.clients.push(client.clone());
        client
    }

    /// A client that an admin has registered for the suite.
    async fn given(&self, mut members: Value) -> RelyingParty {
        let redirect_uri = members["redirect_uris"][0].as_str().unwrap().to_owned();
        let method = members["token_endpoint_auth_method"].as_str().unwrap();
        let authentication = authentication(method);
        members["scope"] = STANDARD_SCOPES.into();
        members["compatibility"] = json!({"sends_token_endpoint_audience": true});
        let metadata: ClientMetadata = serde_json::from_value(members).unwrap();
        let realm = RealmId::default_realm();
        let client = self
            .world
            .client_with(&realm, ClientType::Web, |own| *own = metadata)
            .await;
        RelyingParty {
            id: client.id().to_owned(),
            redirect_uri,
            secret: client.secret,
            authentication,
            management: None,
        }
    }

    /// A client that the suite registers itself (OIDC Registration §3).
    async fn registered(&self, members: Value) -> RelyingParty {
        let redirect_uri = members["redirect_uris"][0].as_str().unwrap().to_owned();
        let answer = self.register(&members).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let document = answer.json();
        let member = |name: &str| document[name].as_str().map(str::to_owned);
        let secret = member("client_secret");
        assert_eq!(
            secret.is_some(),
            document["client_secret_expires_at"].is_i64(),
            "{document}"
        );
        let management = member("registration_client_uri").zip(member("registration_access_token"));
        assert_eq!(
            management.is_some(),
            document.get("registration_client_uri").is_some()
                || document.get("registration_access_token").is_some(),
            "{document}"
        );
        if let Some((address, _)) = &management {
            assert!(address.starts_with("https://"), "{address}");
        }
        let method = members["token_endpoint_auth_method"].as_str().unwrap();
        RelyingParty {
            id: member("client_id").expect("a client_id"),
            redirect_uri,
            secret,
            authentication: authentication(method),
            management,
        }
    }

    /// Sends a registration.
    pub(in super::super) async fn register(&self, members: &Value) -> Answer {
        let request = HttpRequest::builder()
            .method(Method::POST)
            .uri(path_of(self.endpoint("registration_endpoint")))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(Body::from(members.to_string()))
            .unwrap();
        send(&self.world.router, request).await
    }

    /// Sends a form to the token endpoint as a client.
    pub(in super::super) async fn ask_for_tokens(
        &self,
        client: &RelyingParty,
        fields: &[(&str, &str)],
    ) -> Answer {
        let endpoint = self.endpoint("token_endpoint");
        let mut fields: Vec<(&str, String)> = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        let mut request = HttpRequest::builder()
            .method(Method::POST)
            .uri(path_of(endpoint))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        let secret = || client.secret.clone().expect("a secret");
        match client.authentication {
            Authentication::Basic => {
                let encode = |text: &str| -> String {
                    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
                };
                let pair = format!("{}:{}", encode(&client.id), encode(&secret()));
                let value = format!("Basic {}", STANDARD.encode(pair));
                request = request.header("authorization", value);
            }
            Authentication::Post => {
                fields.push(("client_id", client.id.clone()));
                fields.push(("client_secret", secret()));
            }
            Authentication::PrivateKeyJwt => {
                fields.push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
                fields.push(("client_assertion", self.assertion(client, endpoint)));
            }
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&fields)
            .finish();
        send(&self.world.router, request.body(Body::from(body)).unwrap()).await
    }

    /// An assertion of the suite: its audience the token endpoint, for a minute, and no `kid`.
    fn assertion(&self, client: &RelyingParty, endpoint: &str) -> String {
        let now = self.now();
        let id = random_text::<16>(self.world.app.entropy.as_ref()).unwrap();
        let claims = json!({
            "iss": client.id, "sub": client.id, "aud": endpoint, "jti": id,
            "iat": now, "exp": now + 60,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&json!({"alg": "RS256"})), part(&claims));
        let mut signature = vec![0; key().public_modulus_len()];
        key()
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn authentication(method: &str) -> Authentication {
    [
        Authentication::Basic,
        Authentication::Post,
        Authentication::PrivateKeyJwt,
    ]
    .into_iter()
    .find(|one| one.name() == method)
    .unwrap()
}

/// A token answer that breaks no rule (RFC 6749 §5.1).
pub(super) fn check_token_answer(answer: &Answer) -> Map<String, Value> {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let cache = answer.header("cache-control").unwrap_or_default();
    assert!(cache.contains("no-store"), "{answer:?}");
    let tokens = answer.json().as_object().unwrap().clone();
    let kind = tokens["token_type"].as_str().unwrap();
    assert!(kind.eq_ignore_ascii_case("bearer"), "{kind}");
    let lifetime = tokens["expires_in"].as_i64().expect("expires_in");
    assert!((1..=365 * 24 * 3600).contains(&lifetime), "{lifetime}");
    for name in ["access_token", "refresh_token"] {
        if let Some(token) = tokens.get(name) {
            text::check_secret(name, token.as_str().unwrap());
        }
    }
    assert!(tokens.contains_key("access_token"), "{tokens:?}");
    tokens
}

/// A token error that breaks no rule (RFC 6749 §5.2), and its code.
pub(in super::super) fn token_error(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.json();
    if let Some(words) = document["error_description"].as_str() {
        text::check_description(words);
    }
    document["error"].as_str().expect("an error").to_owned()
}

/// The answer to a refresh, and the claims of an ID token in it.
pub(in super::super) async fn verified_refresh(
    provider: &Provider,
    answer: &Answer,
) -> (Map<String, Value>, Option<Map<String, Value>>) {
    let tokens = check_token_answer(answer);
    let claims = match tokens.get("id_token").and_then(Value::as_str) {
        Some(token) => Some(keys::verify(&provider.keys().await, token).claims),
        None => None,
    };
    (tokens, claims)
}
