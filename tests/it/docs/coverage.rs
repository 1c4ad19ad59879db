//! Which tests name which clause of a specification, read from the comments above them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::pages::{root, sources};

/// Specifications in the order of the page, with their titles.
const SPECS: &[(&str, &str)] = &[
    ("RFC 6749", "The OAuth 2.0 Authorization Framework"),
    ("RFC 6750", "Bearer Token Usage"),
    ("RFC 7009", "Token Revocation"),
    ("RFC 7591", "Dynamic Client Registration"),
    ("RFC 7592", "Dynamic Client Registration Management"),
    ("RFC 7636", "Proof Key for Code Exchange"),
    ("RFC 7662", "Token Introspection"),
    ("RFC 8252", "OAuth 2.0 for Native Apps"),
    ("RFC 8414", "Authorization Server Metadata"),
    ("RFC 8628", "OAuth 2.0 Device Authorization Grant"),
    ("RFC 8707", "Resource Indicators"),
    ("RFC 4226", "HOTP"),
    ("RFC 6238", "TOTP"),
    ("RFC 4648", "The Base16, Base32, and Base64 Data Encodings"),
    ("RFC 9470", "Step Up Authentication Challenge"),
    (
        "RFC 7914",
        "The scrypt Password-Based Key Derivation Function",
    ),
    ("RFC 8018", "PKCS #5: Password-Based Cryptography"),
    ("RFC 3834", "Automatic Responses to Electronic Mail"),
    ("RFC 4954", "SMTP Service Extension for Authentication"),
    ("RFC 8176", "Authentication Method Reference Values"),
    ("RFC 8725", "JSON Web Token Best Current Practices"),
    ("RFC 9068", "JWT Profile for Access Tokens"),
    ("RFC 9101", "JWT-Secured Authorization Request"),
    ("RFC 9126", "Pushed Authorization Requests"),
    ("RFC 9207", "Authorization Server Issuer Identification"),
    ("RFC 9700", "Best Current Practice for OAuth 2.0 Security"),
    ("OIDC Core", "OpenID Connect Core 1.0"),
    ("OIDC Discovery", "OpenID Connect Discovery 1.0"),
    (
        "OIDC Registration",
        "OpenID Connect Dynamic Client Registration 1.0",
    ),
    (
        "RP-Initiated Logout",
        "OpenID Connect RP-Initiated Logout 1.0",
    ),
    (
        "Session Management",
        "OpenID Connect Session Management 1.0",
    ),
    (
        "Front-Channel Logout",
        "OpenID Connect Front-Channel Logout 1.0",
    ),
    (
        "Back-Channel Logout",
        "OpenID Connect Back-Channel Logout 1.0",
    ),
    ("RFC 7515", "JSON Web Signature"),
    ("RFC 7516", "JSON Web Encryption"),
    ("RFC 7517", "JSON Web Key"),
    ("RFC 7518", "JSON Web Algorithms"),
    ("RFC 7519", "JSON Web Token"),
    ("RFC 7521", "Assertion Framework"),
    ("RFC 7523", "JWT Profile for Client Authentication"),
    ("RFC 7638", "JSON Web Key Thumbprint"),
    ("RFC 3986", "Uniform Resource Identifier"),
    ("RFC 5869", "HKDF"),
    ("RFC 7748", "Elliptic Curves for Security"),
    ("RFC 8032", "Edwards-Curve Digital Signature Algorithm"),
    ("RFC 8037", "CFRG Curves in JOSE"),
    ("RFC 9864", "Fully-Specified Algorithms for JOSE"),
    ("RFC 9106", "Argon2"),
    ("RFC 5321", "Simple Mail Transfer Protocol"),
    ("RFC 5322", "Internet Message Format"),
    ("RFC 3207", "SMTP over TLS by STARTTLS"),
    ("RFC 8314", "Cleartext Considered Obsolete for E-Mail"),
    ("RFC 4616", "The PLAIN SASL Mechanism"),
    ("RFC 4647", "Matching of Language Tags"),
    ("WebAuthn", "Web Authentication, Level 3"),
    ("RFC 9110", "HTTP Semantics"),
    ("RFC 9111", "HTTP Caching"),
];

/// A test and the clauses that it names.
pub(super) struct Test {
    /// As `cargo test` prints it; cases that run on every store go by their function's path.
    pub(super) name: String,
    clauses: Vec<(String, String)>,
}

/// Every test of the project.
pub(super) fn tests() -> Vec<Test> {
    sources()
        .iter()
        .flat_map(|(path, text)| tests_in(&module_of(path), text))
        .collect()
}

/// `src/keys/ring.rs` → `keys::ring`, `tests/it/token.rs` → `token`.
fn module_of(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap().with_extension("");
    let parts = path.iter().map(|part| part.to_str().unwrap());
    let parts: Vec<&str> = parts
        .skip_while(|part| matches!(*part, "src" | "tests" | "it"))
        .filter(|part| *part != "mod")
        .collect();
    parts.join("::")
}

