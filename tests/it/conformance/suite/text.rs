//! Which characters may go where, and how hard a text is to guess.

use std::collections::BTreeMap;

/// RFC 6749 §4.1.2.1: printable ASCII without quotation mark and backslash.
pub(super) fn check_description(text: &str) {
    let is_allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    assert!(text.chars().all(is_allowed), "error_description: {text:?}");
}

/// At least 128 bits long, with more than 96 bits of entropy as Shannon counts it, and nothing but
/// visible ASCII.
pub(super) fn check_secret(name: &str, text: &str) {
    assert!(
        text.bytes().all(|b| b.is_ascii_graphic()),
        "{name}: {text:?}"
    );
    assert!(text.len() * 8 >= 128, "{name} is short: {text:?}");
    let bits = shannon_bits(text);
    assert!(bits > 96.0, "{name} has {bits} bits: {text:?}");
}

fn shannon_bits(text: &str) -> f64 {
    let mut counts: BTreeMap<char, u32> = BTreeMap::new();
    for c in text.chars() {
        *counts.entry(c).or_default() += 1;
    }
    let length = f64::from(u32::try_from(text.chars().count()).unwrap());
    let of_one = |count: &u32| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    };
    counts.values().map(of_one).sum::<f64>() * length
}

#[test]
fn a_monotonous_text_is_not_a_secret() {
    assert!(shannon_bits(&"ab".repeat(48)) <= 96.0);
    assert!(shannon_bits("Zm9vYmFyYmF6cXV4cXV1eDEyMzQ1Njc4OTA") > 96.0);
}
