//! The steps of a sign-in: what is still to be proven or done after a correct password, before
//! there is a session.
//!
//! Decided here and nowhere else. A step is added by a variant of [`SignInStep`], the fact that it
//! depends on in [`Standing`], and its line in [`next`].

use crate::protocol::second_factor::{Demand, MULTIPLE, REMEMBERED, holds};

/// A proof by password (RFC 8176 §2).
pub const PASSWORD: &str = "pwd";
/// A proof over another channel: a code that was mailed (RFC 8176 §2).
pub const BY_MAIL: &str = "mca";
/// A proof by a password that holds once: of an authenticator app, or a recovery code.
pub const ONE_TIME: &str = "otp";

/// What a person has to prove themselves with beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Factors {
    /// Authenticator apps.
    pub apps: u32,
    /// Passkeys.
    pub passkeys: u32,
    /// Recovery codes that are left. They stand in for a factor, and are none by themselves.
    pub recovery_codes: u32,
    /// Whether one of their roles asks for a second factor.
    pub required_by_role: bool,
}

impl Factors {
    /// Whether there is a second factor at all.
    pub const fn any(self) -> bool {
        self.apps > 0 || self.passkeys > 0
    }
}

/// A step that is still to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInStep {
    /// Prove the second factor.
    SecondFactor,
    /// Type the code that was mailed, since the password alone is doubted.
    ConfirmByMail,
    /// Set up a second factor, which is demanded.
    SetUpFactor,
    /// Choose another password, once everything is proven.
    ChangePassword,
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
    /// Whether so many guesses came before that the password alone is doubted.
    pub doubted: bool,
    /// What realm, client and request ask for.
    pub demand: Demand,
    /// Whether the password may not stay as it is.
    pub must_change_password: bool,
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
    match proofs(standing) {
        Next::Complete { .. } if standing.must_change_password => {
            Next::Ask(SignInStep::ChangePassword)
        }
        next @ (Next::Ask(_) | Next::Complete { .. }) => next,
    }
}

/// What is still to be proven.
fn proofs(standing: Standing<'_>) -> Next {
    let Standing {
        amr,
        factors,
        remembered,
        doubted,
        demand,
        must_change_password,
    } = standing;
    let demand = demand.and(Demand::RULE.when(factors.required_by_role));
    // Whoever chooses a password has proven everything: a device that was remembered with the old
    // one does not stand in.
    let remembered = remembered && !must_change_password;
    if holds(amr, MULTIPLE) {
        return Next::Complete {
            amr: amr.to_owned(),
        };
    }
    if factors.any() {
        return if remembered && !demand.afresh && !doubted {
            Next::Complete {
                amr: with(amr, &[REMEMBERED]),
            }
        } else {
            Next::Ask(SignInStep::SecondFactor)
        };
    }
    if doubted {
        return Next::Ask(SignInStep::ConfirmByMail);
    }
    if demand.must {
        return Next::Ask(SignInStep::SetUpFactor);
    }
    Next::Complete {
        amr: amr.to_owned(),
    }
}

/// The methods after a second one has been proven, by one word or several.
pub fn with_second(amr: &str, method: &str) -> String {
    let first: Vec<&str> = amr
        .split_ascii_whitespace()
        .filter(|own| *own != REMEMBERED)
        .collect();
    with(&first.join(" "), &[method, MULTIPLE])
}

/// The methods after a mailed code was typed, which is no second factor.
pub fn with_mail(amr: &str) -> String {
    with(amr, &[BY_MAIL])
}

