//! The ephemeral memory of a single process: a revocation index filled from the record, and rate
//! counters.
//!
//! Belongs to the one process that runs the jobs. Another process that writes to the same record
//! (the command line) leaves its marks unpublished, and the next [`Ephemeral::uphold`] finds them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::ephemeral::{
    Admission, Ephemeral, EphemeralError, IndexAnswer, Quota, RevocationSource, Spread,
};
use crate::store::records::{Revocation, RevocationMark};

/// More counters than this are not kept; about 10 MB.
const MAX_COUNTERS: usize = 100_000;

/// More keys with something noted under them are not kept; with fifteen under each about 10 MB.
const MAX_NOTED: usize = 20_000;

/// What is noted under a key: the beginnings of digests, and when each was last seen.
type Noted = Vec<(u64, Timestamp)>;

/// Ephemeral memory inside the process; it starts out [`IndexAnswer::Lost`].
#[derive(Debug)]
pub struct LocalEphemeral {
    indexes: bool,
    index: Mutex<Index>,
    counters: Mutex<HashMap<String, Timestamp>>,
    noted: Mutex<HashMap<String, Noted>>,
}

impl Default for LocalEphemeral {
    fn default() -> Self {
        Self {
            indexes: true,
            index: Mutex::default(),
            counters: Mutex::default(),
            noted: Mutex::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Index {
    whole: bool,
    marks: HashMap<RealmId, HashMap<RevocationMark, Standing>>,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    not_after: Timestamp,
    expires_at: Timestamp,
}

impl Index {
    /// A repeat keeps the later of both moments: a mark is never weakened.
    fn insert(&mut self, revocation: &Revocation) {
        let standing = self
            .marks
            .entry(revocation.realm.clone())
            .or_default()
            .entry(revocation.mark.clone())
            .or_insert(Standing {
                not_after: revocation.not_after,
                expires_at: revocation.expires_at,
            });
        standing.not_after = standing.not_after.max(revocation.not_after);
        standing.expires_at = standing.expires_at.max(revocation.expires_at);
    }

    fn forget_expired(&mut self, now: Timestamp) {
        for marks in self.marks.values_mut() {
            marks.retain(|_, standing| standing.expires_at > now);
        }
        self.marks.retain(|_, marks| !marks.is_empty());
    }
}

impl LocalEphemeral {
    /// Empty, and therefore lost until it is first upheld.
    pub fn new() -> Self {
        Self::default()
    }

    /// Without an index: every check asks the record. For a record that other nodes may share
    /// when there is no Redis, since no node would hear of another's revocations.
    pub fn without_index() -> Self {
        Self {
            indexes: false,
            ..Self::default()
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ephemeral for LocalEphemeral {
    async fn standing(
        &self,
        realm: &RealmId,
        marks: &[RevocationMark],
        now: Timestamp,
    ) -> Result<IndexAnswer, EphemeralError> {
        let index = self.index();
        if !self.indexes || !index.whole {
            return Ok(IndexAnswer::Lost);
        }
        let of_realm = index.marks.get(realm);
        let standing = |mark| {
            of_realm
                .and_then(|all| all.get(mark))
                .filter(|standing| standing.expires_at > now)
                .map(|standing| standing.not_after)
        };
        Ok(IndexAnswer::Known(marks.iter().map(standing).collect()))
    }

    async fn publish(
        &self,
        revocations: &[Revocation],
        _now: Timestamp,
    ) -> Result<(), EphemeralError> {
        let mut index = self.index();
        for revocation in revocations {
            index.insert(revocation);
        }
        Ok(())
    }

    async fn uphold(
        &self,
        record: &(dyn RevocationSource + Sync),
        now: Timestamp,
    ) -> Result<(), EphemeralError> {
        if !self.index().whole {
            let all = record.all().await?;
            let mut index = self.index();
            for stored in &all {
                index.insert(&stored.revocation);
            }
            // Marks published meanwhile are in the map already: it is never replaced.
            index.whole = true;
        }
        let unpublished = record.unpublished().await?;
        {
            let mut index = self.index();
            for stored in &unpublished {
                index.insert(&stored.revocation);
            }
            index.forget_expired(now);
        }
        let sequences: Vec<i64> = unpublished.iter().map(|stored| stored.sequence).collect();
        if sequences.is_empty() {
            return Ok(());
        }
        record.mark_published(&sequences).await
    }

    async fn admit(
        &self,
        key: &str,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admission, EphemeralError> {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= MAX_COUNTERS && !counters.contains_key(key) {
            make_room(&mut counters, now);
        }
        let free_at = counters.get(key).copied().unwrap_or(now);
        let next = free_at.max(now).plus(quota.interval);
        let span = quota
            .interval
            .millis()
            .saturating_mul(i64::from(quota.burst.max(1)));
        let over = next.since(now).millis().saturating_sub(span);
        if over > 0 {
            let millis = u32::try_from(over).unwrap_or(u32::MAX);
            return Ok(Admission::Refused {
                retry_after: Lifetime::from_millis(millis),
            });
        }
        counters.insert(key.to_owned(), next);
        Ok(Admission::Admitted {
            first: free_at <= now,
        })
    }

    async fn note(
        &self,
        key: &str,
        member: &Digest,
        spread: Spread,
        now: Timestamp,
    ) -> Result<bool, EphemeralError> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.minus(spread.window);
        if noted.len() >= MAX_NOTED && !noted.contains_key(key) {
            forget_some(&mut noted, since);
        }
        let mark = beginning(member);
        let own = noted.entry(key.to_owned()).or_default();
        own.retain(|(other, at)| *other != mark && *at > since);
        own.push((mark, now));
        let enough = own.len() >= usize::try_from(spread.limit).unwrap_or(usize::MAX);
        if enough {
            noted.remove(key);
        }
        Ok(enough)
    }
}

/// Enough of a digest to tell a few apart.
fn beginning(digest: &Digest) -> u64 {
    digest
        .as_bytes()
        .iter()
        .take(8)
        .fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}

/// Forgets what is too old; if that is not enough, every key with less than half of the most.
fn forget_some(noted: &mut HashMap<String, Noted>, since: Timestamp) {
    for own in noted.values_mut() {
        own.retain(|(_, at)| *at > since);
    }
    noted.retain(|_, own| !own.is_empty());
    if noted.len() < MAX_NOTED {
        return;
    }
    let most = noted.values().map(Vec::len).max().unwrap_or_default();
    noted.retain(|_, own| own.len() > most / 2);
    if noted.len() >= MAX_NOTED {
        noted.clear();
    }
}

/// Forgets the counters that are free again; if that is not enough, the half that would be first.
fn make_room(counters: &mut HashMap<String, Timestamp>, now: Timestamp) {
    counters.retain(|_, free_at| *free_at > now);
    if counters.len() < MAX_COUNTERS {
        return;
    }
    let mut moments: Vec<Timestamp> = counters.values().copied().collect();
    let (_, median, _) = moments.select_nth_unstable(MAX_COUNTERS / 2);
    let median = *median;
    // Of counters with equal moments some must go too, or a crowd of them would fill the map.
    let mut surplus = counters.len() / 2;
    counters.retain(|_, free_at| {
        let goes = *free_at <= median && surplus > 0;
        surplus -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bounds_what_is_noted_under_a_flood_of_keys() {
        let memory = LocalEphemeral::new();
        let spread = Spread {
            limit: 3,
            window: Lifetime::seconds(60),
        };
        let now = Timestamp::from_unix_seconds(1_000);
        let note = async |key: &str, member: &str| {
            let member = Digest::of(member);
            memory.note(key, &member, spread, now).await.unwrap()
        };
        assert!(!note("guesser", "one").await);
        assert!(!note("guesser", "two").await);
        for number in 0..MAX_NOTED + 10 {
            note(&number.to_string(), "one").await;
            let kept = memory.noted.lock().unwrap().len();
            assert!(kept <= MAX_NOTED, "{kept}");
        }
        assert!(note("guesser", "three").await, "the busiest are kept");
    }

    #[test]
    fn bounds_the_counters_even_when_all_are_alike() {
        let now = Timestamp::from_unix_seconds(1);
        let later = now.plus(Lifetime::seconds(9));
        let mut counters: HashMap<String, Timestamp> = (0..MAX_COUNTERS)
            .map(|number| (number.to_string(), later))
            .collect();
        make_room(&mut counters, now);
        assert_eq!(counters.len(), MAX_COUNTERS / 2);
        make_room(&mut counters, later);
        assert_eq!(counters.len(), 0);
    }
}
