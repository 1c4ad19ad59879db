//! Changes of keys that somebody asks for, and the successors that the rotation job publishes.

use super::{KeysError, RealmKeys, key_event};
use crate::account::event::EventKind;
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::ids::{KeyId, RealmId};
use crate::protocol::time::Timestamp;
use crate::store::{Creation, KeyState, KeyTransition, SigningKeyRecord};

/// How urgent a rotation is. The first two are of one algorithm, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Publish a successor now; the rotation job lets it sign once clients can know it.
    Normal(Option<SigningAlgorithm>),
    /// A fresh key signs at once, and its predecessor stays published for what it has signed. A
    /// client that caches the key set must fetch it again when it meets the new `kid`.
    Immediate(Option<SigningAlgorithm>),
    /// The keys may be known to others: fresh keys sign at once and all others are retired.
    /// Tokens signed with them are refused as soon as each node has looked at the record.
    Emergency,
}

impl Rotation {
    fn algorithms(self) -> Vec<SigningAlgorithm> {
        match self {
            Self::Normal(Some(one)) | Self::Immediate(Some(one)) => vec![one],
            Self::Normal(None) | Self::Immediate(None) | Self::Emergency => {
                SigningAlgorithm::ALL.to_vec()
            }
        }
    }
}

/// A key that a rotation has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeKey {
    /// Its algorithm.
    pub algorithm: SigningAlgorithm,
    /// Its `kid`.
    pub id: KeyId,
}

impl RealmKeys {
    /// Rotates the keys of a realm now, and tells which were made. A normal rotation makes none
    /// where a successor is published already.
    pub async fn rotate(
        &self,
        realm: &RealmId,
        rotation: Rotation,
        now: Timestamp,
    ) -> Result<Vec<MadeKey>, KeysError> {
        let mut made = Vec::new();
        for algorithm in rotation.algorithms() {
            let id = match rotation {
                Rotation::Normal(_) => {
                    // A successor succeeds a key.
                    self.ring_for(realm, algorithm, now).await?;
                    self.add_pending(realm, algorithm, now).await?
                }
                Rotation::Immediate(_) => Some(self.replace(realm, algorithm, now).await?),
                Rotation::Emergency => Some(self.withdraw(realm, algorithm, now).await?),
            };
            made.extend(id.map(|id| MadeKey { algorithm, id }));
        }
        let _loading = self.loading.lock().await;
        self.load(realm, now).await?;
        Ok(made)
    }

    /// Publishes a successor unless there is one.
    pub async fn add_pending(
        &self,
        realm: &RealmId,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<Option<KeyId>, KeysError> {
        let pending = KeyState::Pending;
        if !self.in_state(realm, algorithm, pending).await?.is_empty() {
            return Ok(None);
        }
        let key = self.generate(realm, algorithm, pending, now).await?;
        let told = [key_event(realm, EventKind::KeyPublished, &key.id, now)];
        Ok(match self.store.add_signing_key(&key, &told).await? {
            Creation::Created => Some(key.id),
            Creation::NameTaken => None,
        })
    }

    /// Lets a fresh key sign; no published key disappears.
    async fn replace(
        &self,
        realm: &RealmId,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<KeyId, KeysError> {
        let pending = KeyState::Pending;
        let fresh = self.generate(realm, algorithm, pending, now).await?;
        let told = [key_event(realm, EventKind::KeyPublished, &fresh.id, now)];
        while self.store.add_signing_key(&fresh, &told).await? == Creation::NameTaken {
            // A successor that waits has its turn first, so that clients that know it lose
            // nothing.
            for id in self.in_state(realm, algorithm, pending).await? {
                self.let_sign(realm, &id, now).await?;
            }
        }
        self.activate(realm, &fresh, now).await?;
        Ok(fresh.id)
    }

    /// Lets a fresh key sign and retires all others of its algorithm. Each step leaves one key that
    /// signs; a repeat after a crash ends the work.
    async fn withdraw(
        &self,
        realm: &RealmId,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<KeyId, KeysError> {
        let fresh = self
            .generate(realm, algorithm, KeyState::Pending, now)
            .await?;
        let told = [key_event(realm, EventKind::KeyPublished, &fresh.id, now)];
        loop {
            // A successor made before the emergency may be known to others as well.
            for id in self.in_state(realm, algorithm, KeyState::Pending).await? {
                self.retire(realm, &id, now).await?;
            }
            // Taken only when the rotation job published one in between; then it goes too.
            if self.store.add_signing_key(&fresh, &told).await? == Creation::Created {
                break;
            }
        }
        self.activate(realm, &fresh, now).await?;
        for id in self.in_state(realm, algorithm, KeyState::Retiring).await? {
            self.retire(realm, &id, now).await?;
        }
        Ok(fresh.id)
    }

    async fn activate(
        &self,
        realm: &RealmId,
        fresh: &SigningKeyRecord,
        now: Timestamp,
    ) -> Result<(), KeysError> {
        if self.let_sign(realm, &fresh.id, now).await? == KeyTransition::Lost {
            // Two such rotations at once: the other one's key is as fresh.
            tracing::warn!(%realm, key = %fresh.id, "another rotation was faster");
        }
        Ok(())
    }

    /// Lets a published key sign in place of the one that does.
    pub async fn let_sign(
        &self,
        realm: &RealmId,
        key: &KeyId,
        now: Timestamp,
    ) -> Result<KeyTransition, KeysError> {
        let told = [key_event(realm, EventKind::KeyActivated, key, now)];
        Ok(self.store.activate_key(realm, key, &told, now).await?)
    }

    /// Takes a key that does not sign out of use.
    pub async fn retire(
        &self,
        realm: &RealmId,
        key: &KeyId,
        now: Timestamp,
    ) -> Result<KeyTransition, KeysError> {
        let told = [key_event(realm, EventKind::KeyRetired, key, now)];
        Ok(self.store.retire_key(realm, key, &told, now).await?)
    }

    async fn in_state(
        &self,
        realm: &RealmId,
        algorithm: SigningAlgorithm,
        state: KeyState,
    ) -> Result<Vec<KeyId>, KeysError> {
        let keys = self.store.signing_keys(realm).await?;
        let wanted = keys
            .into_iter()
            .filter(|key| key.state == state && key.algorithm == algorithm.name());
        Ok(wanted.map(|key| key.id).collect())
    }
}
