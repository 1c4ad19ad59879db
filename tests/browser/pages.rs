//! The pages of the product, with the samples that its unit tests look at.

pub(crate) use vidimus::pages::*;

#[path = "../../src/pages/account_samples.rs"]
mod account_samples;
#[path = "../../src/pages/factor_samples.rs"]
mod factor_samples;
#[path = "../../src/pages/link_samples.rs"]
mod link_samples;
#[path = "../../src/pages/password_samples.rs"]
mod password_samples;
#[path = "../../src/pages/samples.rs"]
mod samples;

use vidimus::account::language::Language;

/// Every page in every state, rendered, by name.
pub(crate) type Samples = Vec<(&'static str, String)>;

/// As they are in real life.
pub(crate) fn in_words_of(language: Language) -> Samples {
    samples::in_language(language, || every(samples::calm))
}

/// With something hostile in the place of every name, address and value.
pub(crate) fn hostile() -> Samples {
    every(samples::hostile)
}

/// Those of the unit tests, and the page that has a second script.
fn every(words: samples::Words) -> Samples {
    let posting = FormPostPage {
        chrome: samples::chrome(words),
        action: words("https://notes.example.com/callback"),
        fields: vec![("code", words("a-code")), ("state", words("xyz"))],
    };
    let posting = Pages::new().unwrap().render(&posting).unwrap();
    let mut every = samples::all(words);
    every.push(("form_post", posting));
    every
}
