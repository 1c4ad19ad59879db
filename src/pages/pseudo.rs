//! The pseudo-locale: English with accents and longer, so that a person still reads it and a test
//! sees what was not translated.

use std::borrow::Cow;

use minijinja::HtmlEscape;

/// A text with every letter accented and every vowel twice.
pub(super) fn accent(text: &str) -> Cow<'_, str> {
    let mut accented = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        let other = accented_letter(letter);
        accented.push(other);
        if "aeiouAEIOU".contains(letter) {
            accented.push(other);
        }
    }
    accented.into()
}

/// The same, escaped for a page.
pub(super) fn accent_html(text: &str) -> Cow<'_, str> {
    HtmlEscape(&accent(text)).to_string().into()
}

fn accented_letter(letter: char) -> char {
    const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const ACCENTED: &str = "áƀçðéƒĝĥîĵķļɱñóþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÓÞǪŔŠŢÛṼŴẊÝŽ";
    PLAIN
        .chars()
        .zip(ACCENTED.chars())
        .find_map(|(plain, accented)| (plain == letter).then_some(accented))
        .unwrap_or(letter)
}
