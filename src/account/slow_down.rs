//! How long an account must wait after wrong passwords: longer each time, never for ever.
//!
//! A hard lock would hand every stranger a way to lock people out.

use std::net::IpAddr;

use crate::protocol::time::{Lifetime, Timestamp};

/// Wrong passwords in a row that cost nothing yet.
pub const FREE_FAILURES: u32 = 5;
/// The longest wait.
pub const LONGEST_WAIT: Lifetime = Lifetime::seconds(60);
/// After this long without an attempt the count starts anew.
pub const FORGET_AFTER: Lifetime = Lifetime::seconds(60 * 60);

/// The attempts in a row against a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How many failed, the present one included until it succeeds.
    pub failures: u32,
    /// When the last one that was let through began.
    pub last_at: Timestamp,
}

/// The attempts with one more, beginning now.
pub fn one_more(seen: Option<Attempts>, now: Timestamp) -> Attempts {
    let remembered = seen.filter(|seen| now < seen.last_at.plus(FORGET_AFTER));
    let failures = remembered.map_or(0, |seen| seen.failures).saturating_add(1);
    Attempts {
        failures,
        last_at: now,
    }
}

/// How long an attempt must still wait; `None` when it may go on. An attempt that must wait is not
/// counted, so that nobody can keep somebody else waiting by asking on.
pub fn wait(seen: Option<Attempts>, now: Timestamp) -> Option<Lifetime> {
    let Attempts {
        failures,
        last_at: last,
    } = seen.filter(|seen| now < seen.last_at.plus(FORGET_AFTER))?;
    let over = failures.checked_sub(FREE_FAILURES)?;
    let seconds = 1_u32.checked_shl(over).unwrap_or(u32::MAX);
    let span = Lifetime::seconds(seconds).min(LONGEST_WAIT);
    let until = last.plus(span);
    (now < until).then(|| until.since(now))
}

/// The counter's key of an address: IPv6 by its /64, since a subscriber holds at least that.
pub fn address_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => format!("{:x}/64", u128::from(v6) >> 64),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_subscriber_share_a_key() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
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
            assert_eq!(wait(seen, at(now)), expected, "{failures} at {now}");
        }
    }
}
