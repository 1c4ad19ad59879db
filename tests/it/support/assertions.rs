//! Clients with keys of their own, and what they sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwe::alg::ecdh_es::EcdhEsJweAlgorithm;
use josekit::jwe::alg::rsaes::RsaesJweAlgorithm;
use josekit::jwe::{self, JweDecrypter, JweHeader};
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ed::{EdCurve, EdKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jwk::{Jwk, KeyPair};
use josekit::jws::{ES256, EdDSA, HS256, JwsSigner, PS256, RS256};
use serde_json::{Value, json};
use vidimus::entropy::random_text;
use vidimus::keys::seal_client_secret;
use vidimus::protocol::algorithm::{KeyManagement, SigningAlgorithm};
use vidimus::protocol::client::{ClientMetadata, ClientType, TokenEndpointAuthMethod};
use vidimus::protocol::ids::RealmId;
use vidimus::secret::SecretString;

use super::{Answer, TestClient, World};

/// The only `client_assertion_type`.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key pair.
#[derive(Clone)]
pub(crate) struct ClientKey {
    private: Jwk,
    public: Value,
    kid: Option<String>,
}

impl ClientKey {
    /// A key that signs, without a `kid`.
    pub(crate) fn signing(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                Self::of(&RsaKeyPair::generate(2048).unwrap())
            }
            SigningAlgorithm::Es256 => Self::of(&EcKeyPair::generate(EcCurve::P256).unwrap()),
            SigningAlgorithm::EdDsa => Self::of(&EdKeyPair::generate(EdCurve::Ed25519).unwrap()),
        }
    }

    /// A key that decrypts.
    pub(crate) fn decrypting(management: KeyManagement) -> Self {
        match management {
            KeyManagement::RsaOaep256 => Self::of(&RsaKeyPair::generate(2048).unwrap()),
            KeyManagement::EcdhEs => Self::of(&EcKeyPair::generate(EcCurve::P256).unwrap()),
        }
    }

    fn of(pair: &dyn KeyPair) -> Self {
        Self {
            private: pair.to_jwk_private_key(),
            public: serde_json::to_value(pair.to_jwk_public_key()).unwrap(),
            kid: None,
        }
    }

    /// The same key under a name.
    pub(crate) fn named(mut self, kid: &str) -> Self {
        self.public["kid"] = kid.into();
        self.kid = Some(kid.to_owned());
        self
    }

    /// What is registered.
    pub(crate) fn public(&self) -> &Value {
        &self.public
    }

    /// Signs claims, with members of the header changed (null removes one).
    pub(crate) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        header: &Value,
        claims: &Value,
    ) -> String {
        let key = &self.private;
        let signer: Box<dyn JwsSigner> = match algorithm {
            SigningAlgorithm::Rs256 => Box::new(RS256.signer_from_jwk(key).unwrap()),
            SigningAlgorithm::Ps256 => Box::new(PS256.signer_from_jwk(key).unwrap()),
            SigningAlgorithm::Es256 => Box::new(ES256.signer_from_jwk(key).unwrap()),
            SigningAlgorithm::EdDsa => Box::new(EdDSA.signer_from_jwk(key).unwrap()),
        };
        let named = json!({"alg": algorithm.name(), "kid": self.kid});
        compact(signer.as_ref(), &changed(&named, header), claims)
    }

    /// Decrypts a token.
    pub(crate) fn decrypt(&self, management: KeyManagement, token: &str) -> (String, JweHeader) {
        let key = &self.private;
        let decrypter: Box<dyn JweDecrypter> = match management {
            KeyManagement::RsaOaep256 => Box::new(
                RsaesJweAlgorithm::RsaOaep256
                    .decrypter_from_jwk(key)
                    .unwrap(),
            ),
            KeyManagement::EcdhEs => {
                Box::new(EcdhEsJweAlgorithm::EcdhEs.decrypter_from_jwk(key).unwrap())
            }
        };
        let (plain, header) = jwe::deserialize_compact(token, decrypter.as_ref()).unwrap();
        (String::from_utf8(plain).unwrap(), header)
    }
}

/// A set of public keys.
pub(crate) fn jwks(keys: &[&ClientKey]) -> Value {
    let keys: Vec<&Value> = keys.iter().map(|key| key.public()).collect();
    json!({ "keys": keys })
}

/// Protects claims by HS256.
pub(crate) fn mac(secret: &[u8], header: &Value, claims: &Value) -> String {
    let signer = HS256.signer_from_bytes(secret).unwrap();
    let named = json!({"alg": "HS256"});
    compact(&signer, &changed(&named, header), claims)
}

/// A token that nobody has signed.
pub(crate) fn unsigned(claims: &Value) -> String {
    format!("{}.{}.", encode(&json!({"alg": "none"})), encode(claims))
}

