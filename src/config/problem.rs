//! What is wrong with the settings, and how it is shown: all at once, with place, reason and fix.

use std::fmt;
use std::fmt::Write as _;

/// What is wrong with one value, without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What is wrong, as the rest of a sentence about the value: `ends with "/"`.
    pub what: String,
    /// Why it matters.
    pub why: Option<&'static str>,
    /// What to write instead.
    pub instead: Option<String>,
}

impl Complaint {
    /// A complaint without reason or fix.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: None,
            instead: None,
        }
    }

    /// Adds why it matters.
    #[must_use]
    pub fn why(mut self, why: &'static str) -> Self {
        self.why = Some(why);
        self
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }
}

/// Where a problem lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A stretch of a line of the file.
    Line {
        /// The file as it was named.
        file: String,
        /// Counted from one.
        line: usize,
        /// Counted from one, in characters.
        column: usize,
        /// How many characters are meant.
        width: usize,
        /// The line, without what must not be shown.
        text: String,
    },
    /// Anything else that can be named, with the value when it may be shown.
    Named {
        /// `VIDIMUS_ISSUER`, `--issuer`, a file.
        name: String,
        /// The value, unless it is a secret.
        value: Option<String>,
    },
}

/// A complaint and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What.
    pub complaint: Complaint,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.complaint.what;
        let (head, shown, indent, width) = match &self.place {
            Place::Line {
                file,
                line,
                column,
                width,
                text,
            } => {
                let head = format!("{file}:{line}:{column}   ");
                (head, Some(text), column.saturating_sub(1), *width)
            }
            Place::Named { name, value } => {
                let width = value.as_ref().map_or(0, |text| text.chars().count());
                (format!("{name}   "), value.as_ref(), 0, width)
            }
        };
        match shown {
            Some(text) => {
                writeln!(f, "  {head}{text}")?;
                let indent = " ".repeat(2 + head.chars().count() + indent);
                writeln!(f, "{indent}{} {what}", "^".repeat(width.max(1)))?;
            }
            None => writeln!(f, "  {head}{what}")?,
        }
        if let Some(why) = self.complaint.why {
            writeln!(f, "      {why}")?;
        }
        if let Some(instead) = &self.complaint.instead {
            writeln!(f, "      try: {instead}")?;
        }
        Ok(())
    }
}

/// All problems of one load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Rejection {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match self.problems.len() {
            1 => "1 problem".to_owned(),
            more => format!("{more} problems"),
        };
        let mut body = String::new();
        for problem in &self.problems {
            write!(body, "\n{problem}")?;
        }
        write!(f, "{number} in {}\n{body}", self.source_name())
    }
}

impl Rejection {
    /// A problem that shows only when a setting is put to use.
    pub fn of(key: &str, complaint: Complaint) -> Self {
        let place = Place::Named {
            name: key.to_owned(),
            value: None,
        };
        Self {
            problems: vec![Problem { place, complaint }],
        }
    }

    /// All problems in one line, for the log.
    pub fn one_line(&self) -> String {
        let lines = self.problems.iter().map(|problem| {
            let what = &problem.complaint.what;
            match &problem.place {
                Place::Line { file, line, .. } => format!("{file}:{line} {what}"),
                Place::Named { name, .. } => format!("{name} {what}"),
            }
        });
        lines.collect::<Vec<_>>().join("; ")
    }

    /// The file when all problems are in it.
    fn source_name(&self) -> &str {
        let mut files = self.problems.iter().map(|problem| match &problem.place {
            Place::Line { file, .. } => Some(file.as_str()),
            Place::Named { .. } => None,
        });
        match files.next().flatten() {
            Some(first) if files.all(|file| file == Some(first)) => first,
            _ => "the configuration",
        }
    }
}
