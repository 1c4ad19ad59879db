//! Rules about passkeys: names, numbers, times, and what one proves.

use crate::protocol::plain_text::plain_part;
use crate::protocol::second_factor::MULTIPLE;
use crate::protocol::time::Lifetime;

/// How many passkeys a person may have.
pub const PASSKEYS_LIMIT: u32 = 20;
/// How long a ceremony may take. A page that offers passkeys may stay open for longer; its script
/// begins anew before.
pub const CEREMONY_LIFETIME: Lifetime = Lifetime::seconds(10 * 60);
/// The longest name of a passkey, in characters.
const NAME_LIMIT: usize = 40;

/// What a ceremony is for. One that has begun for one purpose finishes no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CeremonyPurpose {
    /// Making a passkey.
    Registration,
    /// Signing in with nothing else.
    SignIn,
    /// Proving the second factor.
    SecondFactor,
}

impl CeremonyPurpose {
    /// The text of the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
        }
    }
}

/// The methods that a passkey proves beside others (RFC 8176 §2): a key that stays in one piece of
/// hardware, or one that is copied between devices; and that somebody was there.
pub const fn methods(synced: bool) -> &'static str {
    if synced { "swk user" } else { "hwk user" }
}

/// The methods of a sign-in with nothing but a passkey. The authenticator has verified its owner,
/// by something that they know or are, so that it holds two proofs of different kinds.
pub fn alone(synced: bool) -> String {
    format!("{} {MULTIPLE}", methods(synced))
}

/// A name for a passkey: what of a text is shown, of a bounded length; a plain one when nothing is
/// left.
pub fn passkey_name(text: &str) -> String {
    let name = plain_part(text, NAME_LIMIT);
    if name.is_empty() {
        return "Passkey".to_owned();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::factors::{Factors, Next, Standing, next, with_second};
    use crate::protocol::authorize::acr;
    use crate::protocol::second_factor::Demand;

    /// RFC 8176 §2
    #[test]
    fn a_passkey_alone_holds_two_factors() {
        for synced in [true, false] {
            let amr = alone(synced);
            assert_eq!(acr::reached(&amr).first(), Some(&acr::TWO_FACTORS));
            assert!(Demand::CLIENT.is_met_by(&amr, true));
            let standing = Standing {
                amr: &amr,
                factors: Factors {
                    apps: 1,
                    passkeys: 1,
                    recovery_codes: 10,
                    required_by_role: false,
                },
                remembered: false,
                doubted: false,
                demand: Demand::CLIENT,
                must_change_password: false,
            };
            assert_eq!(next(standing), Next::Complete { amr: amr.clone() });
        }
        assert_eq!(alone(true), "swk user mfa");
        assert_eq!(alone(false), "hwk user mfa");
        assert_eq!(with_second("pwd", methods(false)), "pwd hwk user mfa");
        assert_eq!(with_second("pwd rba", methods(true)), "pwd swk user mfa");
    }

    #[test]
    fn every_passkey_has_a_name() {
        assert_eq!(passkey_name("  Laptop\n "), "Laptop");
        assert_eq!(passkey_name(" \u{7} "), "Passkey");
        assert_eq!(passkey_name(&"x".repeat(100)).chars().count(), NAME_LIMIT);
    }
}
