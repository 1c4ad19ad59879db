//! Following the record of events without leaving one out and without telling one twice.
//!
//! Sequence numbers are given out in order, and yet transactions end in any order: an event may
//! appear after another one with a greater number. So each look reads again from a floor. An event
//! below the floor cannot appear any more: the floor is a number that was seen so long ago that
//! whatever had a smaller one has ended since.

use std::collections::BTreeMap;

use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::StoredEvent;

/// Longer than any transaction that records events: those are a few statements each.
const LONGEST_TRANSACTION: Lifetime = Lifetime::seconds(30);

/// What a follower has seen.
#[derive(Debug, Default)]
pub(super) struct Follower {
    floor: i64,
    /// Numbers above the floor, with the moment of the first look that showed them.
    seen: BTreeMap<i64, Timestamp>,
}

impl Follower {
    /// From where the next look must read.
    pub(super) const fn floor(&self) -> i64 {
        self.floor
    }

    /// Begins after events that were read from the newest backwards; nothing that stands before
    /// the oldest of a `full` page is looked at.
    pub(super) fn begin(events: &[StoredEvent], full: bool, now: Timestamp) -> Self {
        let numbers = events.iter().map(|stored| stored.sequence);
        let oldest = numbers.clone().min().filter(|_| full);
        Self {
            floor: oldest.map_or(0, |oldest| oldest - 1),
            seen: numbers.map(|number| (number, now)).collect(),
        }
    }

    /// Whether a number is seen for the first time.
    pub(super) fn is_new(&mut self, number: i64, now: Timestamp) -> bool {
        if number <= self.floor || self.seen.contains_key(&number) {
            return false;
        }
        self.seen.insert(number, now);
        true
    }

    /// Raises the floor and forgets what lies below it; once a look has read all there is.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let settled = |since: &Timestamp| now.since(*since) > LONGEST_TRANSACTION;
        let seen = self.seen.iter().rev();
        let floor = seen.into_iter().find(|(_, since)| settled(since));
        if let Some((&floor, _)) = floor {
            self.floor = floor;
            self.seen = self.seen.split_off(&(floor + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::event::{Caller, Event, EventKind};
    use crate::protocol::ids::RealmId;

    fn at(seconds: u32) -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000).plus(Lifetime::seconds(seconds))
    }

    fn stored(sequence: i64) -> StoredEvent {
        let realm = RealmId::default_realm();
        StoredEvent {
            sequence,
            event: Event::new(&realm, EventKind::SignedIn, &Caller::default(), at(0)),
        }
    }

    fn new_of(follower: &mut Follower, committed: &[i64], second: u32) -> Vec<i64> {
        let now = at(second);
        let readable: Vec<i64> = committed
            .iter()
            .copied()
            .filter(|number| *number > follower.floor())
            .collect();
        let new = readable
            .into_iter()
            .filter(|number| follower.is_new(*number, now))
            .collect();
        follower.settle(now);
        new
    }

    #[test]
    fn tells_an_event_once_that_appears_after_one_with_a_greater_number() {
        let mut follower = Follower::begin(&[stored(1), stored(2)], false, at(0));
        assert_eq!(new_of(&mut follower, &[1, 2, 5], 1), [5]);
        assert_eq!(new_of(&mut follower, &[1, 2, 3, 5], 2), [3]);
        assert_eq!(new_of(&mut follower, &[1, 2, 3, 4, 5], 29), [4]);
        assert_eq!(new_of(&mut follower, &[1, 2, 3, 4, 5, 6], 30), [6]);
        assert!(new_of(&mut follower, &[1, 2, 3, 4, 5, 6], 31).is_empty());
    }

    #[test]
    fn forgets_what_no_late_event_can_stand_before() {
        let mut follower = Follower::begin(&[stored(7)], false, at(0));
        assert_eq!(follower.floor(), 0);
        assert_eq!(new_of(&mut follower, &[7, 9], 20), [9]);
        assert_eq!(follower.floor(), 0);
        assert!(new_of(&mut follower, &[7, 9], 31).is_empty());
        assert_eq!(follower.floor(), 7);
        assert_eq!(new_of(&mut follower, &[7, 8, 9], 32), [8]);
        assert!(new_of(&mut follower, &[7, 8, 9], 51).is_empty());
        assert_eq!(follower.floor(), 9);
        assert_eq!(follower.seen.len(), 0);
    }

    #[test]
    fn looks_no_further_back_than_a_full_page() {
        let follower = Follower::begin(&[stored(12), stored(10)], true, at(0));
        assert_eq!(follower.floor(), 9);
    }
}