fn with(amr: &str, methods: &[&str]) -> String {
    let mut all: Vec<&str> = amr.split_ascii_whitespace().collect();
    for method in methods
        .iter()
        .flat_map(|words| words.split_ascii_whitespace())
    {
        if !all.contains(&method) {
            all.push(method);
        }
    }
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Factors = Factors {
        apps: 0,
        passkeys: 0,
        recovery_codes: 0,
        required_by_role: false,
    };
    const APP: Factors = Factors {
        apps: 1,
        passkeys: 0,
        recovery_codes: 10,
        required_by_role: false,
    };

    fn standing(amr: &str, factors: Factors, remembered: bool, demand: Demand) -> Standing<'_> {
        Standing {
            amr,
            factors,
            remembered,
            doubted: false,
            demand,
            must_change_password: false,
        }
    }

    fn doubted(amr: &str, factors: Factors, demand: Demand) -> Next {
        next(Standing {
            doubted: true,
            ..standing(amr, factors, true, demand)
        })
    }

    fn after(amr: &str, factors: Factors, remembered: bool, demand: Demand) -> Next {
        next(standing(amr, factors, remembered, demand))
    }

    fn complete(amr: &str) -> Next {
        Next::Complete {
            amr: amr.to_owned(),
        }
    }

    #[test]
    fn who_has_a_second_factor_is_asked_for_it() {
        let ask = Next::Ask(SignInStep::SecondFactor);
        let passkey = Factors {
            passkeys: 1,
            ..NONE
        };
        assert_eq!(after("pwd", passkey, false, Demand::NONE), ask);
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

    /// A second factor is a second proof; whoever has none is mailed a code, and what is demanded
    /// comes after that. A remembered device stands in for neither.
    #[test]
    fn a_doubted_password_takes_a_second_proof() {
        for demand in [Demand::NONE, Demand::RULE, Demand::WISH, Demand::CLIENT] {
            let second = Next::Ask(SignInStep::SecondFactor);
            assert_eq!(doubted("pwd", APP, demand), second);
            assert_eq!(doubted("pwd otp mfa", APP, demand), complete("pwd otp mfa"));
            let mailed = Next::Ask(SignInStep::ConfirmByMail);
            assert_eq!(doubted("pwd", NONE, demand), mailed);
        }
        let amr = with_mail("pwd");
        assert_eq!(amr, "pwd mca");
        assert_eq!(after(&amr, NONE, false, Demand::NONE), complete("pwd mca"));
        let set_up = Next::Ask(SignInStep::SetUpFactor);
        assert_eq!(after(&amr, NONE, false, Demand::RULE), set_up);
        assert_eq!(with_second(&amr, ONE_TIME), "pwd mca otp mfa");
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

    #[test]
    fn a_password_that_must_be_changed_is_the_last_step() {
        for (amr, factors, demand, step) in [
            ("pwd", NONE, Demand::NONE, SignInStep::ChangePassword),
            ("pwd", NONE, Demand::RULE, SignInStep::SetUpFactor),
            ("pwd", APP, Demand::NONE, SignInStep::SecondFactor),
            (
                "pwd otp mfa",
                APP,
                Demand::CLIENT,
                SignInStep::ChangePassword,
            ),
        ] {
            for remembered in [false, true] {
                let must = Standing {
                    must_change_password: true,
                    ..standing(amr, factors, remembered, demand)
                };
                assert_eq!(next(must), Next::Ask(step), "{amr} {remembered}");
            }
        }
    }

    /// Recovery codes that are left when the last app was taken away open nothing.
    #[test]
    fn recovery_codes_are_no_factor_by_themselves() {
        let codes = Factors {
            recovery_codes: 10,
            ..NONE
        };
        assert_eq!(after("pwd", codes, false, Demand::NONE), complete("pwd"));
    }

    #[test]
    fn a_role_asks_as_the_rule_of_a_realm_does() {
        let strict = |factors| Factors {
            required_by_role: true,
            ..factors
        };
        let set_up = Next::Ask(SignInStep::SetUpFactor);
        assert_eq!(after("pwd", strict(NONE), true, Demand::NONE), set_up);
        let remembered = after("pwd", strict(APP), true, Demand::NONE);
        assert_eq!(remembered, complete("pwd rba"));
        let proven = after("pwd otp mfa", strict(NONE), false, Demand::NONE);
        assert_eq!(proven, complete("pwd otp mfa"));
    }

    /// RFC 8176 §2
    #[test]
    fn names_the_methods_that_were_used() {
        assert_eq!(with_second("pwd", ONE_TIME), "pwd otp mfa");
        assert_eq!(with_second("pwd rba", ONE_TIME), "pwd otp mfa");
        assert_eq!(with_second("pwd otp mfa", ONE_TIME), "pwd otp mfa");
    }
}
