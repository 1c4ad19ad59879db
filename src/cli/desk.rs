//! What the commands that work on the record share: the opened record, a realm, the time.

use std::sync::Arc;
use std::time::Duration;

use super::{Failure, backend};
use crate::account::event::{Caller, Event, EventKind};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::entropy::{Entropy, SystemEntropy};
use crate::flows::revocations;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::store::{Realm, Revocation, RevocationMark, SharedStore};

/// How long a command waits for a server to publish revocations, and how often it looks.
const SETTLE_LIMIT: Duration = Duration::from_secs(1);
const SETTLE_PAUSE: Duration = Duration::from_millis(50);

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
}

impl Desk {
    /// Opens the record, and refuses a realm that is not there.
    pub async fn open(config: &Config, realm: &str) -> Result<Self, Failure> {
        let desk = Self {
            store: backend::open_store(config, crate::server::Migration::Apply).await?,
            realm: parse_realm(realm)?,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy::default()),
        };
        desk.realm_record().await?;
        Ok(desk)
    }

    /// The realm as it is settled at present.
    pub async fn realm_record(&self) -> Result<Realm, Failure> {
        self.store.realm(&self.realm).await?.ok_or_else(|| {
            Failure::not_found(format!(
                "there is no realm {}; `vidimus realm list` shows them",
                self.realm
            ))
        })
    }

    /// The marks that revoke the access tokens of one user or client up to now.
    pub fn marks(&self, mark: RevocationMark, now: Timestamp) -> [Revocation; 1] {
        [revocations::mark(&self.realm, mark, now)]
    }

    /// Who acts, for the record: a command.
    pub fn caller(&self) -> Caller {
        Caller {
            user_agent: Some(concat!("vidimus/", env!("CARGO_PKG_VERSION")).to_owned()),
            ..Caller::default()
        }
    }

    /// What is told of a command's change of this realm.
    pub fn event(&self, kind: EventKind) -> Event {
        Event::new(&self.realm, kind, &self.caller(), self.clock.now())
    }

    /// Waits until a running server has published the revocations, so that a command says "ended"
    /// when it is so; not for long, since there may be no server.
    pub async fn settle(&self) -> Result<(), Failure> {
        let patience = tokio::time::Instant::now() + SETTLE_LIMIT;
        while tokio::time::Instant::now() < patience {
            if self
                .store
                .unpublished_revocations(self.clock.now())
                .await?
                .is_empty()
            {
                return Ok(());
            }
            tokio::time::sleep(SETTLE_PAUSE).await;
        }
        Ok(())
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
