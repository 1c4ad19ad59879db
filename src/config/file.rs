//! The TOML file, with the place of every value.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::kind::Kind;
use super::problem::{Complaint, Place, Problem};
use super::raw::{Given, Origin};
use super::row::{Setting, find, is_section};
use super::setting::SETTINGS;
use super::suggest::nearest;

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct FileSettings {
    pub(super) given: Vec<(&'static Setting, Given)>,
    pub(super) problems: Vec<Problem>,
}

/// Reads the text of the file called `name`.
pub(super) fn read(name: &str, text: &str) -> FileSettings {
    let mut reader = Reader {
        name,
        text,
        found: FileSettings::default(),
    };
    match Document::parse(text) {
        Ok(document) => reader.table("", document.as_table()),
        Err(error) => {
            let what = error.message().lines().next().unwrap_or("is no TOML");
            reader.complain(error.span(), Complaint::new(what));
        }
    }
    reader.found
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    found: FileSettings,
}

impl Reader<'_> {
    fn table(&mut self, section: &str, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let key_span = table.key(name).and_then(toml_edit::Key::span);
            let key = if section.is_empty() {
                name.to_owned()
            } else {
                format!("{section}.{name}")
            };
            if let Some(setting) = find(&key) {
                self.value(setting, item);
            } else if section.is_empty() && is_section(name) {
                match item.as_table_like() {
                    Some(inner) => self.table(name, inner),
                    None => self.complain(key_span, Complaint::new("is a section, not a value")),
                }
            } else {
                self.complain(key_span, unknown(section, name, &key));
            }
        }
    }

    fn value(&mut self, setting: &'static Setting, item: &Item) {
        let Some(text) = text_of(setting.kind, item) else {
            let expected = setting.kind.expectation();
            self.complain(item.span(), Complaint::new(format!("must be {expected}")));
            return;
        };
        let place = self.place(item.span());
        let line = match &place {
            Place::Line { line, .. } => *line,
            Place::Named { .. } => 0,
        };
        let origin = Origin::File {
            path: self.name.to_owned(),
            line,
        };
        self.found.given.push((
            setting,
            Given {
                text,
                origin,
                place,
            },
        ));
    }

    fn complain(&mut self, span: Option<Range<usize>>, complaint: Complaint) {
        let place = self.place(span);
        self.found.problems.push(Problem { place, complaint });
    }

    fn place(&self, span: Option<Range<usize>>) -> Place {
        let span = span.unwrap_or(0..0);
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let from_line = self.text.get(line_start..).unwrap_or("");
        let line = from_line.lines().next().unwrap_or("");
        let indent = before.get(line_start..).unwrap_or("").chars().count();
        let marked = self.text.get(span).unwrap_or("");
        let marked = marked.lines().next().unwrap_or("").chars().count();
        let (text, masked_from) = without_secret(line);
        // What is masked is pointed at by its mask.
        let width = match masked_from {
            Some(start) if indent >= start => MASK.chars().count(),
            Some(_) | None => marked,
        };
        Place::Line {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: indent + 1,
            width,
            text,
        }
    }
}

const MASK: &str = "[secret]";

/// A line as it may be shown, and from which character on it is masked. Judged by the text of
/// the line, so that a line which does not even parse gives nothing away either.
fn without_secret(line: &str) -> (String, Option<usize>) {
    // A tab would shift the marks under the line.
    let line = line.replace('\t', " ");
    let Some((key, value)) = line.split_once('=') else {
        return (line, None);
    };
    let names_secret = SETTINGS
        .iter()
        .filter(|setting| setting.secret)
        .any(|setting| {
            let last = setting.key.rsplit('.').next().unwrap_or(setting.key);
            key.contains(last)
        });
    // A misspelt key can hold a secret as well; any URL with a password looks the same.
    let is_login_url = value.contains("://") && value.contains('@');
    if !names_secret && !is_login_url {
        return (line, None);
    }
    let spaces = value.chars().take_while(|c| *c == ' ').count();
    let start = key.chars().count() + 1 + spaces;
    (format!("{key}={}{MASK}", " ".repeat(spaces)), Some(start))
}

fn unknown(section: &str, name: &str, key: &str) -> Complaint {
    let keys = SETTINGS.iter().map(|setting| setting.key);
    let sections = SETTINGS
        .iter()
        .filter_map(|setting| setting.key.split_once('.').map(|(section, _)| section));
    let all: Vec<&str> = keys.chain(sections).collect();
    // A key in the wrong section is nearer to its own name than to anything in this one.
    let elsewhere = || {
        all.iter()
            .find(|known| known.rsplit('.').next() == Some(name))
            .copied()
    };
    match nearest(key, all.iter().copied()).or_else(elsewhere) {
        Some(meant) => {
            let within = meant
                .strip_prefix(section)
                .and_then(|rest| rest.strip_prefix('.'));
            let meant = within.unwrap_or(meant);
            Complaint::new(format!("unknown key, did you mean `{meant}`?"))
        }
        None => Complaint::new("unknown key"),
    }
}

/// The value as the environment would write it, if it has the kind that the setting wants.
fn text_of(kind: Kind, item: &Item) -> Option<String> {
    let value = item.as_value()?;
    match kind {
        Kind::Text | Kind::Span => value.as_str().map(str::to_owned),
        Kind::Number => value.as_integer().map(|number| number.to_string()),
        Kind::Flag => value.as_bool().map(|flag| flag.to_string()),
        Kind::List => {
            let items: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
            items.map(|items| items.join(","))
        }
    }
}
