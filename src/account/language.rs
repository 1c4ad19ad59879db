//! The languages that people are spoken to in, and which of them a person gets.

use std::fmt;

/// A language that every page and every mail exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English, which the others fall back to.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Japanese.
    Japanese,
    /// Arabic, written from right to left.
    Arabic,
    /// English with accents, lengthened and mirrored: shows what was not translated, and what does
    /// not fit.
    #[cfg(test)]
    Pseudo,
}

impl Language {
    /// Those that can be asked for, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Japanese,
        Self::Arabic,
    ];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
            Self::Arabic => "ar",
            #[cfg(test)]
            Self::Pseudo => "qps-plocm",
        }
    }

    /// Its own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
            Self::Arabic => "العربية",
            #[cfg(test)]
            Self::Pseudo => "[Ƥšéûðô]",
        }
    }

    /// Whether it is written from right to left.
    pub const fn is_right_to_left(self) -> bool {
        match self {
            Self::English | Self::German | Self::French | Self::Spanish | Self::Japanese => false,
            Self::Arabic => true,
            #[cfg(test)]
            Self::Pseudo => true,
        }
    }

    /// The language of a tag (RFC 4647 §3.4): what is left of it when subtags are cut off from its
    /// end. Ours have one subtag each. OIDC Core §5.1 knows tags with an underscore too.
    pub fn lookup(tag: &str) -> Option<Self> {
        let mut subtags = tag.split(['-', '_']);
        let primary = subtags.next()?;
        let well_formed = |subtag: &str| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
            .filter(|_| subtags.all(well_formed))
    }

    /// The most wanted language of a list separated by spaces (OIDC Core §3.1.2.1 `ui_locales`).
    pub fn requested(ui_locales: &str) -> Option<Self> {
        ui_locales.split(' ').find_map(Self::lookup)
    }

    /// The most wanted language of an `Accept-Language` header (RFC 9110 §12.5.4). Among equals the
    /// first one wins; what cannot be read is passed over.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',') {
            let (tag, quality) = range.split_once(';').unwrap_or((range, "q=1"));
            let Some((quality, language)) = quality_of(quality).zip(Self::lookup(tag.trim()))
            else {
                continue;
            };
            if quality > best.map_or(0, |(quality, _)| quality) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// RFC 9110 §12.4.2, in thousandths.
fn quality_of(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let value = value.trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match whole {
        "0" => format!("{fraction:0<3}").parse().ok(),
        "1" if fraction.bytes().all(|b| b == b'0') => Some(1000),
        _ => None,
    }
}

/// What a person has chosen in the footer of a page, as their browser keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The language chosen.
    pub language: Language,
    /// The language that an application had asked for on that page. The person has said no to it,
    /// so that applications which ask for it again are not heard.
    pub instead_of: Option<Language>,
}

impl Choice {
    /// Reads what [`Choice`] displays as.
    pub fn parse(text: &str) -> Option<Self> {
        let exact = |tag: &str| Language::ALL.into_iter().find(|known| known.tag() == tag);
        let (language, instead_of) = match text.split_once('.') {
            Some((language, instead_of)) => (language, Some(exact(instead_of)?)),
            None => (text, None),
        };
        Some(Self {
            language: exact(language)?,
            instead_of,
        })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.language.tag())?;
        match self.instead_of {
            Some(language) => write!(f, ".{}", language.tag()),
            None => Ok(()),
        }
    }
}

/// All that is known of the language that a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// What the application asks for (OIDC Core §3.1.2.1 `ui_locales`).
    pub requested: Option<Language>,
    /// What the person chose in this browser.
    pub chosen: Option<Choice>,
    /// The `locale` of the person who is signed in.
    pub own: Option<Language>,
    /// What the browser prefers.
    pub accepted: Option<Language>,
}

impl Wishes {
    /// The same with what a request asks for that does not stand in the address.
    #[must_use]
    pub fn with_requested(mut self, ui_locales: Option<&str>) -> Self {
        self.requested = ui_locales.and_then(Language::requested);
        self
    }

