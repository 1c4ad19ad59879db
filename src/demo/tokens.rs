//! The tokens of one sign-in: checked, shown, and used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreRevocableToken, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AsyncHttpClient, Nonce, NonceVerifier, OAuth2TokenResponse as _,
    RefreshToken, SubjectIdentifier, TokenIntrospectionResponse as _, TokenResponse as _,
};
use serde::Serialize;
use serde_json::Value;

use crate::demo::exchange::{Finding, Part, Story, pretty};
use crate::demo::explain;
use crate::demo::relying_party::{Client, Metadata, RelyingParty, Told, chain, refused, told};
use crate::demo::wire::Recorder;

/// An ID token taken apart for the eye.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DecodedIdToken {
    header: String,
    claims: String,
    meanings: Vec<Part>,
    checks: Vec<&'static str>,
}

/// What Notes holds for someone who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    access: AccessToken,
    refresh: Option<RefreshToken>,
    pub(super) id_token: CoreIdToken,
    pub(super) decoded: DecodedIdToken,
    pub(super) greeting: String,
    pub(super) subject: SubjectIdentifier,
    pub(super) metadata: Box<Metadata>,
}

/// The tokens of a code exchange, if the ID token passes every check of OIDC Core §3.1.3.7.
pub(super) fn first(
    client: &Client,
    answer: &CoreTokenResponse,
    nonce: &Nonce,
    metadata: Box<Metadata>,
) -> Result<Tokens, String> {
    let id_token = answer
        .id_token()
        .ok_or("The server sent no ID token.")?
        .clone();
    let (claims, mut checks) = checked(client, &id_token, answer.access_token(), nonce)?;
    checks.push("The nonce is the one of this very sign-in.");
    Ok(Tokens {
        access: answer.access_token().clone(),
        refresh: answer.refresh_token().cloned(),
        decoded: decode(&id_token, checks),
        greeting: claims.subject().as_str().to_owned(),
        subject: claims.subject().clone(),
        id_token,
        metadata,
    })
}

/// The claims, and what was checked before they were believed.
fn checked<N: NonceVerifier>(
    client: &Client,
    id_token: &CoreIdToken,
    access: &AccessToken,
    nonce: N,
) -> Result<(CoreIdTokenClaims, Vec<&'static str>), String> {
    let verifier: CoreIdTokenVerifier<'_> = client.id_token_verifier();
    let claims = id_token
        .claims(&verifier, nonce)
        .map_err(|error| chain(&error))?;
    let mut checks = vec![
        "The signature is good, by a key from the server’s key set.",
        "The issuer is the one that Notes asked.",
        "The audience is Notes.",
        "It has not expired.",
    ];
    // OIDC Core §3.1.3.8: optional in the code flow, binding when it is there.
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(|error| chain(&error))?;
        let key = id_token
            .signing_key(&verifier)
            .map_err(|error| chain(&error))?;
        let actual =
            AccessTokenHash::from_token(access, algorithm, key).map_err(|error| chain(&error))?;
        if actual != *expected {
            return Err("The ID token belongs to another access token.".to_owned());
        }
        checks.push("The access token is the one that came with it (at_hash).");
    }
    Ok((claims.clone(), checks))
}

/// A name to greet with. It comes from userinfo: beside a code, an ID token holds no profile (OIDC
/// Core §5.4).
fn name_of(claims: &CoreUserInfoClaims) -> String {
    let name = claims.name().and_then(|name| name.get(None));
    let username = claims.preferred_username();
    name.map(|name| name.as_str())
        .or_else(|| username.map(|name| name.as_str()))
        .unwrap_or_else(|| claims.subject().as_str())
        .to_owned()
}

