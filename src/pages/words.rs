//! Words in templates: `t` for what a page shows, `plain` for titles and attributes, and filters
//! that make markup of an argument.

use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, HtmlEscape, Value};

use crate::account::language::Language;
use crate::pages::messages::Messages;

/// What becomes of an argument that is text.
#[derive(Clone, Copy)]
enum Place {
    /// It stands in the page, where its direction must not disturb the words around it.
    Page,
    /// It stands where markup cannot.
    Plain,
}

/// Gives an environment its language.
pub(super) fn speak(
    environment: &mut Environment<'static>,
    messages: &Arc<Messages>,
    language: Language,
) {
    for (name, place) in [("t", Place::Page), ("plain", Place::Plain)] {
        let speaker = Speaker {
            messages: Arc::clone(messages),
            language,
            place,
        };
        environment.add_function(name, move |message: Value, arguments: Kwargs| {
            speaker.say(&message, &arguments)
        });
    }
    environment.add_filter("bdi", |value: Value| isolated(&value));
    environment.add_filter("ltr", |value: Value| left_to_right(&value));
    environment.add_filter("strong", |value: Value| {
        wrap("<strong>", &isolated(&value), "</strong>")
    });
    environment.add_filter("code", |value: Value| {
        wrap("<code>", &left_to_right(&value), "</code>")
    });
}

struct Speaker {
    messages: Arc<Messages>,
    language: Language,
    place: Place,
}

impl Speaker {
    /// `message` is an id, or a [`Message`](super::Message) of a view; `more` are arguments beside
    /// its own.
    fn say(&self, message: &Value, more: &Kwargs) -> Result<Value, Error> {
        let mut arguments = FluentArgs::new();
        for name in more.args() {
            let value = more.get::<Value>(name)?;
            arguments.set(name.to_owned(), self.argument(name, &value)?);
        }
        let text = match message.as_str() {
            Some(id) => self.html(id, &arguments)?,
            None => self.say_of_view(message, arguments)?,
        };
        Ok(Value::from_safe_string(text))
    }

    fn say_of_view(&self, message: &Value, mut arguments: FluentArgs<'_>) -> Result<String, Error> {
        let own = message.get_attr("arguments")?;
        for name in own.try_iter()? {
            let value = self.argument(&name.to_string(), &own.get_item(&name)?)?;
            arguments.set(name.to_string(), value);
        }
        self.html(&message.get_attr("id")?.to_string(), &arguments)
    }

    fn html(&self, id: &str, arguments: &FluentArgs<'_>) -> Result<String, Error> {
        self.messages
            .html(self.language, id, arguments)
            .map_err(|fault| Error::new(ErrorKind::InvalidOperation, fault.to_string()))
    }

    /// An argument as it stands in the message. Numbers stay numbers, because words agree with
    /// them.
    fn argument(&self, name: &str, value: &Value) -> Result<FluentValue<'static>, Error> {
        if value.is_undefined() || value.is_none() {
            let problem = format!("the argument {name} has no value");
            return Err(Error::new(ErrorKind::UndefinedError, problem));
        }
        if let Some(number) = value.as_i64().filter(|_| value.is_number()) {
            return Ok(number.into());
        }
        let text = match self.place {
            _ if value.is_safe() => value.to_string(),
            _ if value.kind() == ValueKind::Map => self.say_of_view(value, FluentArgs::new())?,
            Place::Page => isolated(value).to_string(),
            Place::Plain => HtmlEscape(&value.to_string()).to_string(),
        };
        Ok(text.into())
    }
}

/// A text of somebody else's, kept from changing the direction of the words around it.
fn isolated(value: &Value) -> Value {
    if value.is_safe() {
        value.clone()
    } else {
        wrap("<bdi>", value, "</bdi>")
    }
}

/// The same for what reads from left to right in every language: addresses, hosts, codes.
fn left_to_right(value: &Value) -> Value {
    wrap("<bdi dir=\"ltr\">", value, "</bdi>")
}

/// The value as markup between two tags, escaped if it is not markup yet.
fn wrap(before: &str, value: &Value, after: &str) -> Value {
    let inner = value.to_string();
    let inner = if value.is_safe() {
        inner
    } else {
        HtmlEscape(&inner).to_string()
    };
    Value::from_safe_string(format!("{before}{inner}{after}"))
}
