//! Devices that are known: browsers on which a person has completed a sign-in.
//!
//! Knowing one proves nothing, and it stands in for no factor: that is a remembered device, which
//! its owner has asked for. It only tells an owner's attempts from those of strangers.

use crate::account::slow_down::{Attempts, Pace};
use crate::protocol::time::{Lifetime, Timestamp};

/// How long a device is known after the last sign-in on it; browsers keep no cookie longer
/// (RFC 6265bis §5.5).
pub const KNOWN_FOR: Lifetime = Lifetime::seconds(400 * 86_400);

/// How many devices of one person are known; the one that was used least lately is forgotten first.
pub const DEVICES_LIMIT: u32 = 20;

/// Wrong passwords in a row after which a known device is as good as any other.
pub const TRIES: u32 = 20;

/// Passwords on a known device.
pub const ON_KNOWN_DEVICE: Pace = Pace {
    free_failures: 5,
    first_wait_seconds: 1,
    longest_wait: Lifetime::seconds(60),
    forget_after: Lifetime::seconds(24 * 60 * 60),
};

/// Whether the attempts on a known device are counted by themselves still.
pub fn counts_by_itself(seen: Option<Attempts>, now: Timestamp) -> bool {
    ON_KNOWN_DEVICE.failures(seen, now) < TRIES
}

/// Whoever has just made the account knows that they sign in on a device that was not seen before.
const NEW_ACCOUNT: Lifetime = Lifetime::seconds(60 * 60);

/// What is known when a sign-in is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acquaintance {
    /// Whether the device was known.
    pub known: bool,
    /// How many devices of the person are known.
    pub devices: u32,
    /// When the account was made.
    pub account_since: Timestamp,
}

/// Whether the owner is told of the sign-in.
pub fn is_told(facts: Acquaintance, now: Timestamp) -> bool {
    let first_ever = facts.devices == 0 && now < facts.account_since.plus(NEW_ACCOUNT);
    !facts.known && !first_ever
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_seconds(1_000);

    #[test]
    fn an_owner_is_told_of_every_device_but_known_ones_and_the_first() {
        for (known, devices, after, told) in [
            (true, 1, 0, false),
            (true, 1, 86_400, false),
            (false, 0, 0, false),
            (false, 0, 3_599, false),
            (false, 0, 3_600, true),
            (false, 1, 0, true),
            (false, 3, 86_400, true),
        ] {
            let facts = Acquaintance {
                known,
                devices,
                account_since: START,
            };
            let now = START.plus(Lifetime::seconds(after));
            assert_eq!(is_told(facts, now), told, "{facts:?} after {after} s");
        }
    }

    #[test]
    fn a_known_device_has_so_many_tries() {
        let seen = |failures| {
            Some(Attempts {
                failures,
                last_at: START,
            })
        };
        assert!(counts_by_itself(None, START));
        assert!(counts_by_itself(seen(TRIES - 1), START));
        assert!(!counts_by_itself(seen(TRIES), START));
        assert!(counts_by_itself(
            seen(TRIES),
            START.plus(Lifetime::seconds(86_400))
        ));
    }
}
