//! What a relying party does with `openidconnect`: discovery, the code flow with PKCE, `state` and
//! `nonce`, and every use of the tokens afterwards.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
    CoreSubjectIdentifierType,
};
use openidconnect::url::{Url, form_urlencoded};
use openidconnect::{
    AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, IntrospectionUrl,
    IssuerUrl, LogoutRequest, Nonce, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadata, RedirectUrl, RevocableToken as _, RevocationUrl, Scope,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::demo::exchange::{Exchange, Finding, Story};
use crate::demo::tokens::{self, Tokens};
use crate::demo::wire::{self, Captured, Recorder};
use crate::demo::{DemoConfig, DemoFault};
use crate::secret::SecretString;

/// Asked for at every sign-in, beside `openid` that the library adds.
const SCOPES: [&str; 3] = ["profile", "email", "offline_access"];

/// Endpoints that discovery offers beyond OIDC Discovery §3 (RFC 8414 §2, RP-Initiated Logout §2.1).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are the document's members"
)]
pub(super) struct MoreEndpoints {
    pub(super) introspection_endpoint: Option<IntrospectionUrl>,
    pub(super) revocation_endpoint: Option<RevocationUrl>,
    pub(super) end_session_endpoint: Option<EndSessionUrl>,
}

impl AdditionalProviderMetadata for MoreEndpoints {}

/// A discovery document, with the keys that it pointed to.
pub(super) type Metadata = ProviderMetadata<
    MoreEndpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The library's client for one provider.
pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What an action brought about, and the exchanges that it took.
pub(super) type Told<T> = (Vec<Exchange>, Result<T, String>);

/// A sign-in that the browser is away for.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) state: CsrfToken,
    pub(super) begun: Instant,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    metadata: Box<Metadata>,
}

/// Notes, as the server knows it.
#[derive(Debug)]
pub(super) struct RelyingParty {
    pub(super) http: reqwest::Client,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: SecretString,
    redirect_uri: RedirectUrl,
    after_sign_out: PostLogoutRedirectUrl,
    base: Url,
}

impl RelyingParty {
    pub(super) fn new(config: &DemoConfig) -> Result<Self, DemoFault> {
        let base = config.base_url.trim_end_matches('/');
        Ok(Self {
            http: wire::client()?,
            issuer: IssuerUrl::new(config.issuer.clone())?,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: SecretString::new(config.client_secret.clone()),
            redirect_uri: RedirectUrl::new(format!("{base}/demo/callback"))?,
            after_sign_out: PostLogoutRedirectUrl::new(format!("{base}/demo"))?,
            base: Url::parse(base)?,
        })
    }

    /// The origin that its own forms come from.
    pub(super) fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Host and port of that origin, for people.
    pub(super) fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Whether cookies may travel over HTTPS only.
    pub(super) fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    pub(super) fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    pub(super) fn callback_address(&self) -> &Url {
        self.redirect_uri.url()
    }

