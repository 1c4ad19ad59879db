//! What the commands that work on the record share: the opened record, a realm, the time.

use std::sync::Arc;

use super::{Failure, backend};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::entropy::{Entropy, SystemEntropy};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{Revocation, RevocationMark, SharedStore};

/// An operator's desk: the record of one realm.
///
/// It opens the database directly, so that commands work whether or not a server runs; a running
/// one sees every change, because it asks the record.
pub struct Desk {
    /// The record.
    pub store: SharedStore,
    /// The realm that commands work on.
    pub realm: RealmId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// How long a revocation mark must stand: the life of an access token.
    pub access_lifetime: Lifetime,
}

impl Desk {
    /// Opens the record, and refuses a realm that is not there.
    pub async fn open(config: &Config, realm: &str) -> Result<Self, Failure> {
        let desk = Self {
            store: backend::open_store(config, crate::server::Migration::Apply).await?,
            realm: parse_realm(realm)?,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy::default()),
            access_lifetime: config.tokens.access_lifetime,
        };
        desk.require_realm().await?;
        Ok(desk)
    }

    async fn require_realm(&self) -> Result<(), Failure> {
        match self.store.realm(&self.realm).await? {
            Some(_) => Ok(()),
            None => Err(Failure::not_found(format!(
                "there is no realm {}; `vidimus realm list` shows them",
                self.realm
            ))),
        }
    }

    /// The marks that revoke the access tokens of one user or client up to now.
    pub fn marks(&self, mark: RevocationMark, now: Timestamp) -> [Revocation; 1] {
        [Revocation {
            realm: self.realm.clone(),
            mark,
            not_after: now,
            expires_at: now.plus(self.access_lifetime),
        }]
    }

    /// Closes the record; call it before the process ends, so that nothing is left to recover.
    pub async fn close(self) {
        self.store.close().await;
    }
}

/// Reads a realm's slug.
pub(super) fn parse_realm(slug: &str) -> Result<RealmId, Failure> {
    RealmId::parse(slug).map_err(|invalid| Failure::usage(format!("{slug:?} is {invalid}")))
}
