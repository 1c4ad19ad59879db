//! What the operator of a realm asks of new passwords. The judgement is
//! [`crate::account::password::policy`]'s.

use serde::{Deserialize, Serialize};

/// No realm accepts a shorter password, whatever is settled (NIST SP 800-63B-4 §3.1.1.2).
pub const SHORTEST: u8 = 8;
/// Of the passwords before, so many can be remembered.
pub const LONGEST_HISTORY: u8 = 5;

/// What new passwords must be like. Old ones stay as they are until they are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordPolicy {
    /// For people who sign in with a password and nothing else.
    pub alone: PasswordFloor,
    /// For people who have a second factor.
    pub with_second_factor: PasswordFloor,
    /// Kinds of characters that must be there; none by default, because they make nothing stronger.
    pub classes: CharacterClasses,
    /// So many of the last passwords, the present one among them, are not taken again.
    pub history: u8,
    /// What is made of passwords that are known from breaches.
    pub breached: BreachRule,
}

impl Default for PasswordPolicy {
    /// NIST SP 800-63B-4 §3.1.1.2: fifteen characters, eight beside a second factor, and no rules
    /// about kinds of characters.
    fn default() -> Self {
        Self {
            alone: PasswordFloor {
                length: 15,
                strength: 3,
            },
            with_second_factor: PasswordFloor {
                length: SHORTEST,
                strength: 2,
            },
            classes: CharacterClasses::default(),
            history: 0,
            breached: BreachRule::default(),
        }
    }
}

impl PasswordPolicy {
    /// What stands for somebody.
    pub fn floor(&self, second_factor: bool) -> PasswordFloor {
        let PasswordFloor { length, strength } = if second_factor {
            self.with_second_factor
        } else {
            self.alone
        };
        PasswordFloor {
            length: length.max(SHORTEST),
            strength,
        }
    }

    /// How many of the last passwords count.
    pub fn history(&self) -> u8 {
        self.history.min(LONGEST_HISTORY)
    }
}

/// The least that a password must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PasswordFloor {
    /// So many characters.
    pub length: u8,
    /// So strong by zxcvbn's count: 0 (guessed at once) to 4 (not guessed); 0 asks for nothing.
    pub strength: u8,
}

/// Kinds of characters that a password must have one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "four kinds, each by itself")]
pub struct CharacterClasses {
    /// A lower-case letter.
    pub lower: bool,
    /// An upper-case letter.
    pub upper: bool,
    /// A digit.
    pub digit: bool,
    /// Anything else.
    pub symbol: bool,
}

/// What is made of passwords that are known from breaches. Where they are looked up is a setting
/// of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreachRule {
    /// Nobody asks.
    #[default]
    Off,
    /// Known ones are refused. When nobody can tell, the password is taken.
    Refuse,
    /// Known ones are refused, and so is every password while nobody can tell.
    RefuseUnknown,
}