fn tests_in(module: &str, text: &str) -> Vec<Test> {
    let mut found = Vec::new();
    let (mut comment, mut is_test, mut inner) = (String::new(), false, String::new());
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(name) = line.strip_prefix("mod ").and_then(|l| l.strip_suffix(" {")) {
            inner = format!("{name}::");
        } else if line == "}" {
            inner.clear();
        }
        if let Some(words) = trimmed.strip_prefix("///") {
            comment.push_str(words);
        } else if trimmed.starts_with("#[") {
            is_test |= trimmed.contains("test]") || trimmed.contains("::test(");
        } else {
            if let Some(name) = function(trimmed).filter(|_| is_test || is_shared_case(trimmed)) {
                found.push(Test {
                    name: format!("{module}::{inner}{name}"),
                    clauses: clauses(&comment),
                });
            }
            comment.clear();
            is_test = false;
        }
    }
    found
}

fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let signature = before
        .split_whitespace()
        .all(|w| matches!(w, "pub" | "async"));
    let (name, _) = rest.split_once('(')?;
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (signature && is_name).then_some(name)
}

/// A fact that is called once for each store or memory, by tests that a macro writes.
fn is_shared_case(line: &str) -> bool {
    line.contains("(store: SharedStore)") || line.contains("(memory: ")
}

/// Each specification and clause that a comment names: `RFC 6749 §4.1.2, §5.2 and OIDC Core §3`.
fn clauses(comment: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = comment;
    while let Some((spec, after)) = next_spec(rest) {
        rest = after;
        let before = found.len();
        while let Some((section, after)) = next_section(rest) {
            found.push((spec.to_owned(), section));
            rest = after;
        }
        if found.len() == before {
            found.push((spec.to_owned(), String::new()));
        }
    }
    found
}

/// The first specification in a text, and what follows its name.
fn next_spec(text: &str) -> Option<(&'static str, &str)> {
    SPECS
        .iter()
        .filter_map(|(spec, _)| {
            text.split_once(spec)
                .map(|(before, after)| (before, spec, after))
        })
        .min_by_key(|(before, _, _)| before.len())
        .map(|(_, spec, after)| (*spec, after))
}

/// The section at the beginning of a text, and what follows it.
fn next_section(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', ',']);
    let text = text
        .strip_prefix("and ")
        .unwrap_or(text)
        .strip_prefix('§')?;
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let section = text.strip_suffix(after)?.trim_end_matches('.');
    Some((section.to_owned(), after))
}

/// The generated part of the page.
pub(super) fn coverage_table() -> String {
    let mut by_clause: BTreeMap<(usize, Vec<u32>), Vec<String>> = BTreeMap::new();
    for test in tests() {
        for (spec, section) in &test.clauses {
            let place = SPECS.iter().position(|known| known.0 == spec).unwrap();
            let numbers = section.split('.').filter_map(|n| n.parse().ok()).collect();
            let names = by_clause.entry((place, numbers)).or_default();
            if !names.contains(&test.name) {
                names.push(test.name.clone());
            }
        }
    }
    let mut page = String::new();
    let mut current = None;
    for ((place, numbers), names) in by_clause {
        if current != Some(place) {
            let (spec, title) = SPECS[place];
            write!(
                page,
                "\n### {spec}: {title}\n\n| Clause | Tests |\n| --- | --- |\n"
            )
            .unwrap();
            current = Some(place);
        }
        let section: Vec<String> = numbers.iter().map(u32::to_string).collect();
        let clause = if section.is_empty() {
            "as a whole".to_owned()
        } else {
            format!("§{}", section.join("."))
        };
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        writeln!(page, "| {clause} | {} |", names.join("<br>")).unwrap();
    }
    page.push('\n');
    page
}

#[test]
fn reads_clauses_as_they_are_written() {
    let read =
        clauses(" RFC 6749 §4.1.2, §5.2; OIDC Core §11 and RP-Initiated Logout. RFC 9068 §2.1.");
    let read: Vec<(&str, &str)> = read.iter().map(|(s, c)| (&**s, &**c)).collect();
    assert_eq!(
        read,
        [
            ("RFC 6749", "4.1.2"),
            ("RFC 6749", "5.2"),
            ("OIDC Core", "11"),
            ("RP-Initiated Logout", ""),
            ("RFC 9068", "2.1"),
        ]
    );
}

/// A specification that the page does not know would be left out in silence.
#[test]
fn knows_every_specification_that_a_test_names() {
    for (path, text) in sources() {
        for line in text
            .lines()
            .filter(|line| line.trim().starts_with("/// RFC "))
        {
            let digits: String = line.trim().chars().skip(8).take(4).collect();
            let spec = format!("RFC {digits}");
            let is_known = SPECS.iter().any(|known| known.0 == spec);
            assert!(
                is_known || !names_a_test(&text, line),
                "{}: {line}",
                path.display()
            );
        }
    }
}

/// Whether the comment of this line stands above a test.
fn names_a_test(text: &str, line: &str) -> bool {
    text.split_once(line).is_some_and(|(_, after)| {
        let code = after.lines().skip(1).find(|l| !l.trim().starts_with("///"));
        code.is_some_and(|l| l.contains("test]") || l.contains("::test("))
    })
}