fn decode(id_token: &CoreIdToken, checks: Vec<&'static str>) -> DecodedIdToken {
    let compact = id_token.to_string();
    let mut parts = compact.split('.').map(decode_part);
    let header = parts.next().unwrap_or_default();
    let claims = parts.next().unwrap_or_default();
    let meanings = [&header, &claims]
        .into_iter()
        .filter_map(Value::as_object)
        .flatten()
        .map(|(name, value)| Part {
            name: name.clone(),
            value: value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
            meaning: explain::claim(name),
        })
        .collect();
    DecodedIdToken {
        header: pretty(&header),
        claims: pretty(&claims),
        meanings,
        checks,
    }
}

fn decode_part(part: &str) -> Value {
    URL_SAFE_NO_PAD
        .decode(part)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

impl Tokens {
    /// Trades the refresh token for new tokens (RFC 6749 §6).
    pub(super) async fn refresh(&self, notes: &RelyingParty) -> Told<Self> {
        let client = notes.client(&self.metadata);
        let Some(refresh) = &self.refresh else {
            return (Vec::new(), Err("Notes holds no refresh token.".to_owned()));
        };
        let request = match client.exchange_refresh_token(refresh) {
            Ok(request) => request,
            Err(error) => return refused(&[REFRESH], &[], &error),
        };
        let recorder = Recorder::new(&notes.http);
        let answer = request.request_async(&recorder).await;
        let captured = recorder.take();
        match answer {
            Err(error) => refused(&[REFRESH], &captured, &error),
            Ok(answer) => match self.renewed(&client, &answer) {
                Ok(tokens) => {
                    let finding = Finding::good("New tokens, and nobody had to sign in.");
                    (told(&[REFRESH], &captured, finding), Ok(tokens))
                }
                Err(reason) => {
                    let finding = Finding::bad(reason.clone());
                    (told(&[REFRESH], &captured, finding), Err(reason))
                }
            },
        }
    }

    /// OIDC Core §12.2: a new ID token must be about the same person; it needs no nonce.
    fn renewed(&self, client: &Client, answer: &CoreTokenResponse) -> Result<Self, String> {
        let mut tokens = self.clone();
        tokens.access = answer.access_token().clone();
        if let Some(refresh) = answer.refresh_token() {
            tokens.refresh = Some(refresh.clone());
        }
        if let Some(id_token) = answer.id_token() {
            let any_nonce = |_: Option<&Nonce>| Ok(());
            let (claims, mut checks) = checked(client, id_token, answer.access_token(), any_nonce)?;
            if *claims.subject() != self.subject {
                return Err("The new ID token is about somebody else.".to_owned());
            }
            tokens.id_token = id_token.clone();
            checks.push("The person is the same as before.");
            tokens.decoded = decode(id_token, checks);
        }
        Ok(tokens)
    }

    /// Asks who the access token speaks for (OIDC Core §5.3); a name to greet them with.
    pub(super) async fn userinfo(&self, notes: &RelyingParty) -> Told<String> {
        let client = notes.client(&self.metadata);
        let subject = Some(self.subject.clone());
        let request = match client.user_info(self.access.clone(), subject) {
            Ok(request) => request,
            Err(error) => return refused(&[USERINFO], &[], &error),
        };
        let recorder = Recorder::new(&notes.http);
        let answer: Result<CoreUserInfoClaims, _> = request.request_async(&recorder).await;
        let captured = recorder.take();
        match answer {
            Ok(claims) => {
                // OIDC Core §5.3.2: the library has compared the subjects.
                let finding = Finding::good("The same person as in the ID token.");
                (told(&[USERINFO], &captured, finding), Ok(name_of(&claims)))
            }
            Err(error) => refused(&[USERINFO], &captured, &error),
        }
    }

    /// Asks whether the access token is still good (RFC 7662).
    pub(super) async fn introspect(&self, notes: &RelyingParty) -> Told<String> {
        let more = self.metadata.additional_metadata();
        let Some(endpoint) = more.introspection_endpoint.clone() else {
            return (Vec::new(), Err(NOT_OFFERED.to_owned()));
        };
        let client = notes.client(&self.metadata).set_introspection_url(endpoint);
        let recorder = Recorder::new(&notes.http);
        let request = client.introspect(&self.access);
        let answer = request.set_token_type_hint("access_token");
        let answer = answer.request_async(&recorder).await;
        let captured = recorder.take();
        match answer {
            Ok(answer) => {
                let text = if answer.active() {
                    "Active: an API would accept the access token now."
                } else {
                    "Not active: an API would refuse the access token now."
                };
                (
                    told(&[INTROSPECT], &captured, Finding::good(text)),
                    Ok(text.to_owned()),
                )
            }
            Err(error) => refused(&[INTROSPECT], &captured, &error),
        }
    }

    /// Gives the grant back (RFC 7009), by its refresh token if there is one.
    pub(super) async fn revoke(&self, notes: &RelyingParty) -> Told<String> {
        let more = self.metadata.additional_metadata();
        let Some(endpoint) = &more.revocation_endpoint else {
            return (Vec::new(), Err(NOT_OFFERED.to_owned()));
        };
        let token = self.refresh.as_ref().map_or_else(
            || CoreRevocableToken::from(&self.access),
            CoreRevocableToken::from,
        );
        // The library revokes over HTTPS only, as RFC 7009 §2 has it; this is a demo on localhost.
        let request = match notes.revocation_request(endpoint, &token) {
            Ok(request) => request,
            Err(error) => return refused(&[REVOKE], &[], &error),
        };
        let recorder = Recorder::new(&notes.http);
        let answer = recorder.call(request).await;
        let captured = recorder.take();
        match answer {
            Ok(answer) if answer.status().is_success() => {
                let text = "Taken back. Introspect or refresh now, and see.";
                (
                    told(&[REVOKE], &captured, Finding::good(text)),
                    Ok(text.to_owned()),
                )
            }
            Ok(answer) => {
                let reason = format!("The server answered {}.", answer.status());
                (
                    told(&[REVOKE], &captured, Finding::bad(reason.clone())),
                    Err(reason),
                )
            }
            Err(error) => refused(&[REVOKE], &captured, &error),
        }
    }
}

const NOT_OFFERED: &str = "The server’s discovery document does not offer this endpoint.";

const REFRESH: Story = Story {
    title: "Refresh",
    route: "Notes → server",
    purpose: "Access tokens are short-lived on purpose. The refresh token buys the next one.",
};
const USERINFO: Story = Story {
    title: "Userinfo",
    route: "Notes → server",
    purpose: "Notes shows the access token, and reads what it may know about you.",
};
const INTROSPECT: Story = Story {
    title: "Introspection",
    route: "Notes → server",
    purpose: "An API that does not read tokens itself can ask the server whether one is good.",
};
const REVOKE: Story = Story {
    title: "Revocation",
    route: "Notes → server",
    purpose: "Notes gives the whole grant back: the refresh token, and all that came from it.",
};

/// Tokens as after a sign-in, for the page's own tests; nothing here was signed by anybody.
#[cfg(test)]
pub(super) fn sample() -> Tokens {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = encode(r#"{"alg":"RS256","kid":"k1"}"#);
    let claims = encode(
        r#"{"iss":"http://localhost:1","sub":"u1","aud":"demo-web","exp":1700000600,"iat":1700000000,
        "auth_time":1700000000,"nonce":"n-0S6_WzA2Mj","amr":["pwd"],"name":"Ada Lovelace",
        "email":"ada@example.test","email_verified":true}"#,
    );
    let id_token: CoreIdToken = format!("{header}.{claims}.c2ln").parse().unwrap();
    let metadata = serde_json::json!({
        "issuer": "http://localhost:1",
        "authorization_endpoint": "http://localhost:1/authorize",
        "jwks_uri": "http://localhost:1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    });
    Tokens {
        access: AccessToken::new("access".to_owned()),
        refresh: None,
        decoded: decode(&id_token, vec!["Nothing was checked: this is a sample."]),
        greeting: "Ada Lovelace".to_owned(),
        subject: SubjectIdentifier::new("u1".to_owned()),
        id_token,
        metadata: Box::new(serde_json::from_value(metadata).unwrap()),
    }
}
