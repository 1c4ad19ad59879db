//! The key rings of the realms in use, loaded when first needed and never trusted for long.

mod rotation;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::account::event::{Caller, Event, EventKind};
use crate::keys::signing_key::generate;
use crate::keys::{KeyError, KeyRing, KeySchedule, MasterKey, TokenRefusal, TokenType};
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::ids::{KeyId, RealmId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{KeyState, SharedStore, SigningKeyRecord, Store, StoreError};

pub use rotation::{MadeKey, Rotation};

/// How often an unknown `kid` may cause a look at the record: tokens with made-up names must not
/// become queries.
const UNKNOWN_KEY_INTERVAL: Lifetime = Lifetime::seconds(1);
const CANARY_SETTING: &str = "master_key_canary";

/// The keys of a realm cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The record does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key cannot be read or made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no such realm, so it gets no keys.
    #[error("there is no realm {0}")]
    UnknownRealm(RealmId),
    /// The thread that makes keys was lost.
    #[error("the making of a key was interrupted")]
    Interrupted,
}

/// Refuses when the record's keys are sealed with another master key. The first node of a new
/// record leaves the canary there.
pub async fn check_master_key(store: &dyn Store, master: &MasterKey) -> Result<(), KeysError> {
    let canary = store
        .setting_or_insert(CANARY_SETTING, &master.canary()?)
        .await?;
    Ok(master.check_canary(&canary)?)
}

/// The rings of the realms that this node serves.
pub struct RealmKeys {
    store: SharedStore,
    master: Arc<MasterKey>,
    schedule: KeySchedule,
    rings: RwLock<HashMap<RealmId, Loaded>>,
    /// Held while rings are loaded, so that a revision is reported only when every ring has it,
    /// and a crowd asking for a new realm makes one key.
    loading: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Loaded {
    ring: Arc<KeyRing>,
    /// Which keys the ring was built from.
    keys: Vec<(KeyId, KeyState)>,
    /// The key revision read before those keys.
    revision: i64,
    /// When the record last said that nothing newer exists.
    confirmed_at: Timestamp,
}

impl RealmKeys {
    /// Loads nothing yet.
    pub fn new(store: SharedStore, master: Arc<MasterKey>, schedule: KeySchedule) -> Self {
        Self {
            store,
            master,
            schedule,
            rings: RwLock::new(HashMap::new()),
            loading: Mutex::new(()),
        }
    }

    /// How long keys stay in each state.
    pub fn schedule(&self) -> &KeySchedule {
        &self.schedule
    }

    /// The ring of a realm, no older than the schedule allows. Makes the first RS256 key of a realm
    /// that has none; the rotation job makes those of the other algorithms.
    pub async fn ring(&self, realm: &RealmId, now: Timestamp) -> Result<Arc<KeyRing>, KeysError> {
        if let Some(ring) = self.confirmed_within(realm, self.schedule.max_ring_age, now) {
            return Ok(ring);
        }
        let _loading = self.loading.lock().await;
        // Another task may have loaded it while this one waited.
        if let Some(ring) = self.confirmed_within(realm, self.schedule.max_ring_age, now) {
            return Ok(ring);
        }
        self.load(realm, now).await
    }

