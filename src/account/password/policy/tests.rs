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

fn judged(policy: &PasswordPolicy, text: &str, facts: &PasswordFacts<'_>) -> Vec<PasswordWeakness> {
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
