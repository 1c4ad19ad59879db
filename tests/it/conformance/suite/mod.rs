//! The suite as a provider meets it: what it sends, and what it checks in every module.
//!
//! What it would call a warning is a failure here.

mod browser;
mod claims;
mod client;
mod flow;
mod keys;
mod metadata;
mod person;
mod text;

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use axum::body::Body;
use http::{Method, Request as HttpRequest, StatusCode};
use serde_json::Value;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RegistrationMode;

use super::plans::{Authentication, PLANS, Registration, Variant};
use crate::support::browser::{path_of, send};
use crate::support::{Answer, Browser, World};

pub(super) use browser::{Landing, Page, Visit};
pub(super) use client::{RelyingParty, token_error, verified_refresh};
pub(super) use flow::{Flow, Request};
pub(super) use keys::Token;
pub(super) use metadata::strings;
pub(super) use person::{ADDRESS, EMAIL, PHONE, PROFILE};

/// Between two runs of a module. It gives the address its attempts to sign in back.
const BETWEEN_RUNS_SECONDS: u32 = 600;

/// The provider under test in one run of a module, and the browser of that run.
pub(super) struct Provider {
    pub(super) world: World,
    pub(super) variant: Variant,
    /// Its metadata, which have been checked.
    pub(super) metadata: Value,
    pub(super) browser: Browser,
    clients: Vec<RelyingParty>,
}

/// Runs a module with each of its variants; a failure names every variant that failed.
pub(super) async fn module(name: &str, body: impl AsyncFn(&mut Provider)) {
    let (mut runs, mut failures) = (0, Vec::new());
    for front_channel in [false, true] {
        let variants = variants(name, front_channel);
        if variants.is_empty() {
            continue;
        }
        let world = world(front_channel).await;
        let offered = metadata::read(&world).await;
        for variant in variants {
            let Some(variant) = possible(variant, &offered) else {
                continue;
            };
            world.advance(BETWEEN_RUNS_SECONDS);
            runs += 1;
            let run = Box::pin(async {
                let mut provider = Provider::meet(&world, variant).await;
                body(&mut provider).await;
                provider.take_leave().await;
            });
            if let Err(message) = caught(run).await {
                failures.push(format!("[{variant}] {message}"));
            }
        }
    }
    assert!(runs > 0, "no plan runs {name}");
    assert!(
        failures.is_empty(),
        "{name}: {} of {runs} runs failed\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// The variants of a module, of the plans that need tokens in the browser or of the others.
fn variants(name: &str, front_channel: bool) -> Vec<Variant> {
    let mut found = Vec::new();
    for plan in PLANS {
        for &response_type in plan.response_types {
            for registration in [Registration::Static, Registration::Dynamic] {
                let variant = Variant {
                    plan: plan.name,
                    response_type,
                    form_post: plan.form_post,
                    registration,
                    authentication: if plan.private_key_jwt {
                        Authentication::PrivateKeyJwt
                    } else {
                        Authentication::Basic
                    },
                };
                // The dynamic plan's metadata must offer the implicit response types.
                let needs_tokens_in_browser = variant.is_front_channel() || plan.private_key_jwt;
                if plan.lists(name, response_type) && needs_tokens_in_browser == front_channel {
                    found.push(variant);
                }
            }
        }
    }
    found
}

/// The variant with what the server offers today: clients register themselves where there is an
/// endpoint for it, and authenticate with a key where that is taken.
fn possible(variant: Variant, offered: &Value) -> Option<Variant> {
    if variant.registration == Registration::Dynamic && offered["registration_endpoint"].is_null() {
        return None;
    }
    let methods = strings(&offered["token_endpoint_auth_methods_supported"]);
    let is_taken = methods.contains(&variant.authentication.name().to_owned());
    Some(Variant {
        authentication: if is_taken {
            variant.authentication
        } else {
            Authentication::Basic
        },
        ..variant
    })
}

/// A server with the person of the tests, open for registration.
async fn world(front_channel: bool) -> World {
    let world = World::in_memory().await;
    let store = &world.app.store;
    let id = RealmId::default_realm();
    let mut realm = store.realm(&id).await.unwrap().unwrap();
    realm.settings.front_channel_tokens = front_channel;
    realm.settings.registration = RegistrationMode::Open;
    store.update_realm(&realm, &[]).await.unwrap();
    person::register(&world).await;
    world
}

/// What a panic said.
async fn caught(mut run: std::pin::Pin<Box<impl Future<Output = ()>>>) -> Result<(), String> {
    let polled = poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context)));
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    });
    polled.await.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        text.unwrap_or_default()
    })
}

impl Provider {
    /// What every module begins with.
    async fn meet(world: &World, variant: Variant) -> Self {
        let metadata = metadata::read(world).await;
        let provider = Self {
            world: world.clone(),
            variant,
            browser: world.browser(),
            clients: Vec::new(),
            metadata,
        };
        let offered = strings(&provider.metadata["token_endpoint_auth_methods_supported"]);
        assert!(offered.contains(&variant.authentication.name().to_owned()));
        let offered = strings(&provider.metadata["response_types_supported"]);
        assert!(offered.contains(&variant.response_type.to_owned()));
        if variant.form_post {
            let offered = strings(&provider.metadata["response_modes_supported"]);
            assert!(offered.contains(&"form_post".to_owned()));
        }
        provider.keys().await;
        provider
    }

    /// What every module ends with: clients that registered themselves are removed.
    async fn take_leave(self) {
        for client in &self.clients {
            let Some((address, token)) = &client.management else {
                continue;
            };
            let request = HttpRequest::builder()
                .method(Method::DELETE)
                .uri(path_of(address))
                .header("authorization", format!("Bearer {token}"))
                .body(Body::empty())
                .unwrap();
            let answer = send(&self.world.router, request).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
        }
    }

    pub(super) fn issuer(&self) -> &str {
        self.metadata["issuer"].as_str().unwrap()
    }

    /// An address that the metadata name.
    pub(super) fn endpoint(&self, name: &str) -> &str {
        let endpoint = self.metadata[name].as_str();
        endpoint.unwrap_or_else(|| panic!("the metadata have no {name}"))
    }

    pub(super) fn now(&self) -> i64 {
        self.world.app.now().unix_seconds()
    }

    pub(super) fn wait(&self, seconds: u32) {
        self.world.advance(seconds);
    }

    /// The key set, checked.
    pub(super) async fn keys(&self) -> Vec<Value> {
        let answer = fetch(&self.world, self.endpoint("jwks_uri")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        keys::check_set(&answer.json())
    }
}

/// Fetches a document as a server does, without a browser.
pub(super) async fn fetch(world: &World, address: &str) -> Answer {
    let request = HttpRequest::builder().uri(path_of(address));
    send(&world.router, request.body(Body::empty()).unwrap()).await
}
