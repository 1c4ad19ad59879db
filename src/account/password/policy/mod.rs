//! Whether a new password is acceptable, and if not, everything that is wrong with it.
//!
//! Follows NIST SP 800-63B-4 §3.1.1.2: length, and lists of what others would try, instead of rules
//! about characters. Passwords are taken as they are typed; nothing is cut off or changed.

use super::breach::BreachVerdict;
use super::common::is_common;
use super::strength::strength;
use crate::protocol::password_policy::{CharacterClasses, PasswordFloor};
use crate::secret::SecretString;

pub use crate::protocol::password_policy::{BreachRule, PasswordPolicy};

/// No password has more characters: each is hashed, measured and looked up.
pub const LONGEST: usize = 256;
/// Shorter words are parts of too many others to mean anything.
const WORD: usize = 3;

/// What is known beside the password itself.
#[derive(Debug, Clone, Copy)]
pub struct PasswordFacts<'a> {
    /// The name to sign in with.
    pub username: &'a str,
    /// The address.
    pub email: Option<&'a str>,
    /// The person's own names.
    pub names: &'a [&'a str],
    /// The realm, as people see it.
    pub realm_name: &'a str,
    /// Whether a second factor stands beside the password.
    pub second_factor: bool,
    /// Whether it is one of those that may not be had again.
    pub used_before: bool,
    /// What is known of it from breaches.
    pub breach: BreachVerdict,
}

/// Why a password is not acceptable. Carries nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordWeakness {
    /// Fewer characters than this.
    TooShort {
        /// So many are needed.
        least: u8,
    },
    /// More characters than [`LONGEST`].
    TooLong,
    /// No lower-case letter.
    NoLowerCase,
    /// No upper-case letter.
    NoUpperCase,
    /// No digit.
    NoDigit,
    /// Nothing but letters and digits.
    NoSymbol,
    /// Among the passwords that everybody knows.
    Common,
    /// Little is left of it without the names of the person and the realm.
    Personal,
    /// Long enough, but easily guessed.
    Guessable,
    /// Known from a breach.
    Breached,
    /// Nobody could tell whether it is known from a breach, and the policy wants to know.
    BreachUnknown,
    /// Had by the same person not long ago.
    UsedBefore,
}

/// A password that may be set. Only [`judge`] makes one.
#[derive(Debug)]
pub struct AcceptablePassword(SecretString);

impl AcceptablePassword {
    /// The password, to be hashed.
    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Judges a new password. It takes milliseconds, so it belongs where passwords are hashed.
pub fn judge(
    policy: &PasswordPolicy,
    candidate: SecretString,
    facts: &PasswordFacts<'_>,
) -> Result<AcceptablePassword, Vec<PasswordWeakness>> {
    let weaknesses = weaknesses(policy, candidate.expose(), facts);
    if weaknesses.is_empty() {
        Ok(AcceptablePassword(candidate))
    } else {
        Err(weaknesses)
    }
}

fn weaknesses(
    policy: &PasswordPolicy,
    candidate: &str,
    facts: &PasswordFacts<'_>,
) -> Vec<PasswordWeakness> {
    use PasswordWeakness as W;
    if !is_measurable(candidate) {
        return vec![W::TooLong];
    }
    let floor = policy.floor(facts.second_factor);
    let short = candidate.chars().count() < usize::from(floor.length);
    let mut found = Vec::new();
    found.extend(short.then_some(W::TooShort {
        least: floor.length,
    }));
    found.extend(missing_classes(policy.classes, candidate));
    let before = found.len();
    found.extend(is_common(candidate).then_some(W::Common));
    let personal = personal_words(facts);
    found.extend(is_personal(candidate, &personal).then_some(W::Personal));
    // One reason is enough to say that it is easily guessed; this is the least helpful one.
    let named = short || found.len() > before;
    found.extend((!named && is_guessable(candidate, floor, &personal)).then_some(W::Guessable));
    found.extend(breach(policy.breached, facts.breach));
    found.extend(facts.used_before.then_some(W::UsedBefore));
    found
}

/// Whether more than the length of a password is worth looking at.
pub fn is_measurable(candidate: &str) -> bool {
    candidate.chars().count() <= LONGEST
}

fn missing_classes(wanted: CharacterClasses, candidate: &str) -> Vec<PasswordWeakness> {
    use PasswordWeakness as W;
    let any = |kind: fn(char) -> bool| candidate.chars().any(kind);
    let missing = [
        (wanted.lower && !any(char::is_lowercase), W::NoLowerCase),
        (wanted.upper && !any(char::is_uppercase), W::NoUpperCase),
        (wanted.digit && !any(char::is_numeric), W::NoDigit),
        (wanted.symbol && !any(|c| !c.is_alphanumeric()), W::NoSymbol),
    ];
    missing
        .into_iter()
        .filter_map(|(missing, weakness)| missing.then_some(weakness))
        .collect()
}

/// The words that somebody who knows the person would begin with, longest first.
fn personal_words(facts: &PasswordFacts<'_>) -> Vec<String> {
    let texts = [facts.username, facts.realm_name]
        .into_iter()
        .chain(facts.email)
        .chain(facts.names.iter().copied());
    let mut words: Vec<String> = texts
        .flat_map(|text| {
            let parts = text.split(|c: char| !c.is_alphanumeric());
            parts.chain([text]).map(str::to_lowercase)
        })
        .filter(|word| word.chars().count() >= WORD)
        .collect();
    words.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words.dedup();
    words
}

/// Whether what is left without those words would be too short for anybody.
fn is_personal(candidate: &str, words: &[String]) -> bool {
    let whole = candidate.to_lowercase();
    let mut rest = whole.clone();
    for word in words {
        rest = rest.replace(word.as_str(), "");
    }
    let shortest = usize::from(crate::protocol::password_policy::SHORTEST);
    rest.len() < whole.len() && rest.chars().count() < shortest
}

fn is_guessable(candidate: &str, floor: PasswordFloor, personal: &[String]) -> bool {
    let known: Vec<&str> = personal.iter().map(String::as_str).collect();
    floor.strength > 0 && strength(candidate, &known) < floor.strength
}

fn breach(rule: BreachRule, verdict: BreachVerdict) -> Option<PasswordWeakness> {
    match (rule, verdict) {
        (BreachRule::Off, _)
        | (_, BreachVerdict::Unlisted)
        | (BreachRule::Refuse, BreachVerdict::NotAsked | BreachVerdict::NoAnswer) => None,
        (_, BreachVerdict::Known) => Some(PasswordWeakness::Breached),
        (BreachRule::RefuseUnknown, BreachVerdict::NotAsked | BreachVerdict::NoAnswer) => {
            Some(PasswordWeakness::BreachUnknown)
        }
    }
}

#[cfg(test)]
mod tests;
