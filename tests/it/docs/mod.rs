//! Documentation that can rot, held against the code.

mod coverage;
mod pages;
mod pictures;

use std::collections::BTreeSet;
use std::fs;

use clap::Parser as _;
use vidimus::cli::Arguments;
use vidimus::config::{SETTINGS, reference_table};
use vidimus::http::ROUTES;
use vidimus::metrics::{Backlog, FreePlaces, Metrics, Reading, Requests};

use coverage::coverage_table;
pub(crate) use pages::commands;
use pages::{anchors, code_lines, links, marked, pages, quoted, replace_marked, root, sources};

const SETTINGS_MARK: &str = "settings";
const ROUTES_MARK: &str = "routes";
const METRICS_MARK: &str = "metrics";
const COVERAGE_MARK: &str = "coverage";

#[test]
fn the_configuration_page_lists_every_setting_as_the_code_has_it() {
    let generated = reference_table();
    assert_eq!(
        marked("docs/configuration.md", SETTINGS_MARK),
        generated,
        "docs/configuration.md is behind; put this between its marks:\n\n{generated}"
    );
}

#[test]
fn the_endpoints_page_lists_every_route_and_no_other() {
    let table = marked("docs/endpoints.md", ROUTES_MARK);
    let listed: Vec<(&str, &str)> = table
        .lines()
        .skip(2)
        .map(|row| {
            let mut cells = row.split('|').map(str::trim).skip(1);
            let path = cells.next().unwrap_or_default().trim_matches('`');
            (cells.next().unwrap_or_default(), path)
        })
        .collect();
    let routes: Vec<(&str, &str)> = ROUTES.iter().map(|r| (r.methods, r.path)).collect();
    assert_eq!(
        listed, routes,
        "docs/endpoints.md and the router's ROUTES differ"
    );
}

/// What a server tells of itself, and of which kind it is.
fn exposed() -> BTreeSet<(String, String)> {
    let backlog = Backlog {
        mails_waiting: 0,
        mails_retrying: 0,
        mails_given_up: 0,
        logouts_waiting: 0,
        logouts_retrying: 0,
    };
    let reading = Reading {
        backlog: Some(backlog),
        index_stands: true,
    };
    let free = FreePlaces { hash: 1, sign: 1 };
    let requests = Requests::new(std::iter::empty());
    let text = Metrics::default().text(&requests, reading, free).unwrap();
    let kinds = text.lines().filter_map(|line| {
        let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
        Some((name.to_owned(), kind.to_owned()))
    });
    kinds.collect()
}

#[test]
fn the_operations_page_lists_every_metric_and_no_other() {
    let table = marked("docs/operations.md", METRICS_MARK);
    let rows = table.lines().skip(2).map(|row| {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let name = cells.next().unwrap_or_default().trim_matches('`');
        let kind = cells.next().unwrap_or_default();
        (name.to_owned(), kind.to_owned())
    });
    let listed: BTreeSet<(String, String)> = rows.collect();
    assert_eq!(listed.len(), table.lines().count() - 2, "a row twice");
    assert_eq!(
        listed,
        exposed(),
        "docs/operations.md and the metrics differ"
    );
}

#[test]
fn the_coverage_page_names_the_tests_that_name_a_clause() {
    assert_eq!(
        marked("docs/spec-coverage.md", COVERAGE_MARK),
        coverage_table(),
        "docs/spec-coverage.md is behind: cargo test --test it writes_the_coverage -- --ignored"
    );
}

#[test]
#[ignore = "writes into docs/"]
fn writes_the_coverage_page_anew() {
    replace_marked("docs/spec-coverage.md", COVERAGE_MARK, &coverage_table());
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let known: BTreeSet<String> = coverage::tests()
        .into_iter()
        .map(|test| test.name)
        .collect();
    let page = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let named: Vec<&str> = quoted(&page).filter(|word| word.contains("::")).collect();
    assert!(!named.is_empty());
    let missing: Vec<&&str> = named
        .iter()
        .filter(|name| !known.contains(**name))
        .collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for (path, text) in pages() {
        for target in links(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => path.clone(),
                relative => path.parent().unwrap().join(relative),
            };
            let leads = file.exists()
                && (anchor.is_empty()
                    || anchors(&fs::read_to_string(&file).unwrap_or_default()).contains(anchor));
            if !leads {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Comments point at pages, too.
#[test]
fn every_page_that_the_source_names_exists() {
    let missing: Vec<String> = sources()
        .iter()
        .flat_map(|(_, text)| quoted(text).map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| word.starts_with("docs/") && !word.contains(' '))
        .filter(|word| !root().join(word).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_command_in_the_pages_is_one_that_the_program_takes() {
    let mut wrong = Vec::new();
    for (path, text) in pages() {
        for command in code_lines(&text).flat_map(commands) {
            if let Err(error) = Arguments::try_parse_from(&command) {
                wrong.push(format!("{}: {command:?}\n{error}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_variable_in_the_pages_is_a_setting() {
    let known: BTreeSet<String> = SETTINGS
        .iter()
        .flat_map(|setting| [setting.variable(), format!("{}_FILE", setting.variable())])
        .chain(["VIDIMUS_CONFIG".to_owned(), "VIDIMUS_PORT".to_owned()])
        .collect();
    let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
    for (path, text) in pages() {
        for word in text.split(|c| !is_name(c)) {
            let names_one = word.starts_with("VIDIMUS_") && word != "VIDIMUS_";
            assert!(
                !names_one || known.contains(word),
                "{}: {word}",
                path.display()
            );
        }
    }
}
