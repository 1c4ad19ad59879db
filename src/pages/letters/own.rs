//! An operator's own templates: `LANGUAGE/KIND.subject.txt`, `LANGUAGE/KIND.txt` and
//! `LANGUAGE/KIND.html` replace a part of one mail in one language, `mail.txt` and `mail.html` the
//! form of all.
//!
//! A file that is none of these is a mistake, and so is a template that cannot be rendered: both
//! are found at start and not when somebody waits for a mail.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Letters, TEMPLATES};
use crate::account::language::Language;
use crate::account::mail::{Mail, MailKind};

/// The endings of the parts.
const PARTS: [&str; 3] = ["subject.txt", "txt", "html"];

/// A template of the operator's that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct OwnTemplateError {
    path: PathBuf,
    problem: String,
}

impl OwnTemplateError {
    fn new(path: &Path, problem: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    pub(super) fn template(path: &Path, error: &minijinja::Error) -> Self {
        Self::new(path, format!("{error:#}"))
    }
}

/// The name of a part of a mail, in the folder and in the environment.
pub(super) fn name(language: Language, kind: MailKind, part: &str) -> String {
    format!("{}/{}.{part}", language.tag(), kind.as_str())
}

/// Reads every template of a folder, and tries each.
pub(super) fn read(letters: &mut Letters, folder: &Path) -> Result<(), OwnTemplateError> {
    let mut known: Vec<String> = TEMPLATES.map(|(name, _)| name.to_owned()).into();
    for language in Language::ALL {
        for kind in MailKind::ALL {
            known.extend(PARTS.map(|part| name(language, *kind, part)));
        }
    }
    for path in files(folder, 1)? {
        let shown = path.strip_prefix(folder).unwrap_or(&path);
        let name = shown.to_string_lossy().replace('\\', "/");
        if !known.contains(&name) {
            let problem = "is no part of a mail: parts are named en/confirm-address.html";
            return Err(OwnTemplateError::new(&path, problem));
        }
        let source = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        letters
            .environment
            .add_template_owned(name, source)
            .map_err(|error| OwnTemplateError::template(&path, &error))?;
    }
    for language in Language::ALL {
        for kind in MailKind::ALL {
            let sample = Mail::sample(*kind, language.tag());
            letters.write(&sample, "Example").map_err(|fault| {
                let which = format!("{}/{}", language.tag(), kind.as_str());
                OwnTemplateError::new(&folder.join(which), fault.to_string())
            })?;
        }
    }
    Ok(())
}

/// The files of a folder and of those in it. Hidden ones are left alone.
fn files(folder: &Path, deeper: u32) -> Result<Vec<PathBuf>, OwnTemplateError> {
    let failed = |error: io::Error| unreadable(folder, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() && deeper > 0 {
            found.extend(files(&path, deeper - 1)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn unreadable(path: &Path, error: &io::Error) -> OwnTemplateError {
    OwnTemplateError::new(path, format!("cannot be read: {error}"))
}
