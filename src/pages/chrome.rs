//! What surrounds every page.

use serde::Serialize;

use crate::account::language::Language;

/// A language that pages offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct OfferedLanguage {
    /// BCP 47 tag.
    tag: &'static str,
    /// Its own name for itself.
    name: &'static str,
}

/// What can be chosen, a page's own language included.
pub(super) fn offered_languages() -> [OfferedLanguage; Language::ALL.len()] {
    Language::ALL.map(|language| OfferedLanguage {
        tag: language.tag(),
        name: language.name(),
    })
}

/// How a person chooses another language. Posts `language`, `back` and `asked` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LanguageChoice {
    /// Where the form goes.
    pub action: String,
    /// Path and query of this page, to come back to.
    pub back: String,
    /// The language that the application asked for, by its tag.
    pub asked: Option<&'static str>,
}

/// What surrounds every page: its language, and whose server this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chrome {
    /// BCP 47 tag of the page's language.
    pub lang: &'static str,
    /// Which way it is written: `ltr` or `rtl`.
    pub dir: &'static str,
    /// The realm as people know it, beside the seal.
    pub realm_name: String,
    /// The server's own host, in the footer, so that a person can compare it with the address bar.
    pub host: String,
    /// The languages to choose from, where the person can come back to the page.
    pub choice: Option<LanguageChoice>,
}

impl Chrome {
    /// The surroundings of a page in this language.
    pub fn new(language: Language, realm_name: impl Into<String>, host: impl Into<String>) -> Self {
        Self {
            lang: language.tag(),
            dir: if language.is_right_to_left() {
                "rtl"
            } else {
                "ltr"
            },
            realm_name: realm_name.into(),
            host: host.into(),
            choice: None,
        }
    }

    /// The surroundings of an English page.
    pub fn english(realm_name: impl Into<String>, host: impl Into<String>) -> Self {
        Self::new(Language::English, realm_name, host)
    }

    /// The same for a page that goes on by itself, where coming back would begin again.
    #[must_use]
    pub fn in_passing(mut self) -> Self {
        self.choice = None;
        self
    }

    /// The same with a choice of languages, for a page that is found again at `back`.
    #[must_use]
    pub fn with_choice(
        mut self,
        action: impl Into<String>,
        back: impl Into<String>,
        asked: Option<Language>,
    ) -> Self {
        self.choice = Some(LanguageChoice {
            action: action.into(),
            back: back.into(),
            asked: asked.map(Language::tag),
        });
        self
    }
}