fn compact(signer: &dyn JwsSigner, header: &Value, claims: &Value) -> String {
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = signer.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Members replaced; null removes one.
fn changed(value: &Value, changes: &Value) -> Value {
    let mut members = value.as_object().unwrap().clone();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    Value::Object(members)
}

/// A client that authenticates by signed assertions.
#[derive(Clone)]
pub(crate) struct AssertingClient {
    pub(crate) client: TestClient,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) key: ClientKey,
}

impl AssertingClient {
    /// A client with a key of its own, registered by value.
    pub(crate) async fn register(
        world: &World,
        kind: ClientType,
        algorithm: SigningAlgorithm,
    ) -> Self {
        let key = ClientKey::signing(algorithm);
        Self::register_with(world, kind, (algorithm, key.clone()), |metadata| {
            metadata.jwks = Some(jwks(&[&key]));
        })
        .await
    }

    /// A client that signs with this key; what it registers of it is up to `change`.
    pub(crate) async fn register_with(
        world: &World,
        kind: ClientType,
        (algorithm, key): (SigningAlgorithm, ClientKey),
        change: impl FnOnce(&mut ClientMetadata),
    ) -> Self {
        let client = world
            .client_with(&RealmId::default_realm(), kind, |metadata| {
                metadata.token_endpoint_auth_method = TokenEndpointAuthMethod::PrivateKeyJwt;
                change(metadata);
            })
            .await;
        Self {
            client,
            algorithm,
            key,
        }
    }

    /// The same client, calling another node.
    pub(crate) fn on(&self, world: &World) -> Self {
        Self {
            client: self.client.on(world),
            ..self.clone()
        }
    }

    /// The same client with another key.
    pub(crate) fn with_key(&self, key: &ClientKey) -> Self {
        Self {
            key: key.clone(),
            ..self.clone()
        }
    }

    /// A new assertion.
    pub(crate) fn assertion(&self) -> String {
        self.assertion_with(&json!({}), &json!({}))
    }

    /// A new assertion with header and claims changed (null removes one).
    pub(crate) fn assertion_with(&self, header: &Value, changes: &Value) -> String {
        let claims = claims_of(&self.client, changes);
        self.key.sign(self.algorithm, header, &claims)
    }

    /// Posts a form with a new assertion.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        present(&self.client, path, fields, &self.assertion()).await
    }

    /// Asks for a token of its own with an assertion.
    pub(crate) async fn ask(&self, assertion: &str) -> Answer {
        ask(&self.client, assertion).await
    }

    /// Logs `ada` in and redeems the code.
    pub(crate) async fn tokens(&self, changes: &[(&str, &str)]) -> Value {
        let code = self.client.code(changes).await;
        let answer = self.post("/token", &self.client.redemption(&code)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

/// What an assertion of a client says, with claims changed (null removes one).
pub(crate) fn claims_of(client: &TestClient, changes: &Value) -> Value {
    let app = &client.world.app;
    let now = app.now().unix_seconds();
    let claims = json!({
        "iss": client.id(),
        "sub": client.id(),
        "aud": app.issuer(&client.realm).as_str(),
        "jti": random_text::<16>(app.entropy.as_ref()).unwrap(),
        "iat": now,
        "exp": now + 60,
    });
    changed(&claims, changes)
}

/// Posts a form with an assertion.
pub(crate) async fn present(
    client: &TestClient,
    path: &str,
    fields: &[(&str, &str)],
    assertion: &str,
) -> Answer {
    let mut fields = fields.to_vec();
    fields.push(("client_assertion_type", JWT_BEARER));
    fields.push(("client_assertion", assertion));
    client.send(path, &fields, None).await
}

/// Asks for a machine's token with an assertion.
pub(crate) async fn ask(client: &TestClient, assertion: &str) -> Answer {
    let fields = [("grant_type", "client_credentials")];
    present(client, "/token", &fields, assertion).await
}

/// A client that authenticates its assertions with its secret, which the record keeps sealed.
pub(crate) async fn sharing_client(world: &World, kind: ClientType) -> (TestClient, String) {
    let realm = RealmId::default_realm();
    let mut client = world
        .client_with(&realm, kind, |metadata| {
            metadata.token_endpoint_auth_method = TokenEndpointAuthMethod::ClientSecretJwt;
        })
        .await;
    let secret = client.secret.take().unwrap();
    let row = &mut client.client;
    let sealed = SecretString::new(secret.clone());
    let sealed = seal_client_secret(&world.app.master, &row.realm, &row.id, &sealed);
    row.secret = None;
    row.sealed_secret = Some(sealed.unwrap());
    world.app.store.update_client(row, &[]).await.unwrap();
    (client, secret)
}
