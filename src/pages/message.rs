//! One message by its id, and what stands in it: how Rust code names words of ours.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

/// A message of `locales/`, to be said in the language of whoever reads it: in a template by
/// `{{ t(message) }}`, in plain text by [`Messages::text`](super::Messages::text).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    id: &'static str,
    arguments: BTreeMap<Cow<'static, str>, Argument>,
}

/// What may stand in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Argument {
    /// A text of somebody else's.
    Text(String),
    /// A number, which the words around it agree with.
    Number(i64),
    /// Another message.
    Message(Message),
}

impl Message {
    /// The message with this id. The id is written out at each call, so that a test can hold the
    /// source against the files.
    pub const fn new(id: &'static str) -> Self {
        Self {
            id,
            arguments: BTreeMap::new(),
        }
    }

    /// The same with one of its arguments.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        argument: impl Into<Argument>,
    ) -> Self {
        self.arguments.insert(name.into(), argument.into());
        self
    }

    /// Its id.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Its arguments, by name.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, &Argument)> {
        self.arguments
            .iter()
            .map(|(name, argument)| (&**name, argument))
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Message> for Argument {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}
