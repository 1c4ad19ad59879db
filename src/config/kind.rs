//! How a setting is written.

use super::parse;

/// How a setting is written in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `"text"`
    Text,
    /// `10`
    Number,
    /// `true`
    Flag,
    /// `["a", "b"]`; comma-separated in the environment
    List,
    /// `"15m"`: a number and one of `ms`, `s`, `m`, `h`, `d`
    Span,
}

impl Kind {
    /// What the file must hold, in words.
    pub(super) const fn expectation(self) -> &'static str {
        match self {
            Self::Text => "text in quotes",
            Self::Number => "a whole number",
            Self::Flag => "true or false",
            Self::List => "a list of texts, [\"…\", \"…\"]",
            Self::Span => "a span of time in quotes, \"15m\"",
        }
    }

    /// A value's text as TOML.
    pub(super) fn to_toml(self, text: &str) -> String {
        let quoted =
            |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        match self {
            Self::Text | Self::Span => quoted(text),
            Self::Number | Self::Flag => text.to_owned(),
            Self::List => {
                let items: Vec<String> = parse::list_items(text).map(quoted).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }
}