    /// The same with the `locale` of the person who is signed in.
    #[must_use]
    pub fn with_own(mut self, locale: Option<&str>) -> Self {
        self.own = locale.and_then(Language::lookup);
        self
    }

    /// The language of the page, `default` when nobody has said anything that we speak.
    pub fn choose(self, default: Language) -> Language {
        let refused = self.chosen.and_then(|choice| choice.instead_of);
        self.requested
            .filter(|requested| refused != Some(*requested))
            .or(self.chosen.map(|choice| choice.language))
            .or(self.own)
            .or(self.accepted)
            .unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::Language::*;
    use super::*;

    /// RFC 4647 §3.4
    #[test]
    fn finds_a_language_by_cutting_subtags_off() {
        let found = [
            ("de", German),
            ("DE", German),
            ("de-CH", German),
            ("fr_CA", French),
            ("es-419", Spanish),
            ("ja-Jpan-JP", Japanese),
            ("ar-EG-u-nu-latn", Arabic),
        ];
        for (tag, language) in found {
            assert_eq!(Language::lookup(tag), Some(language), "{tag}");
        }
        for tag in [
            "",
            "d",
            "deu",
            "tlh",
            "*",
            "-de",
            "de-",
            "de-é",
            "de-123456789",
            "de\0",
            "qps-plocm",
        ] {
            assert_eq!(Language::lookup(tag), None, "{tag:?}");
        }
    }

    /// OIDC Core §3.1.2.1
    #[test]
    fn takes_the_first_requested_language_that_it_speaks() {
        assert_eq!(Language::requested("tlh fr-CA de"), Some(French));
        assert_eq!(Language::requested("  ja  en"), Some(Japanese));
        assert_eq!(Language::requested("se x-klingon"), None);
        assert_eq!(Language::requested(""), None);
    }

    /// RFC 9110 §12.5.4
    #[test]
    fn takes_the_accepted_language_of_the_highest_quality() {
        let accepted = [
            ("de", Some(German)),
            ("da, en-GB;q=0.8, fr;q=0.9", Some(French)),
            ("es;q=0.5,ja;q=0.5", Some(Spanish)),
            ("en;q=0.3 , ar ; q=0.75", Some(Arabic)),
            ("en;q=0, de;q=0.001", Some(German)),
            ("fr;q=1.000, de", Some(French)),
            ("fr;q=0", None),
            ("*", None),
            ("", None),
            (",;,=;q", None),
            ("de;q=2, en;q=x, fr;q=-1, es;q=0.1234, ja;level=1", None),
            ("de;q=1.5, ar;q=0.1", Some(Arabic)),
        ];
        for (header, language) in accepted {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn what_is_said_for_this_page_goes_before_what_was_said_in_general() {
        let mut wishes = Wishes {
            requested: Some(German),
            chosen: Choice::parse("fr"),
            own: Some(Spanish),
            accepted: Some(Japanese),
        };
        assert_eq!(wishes.choose(Arabic), German);
        wishes.requested = None;
        assert_eq!(wishes.choose(Arabic), French);
        wishes.chosen = None;
        assert_eq!(wishes.choose(Arabic), Spanish);
        wishes.own = None;
        assert_eq!(wishes.choose(Arabic), Japanese);
        wishes.accepted = None;
        assert_eq!(wishes.choose(Arabic), Arabic);
    }

    #[test]
    fn a_choice_made_on_a_page_stands_against_what_was_requested_there() {
        let wishes = |requested| Wishes {
            requested: Some(requested),
            chosen: Choice::parse("fr.de"),
            ..Wishes::default()
        };
        assert_eq!(wishes(German).choose(English), French);
        assert_eq!(wishes(Japanese).choose(English), Japanese);
    }

    #[test]
    fn a_choice_reads_as_it_is_written_and_nothing_else_does() {
        for text in ["de", "en.ar", "ja.ja"] {
            assert_eq!(Choice::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "DE",
            "de-CH",
            "de.",
            ".de",
            "de.tlh",
            "de.fr.es",
            "qps-plocm",
        ] {
            assert_eq!(Choice::parse(text), None, "{text}");
        }
    }
}
