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
mod tests {
    use super::*;
    use crate::protocol::password_policy::SHORTEST;
    use PasswordWeakness as W;

    const ADA: PasswordFacts<'static> = PasswordFacts {
        username: "ada",
        email: Some("ada.lovelace@example.com"),
        names: &["Ada King"],
        realm_name: "Analytical Engines",
        second_factor: false,
        used_before: false,
        breach: BreachVerdict::NotAsked,
    };

    fn judged(
        policy: &PasswordPolicy,
        text: &str,
        facts: &PasswordFacts<'_>,
    ) -> Vec<PasswordWeakness> {
        let judged = judge(policy, SecretString::new(text.to_owned()), facts);
        judged.err().unwrap_or_default()
    }

    fn by_default(text: &str) -> Vec<PasswordWeakness> {
        judged(&PasswordPolicy::default(), text, &ADA)
    }

    /// NIST SP 800-63B-4 §3.1.1.2
    #[test]
    fn asks_for_fifteen_characters_and_for_eight_beside_a_second_factor() {
        let policy = PasswordPolicy::default();
        let both = PasswordFacts {
            second_factor: true,
            ..ADA
        };
        assert_eq!(by_default("kX9!mQ2p"), [W::TooShort { least: 15 }]);
        assert_eq!(judged(&policy, "kX9!mQ2p", &both), []);
        assert_eq!(
            judged(&policy, "kX9!mQ2", &both),
            [W::TooShort { least: 8 }]
        );
        // Characters, not bytes.
        assert_eq!(by_default("äöüßéèêñçžšč"), [W::TooShort { least: 15 }]);
    }

    #[test]
    fn takes_any_characters_and_long_passphrases_as_they_are() {
        for text in [
            "correct-horse-battery",
            " plane jar \u{1F600} ostrich ",
            "кошка за ноутбуком",
            &"correct horse battery staple ".repeat(8),
        ] {
            assert_eq!(by_default(text), [], "{text}");
        }
        let longest: String = "correct horse battery staple "
            .chars()
            .cycle()
            .take(256)
            .collect();
        assert_eq!(by_default(&longest), []);
        assert_eq!(by_default(&format!("{longest}!")), [W::TooLong]);
    }

    #[test]
    fn no_policy_accepts_fewer_than_eight_characters() {
        let mut policy = PasswordPolicy::default();
        policy.alone.length = 0;
        policy.alone.strength = 0;
        let weak = judged(&policy, "kX9!mQ2", &ADA);
        assert_eq!(weak, [W::TooShort { least: SHORTEST }]);
        assert_eq!(judged(&policy, "kX9!mQ2p", &ADA), []);
    }

    #[test]
    fn refuses_what_everybody_knows_in_any_case() {
        let mut policy = PasswordPolicy::default();
        policy.alone.length = 8;
        assert_eq!(judged(&policy, "PassWord1", &ADA), [W::Common]);
    }

    #[test]
    fn refuses_what_is_long_and_easily_guessed() {
        for text in [
            "aaaaaaaaaaaaaaaaaaaa",
            "passwordpassword",
            "123456789012345",
            "qwertyuiopasdfgh",
        ] {
            assert_eq!(by_default(text), [W::Guessable], "{text}");
        }
        let mut policy = PasswordPolicy::default();
        policy.alone.strength = 0;
        assert_eq!(judged(&policy, "aaaaaaaaaaaaaaaaaaaa", &ADA), []);
    }

    #[test]
    fn refuses_what_is_little_more_than_names() {
        for text in [
            "Ada.Lovelace@Example.com",
            "ada.lovelace@example.com1",
            "AnalyticalEngines2026",
            "analytical-engines-ada",
        ] {
            assert_eq!(by_default(text), [W::Personal], "{text}");
        }
        // A name among other words is no harm.
        assert_eq!(by_default("canada-maple-ostrich-jar"), []);
    }

    #[test]
    fn asks_for_kinds_of_characters_only_where_they_are_wanted() {
        let policy = PasswordPolicy {
            classes: CharacterClasses {
                lower: true,
                upper: true,
                digit: true,
                symbol: true,
            },
            ..PasswordPolicy::default()
        };
        for (text, missing) in [
            ("plane jar ostrich", vec![W::NoUpperCase, W::NoDigit]),
            ("PLANEJAROSTRICH7", vec![W::NoLowerCase, W::NoSymbol]),
            ("Plane jar ostrich 7", vec![]),
            ("Éclair à la ñandú ٣", vec![]),
        ] {
            assert_eq!(judged(&policy, text, &ADA), missing, "{text}");
        }
        assert_eq!(by_default("planejarostrich"), []);
    }

    #[test]
    fn follows_the_rule_about_breaches() {
        use BreachVerdict as V;
        for (rule, verdict, weak) in [
            (BreachRule::Off, V::Known, None),
            (BreachRule::Refuse, V::Known, Some(W::Breached)),
            (BreachRule::Refuse, V::Unlisted, None),
            (BreachRule::Refuse, V::NoAnswer, None),
            (BreachRule::Refuse, V::NotAsked, None),
            (BreachRule::RefuseUnknown, V::Known, Some(W::Breached)),
            (BreachRule::RefuseUnknown, V::Unlisted, None),
            (
                BreachRule::RefuseUnknown,
                V::NoAnswer,
                Some(W::BreachUnknown),
            ),
            (
                BreachRule::RefuseUnknown,
                V::NotAsked,
                Some(W::BreachUnknown),
            ),
        ] {
            let policy = PasswordPolicy {
                breached: rule,
                ..PasswordPolicy::default()
            };
            let facts = PasswordFacts {
                breach: verdict,
                ..ADA
            };
            let found = judged(&policy, "correct-horse-battery", &facts);
            assert_eq!(found, Vec::from_iter(weak), "{rule:?} {verdict:?}");
        }
    }

    #[test]
    fn refuses_what_was_used_before() {
        let used = PasswordFacts {
            used_before: true,
            ..ADA
        };
        let policy = PasswordPolicy::default();
        let weak = judged(&policy, "correct-horse-battery", &used);
        assert_eq!(weak, [W::UsedBefore]);
    }

    #[test]
    fn gives_all_reasons_at_once() {
        let policy = PasswordPolicy {
            classes: CharacterClasses {
                digit: true,
                ..CharacterClasses::default()
            },
            history: 3,
            breached: BreachRule::Refuse,
            ..PasswordPolicy::default()
        };
        let facts = PasswordFacts {
            names: &["Pass Word"],
            used_before: true,
            breach: BreachVerdict::Known,
            ..ADA
        };
        assert_eq!(
            judged(&policy, "password", &facts),
            [
                W::TooShort { least: 15 },
                W::NoDigit,
                W::Common,
                W::Personal,
                W::Breached,
                W::UsedBefore,
            ]
        );
    }

    /// What came from a realm that knows less of passwords, or more, is read with the defaults.
    #[test]
    fn reads_settings_that_leave_rules_out() {
        let policy: PasswordPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy, PasswordPolicy::default());
        let policy: PasswordPolicy =
            serde_json::from_str(r#"{"history":2,"breached":"refuse-unknown"}"#).unwrap();
        assert_eq!((policy.history, policy.alone.length), (2, 15));
        assert_eq!(policy.breached, BreachRule::RefuseUnknown);
    }
}
