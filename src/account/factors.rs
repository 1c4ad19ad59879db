//! The steps of a sign-in: what is still to be proven or done after a correct password, before
//! there is a session.
//!
//! Decided here and nowhere else. A step is added by a variant of [`SignInStep`], the fact that it
//! depends on in [`Standing`], and its line in [`next`].

use crate::account::slow_down::Attempts;
use crate::protocol::second_factor::{Demand, MULTIPLE, REMEMBERED, holds};
use crate::protocol::time::{Lifetime, Timestamp};

/// A proof by password (RFC 8176 §2).
pub const PASSWORD: &str = "pwd";
/// A proof by a password that holds once: of an authenticator app, or a recovery code.
pub const ONE_TIME: &str = "otp";

/// What a person has to prove themselves with beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Factors {
    /// Authenticator apps.
    pub apps: u32,
    /// Recovery codes that are left. They stand in for a factor, and are none by themselves.
    pub recovery_codes: u32,
}

impl Factors {
    /// Whether there is a second factor at all.
    pub const fn any(self) -> bool {
        self.apps > 0
    }
}

/// A step that is still to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInStep {
    /// Prove the second factor.
    SecondFactor,
    /// Set up a second factor, which is demanded.
    SetUpFactor,
}

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// How the person has proven themselves so far (RFC 8176), space separated.
    pub amr: &'a str,
    /// What they can prove themselves with.
    pub factors: Factors,
    /// Whether this device is remembered.
    pub remembered: bool,
    /// What realm, client and request ask for.
    pub demand: Demand,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This step; there is no session before it is taken.
    Ask(SignInStep),
    /// Nothing: the session is opened with these methods.
    Complete {
        /// For `amr`, space separated.
        amr: String,
    },
}

/// The next step of a sign-in.
pub fn next(standing: Standing<'_>) -> Next {
    let Standing {
        amr,
        factors,
        remembered,
        demand,
    } = standing;
    if holds(amr, MULTIPLE) {
        return Next::Complete {
            amr: amr.to_owned(),
        };
    }
    if factors.any() {
        return if remembered && !demand.afresh {
            Next::Complete {
                amr: with(amr, &[REMEMBERED]),
            }
        } else {
            Next::Ask(SignInStep::SecondFactor)
        };
    }
    if demand.must {
        return Next::Ask(SignInStep::SetUpFactor);
    }
    Next::Complete {
        amr: amr.to_owned(),
    }
}

/// The methods after a second one has been proven.
pub fn with_second(amr: &str, method: &str) -> String {
    let first: Vec<&str> = amr
        .split_ascii_whitespace()
        .filter(|own| *own != REMEMBERED)
        .collect();
    with(&first.join(" "), &[method, MULTIPLE])
}

fn with(amr: &str, methods: &[&str]) -> String {
    let mut all: Vec<&str> = amr.split_ascii_whitespace().collect();
    for method in methods {
        if !all.contains(method) {
            all.push(method);
        }
    }
    all.join(" ")
}

/// Wrong codes in a row that cost nothing yet (RFC 6238 §5.2: attempts are few). Whoever gets here
/// knows the password, so that a wait is no weapon of strangers.
pub const FREE_FAILURES: u32 = 5;
/// The longest wait: a guesser gets 96 attempts a day.
pub const LONGEST_WAIT: Lifetime = Lifetime::seconds(15 * 60);
/// After this long without an attempt the count starts anew.
pub const FORGET_AFTER: Lifetime = Lifetime::seconds(24 * 60 * 60);
const FIRST_WAIT_SECONDS: u32 = 30;

/// How long an attempt at a second factor must wait; `None` when it may go on.
pub fn wait(seen: Option<Attempts>, now: Timestamp) -> Option<Lifetime> {
    let seen = seen.filter(|seen| now < seen.last_at.plus(FORGET_AFTER))?;
    let over = seen.failures.checked_sub(FREE_FAILURES)?;
    let factor = 1_u32.checked_shl(over).unwrap_or(u32::MAX);
    let span = Lifetime::seconds(FIRST_WAIT_SECONDS.saturating_mul(factor)).min(LONGEST_WAIT);
    let until = seen.last_at.plus(span);
    (now < until).then(|| until.since(now))
}

/// The attempts with one more, beginning now.
pub fn one_more(seen: Option<Attempts>, now: Timestamp) -> Attempts {
    let remembered = seen.filter(|seen| now < seen.last_at.plus(FORGET_AFTER));
    Attempts {
        failures: remembered.map_or(0, |seen| seen.failures).saturating_add(1),
        last_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Factors = Factors {
        apps: 0,
        recovery_codes: 0,
    };
    const APP: Factors = Factors {
        apps: 1,
        recovery_codes: 10,
    };

    fn after(amr: &str, factors: Factors, remembered: bool, demand: Demand) -> Next {
        next(Standing {
            amr,
            factors,
            remembered,
            demand,
        })
    }

    fn complete(amr: &str) -> Next {
        Next::Complete {
            amr: amr.to_owned(),
        }
    }

    #[test]
    fn who_has_a_second_factor_is_asked_for_it() {
        let ask = Next::Ask(SignInStep::SecondFactor);
        for demand in [Demand::NONE, Demand::RULE, Demand::WISH, Demand::CLIENT] {
            assert_eq!(after("pwd", APP, false, demand), ask);
            let proven = after("pwd otp mfa", APP, false, demand);
            assert_eq!(proven, complete("pwd otp mfa"));
        }
    }

    #[test]
    fn a_remembered_device_stands_in_unless_the_request_asks() {
        for demand in [Demand::NONE, Demand::RULE] {
            assert_eq!(after("pwd", APP, true, demand), complete("pwd rba"));
        }
        for demand in [Demand::WISH, Demand::CLIENT] {
            let ask = Next::Ask(SignInStep::SecondFactor);
            assert_eq!(after("pwd", APP, true, demand), ask);
        }
    }

    #[test]
    fn who_has_none_sets_one_up_where_it_is_demanded() {
        let set_up = Next::Ask(SignInStep::SetUpFactor);
        for remembered in [true, false] {
            assert_eq!(after("pwd", NONE, remembered, Demand::RULE), set_up);
            assert_eq!(after("pwd", NONE, remembered, Demand::CLIENT), set_up);
            assert_eq!(
                after("pwd", NONE, remembered, Demand::NONE),
                complete("pwd")
            );
            assert_eq!(
                after("pwd", NONE, remembered, Demand::WISH),
                complete("pwd")
            );
        }
    }

    /// Recovery codes that are left when the last app was taken away open nothing.
    #[test]
    fn recovery_codes_are_no_factor_by_themselves() {
        let codes = Factors {
            apps: 0,
            recovery_codes: 10,
        };
        assert_eq!(after("pwd", codes, false, Demand::NONE), complete("pwd"));
    }

    /// RFC 8176 §2
    #[test]
    fn names_the_methods_that_were_used() {
        assert_eq!(with_second("pwd", ONE_TIME), "pwd otp mfa");
        assert_eq!(with_second("pwd rba", ONE_TIME), "pwd otp mfa");
        assert_eq!(with_second("pwd otp mfa", ONE_TIME), "pwd otp mfa");
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
            assert_eq!(wait(attempts(failures), at(100)), expected, "{failures}");
        }
        assert_eq!(wait(attempts(5), at(130)), None);
        assert_eq!(wait(attempts(50), at(100 + 86_400)), None);
        assert_eq!(one_more(attempts(50), at(100 + 86_400)).failures, 1);
        assert_eq!(one_more(attempts(50), at(101)).failures, 51);
    }
}
