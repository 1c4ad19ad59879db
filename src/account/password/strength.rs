//! How hard a password is to guess, by the count of zxcvbn.

/// zxcvbn becomes slow with length, and steeply: what is strong is strong in so many characters.
const MEASURED_CHARACTERS: usize = 48;

/// 0 (guessed at once) to 4 (not guessed by anybody who has its hash); `known` is what a guesser
/// would try first.
pub(super) fn strength(password: &str, known: &[&str]) -> u8 {
    let measured: String = password.chars().take(MEASURED_CHARACTERS).collect();
    zxcvbn::zxcvbn(&measured, known).score().into()
}
