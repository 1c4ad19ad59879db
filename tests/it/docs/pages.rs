//! The pages and the source as texts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with an ending.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            found.push(path);
        }
    }
    found.sort();
}

/// Every page for people, with its text.
pub(super) fn pages() -> Vec<(PathBuf, String)> {
    let mut found: Vec<PathBuf> = ["README.md", "SECURITY.md", "keys/README.md"]
        .iter()
        .map(|page| root().join(page))
        .collect();
    files(&root().join("docs"), "md", &mut found);
    read(found)
}

/// Every source file, tests included, with its text.
pub(super) fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["src", "tests/it"] {
        files(&root().join(folder), "rs", &mut found);
    }
    read(found)
}

fn read(paths: Vec<PathBuf>) -> Vec<(PathBuf, String)> {
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

/// What stands between a page's `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
pub(super) fn marked(page: &str, name: &str) -> String {
    around(page, name).1
}

/// Puts something else between the marks of a page.
pub(super) fn replace_marked(page: &str, name: &str, table: &str) {
    let (before, _, after) = around(page, name);
    fs::write(root().join(page), format!("{before}{table}{after}")).unwrap();
}

/// A page before, between and after its marks.
fn around(page: &str, name: &str) -> (String, String, String) {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let begin = format!("<!-- {name}:begin -->\n");
    let (before, rest) = text
        .split_once(&begin)
        .expect("the page marks where the table begins");
    let end = rest
        .find(&format!("<!-- {name}:end -->"))
        .expect("the page marks where the table ends");
    let (table, after) = rest.split_at(end);
    (
        format!("{before}{begin}"),
        table.to_owned(),
        after.to_owned(),
    )
}

/// Targets of `[text](target)` and `![text](target)`.
pub(super) fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// The anchors of a page's headings, as code hosts make them.
pub(super) fn anchors(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

/// Words in backticks.
pub(super) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The lines of a page's `sh` blocks.
pub(super) fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        if line.starts_with("```") {
            inside = *line == "```sh";
            return false;
        }
        inside
    })
}

/// The arguments of the calls of our program in a line of shell: `vidimus …`, also after
/// variables, and `cargo run … -- …`.
pub(crate) fn commands(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap_or(line);
    line.split(" | ")
        .filter_map(|call| {
            let mut words = words(call);
            let program = words.iter().position(|word| !is_assignment(word))?;
            words.drain(..program);
            if words.starts_with(&["cargo".to_owned(), "run".to_owned()]) {
                let ours = words.iter().position(|word| word == "--")?;
                words.drain(..ours);
            } else if words.first().is_none_or(|word| word != "vidimus") {
                return None;
            }
            let end = words
                .iter()
                .position(|word| word.starts_with(['<', '>', '&']))
                .unwrap_or(words.len());
            words.truncate(end);
            Some(words)
        })
        .collect()
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    })
}

/// Splits at spaces outside quotes.
fn words(call: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in call.trim().chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, ' ') => words.push(String::new()),
            (None | Some(_), _) => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn finds_our_calls_in_a_line_of_shell() {
    assert_eq!(
        commands("A_B=c vidimus user create --name \"Ada L\" < file.txt # sign up"),
        [["vidimus", "user", "create", "--name", "Ada L"]]
    );
    assert_eq!(commands("cargo run --release -- demo"), [["--", "demo"]]);
    assert!(commands("sqlite3 vidimus-data/vidimus.db .dump").is_empty());
}
