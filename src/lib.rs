//! Vidimus, a standalone OAuth 2.0 and OpenID Connect identity provider.
//!
//! `docs/architecture.md` walks through the modules; `tests/it/architecture.rs` holds who may
//! depend on whom.

pub mod account;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod entropy;
pub mod flows;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod metrics;
pub mod outgoing;
pub mod pages;
pub mod passkeys;
pub mod protocol;
pub mod secret;
pub mod server;
pub mod store;
pub mod telemetry;