    pub(super) fn client(&self, metadata: &Metadata) -> Client {
        let secret = ClientSecret::new(self.client_secret.expose().clone());
        CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), Some(secret))
            .set_redirect_uri(self.redirect_uri.clone())
    }

    /// Fetches discovery and keys, and makes the address to send the browser to.
    pub(super) async fn begin(&self) -> Told<(Url, Pending)> {
        let recorder = Recorder::new(&self.http);
        let discovered = Metadata::discover_async(self.issuer.clone(), &recorder).await;
        let captured = recorder.take();
        let metadata = match discovered {
            Ok(metadata) => metadata,
            Err(error) => return refused(&[DISCOVERY, KEYS], &captured, &error),
        };
        let finding = Finding::good("These keys will prove that an ID token is the server’s own.");
        let mut exchanges = told(&[DISCOVERY, KEYS], &captured, finding);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(&metadata);
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in SCOPES {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        let (url, state, nonce) = request.url();
        exchanges.push(Exchange::of_browser(AUTHORIZE, &url));
        let pending = Pending {
            state,
            begun: Instant::now(),
            nonce,
            verifier,
            metadata: Box::new(metadata),
        };
        (exchanges, Ok((url, pending)))
    }

    /// Turns the code into tokens, and believes the ID token only after every check.
    pub(super) async fn finish(&self, pending: Pending, code: String) -> Told<Tokens> {
        let recorder = Recorder::new(&self.http);
        let client = self.client(&pending.metadata);
        let request = match client.exchange_code(AuthorizationCode::new(code)) {
            Ok(request) => request.set_pkce_verifier(pending.verifier),
            Err(error) => return refused(&[TOKEN], &[], &error),
        };
        let answer = request.request_async(&recorder).await;
        let captured = recorder.take();
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return refused(&[TOKEN], &captured, &error),
        };
        match tokens::first(&client, &answer, &pending.nonce, pending.metadata) {
            Ok(tokens) => {
                let finding = Finding::good("The ID token passed every check; see it decoded.");
                (told(&[TOKEN], &captured, finding), Ok(tokens))
            }
            Err(reason) => {
                let finding = Finding::bad(reason.clone());
                (told(&[TOKEN], &captured, finding), Err(reason))
            }
        }
    }

    /// A request of RFC 7009 §2.1, authenticated as RFC 6749 §2.3.1 has it.
    pub(super) fn revocation_request(
        &self,
        endpoint: &RevocationUrl,
        token: &CoreRevocableToken,
    ) -> Result<HttpRequest, http::Error> {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let id: String = encode(self.client_id.as_str());
        let secret: String = encode(self.client_secret.expose());
        let credentials = STANDARD.encode(format!("{id}:{secret}"));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token.secret());
        if let Some(hint) = token.type_hint() {
            form.append_pair("token_type_hint", hint);
        }
        http::Request::post(endpoint.as_str())
            .header("authorization", format!("Basic {credentials}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish().into_bytes())
    }

    /// Where to send the browser to end the session at the server (RP-Initiated Logout §2).
    pub(super) fn sign_out_address(&self, tokens: &Tokens) -> Option<(Url, CsrfToken)> {
        let more = tokens.metadata.additional_metadata();
        let endpoint = more.end_session_endpoint.clone()?;
        let state = CsrfToken::new_random();
        let url = LogoutRequest::from(endpoint)
            .set_id_token_hint(&tokens.id_token)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.after_sign_out.clone())
            .set_state(state.clone())
            .http_get_url();
        Some((url, state))
    }
}

/// The exchanges of an action, each with its story; the last one carries the finding.
pub(super) fn told(stories: &[Story], captured: &[Captured], finding: Finding) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = stories
        .iter()
        .zip(captured)
        .map(|(story, captured)| Exchange::of_server(*story, captured))
        .collect();
    if let Some(last) = exchanges.last_mut() {
        last.findings.push(finding);
    }
    exchanges
}

/// The same for an action that failed.
pub(super) fn refused<T>(stories: &[Story], captured: &[Captured], error: &dyn Error) -> Told<T> {
    let reason = chain(error);
    let exchanges = told(stories, captured, Finding::bad(reason.clone()));
    (exchanges, Err(reason))
}

/// An error with its causes; texts that repeat their cause are told once.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}

const DISCOVERY: Story = Story {
    title: "Discovery",
    route: "Notes → server",
    purpose: "Notes knows only the issuer. This document tells it every endpoint.",
};
const KEYS: Story = Story {
    title: "Keys",
    route: "Notes → server",
    purpose: "The public keys, to check signatures with.",
};
const AUTHORIZE: Story = Story {
    title: "Authorization request",
    route: "Notes → browser → server",
    purpose: "Notes sends your browser to the server. Your password is typed there, never here.",
};
const TOKEN: Story = Story {
    title: "Code for tokens",
    route: "Notes → server",
    purpose: "Away from the browser, Notes proves who it is and trades the code for tokens.",
};
