//! Where a command writes: data on standard output, talk on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::Failure;

/// The two streams of a command.
pub struct Output<'a> {
    data: &'a mut dyn Write,
    talk: &'a mut dyn Write,
    json: bool,
}

impl<'a> Output<'a> {
    /// Writes data and talk to two streams; `json` chooses the form of data.
    pub fn new(data: &'a mut dyn Write, talk: &'a mut dyn Write, json: bool) -> Self {
        Self { data, talk, json }
    }

    /// Whether data is wanted as JSON.
    pub fn wants_json(&self) -> bool {
        self.json
    }

    /// Data as JSON, or as lines made by `text`.
    pub fn data<T: Serialize>(
        &mut self,
        value: &T,
        text: impl FnOnce(&T) -> Vec<String>,
    ) -> Result<(), Failure> {
        if self.json {
            return self.json(value);
        }
        for line in text(value) {
            writeln!(self.data, "{line}")?;
        }
        Ok(self.data.flush()?)
    }

    /// Data as JSON in any case.
    pub fn json<T: Serialize>(&mut self, value: &T) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        writeln!(self.data, "{text}")?;
        Ok(self.data.flush()?)
    }

    /// One line of data.
    pub fn line(&mut self, line: impl Display) -> Result<(), Failure> {
        Ok(writeln!(self.data, "{line}")?)
    }

    /// One line of talk.
    pub fn talk(&mut self, line: impl Display) -> Result<(), Failure> {
        Ok(writeln!(self.talk, "{line}")?)
    }
}

/// Columns padded to the widest entry of each.
pub(super) fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let padded = row.iter().zip(&widths);
            let cells: Vec<String> = padded
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}

/// The members of an object as aligned lines, for people.
pub(super) fn members(value: &serde_json::Value) -> Vec<String> {
    let rows: Vec<Vec<String>> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| vec![name.clone(), plain(value)])
        .collect();
    table(&rows)
}

fn plain(value: &serde_json::Value) -> String {
    match (value.as_str(), value.as_array()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(items)) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        (None, None) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns_columns_and_leaves_no_trailing_space() {
        let rows = [
            vec!["a".to_owned(), "long".to_owned()],
            vec!["bcd".to_owned(), "x".to_owned()],
        ];
        assert_eq!(table(&rows), ["a    long", "bcd  x"]);
    }

    #[test]
    fn shows_members_without_json_marks() {
        let value = serde_json::json!({"name": "Notes", "uris": ["a", "b"], "first_party": true});
        let mut lines = members(&value);
        // The order of members depends on a feature of serde_json that any dependency can switch on.
        lines.sort();
        assert_eq!(
            lines,
            [
                "first_party  true",
                "name         Notes",
                "uris         a b"
            ]
        );
    }
}
