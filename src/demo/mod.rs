//! The built-in relying party: "Notes", a tiny application that knows nobody and signs people in
//! through the server, to show a whole login from the other side.
//!
//! Owns: its own sessions, in process and bounded. Refuses to know: anything of the server but its
//! issuer. It is a client like any other, follows discovery (OIDC Discovery 1.0), and shows each
//! message as it really went over the wire.

mod browser;
mod callback;
mod exchange;
mod explain;
mod mailbox;
mod page;
mod relying_party;
mod routes;
mod tokens;
mod visits;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use openidconnect::url::ParseError;

use crate::pages::{PageFault, Pages};
pub use mailbox::Mailbox;
use relying_party::RelyingParty;
use visits::Visits;

/// How the demo reaches the server, and how it is registered there: a confidential client with the
/// redirect URI `{base_url}/demo/callback` and the post-logout redirect URI `{base_url}/demo`.
#[derive(Clone)]
pub struct DemoConfig {
    /// The issuer to sign people in with.
    pub issuer: String,
    /// Its `client_id` there.
    pub client_id: String,
    /// Its secret there.
    pub client_secret: String,
    /// The origin at which `/demo` is served, without a slash at the end.
    pub base_url: String,
    /// Where the server's mails end.
    pub mailbox: Mailbox,
}

impl std::fmt::Debug for DemoConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoConfig")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// The demo cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    /// The templates do not parse.
    #[error(transparent)]
    Page(#[from] PageFault),
    /// The outgoing client cannot be built.
    #[error("the demo's HTTP client could not be built")]
    Client(#[from] reqwest::Error),
    /// The issuer or the base URL is no URL.
    #[error("the demo's issuer or base URL is not a URL")]
    Address(#[from] ParseError),
}

/// What all requests to the demo share.
struct Demo {
    relying_party: RelyingParty,
    visits: Visits,
    pages: Pages,
    host: String,
}

/// The routes `/demo` and below.
pub fn router(config: &DemoConfig) -> Result<Router, DemoFault> {
    let relying_party = RelyingParty::new(config)?;
    let demo = Demo {
        host: relying_party.host(),
        relying_party,
        visits: Visits::default(),
        pages: Pages::with_templates(&page::TEMPLATES)?,
    };
    let mails = mailbox::routes(config.mailbox.clone(), demo.host.clone())?;
    Ok(routes::routes(Arc::new(demo)).merge(mails))
}
