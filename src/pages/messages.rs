//! The words of pages and mails in every language: the Fluent files of `locales/`, compiled in.
//!
//! Messages hold no markup. On a page their text is escaped like everything else, and an argument
//! may be markup that a template has made.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent};
use minijinja::HtmlEscape;

use crate::account::language::Language;
use crate::pages::message::{Argument, Message};

type Bundle = concurrent::FluentBundle<Arc<FluentResource>>;

/// The files of one language. A new area is one line here and one file in each folder.
macro_rules! files {
    ($tag:literal) => {
        files!(
            $tag, "common", "home", "sign-in", "consent", "device", "logout", "errors", "account",
            "register", "recover", "factors", "passkeys", "mail", "console"
        )
    };
    ($tag:literal, $($area:literal),*) => {
        &[$(($area, include_str!(concat!("locales/", $tag, "/", $area, ".ftl")))),*]
    };
}

/// The areas of a language with their sources.
pub(super) const fn sources(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::English => files!("en"),
        Language::German => files!("de"),
        Language::French => files!("fr"),
        Language::Spanish => files!("es"),
        Language::Japanese => files!("ja"),
        Language::Arabic => files!("ar"),
        #[cfg(test)]
        Language::Pseudo => files!("en"),
    }
}

/// Words could not be read or said: a fault of ours, which tests find first.
#[derive(Debug, thiserror::Error)]
pub enum MessageFault {
    /// A file is no Fluent, or says something twice.
    #[error("locales/{language}/{area}.ftl: {problem}")]
    Source {
        /// The language's tag.
        language: &'static str,
        /// The file.
        area: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// No such message, or an argument of it is missing.
    #[error("the message {0} cannot be said")]
    Unsayable(String),
}

/// One language.
struct Speech {
    language: Language,
    plain: Bundle,
    html: Bundle,
}

/// All messages in all languages.
pub struct Messages(Vec<Speech>);

/// Languages only: the messages themselves are in the files.
impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let languages = self.0.iter().map(|speech| speech.language);
        f.debug_list().entries(languages).finish()
    }
}

impl Messages {
    /// Reads the embedded files.
    pub fn new() -> Result<Self, MessageFault> {
        let languages = Language::ALL.into_iter();
        #[cfg(test)]
        let languages = languages.chain([Language::Pseudo]);
        languages
            .map(|language| read(language, sources(language)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The languages that it speaks.
    pub(super) fn languages(&self) -> impl Iterator<Item = Language> {
        self.0.iter().map(|speech| speech.language)
    }

    /// A message as plain text, for mails and the like; never for a page.
    pub fn text(&self, language: Language, message: &Message) -> Result<String, MessageFault> {
        let mut arguments = FluentArgs::new();
        for (name, argument) in message.arguments() {
            let value: FluentValue<'_> = match argument {
                Argument::Text(text) => text.clone().into(),
                Argument::Number(number) => (*number).into(),
                Argument::Message(inner) => self.text(language, inner)?.into(),
            };
            arguments.set(name.to_owned(), value);
        }
        self.say(language, message.id(), &arguments, |speech| &speech.plain)
    }

    /// A message for a page, escaped; its textual arguments must be markup already.
    pub(super) fn html(
        &self,
        language: Language,
        id: &str,
        arguments: &FluentArgs<'_>,
    ) -> Result<String, MessageFault> {
        self.say(language, id, arguments, |speech| &speech.html)
    }

    /// In English if the language has no words for it.
    fn say(
        &self,
        language: Language,
        id: &str,
        arguments: &FluentArgs<'_>,
        bundle: impl Fn(&Speech) -> &Bundle,
    ) -> Result<String, MessageFault> {
        [language, Language::English]
            .into_iter()
            .filter_map(|language| self.0.iter().find(|speech| speech.language == language))
            .find_map(|speech| format(bundle(speech), id, arguments))
            .ok_or_else(|| MessageFault::Unsayable(id.to_owned()))
    }
}

fn format(bundle: &Bundle, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
    errors.is_empty().then(|| text.into_owned())
}

fn read(language: Language, sources: &[(&'static str, &str)]) -> Result<Speech, MessageFault> {
    let mut plain = Bundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    let mut html = Bundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    html.set_transform(Some(escape));
    #[cfg(test)]
    if language == Language::Pseudo {
        plain.set_transform(Some(super::pseudo::accent));
        html.set_transform(Some(super::pseudo::accent_html));
    }
    for &(area, source) in sources {
        let fault = |problem: String| MessageFault::Source {
            language: language.tag(),
            area,
            problem,
        };
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| fault(format!("{errors:?}")))?;
        let resource = Arc::new(resource);
        for bundle in [&mut plain, &mut html] {
            // Pages isolate what others have written by `<bdi>`, mails by lines of their own.
            bundle.set_use_isolating(false);
            bundle
                .add_resource(Arc::clone(&resource))
                .map_err(|errors| fault(format!("{errors:?}")))?;
        }
    }
    Ok(Speech {
        language,
        plain,
        html,
    })
}

fn escape(text: &str) -> Cow<'_, str> {
    if text.contains(['<', '>', '&', '"', '\'']) {
        HtmlEscape(text).to_string().into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(language: Language, source: &str) -> Result<Speech, MessageFault> {
        read(language, &[("area", source)])
    }

    #[test]
    fn says_in_english_what_a_language_lacks() {
        let english = spoken(Language::English, "a = A { $x }\nb = B\n").unwrap();
        let german = spoken(Language::German, "a = Ä { $y }\n").unwrap();
        let messages = Messages(vec![english, german]);
        let text = |message| messages.text(Language::German, &message).ok();
        assert_eq!(text(Message::new("b")).as_deref(), Some("B"));
        // A translation that names another argument cannot be said either.
        let with_x = Message::new("a").with("x", "!");
        assert_eq!(text(with_x).as_deref(), Some("A !"));
        let with_y = Message::new("a").with("y", "!");
        assert_eq!(text(with_y).as_deref(), Some("Ä !"));
        assert_eq!(text(Message::new("c")), None);
    }

    #[test]
    fn refuses_a_file_that_cannot_be_read_or_says_something_twice() {
        for source in ["a = { $x", "a = A\na = B\n"] {
            let fault = spoken(Language::French, source).err().unwrap();
            let named = fault.to_string();
            assert!(named.starts_with("locales/fr/area.ftl: "), "{named}");
        }
    }
}
