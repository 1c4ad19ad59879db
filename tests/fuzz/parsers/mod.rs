//! Every parser of outside input, each with the properties that must hold whatever it is given.
//!
//! A `run` panics when one does not hold. The fuzzer calls it with inputs that it makes up, and
//! `tests/it/corpus.rs` with those that are kept.

mod authorize;
mod cookie;
mod credentials;
mod form;
mod forwarded;
mod json;
mod jwk_set;
mod jwt;
mod redirect;
mod registration;
mod samples;
mod token;

/// One parser with its properties.
pub(crate) type Run = fn(&[u8]);

/// The parsers, each with the name of its folder in `corpus` and `regressions`.
pub(crate) const PARSERS: &[(&str, Run)] = &[
    ("authorize", authorize::run),
    ("cookie", cookie::run),
    ("credentials", credentials::run),
    ("forwarded", forwarded::run),
    ("jwk_set", jwk_set::run),
    ("jwt", jwt::run),
    ("redirect", redirect::run),
    ("registration", registration::run),
    ("token", token::run),
];

/// Runs the parser of this name.
pub(crate) fn run(name: &str, data: &[u8]) {
    let (_, run) = PARSERS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a parser");
    run(data);
}

/// The input up to the first line feed, and what follows it.
pub(crate) fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    match end {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}
