//! The uses of messages, found in templates and in Rust source.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::pages::TEMPLATES;

/// A use of a message: where, which, and with which arguments, if they can be seen there.
pub(super) struct Use {
    pub(super) place: String,
    pub(super) id: String,
    pub(super) arguments: Option<BTreeSet<String>>,
}

/// The uses in a template. What is no id must be a message of the view.
pub(super) fn uses_in_template(name: &str, source: &str) -> Vec<Use> {
    let mut uses = Vec::new();
    for function in ["t(", "plain("] {
        for (at, _) in source.match_indices(function) {
            let (before, from) = source.split_at(at);
            if before.ends_with(|c: char| c.is_alphanumeric() || "_.|".contains(c)) {
                continue;
            }
            let call = from.strip_prefix(function).unwrap();
            let place = format!("templates/{name}");
            if let Some(rest) = call.strip_prefix('"') {
                let (id, rest) = rest.split_once('"').unwrap();
                assert!(
                    rest.starts_with([')', ',']),
                    "{place}: an id is written out, not chosen or put together: {id}"
                );
                let arguments = Some(keywords(rest));
                uses.push(Use {
                    place,
                    id: id.to_owned(),
                    arguments,
                });
            } else {
                let path = call.split([')', ',']).next().unwrap();
                let plain = path
                    .chars()
                    .all(|c| c.is_alphanumeric() || "_.".contains(c));
                assert!(plain, "{place}: {path} is no id and no field of the view");
            }
        }
    }
    uses
}

/// The names of the keyword arguments up to the end of a call.
fn keywords(call: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut depth = 1;
    let mut word = String::new();
    let mut letters = call.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            '=' if depth == 1 && !word.is_empty() && letters.peek() != Some(&'=') => {
                names.insert(word.clone());
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
        } else {
            word.clear();
        }
    }
    names
}

/// The uses in Rust source: every id is written out where the message is made.
pub(super) fn uses_in_rust(name: &str, source: &str) -> Vec<Use> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut uses = Vec::new();
    for rest in code.split("Message::new(").skip(1) {
        let (id, _) = rest
            .trim_start()
            .strip_prefix('"')
            .and_then(|rest| rest.split_once('"'))
            .unwrap_or_else(|| panic!("{name}: an id is written out, not handed over"));
        uses.push(Use {
            place: name.to_owned(),
            id: id.to_owned(),
            arguments: None,
        });
    }
    uses
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

pub(super) fn uses() -> Vec<Use> {
    let mut uses: Vec<Use> = TEMPLATES
        .iter()
        .flat_map(|(name, source)| uses_in_template(name, source))
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    for file in files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        // Their own source, and the tests about them.
        let about_messages = ["pages/message.rs", "pages/word_tests/", "pages/tests.rs"];
        if !about_messages.iter().any(|own| name.starts_with(own)) {
            uses.extend(uses_in_rust(
                &name,
                &std::fs::read_to_string(&file).unwrap(),
            ));
        }
    }
    uses
}
