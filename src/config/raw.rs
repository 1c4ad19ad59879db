//! Settings as texts with their origin, before any is read.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::environment::{self, FILE_VARIABLE};
use super::file;
use super::problem::{Complaint, Place, Problem, Rejection};
use super::row::{Setting, find};
use super::setting::SETTINGS;
use super::{Config, DEFAULT_FILE, Effective, Loaded, Sources};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File {
        /// The file.
        path: String,
        /// The line, counted from one.
        line: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A file named by an environment variable.
    SecretFile {
        /// The variable.
        variable: String,
        /// The file.
        path: String,
    },
    /// The command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::SecretFile { variable, path } => write!(f, "{variable} ({path})"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A text that was given for a setting.
#[derive(Debug, Clone)]
pub struct Given {
    pub(super) text: String,
    pub(super) origin: Origin,
    pub(super) place: Place,
}

/// Everything that was given, the strongest source of each setting winning.
#[derive(Debug, Default)]
pub struct Raw {
    given: BTreeMap<&'static str, Given>,
    problems: Vec<Problem>,
    hints: Vec<String>,
}

impl Raw {
    /// Reads the sources, weakest first.
    pub(super) fn collect(sources: &Sources) -> Self {
        let mut raw = Self::default();
        raw.add_file(sources);
        let variables = environment::read(&sources.environment);
        raw.add(variables.given);
        raw.problems.extend(variables.problems);
        raw.hints.extend(variables.hints);
        for flag in &sources.flags {
            let Some(setting) = find(flag.key) else {
                continue;
            };
            let place = Place::Named {
                name: flag.flag.to_owned(),
                value: (!setting.secret).then(|| flag.value.clone()),
            };
            let given = Given {
                text: flag.value.clone(),
                origin: Origin::Flag(flag.flag),
                place,
            };
            raw.given.insert(setting.key, given);
        }
        raw
    }

    fn add(&mut self, given: Vec<(&'static Setting, Given)>) {
        let given = given.into_iter();
        self.given
            .extend(given.map(|(setting, given)| (setting.key, given)));
    }

    fn add_file(&mut self, sources: &Sources) {
        let variable = sources
            .environment
            .iter()
            .find(|(name, _)| name == FILE_VARIABLE);
        let named: Option<PathBuf> = match (&sources.file, variable) {
            (Some(path), _) => Some(path.clone()),
            (None, Some((_, path))) => Some(PathBuf::from(path)),
            (None, None) => None,
        };
        let path = named.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
        if named.is_none() && !path.exists() {
            return;
        }
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let settings = file::read(&name, &text);
                self.add(settings.given);
                self.problems.extend(settings.problems);
            }
            Err(error) => {
                let place = Place::Named { name, value: None };
                let complaint = Complaint::new(format!("cannot be read: {error}"));
                self.problems.push(Problem { place, complaint });
            }
        }
    }

    /// Turns the texts into a configuration, or tells everything that is wrong.
    pub(super) fn resolve(mut self) -> Result<Loaded, Rejection> {
        let mut config = Config::unset();
        let mut effective = Vec::with_capacity(SETTINGS.len());
        for setting in SETTINGS {
            let given = self.given.get(setting.key);
            let text = given.map_or(setting.default, |given| given.text.as_str());
            let stands = given.is_some() || !text.is_empty();
            if stands && let Err(complaint) = setting.apply(&mut config, text) {
                let place = place_of(setting, given);
                self.problems.push(Problem { place, complaint });
            }
            effective.push(Effective {
                key: setting.key,
                value: shown(setting, text),
                origin: given.map_or(Origin::Default, |given| given.origin.clone()),
            });
        }
        if let Some((key, complaint)) = config.finish()
            && let Some(setting) = find(key)
            && self.problems.is_empty()
        {
            let place = place_of(setting, self.given.get(key));
            self.problems.push(Problem { place, complaint });
        }
        if self.problems.is_empty() {
            return Ok(Loaded {
                config,
                effective,
                hints: self.hints,
            });
        }
        Err(Rejection {
            problems: self.problems,
        })
    }
}

fn place_of(setting: &Setting, given: Option<&Given>) -> Place {
    given.map_or_else(
        || Place::Named {
            name: format!("{} (default)", setting.key),
            value: Some(setting.default.to_owned()),
        },
        |given| given.place.clone(),
    )
}

fn shown(setting: &Setting, text: &str) -> Option<String> {
    match (setting.secret, text.is_empty()) {
        (true, false) => Some("\"[secret]\"".to_owned()),
        (true, true) => None,
        (false, _) => Some(setting.kind.to_toml(text)),
    }
}
