//! A client as it is in the world: it builds requests, and calls the endpoints with its secret.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use vidimus::protocol::client::Client;
use vidimus::protocol::ids::RealmId;

use super::browser::{path_of, send};
use super::{Answer, World};

/// A verifier and its challenge (RFC 7636 Appendix B).
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Clone)]
pub(crate) struct TestClient {
    pub(crate) world: World,
    pub(crate) realm: RealmId,
    pub(crate) client: Client,
    pub(crate) secret: Option<String>,
}

impl TestClient {
    /// The same client, calling another node.
    pub(crate) fn on(&self, world: &World) -> Self {
        Self {
            world: world.clone(),
            ..self.clone()
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.client.id.as_str()
    }

    pub(crate) fn redirect(&self) -> &str {
        &self.client.metadata.redirect_uris[0]
    }

    /// An authorization request for `openid email`, with parameters changed (`("x", "")` drops x).
    pub(crate) fn authorize_url(&self, changes: &[(&str, &str)]) -> String {
        let mut params = vec![
            ("response_type", "code"),
            ("client_id", self.id()),
            ("redirect_uri", self.redirect()),
            ("scope", "openid email"),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            params.retain(|(own, _)| own != name);
            if !value.is_empty() {
                params.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        format!("{}?{query}", self.world.url(&self.realm, "/authorize"))
    }

    /// The parameters of the same request but for `client_id`.
    pub(crate) fn request(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let url = url::Url::parse(&self.authorize_url(changes)).unwrap();
        let pairs = url.query_pairs().into_owned();
        pairs.filter(|(name, _)| name != "client_id").collect()
    }

    /// Pushes the same request (RFC 9126 §2.1).
    pub(crate) async fn push(&self, changes: &[(&str, &str)]) -> Answer {
        let request = self.request(changes);
        let fields = request
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        self.post("/par", &fields.collect::<Vec<_>>()).await
    }

    /// Where the browser is sent with a pushed request, or with a request object's address.
    pub(crate) fn kept_url(&self, request_uri: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", self.id())
            .append_pair("request_uri", request_uri)
            .finish();
        format!("{}?{query}", self.world.url(&self.realm, "/authorize"))
    }

    /// Logs `ada` in with a new browser and gives the code.
    pub(crate) async fn code(&self, changes: &[(&str, &str)]) -> String {
        let mut browser = self.world.browser();
        let answer = browser.authorize(&self.authorize_url(changes), "ada").await;
        answer
            .param("code")
            .unwrap_or_else(|| panic!("no code: {answer:?}"))
    }

    /// The parameters that redeem a code.
    pub(crate) fn redemption<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect()),
            ("code_verifier", VERIFIER),
        ]
    }

    /// Logs `ada` in and redeems the code.
    pub(crate) async fn tokens(&self, changes: &[(&str, &str)]) -> serde_json::Value {
        let code = self.code(changes).await;
        let answer = self.post("/token", &self.redemption(&code)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.post(
            "/token",
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
        .await
    }

    /// Posts a form as this client: Basic with its secret, or its id in the form.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        if let Some(secret) = &self.secret {
            let basic = STANDARD.encode(format!("{}:{secret}", self.id()));
            return self
                .send(path, fields, Some(&format!("Basic {basic}")))
                .await;
        }
        let mut fields = fields.to_vec();
        fields.push(("client_id", self.id()));
        self.send(path, &fields, None).await
    }

    /// Posts a form as a public client that calls from this address.
    pub(crate) async fn post_from(
        &self,
        address: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("client_id", self.id())
            .finish();
        let url = self.world.url(&self.realm, path);
        let request = Request::builder()
            .method(Method::POST)
            .uri(path_of(&url))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 4711)))
            .body(Body::from(body))
            .unwrap();
        send(&self.world.router, request).await
    }

    /// Posts a form with exactly this Authorization header.
    pub(crate) async fn send(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        authorization: Option<&str>,
    ) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let url = self.world.url(&self.realm, path);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path_of(&url))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        send(&self.world.router, request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Answer {
        let url = self.world.url(&self.realm, "/userinfo");
        let request = Request::builder()
            .uri(path_of(&url))
            .header(AUTHORIZATION, format!("Bearer {access_token}"))
            .body(Body::empty())
            .unwrap();
        send(&self.world.router, request).await
    }

    /// Whether introspection calls a token active.
    pub(crate) async fn is_active(&self, token: &str) -> bool {
        let answer = self.post("/introspect", &[("token", token)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()["active"].as_bool().unwrap()
    }
}

/// The claims of a JWT, unverified.
pub(crate) fn decode_claims(jwt: &str) -> serde_json::Value {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A part of a JWT.
pub(crate) fn encode_part(part: &serde_json::Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// The header of a JWT, unverified.
pub(crate) fn decode_header(jwt: &str) -> serde_json::Value {
    let header = jwt.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}
