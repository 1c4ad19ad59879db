//! Mails in words: subject, text and HTML of each kind in each language.
//!
//! The words are messages of `locales/`, the form two templates. An operator may replace any part
//! of any mail by a file ([`own`]).

mod own;
mod words;

use std::path::Path;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use super::{Message, MessageFault, Messages, href};
use crate::account::language::Language;
use crate::account::mail::{Mail, MailKind};

pub use own::OwnTemplateError;
use words::Draft;

const TEMPLATES: [(&str, &str); 2] = [
    ("mail.html", include_str!("../templates/mail.html")),
    ("mail.txt", include_str!("../templates/mail.txt")),
];

/// One mail in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its subject, one line.
    pub subject: String,
    /// For readers that show text.
    pub text: String,
    /// For readers that show HTML.
    pub html: String,
}

/// The subject only: links in the rest open accounts.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({:?})", self.subject)
    }
}

/// A mail could not be put into words.
#[derive(Debug, thiserror::Error)]
pub enum LetterFault {
    /// By the fault of a template.
    #[error("its template cannot be rendered: {0:#}")]
    Template(#[from] minijinja::Error),
    /// By the fault of a file of messages.
    #[error(transparent)]
    Messages(#[from] MessageFault),
    /// By the fault of whoever wrote it.
    #[error("{} lacks {value}", kind.as_str())]
    Missing {
        /// Which mail it is.
        kind: MailKind,
        /// What is not there.
        value: &'static str,
    },
}

/// Puts mails into words.
#[derive(Debug)]
pub struct Letters {
    messages: Arc<Messages>,
    environment: Environment<'static>,
}

/// What the templates are given; an operator's own too.
#[derive(Serialize)]
struct Context<'a> {
    kind: &'static str,
    lang: &'static str,
    dir: &'static str,
    realm: &'a str,
    name: Option<&'a str>,
    values: &'a std::collections::BTreeMap<String, String>,
    subject: &'a str,
    greeting: String,
    lead: String,
    /// A line of its own, whose direction is not that of the language.
    detail: Option<String>,
    action: Option<Action>,
    notes: Vec<String>,
    lock: Option<Action>,
    footer: String,
}

/// A link and what is said of it.
#[derive(Serialize)]
struct Action {
    label: String,
    address: String,
    /// What stands before the address itself, for readers that show no buttons.
    hint: String,
}

impl Letters {
    /// With the operator's own templates in a folder, if there are any. Each of them is tried.
    pub fn new(messages: Arc<Messages>, folder: Option<&Path>) -> Result<Self, OwnTemplateError> {
        let unusable = |name: &str, error: &_| OwnTemplateError::template(Path::new(name), error);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // What is a line in a template is a line in a mail.
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        let syntax = syntax.keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|error| unusable("mail.txt", &error))?);
        environment.set_auto_escape_callback(|name| {
            if Path::new(name)
                .extension()
                .is_some_and(|ending| ending == "html")
            {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        environment.add_filter("href", |address: String| href(&address).to_owned());
        for (name, source) in TEMPLATES {
            environment
                .add_template(name, source)
                .map_err(|error| unusable(name, &error))?;
        }
        let mut letters = Self {
            messages,
            environment,
        };
        if let Some(folder) = folder {
            own::read(&mut letters, folder)?;
        }
        Ok(letters)
    }

    /// A mail in the language of its reader, or in English.
    pub fn write(&self, mail: &Mail, realm: &str) -> Result<Letter, LetterFault> {
        let language = Language::lookup(&mail.language).unwrap_or_default();
        self.write_in(language, mail, realm)
    }

    fn write_in(
        &self,
        language: Language,
        mail: &Mail,
        realm: &str,
    ) -> Result<Letter, LetterFault> {
        let draft = Draft::of(mail)?;
        let speaker = Speaker {
            messages: &self.messages,
            language,
            realm,
        };
        let subject = speaker.say(&draft.subject)?;
        let context = Value::from(Serde(&speaker.context(mail, &draft, &subject)?));
        let own = |ending| own::name(language, mail.kind, ending);
        let subject = match self.environment.get_template(&own("subject.txt")) {
            Ok(template) => template.render(context.clone())?.trim().to_owned(),
            Err(_none) => subject.clone(),
        };
        Ok(Letter {
            text: self.part(&own("txt"), "mail.txt", &context)?,
            html: self.part(&own("html"), "mail.html", &context)?,
            subject,
        })
    }

    /// The operator's template if there is one, or ours.
    fn part(&self, own: &str, ours: &str, context: &Value) -> Result<String, LetterFault> {
        let template = match self.environment.get_template(own) {
            Ok(template) => template,
            Err(_none) => self.environment.get_template(ours)?,
        };
        Ok(template.render(context.clone())?)
    }
}

struct Speaker<'a> {
    messages: &'a Messages,
    language: Language,
    realm: &'a str,
}

impl Speaker<'_> {
    fn say(&self, message: &Message) -> Result<String, MessageFault> {
        let message = message.clone().with("realm", self.isolated(self.realm));
        self.messages.text(self.language, &message)
    }

    /// A text of somebody else's, kept from changing the direction of the words around it
    /// (Unicode TR 9 §2.4). Only where that can happen: some readers show the marks as boxes.
    fn isolated(&self, text: &str) -> String {
        if self.language.is_right_to_left() {
            format!("\u{2068}{text}\u{2069}")
        } else {
            text.to_owned()
        }
    }

    fn action(&self, link: &(Message, String)) -> Result<Action, MessageFault> {
        let (label, address) = link;
        Ok(Action {
            label: self.say(label)?,
            address: address.clone(),
            hint: self.say(&Message::new("mail-link-hint"))?,
        })
    }

    fn context<'c>(
        &'c self,
        mail: &'c Mail,
        draft: &Draft,
        subject: &'c str,
    ) -> Result<Context<'c>, MessageFault> {
        let name = mail.greeted();
        let greeting = match name {
            Some(name) => Message::new("mail-greeting").with("name", self.isolated(name)),
            None => Message::new("mail-greeting-nameless"),
        };
        let right_to_left = self.language.is_right_to_left();
        let action = draft.action.as_ref().map(|link| self.action(link));
        let notes = draft.notes.iter().map(|note| self.say(note));
        let lock = draft.lock.as_ref().map(|link| self.action(link));
        Ok(Context {
            kind: mail.kind.as_str(),
            lang: self.language.tag(),
            dir: if right_to_left { "rtl" } else { "ltr" },
            realm: self.realm,
            name,
            values: &mail.values,
            subject,
            greeting: self.say(&greeting)?,
            lead: self.say(&draft.lead)?,
            detail: draft.detail.clone(),
            action: action.transpose()?,
            notes: notes.collect::<Result<_, _>>()?,
            lock: lock.transpose()?,
            footer: self.say(&Message::new("mail-footer"))?,
        })
    }
}

#[cfg(test)]
mod tests;
