//! Password hashing on its own few threads, so that logins never delay tokens and never take more
//! memory than was planned for.

use std::sync::Arc;

use crate::account::password::policy::AcceptablePassword;
use crate::account::password::{
    self, HashKind, HashMemory, NewPasswordHash, PasswordCost, PasswordHashError, SALT_BYTES,
    VerifiedPassword, kind_of,
};
use crate::keys::KeyError;
use crate::keys::pool::{JobLost, PoolFull, Slot, WorkPool};
use crate::protocol::time::Lifetime;
use crate::secret::SecretString;

/// About how long a full queue takes to have room again.
pub(in crate::flows) const RETRY_AFTER: Lifetime = Lifetime::seconds(2);

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

/// Who comes first when many passwords are to be checked. Each leaves some of the places to those
/// before, so that none of them is kept out by a crowd of those behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The owner, on a known device: is looked at first, too.
    Known,
    /// Whoever was told to come again, and did.
    Waited,
    /// An address at its first guess.
    New,
    /// Everybody else.
    Ordinary,
}

impl Lane {
    /// How many of the places are left to those before.
    const fn spared(self, places: usize) -> usize {
        match self {
            Self::Known => 0,
            Self::Waited => places / 8,
            Self::New => places / 4,
            Self::Ordinary => places / 2,
        }
    }
}

/// What a password is checked against.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a> {
    /// The hash of whose password it may be.
    Password(&'a str),
    /// No password is right. A hash whose time it shall take, or else one of ours.
    Decoy(Option<&'a str>),
}

impl Against<'_> {
    /// Which function takes its time.
    pub fn kind(self) -> HashKind {
        let (Self::Password(stored) | Self::Decoy(Some(stored))) = self else {
            return HashKind::Argon2;
        };
        kind_of(stored).unwrap_or(HashKind::Argon2)
    }
}

/// A place at the threads that hash; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    slot: Slot<HashMemory>,
    lane: Lane,
}

/// The threads that hash, each with its own reused memory.
#[derive(Debug)]
pub struct HashPool {
    pool: WorkPool<HashMemory>,
    /// Threads, and pieces of work that may wait for them.
    places: usize,
    cost: PasswordCost,
    decoy: Arc<str>,
}

impl HashPool {
    /// Starts `threads`, one at least; `queue` more attempts may wait for them. They give way to
    /// whatever else the server does: a flood of guesses costs the guessers time, and nobody else.
    pub fn new(threads: usize, queue: usize, cost: PasswordCost) -> Result<Self, KeyError> {
        let decoy = password::decoy(&cost)
            .map_err(|_impossible| KeyError::Library("hash passwords at the configured cost"))?;
        Ok(Self {
            pool: WorkPool::giving_way("hash", threads, queue)?,
            places: threads.max(1).saturating_add(queue),
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

    /// Checks a password against the stored hash of whoever is here already. Without one as much
    /// is done in vain.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<&str>,
    ) -> Result<Option<VerifiedPassword>, HashPoolError> {
        let place = self.place(Lane::Waited)?;
        let against = stored.map_or(Against::Decoy(None), Against::Password);
        self.verify_at(place, password, against).await
    }

    /// The same at a place that was taken before, for somebody who may not exist.
    pub async fn verify_at(
        &self,
        Place { slot, lane }: Place,
        password: SecretString,
        against: Against<'_>,
    ) -> Result<Option<VerifiedPassword>, HashPoolError> {
        let (stored, known): (Arc<str>, _) = match against {
            Against::Password(stored) => (stored.into(), true),
            // One that cannot be read would take no time.
            Against::Decoy(Some(drawn)) if kind_of(drawn).is_ok() => (drawn.into(), false),
            Against::Decoy(_) => (Arc::clone(&self.decoy), false),
        };
        let cost = self.cost;
        let work = move |memory: &mut HashMemory| {
            password::verify(password.expose(), &stored, &cost, memory)
        };
        let verified = if lane == Lane::Known {
            slot.run_first(work).await??
        } else {
            slot.run(work).await??
        };
        Ok(verified.filter(|_| known))
    }

    /// Takes a place before anything is written for an attempt.
    pub fn place(&self, lane: Lane) -> Result<Place, HashPoolError> {
        let slot = self.pool.reserve_sparing(lane.spared(self.places));
        slot.map(|slot| Place { slot, lane }).map_err(full)
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

    /// A place for what somebody does who has come further than a sign-in page.
    fn reserve(&self) -> Result<Slot<HashMemory>, HashPoolError> {
        Ok(self.place(Lane::Waited)?.slot)
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

    #[tokio::test]
    async fn no_password_is_right_for_a_decoy() {
        let pool = HashPool::new(1, 4, CHEAP).unwrap();
        let stored = pool.hash(secret("x"), [1; SALT_BYTES]).await.unwrap();
        let verify = async |against| {
            let place = pool.place(Lane::New).unwrap();
            pool.verify_at(place, secret("x"), against).await.unwrap()
        };
        assert!(verify(Against::Password(&stored)).await.is_some());
        assert_eq!(Against::Password(&stored).kind(), HashKind::Argon2);
        let imported = "$2b$04$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS";
        assert_eq!(Against::Decoy(Some(imported)).kind(), HashKind::Bcrypt);
        for nobodys in [Some(stored.as_str()), Some("not a hash"), None] {
            assert!(verify(Against::Decoy(nobodys)).await.is_none());
        }
    }

    #[test]
    fn no_crowd_keeps_those_out_who_come_before_it() {
        let pool = HashPool::new(1, 15, CHEAP).unwrap();
        let mut taken = Vec::new();
        let lanes = [Lane::Ordinary, Lane::New, Lane::Waited, Lane::Known];
        for (lane, all) in lanes.into_iter().zip([8, 12, 14, 16]) {
            while let Ok(place) = pool.place(lane) {
                taken.push(place);
            }
            assert_eq!(taken.len(), all, "{lane:?}");
        }
        taken.truncate(8);
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