    /// The ring of a realm with a key of this algorithm in it, which is made when there is none.
    pub async fn ring_for(
        &self,
        realm: &RealmId,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<Arc<KeyRing>, KeysError> {
        let ring = self.ring(realm, now).await?;
        if ring.signs(algorithm) {
            return Ok(ring);
        }
        let _loading = self.loading.lock().await;
        // Another task or node may have made it meanwhile.
        let ring = self.load(realm, now).await?;
        if ring.signs(algorithm) {
            return Ok(ring);
        }
        self.make_first(realm, algorithm, now).await?;
        self.load(realm, now).await
    }

    /// The claims of a token signed by the realm. A key that another node has just made is looked
    /// for in the record, at most once a second.
    pub async fn verify<C: DeserializeOwned>(
        &self,
        realm: &RealmId,
        compact: &str,
        typ: TokenType,
        now: Timestamp,
    ) -> Result<Result<C, TokenRefusal>, KeysError> {
        let first = self.ring(realm, now).await?.verify(compact, typ);
        if !matches!(first, Err(TokenRefusal::UnknownKey)) {
            return Ok(first);
        }
        let _loading = self.loading.lock().await;
        let ring = match self.confirmed_within(realm, UNKNOWN_KEY_INTERVAL, now) {
            Some(ring) => ring,
            None => self.load(realm, now).await?,
        };
        Ok(ring.verify(compact, typ))
    }

    /// Loads what changed in the record and returns the key revision that every loaded ring has.
    pub async fn refresh(&self, now: Timestamp) -> Result<i64, KeysError> {
        let _loading = self.loading.lock().await;
        let revision = self.store.key_revision().await?;
        let mut behind = Vec::new();
        for (realm, loaded) in self.write().iter_mut() {
            if loaded.revision == revision {
                loaded.confirmed_at = now;
            } else {
                behind.push(realm.clone());
            }
        }
        for realm in &behind {
            match self.load(realm, now).await {
                Ok(_ring) => {}
                Err(KeysError::Store(error)) => return Err(error.into()),
                // One broken realm must not keep the node from saying that it lives. Without a
                // ring it has nothing outdated either.
                Err(error) => {
                    tracing::error!(%realm, %error, "the realm's keys cannot be loaded");
                    self.write().remove(realm);
                }
            }
        }
        Ok(revision)
    }

    /// Reads the keys of a realm and keeps its ring. The caller holds `loading`.
    async fn load(&self, realm: &RealmId, now: Timestamp) -> Result<Arc<KeyRing>, KeysError> {
        // Before the keys: a change in between makes the ring newer than it says, never older.
        let mut revision = self.store.key_revision().await?;
        let mut records = self.store.signing_keys(realm).await?;
        let algorithm = SigningAlgorithm::default();
        let signs = |key: &SigningKeyRecord| {
            key.state == KeyState::Active && key.algorithm == algorithm.name()
        };
        if !records.iter().any(signs) {
            self.make_first(realm, algorithm, now).await?;
            revision = self.store.key_revision().await?;
            records = self.store.signing_keys(realm).await?;
        }
        let keys: Vec<_> = records
            .iter()
            .map(|key| (key.id.clone(), key.state))
            .collect();
        let unchanged = self
            .read(realm)
            .filter(|loaded| loaded.keys == keys)
            .map(|loaded| loaded.ring);
        let ring = match unchanged {
            Some(ring) => ring,
            None => Arc::new(KeyRing::from_records(&records, &self.master)?),
        };
        let loaded = Loaded {
            ring: Arc::clone(&ring),
            keys,
            revision,
            confirmed_at: now,
        };
        self.write().insert(realm.clone(), loaded);
        Ok(ring)
    }

    /// Makes the key that a realm begins to sign with. When another node is faster, its key
    /// stands.
    pub async fn make_first(
        &self,
        realm: &RealmId,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<(), KeysError> {
        if self.store.realm(realm).await?.is_none() {
            return Err(KeysError::UnknownRealm(realm.clone()));
        }
        let active = KeyState::Active;
        let key = self.generate(realm, algorithm, active, now).await?;
        let told = [key_event(realm, EventKind::KeyActivated, &key.id, now)];
        let creation = self.store.add_signing_key(&key, &told).await?;
        let alg = algorithm.name();
        tracing::info!(%realm, alg, key = %key.id, ?creation, "made the first signing key");
        Ok(())
    }

    async fn generate(
        &self,
        realm: &RealmId,
        algorithm: SigningAlgorithm,
        state: KeyState,
        now: Timestamp,
    ) -> Result<SigningKeyRecord, KeysError> {
        let (realm, master) = (realm.clone(), Arc::clone(&self.master));
        let work = move || generate(&realm, &master, algorithm, state, now);
        let made = tokio::task::spawn_blocking(work).await;
        Ok(made.map_err(|_panicked| KeysError::Interrupted)??)
    }

    fn confirmed_within(
        &self,
        realm: &RealmId,
        age: Lifetime,
        now: Timestamp,
    ) -> Option<Arc<KeyRing>> {
        let rings = self.rings.read().unwrap_or_else(PoisonError::into_inner);
        rings
            .get(realm)
            // A clock that was set back must not keep an old ring alive.
            .filter(|loaded| loaded.confirmed_at <= now && now.since(loaded.confirmed_at) <= age)
            .map(|loaded| Arc::clone(&loaded.ring))
    }

    fn read(&self, realm: &RealmId) -> Option<Loaded> {
        let rings = self.rings.read().unwrap_or_else(PoisonError::into_inner);
        rings.get(realm).cloned()
    }

    /// Nothing that can panic runs under this lock, so a poisoned map is whole.
    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<RealmId, Loaded>> {
        self.rings.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is told of a key.
fn key_event(realm: &RealmId, kind: EventKind, key: &KeyId, now: Timestamp) -> Event {
    Event::new(realm, kind, &Caller::default(), now).with("kid", key.as_str())
}
