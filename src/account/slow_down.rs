//! How long an account must wait after wrong passwords: longer each time, never for ever.
//!
//! A hard lock would hand every stranger a way to lock people out.

use std::net::{IpAddr, Ipv6Addr};

use crate::protocol::time::{Lifetime, Timestamp};

/// How attempts at one kind of proof are slowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Wrong attempts in a row that cost nothing yet.
    pub free_failures: u32,
    /// The wait after the first that costs something, in seconds; it doubles with each further one.
    pub first_wait_seconds: u32,
    /// The longest wait.
    pub longest_wait: Lifetime,
    /// After this long without an attempt the count starts anew.
    pub forget_after: Lifetime,
}

/// Passwords. The waits are short: whoever causes them may be a stranger.
pub const PASSWORDS: Pace = Pace {
    free_failures: 5,
    first_wait_seconds: 1,
    longest_wait: Lifetime::seconds(60),
    forget_after: Lifetime::seconds(60 * 60),
};

/// Second factors (RFC 6238 §5.2: attempts are few). Whoever gets there knows the password, so
/// that a wait is no weapon of strangers, and a guesser gets 96 attempts a day.
pub const SECOND_FACTORS: Pace = Pace {
    free_failures: 5,
    first_wait_seconds: 30,
    longest_wait: Lifetime::seconds(15 * 60),
    forget_after: Lifetime::seconds(24 * 60 * 60),
};

/// Failures in a row against an account, by whatever name and on whatever path, after which its
/// password alone lets nobody in. NIST SP 800-63B-4 §3.2.2 allows a hundred.
pub const DOUBTED_AFTER: u32 = 20;

/// How long they are remembered: whoever guesses slowly is counted too.
pub const DOUBT_LASTS: Lifetime = Lifetime::seconds(30 * 86_400);

/// The attempts in a row against a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How many failed, the present one included until it succeeds.
    pub failures: u32,
    /// When the last one that was let through began.
    pub last_at: Timestamp,
}

impl Pace {
    /// The attempts with one more, beginning now.
    pub fn one_more(self, seen: Option<Attempts>, now: Timestamp) -> Attempts {
        Attempts {
            failures: self.failures(seen, now).saturating_add(1),
            last_at: now,
        }
    }

    /// How long an attempt must still wait; `None` when it may go on. An attempt that must wait is
    /// not counted, so that nobody can keep somebody else waiting by asking on.
    pub fn wait(self, seen: Option<Attempts>, now: Timestamp) -> Option<Lifetime> {
        let seen = self.remembered(seen, now)?;
        let over = seen.failures.checked_sub(self.free_failures)?;
        let factor = 1_u32.checked_shl(over).unwrap_or(u32::MAX);
        let seconds = self.first_wait_seconds.saturating_mul(factor);
        let until = seen
            .last_at
            .plus(Lifetime::seconds(seconds).min(self.longest_wait));
        (now < until).then(|| until.since(now))
    }

    /// How many attempts in a row have failed.
    pub fn failures(self, seen: Option<Attempts>, now: Timestamp) -> u32 {
        self.remembered(seen, now).map_or(0, |seen| seen.failures)
    }

    fn remembered(self, seen: Option<Attempts>, now: Timestamp) -> Option<Attempts> {
        seen.filter(|seen| now < seen.last_at.plus(self.forget_after))
    }
}

/// The counter's key of an address: IPv6 by its /64, since a subscriber holds at least that.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => prefix(v6, 64),
    }
}

/// The second key of an IPv6 address, its /48: many subscribers hold as much as that.
pub fn wide_address_key(address: IpAddr) -> Option<String> {
    match address.to_canonical() {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => Some(prefix(v6, 48)),
    }
}

fn prefix(address: Ipv6Addr, bits: u32) -> String {
    let kept = u128::MAX << (128 - bits);
    format!("{}/{bits}", Ipv6Addr::from_bits(address.to_bits() & kept))
}

/// How many /64 of one /48 have as much to themselves as a single one.
pub const SUBSCRIBERS_IN_48: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_subscriber_share_a_key() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(key("::ffff:c000:0201"), "192.0.2.1");
        assert_eq!(key("2001:db8:0:1::1"), "2001:db8:0:1::/64");
    }

    #[test]
    fn addresses_of_one_network_share_a_second_key() {
        let key = |text: &str| wide_address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:0:1::1").as_deref(), Some("2001:db8::/48"));
        assert_eq!(key("2001:db8::1"), key("2001:db8:0:ffff::1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:1::1"));
        assert_eq!(key("192.0.2.1"), None);
        assert_eq!(key("::ffff:192.0.2.1"), None);
    }

    #[test]
    fn the_wait_doubles_up_to_a_minute_and_is_forgotten_in_an_hour() {
        let at = Timestamp::from_unix_seconds;
        let cases = [
            (4, 100, 100, None),
            (5, 100, 100, Some(1)),
            (5, 100, 101, None),
            (8, 100, 101, Some(7)),
            (11, 100, 100, Some(60)),
            (4_000_000, 100, 100, Some(60)),
            (50, 100, 100 + 3_600, None),
        ];
        for (failures, last, now, expected) in cases {
            let expected = expected.map(Lifetime::seconds);
            let seen = Some(Attempts {
                failures,
                last_at: at(last),
            });
            assert_eq!(
                PASSWORDS.wait(seen, at(now)),
                expected,
                "{failures} at {now}"
            );
        }
    }

    /// RFC 6238 §5.2
    #[test]
    fn wrong_codes_wait_longer_and_longer() {
        let at = Timestamp::from_unix_seconds;
        let attempts = |failures| {
            Some(Attempts {
                failures,
                last_at: at(100),
            })
        };
        for (failures, seconds) in [
            (4, None),
            (5, Some(30)),
            (6, Some(60)),
            (9, Some(480)),
            (10, Some(900)),
            (4_000_000, Some(900)),
        ] {
            let expected = seconds.map(Lifetime::seconds);
            assert_eq!(
                SECOND_FACTORS.wait(attempts(failures), at(100)),
                expected,
                "{failures}"
            );
        }
        assert_eq!(SECOND_FACTORS.wait(attempts(5), at(130)), None);
        assert_eq!(SECOND_FACTORS.wait(attempts(50), at(100 + 86_400)), None);
        assert_eq!(
            SECOND_FACTORS
                .one_more(attempts(50), at(100 + 86_400))
                .failures,
            1
        );
        assert_eq!(SECOND_FACTORS.one_more(attempts(50), at(101)).failures, 51);
    }
}
