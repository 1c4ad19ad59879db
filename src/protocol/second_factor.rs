//! When a sign-in must hold two proofs of different kinds, and whether it does.

/// What a sign-in proved with a second factor holds among its methods (RFC 8176 §2).
pub const MULTIPLE: &str = "mfa";
/// What it holds instead when the second factor was remembered with the device (RFC 8176 §2).
pub const REMEMBERED: &str = "rba";

/// How strongly a second factor is asked for beside the person's own wish, who has set one up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Demand {
    /// Nobody comes in without one: who has none must set one up first.
    pub must: bool,
    /// A device that was remembered does not stand in for it.
    pub afresh: bool,
}

impl Demand {
    /// Nobody asks.
    pub const NONE: Self = Self {
        must: false,
        afresh: false,
    };
    /// A standing rule: the realm's, or one for some of its people.
    pub const RULE: Self = Self {
        must: true,
        afresh: false,
    };
    /// A client's wish, which those who have none need not follow.
    pub const WISH: Self = Self {
        must: false,
        afresh: true,
    };
    /// A client that cannot do without.
    pub const CLIENT: Self = Self {
        must: true,
        afresh: true,
    };

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            must: self.must || other.must,
            afresh: self.afresh || other.afresh,
        }
    }

    /// This, if it holds.
    #[must_use]
    pub const fn when(self, holds: bool) -> Self {
        if holds { self } else { Self::NONE }
    }

    /// Whether a sign-in with these methods satisfies it, for somebody who has a second factor
    /// or does not.
    pub fn is_met_by(self, amr: &str, has_factor: bool) -> bool {
        if holds(amr, MULTIPLE) {
            return true;
        }
        if holds(amr, REMEMBERED) && !self.afresh {
            return true;
        }
        let asked = self.must || (self.afresh && has_factor);
        !asked
    }
}

/// Whether a method is among those of a sign-in.
pub fn holds(amr: &str, method: &str) -> bool {
    amr.split_ascii_whitespace().any(|own| own == method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_is_met_by_nothing_weaker() {
        let cases = [
            (Demand::NONE, "pwd", true, true),
            (Demand::NONE, "pwd", false, true),
            (Demand::RULE, "pwd", true, false),
            (Demand::RULE, "pwd", false, false),
            (Demand::RULE, "pwd rba", true, true),
            (Demand::WISH, "pwd", true, false),
            (Demand::WISH, "pwd", false, true),
            (Demand::WISH, "pwd rba", true, false),
            (Demand::CLIENT, "pwd rba", true, false),
            (Demand::CLIENT, "pwd", false, false),
            (Demand::CLIENT, "pwd otp mfa", true, true),
            (Demand::RULE, "pwd otp mfa", true, true),
            (Demand::CLIENT, "pwd mfas", true, false),
        ];
        for (demand, amr, has_factor, met) in cases {
            assert_eq!(
                demand.is_met_by(amr, has_factor),
                met,
                "{demand:?} {amr} {has_factor}"
            );
        }
    }

    #[test]
    fn demands_add_up() {
        assert_eq!(Demand::RULE.and(Demand::WISH), Demand::CLIENT);
        assert_eq!(Demand::CLIENT.when(false), Demand::NONE);
    }
}
