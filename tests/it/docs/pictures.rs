//! `docs/pages.md`: every page that people see, with its picture.

use std::collections::BTreeSet;
use std::fs;

use super::pages::{links, quoted, root};

const PAGE: &str = "docs/pages.md";

fn text() -> String {
    fs::read_to_string(root().join(PAGE)).unwrap()
}

/// The templates that are whole pages, not parts of others.
fn templates() -> BTreeSet<String> {
    let mut whole = BTreeSet::new();
    for entry in fs::read_dir(root().join("src/pages/templates")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let extends = fs::read_to_string(entry.path())
            .unwrap()
            .starts_with("{% extends");
        if extends && name != "account_base.html" {
            whole.insert(name);
        }
    }
    whole
}

#[test]
fn the_page_of_pages_names_every_template_and_no_other() {
    let text = text();
    let named: BTreeSet<String> = quoted(&text)
        .filter(|word| word.strip_suffix(".html").is_some())
        .map(str::to_owned)
        .collect();
    assert_eq!(named, templates(), "docs/pages.md and the templates differ");
}

#[test]
fn every_page_of_the_page_of_pages_has_its_picture_and_no_picture_is_left_over() {
    let text = text();
    let shown: BTreeSet<&str> = links(&text)
        .filter_map(|link| link.strip_prefix("pages/"))
        .collect();
    let kept: BTreeSet<String> = fs::read_dir(root().join("docs/pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let shown: BTreeSet<String> = shown.into_iter().map(str::to_owned).collect();
    assert_eq!(
        shown, kept,
        "docs/pages/ is behind: cargo test --test browser writes_the_pictures -- --ignored"
    );
    let sections = text.lines().filter(|line| line.starts_with("### ")).count();
    assert_eq!(
        sections,
        kept.len(),
        "a page of docs/pages.md has no picture of its own"
    );
}
