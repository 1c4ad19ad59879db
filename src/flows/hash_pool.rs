//! Password hashing on its own few threads, so that logins never delay tokens and never take more
//! memory than was planned for.

use std::sync::Arc;

use crate::account::password::policy::AcceptablePassword;
use crate::account::password::{
    self, HashMemory, NewPasswordHash, PasswordCost, PasswordHashError, SALT_BYTES,
    VerifiedPassword,
};
use crate::keys::KeyError;
use crate::keys::pool::{JobLost, PoolFull, Slot, WorkPool};
use crate::protocol::time::Lifetime;
use crate::secret::SecretString;

/// About how long a full queue takes to have room again.
const RETRY_AFTER: Lifetime = Lifetime::seconds(2);

/// Why a password was neither hashed nor checked.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub enum HashPoolError {
    /// Too many are waiting; nothing was done.
    #[error("too many passwords are being checked")]
    Overloaded {
        /// When to try again.
        retry_after: Lifetime,
    },
    /// The work was lost to a shutdown.
    #[error(transparent)]
    Lost(#[from] JobLost),
    /// The hash cannot be computed.
    #[error(transparent)]
    Hash(#[from] PasswordHashError),
}

/// Who comes first when many passwords are to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Whoever is not known to have tried before: a known device, an address at its first guess.
    Preferred,
    /// Everybody else: they leave half of the places to those.
    Ordinary,
}

/// A place at the threads that hash; given back when it is dropped.
#[derive(Debug)]
pub struct Place(Slot<HashMemory>);

/// The threads that hash, each with its own reused memory.
#[derive(Debug)]
pub struct HashPool {
    pool: WorkPool<HashMemory>,
    /// The places that are not everybody's.
    preferred: usize,
    cost: PasswordCost,
    decoy: Arc<str>,
}

impl HashPool {
    /// Starts `threads`, one at least; `queue` more attempts may wait for them.
    pub fn new(threads: usize, queue: usize, cost: PasswordCost) -> Result<Self, KeyError> {
        let decoy = password::decoy(&cost)
            .map_err(|_impossible| KeyError::Library("hash passwords at the configured cost"))?;
        Ok(Self {
            pool: WorkPool::new("hash", threads, queue)?,
            preferred: threads.max(1).saturating_add(queue) / 2,
            cost,
            decoy: decoy.into(),
        })
    }

    /// Hashes a password at the configured cost.
    pub async fn hash(
        &self,
        password: SecretString,
        salt: [u8; SALT_BYTES],
    ) -> Result<String, HashPoolError> {
        let cost = self.cost;
        let work =
            move |memory: &mut HashMemory| password::hash(password.expose(), &salt, &cost, memory);
        Ok(self.reserve()?.run(work).await??)
    }

    /// Hashes a new password at the configured cost.
    pub async fn hash_new(
        &self,
        password: AcceptablePassword,
        salt: [u8; SALT_BYTES],
    ) -> Result<NewPasswordHash, HashPoolError> {
        let cost = self.cost;
        let hashed = self.run(move |memory| password::hash_new(&password, &salt, &cost, memory));
        Ok(hashed.await??)
    }

    /// Checks a password against the stored hash. Without one the same work is done in vain, so
    /// that time does not tell who exists.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<&str>,
    ) -> Result<Option<VerifiedPassword>, HashPoolError> {
        self.verify_at(Place(self.reserve()?), password, stored)
            .await
    }

    /// The same at a place that was taken before.
    pub async fn verify_at(
        &self,
        Place(slot): Place,
        password: SecretString,
        stored: Option<&str>,
    ) -> Result<Option<VerifiedPassword>, HashPoolError> {
        let known = stored.is_some();
        let stored = stored.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        let cost = self.cost;
        let work = move |memory: &mut HashMemory| {
            password::verify(password.expose(), &stored, &cost, memory)
        };
        let verified = slot.run(work).await??;
        Ok(verified.filter(|_| known))
    }

    /// Takes a place before anything is written for an attempt.
    pub fn place(&self, lane: Lane) -> Result<Place, HashPoolError> {
        let spared = match lane {
            Lane::Preferred => 0,
            Lane::Ordinary => self.preferred,
        };
        let slot = self.pool.reserve_sparing(spared);
        slot.map(Place).map_err(full)
    }

    /// Whether a password is the one of any of these hashes; one piece of work, however many.
    pub async fn matches_any(
        &self,
        password: SecretString,
        stored: Vec<String>,
    ) -> Result<bool, HashPoolError> {
        let cost = self.cost;
        let matched = self.run(move |memory| {
            for hash in &stored {
                if password::verify(password.expose(), hash, &cost, memory)?.is_some() {
                    return Ok::<_, PasswordHashError>(true);
                }
            }
            Ok(false)
        });
        Ok(matched.await??)
    }

    /// Other work that takes as long as a hash.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut HashMemory) -> T + Send + 'static,
    ) -> Result<T, HashPoolError> {
        Ok(self.reserve()?.run(work).await?)
    }

    /// Whether a hash that verified should be replaced.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        password::needs_rehash(stored, &self.cost)
    }

    /// How many places are free, for metrics.
    pub fn free(&self) -> usize {
        self.pool.free()
    }

    fn reserve(&self) -> Result<Slot<HashMemory>, HashPoolError> {
        self.pool.reserve().map_err(full)
    }
}

fn full(PoolFull: PoolFull) -> HashPoolError {
    HashPoolError::Overloaded {
        retry_after: RETRY_AFTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };

    fn secret(text: &str) -> SecretString {
        SecretString::new(text.to_owned())
    }

    #[tokio::test]
    async fn verifies_what_it_hashed_and_never_an_unknown_user() {
        let pool = HashPool::new(1, 4, CHEAP).unwrap();
        let stored = pool.hash(secret("x"), [1; SALT_BYTES]).await.unwrap();
        let verify = |text, stored| pool.verify(secret(text), stored);
        assert!(verify("x", Some(&*stored)).await.unwrap().is_some());
        assert!(verify("y", Some(&*stored)).await.unwrap().is_none());
        assert!(verify("x", None).await.unwrap().is_none());
        assert!(!pool.needs_rehash(&stored));
    }

    #[test]
    fn leaves_half_of_the_places_to_whoever_has_not_tried_before() {
        let pool = HashPool::new(1, 5, CHEAP).unwrap();
        let mut taken = Vec::new();
        while let Ok(place) = pool.place(Lane::Ordinary) {
            taken.push(place);
        }
        assert_eq!(taken.len(), 3);
        while let Ok(place) = pool.place(Lane::Preferred) {
            taken.push(place);
        }
        assert_eq!(taken.len(), 6);
        taken.truncate(3);
        assert!(pool.place(Lane::Ordinary).is_err());
        taken.clear();
        assert!(pool.place(Lane::Ordinary).is_ok());
    }

    #[tokio::test]
    async fn refuses_when_too_many_wait() {
        let pool = HashPool::new(1, 0, CHEAP).unwrap();
        let busy = pool.reserve().unwrap();
        let refused = pool.verify(secret("x"), None).await;
        assert!(matches!(refused, Err(HashPoolError::Overloaded { .. })));
        drop(busy);
        assert!(pool.verify(secret("x"), None).await.is_ok());
    }
}
