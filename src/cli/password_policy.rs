//! What `realm set` may say about passwords.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Failure;
use crate::protocol::password_policy::{
    BreachRule, CharacterClasses, LONGEST_HISTORY, PasswordFloor, PasswordPolicy, SHORTEST,
};

/// The longest password that a realm may ask for; longer ones are always taken.
const LONGEST_FLOOR: i64 = 64;
const STRONGEST: i64 = 4;

/// Rules for new passwords.
#[derive(Debug, Args)]
#[command(next_help_heading = "Passwords")]
#[expect(
    clippy::struct_field_names,
    reason = "they are the names of the options"
)]
pub struct PasswordPolicyArgs {
    /// The fewest characters without a second factor (8 to 64)
    #[arg(long, value_name = "N", value_parser = floor())]
    pub password_length: Option<u8>,
    /// The fewest characters beside a second factor (8 to 64)
    #[arg(long, value_name = "N", value_parser = floor())]
    pub password_length_with_second_factor: Option<u8>,
    /// How hard to guess without a second factor: 0 (asks for nothing) to 4, as zxcvbn counts
    #[arg(long, value_name = "N", value_parser = strength())]
    pub password_strength: Option<u8>,
    /// How hard to guess beside a second factor: 0 (asks for nothing) to 4
    #[arg(long, value_name = "N", value_parser = strength())]
    pub password_strength_with_second_factor: Option<u8>,
    /// Kinds of characters that must be there, with commas; they make no password stronger
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub password_classes: Option<Vec<ClassArg>>,
    /// So many of the last passwords, the present one among them, are not taken again (0 to 5)
    #[arg(long, value_name = "N", value_parser = history())]
    pub password_history: Option<u8>,
    /// What is made of passwords known from breaches; `passwords.breaches` says where they are
    #[arg(long, value_enum, value_name = "RULE")]
    pub password_breaches: Option<BreachArg>,
}

fn floor() -> clap::builder::RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(i64::from(SHORTEST)..=LONGEST_FLOOR)
}

fn strength() -> clap::builder::RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(0..=STRONGEST)
}

fn history() -> clap::builder::RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(0..=i64::from(LONGEST_HISTORY))
}

/// A kind of character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClassArg {
    /// None of them
    None,
    /// A lower-case letter
    Lower,
    /// An upper-case letter
    Upper,
    /// A digit
    Digit,
    /// Anything else
    Symbol,
}

/// What is made of passwords known from breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BreachArg {
    /// Nobody asks
    Off,
    /// Known ones are refused; when nobody can tell, the password is taken
    Refuse,
    /// Known ones are refused, and all others while nobody can tell
    RefuseUnknown,
}

impl From<BreachArg> for BreachRule {
    fn from(rule: BreachArg) -> Self {
        match rule {
            BreachArg::Off => Self::Off,
            BreachArg::Refuse => Self::Refuse,
            BreachArg::RefuseUnknown => Self::RefuseUnknown,
        }
    }
}

impl PasswordPolicyArgs {
    /// Changes what was named.
    pub(super) fn apply(&self, policy: &mut PasswordPolicy) -> Result<(), Failure> {
        let alone = &mut policy.alone;
        put(&mut alone.length, self.password_length);
        put(&mut alone.strength, self.password_strength);
        let both = &mut policy.with_second_factor;
        put(&mut both.length, self.password_length_with_second_factor);
        put(
            &mut both.strength,
            self.password_strength_with_second_factor,
        );
        put(&mut policy.history, self.password_history);
        put(&mut policy.breached, self.password_breaches.map(Into::into));
        if let Some(wanted) = &self.password_classes {
            policy.classes = classes(wanted);
        }
        let PasswordFloor { length, strength } = policy.with_second_factor;
        if length > policy.alone.length || strength > policy.alone.strength {
            return Err(Failure::usage(
                "a password beside a second factor may not have to be longer or stronger than one alone",
            ));
        }
        Ok(())
    }
}

fn put<T>(place: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *place = wanted;
    }
}

fn classes(wanted: &[ClassArg]) -> CharacterClasses {
    CharacterClasses {
        lower: wanted.contains(&ClassArg::Lower),
        upper: wanted.contains(&ClassArg::Upper),
        digit: wanted.contains(&ClassArg::Digit),
        symbol: wanted.contains(&ClassArg::Symbol),
    }
}

/// The rules as they are shown.
pub(super) fn document(policy: &PasswordPolicy) -> Value {
    let CharacterClasses {
        lower,
        upper,
        digit,
        symbol,
    } = policy.classes;
    let classes = [
        (lower, "lower"),
        (upper, "upper"),
        (digit, "digit"),
        (symbol, "symbol"),
    ];
    let classes: Vec<&str> = classes
        .into_iter()
        .filter_map(|(wanted, name)| wanted.then_some(name))
        .collect();
    json!({
        "length": policy.alone.length,
        "length_with_second_factor": policy.with_second_factor.length,
        "strength": policy.alone.strength,
        "strength_with_second_factor": policy.with_second_factor.strength,
        "classes": classes,
        "history": policy.history,
        "breaches": policy.breached,
    })
}
