//! Who may depend on whom, and how large a file may grow: read from the source itself.

use std::path::{Path, PathBuf};

/// Our modules, and what each may mention besides itself. A module that is not listed (`cli`,
/// `server`, `demo`, `config`, `telemetry` among them) is judged by [`OWNED`] alone.
const MODULES: &[(&str, &[&str])] = &[
    ("protocol", &["secret"]),
    ("account", &["protocol", "secret"]),
    ("store", &["protocol", "account", "secret"]),
    ("keys", &["protocol", "secret", "clock", "entropy"]),
    ("outgoing", &["protocol", "secret", "clock", "entropy"]),
    ("pages", &["protocol", "account"]),
    ("passkeys", &[]),
    ("mail", &["pages", "protocol", "account", "secret"]),
    (
        "flows",
        &[
            "protocol", "account", "store", "keys", "mail", "metrics", "clock", "entropy",
            "outgoing", "passkeys", "secret",
        ],
    ),
    (
        "jobs",
        &[
            "flows", "store", "keys", "mail", "outgoing", "protocol", "clock", "account",
        ],
    ),
    (
        "http",
        &["flows", "pages", "protocol", "account", "metrics", "secret"],
    ),
    ("metrics", &["protocol"]),
    ("secret", &[]),
    ("clock", &["protocol"]),
    ("entropy", &[]),
    ("config", &["protocol", "account", "secret"]),
    ("telemetry", &["config"]),
];

/// External crates that the pure modules may mention.
const PURE: &[(&str, &[&str])] = &[
    (
        "protocol",
        &[
            "serde",
            "serde_json",
            "url",
            "base64",
            "sha2",
            "subtle",
            "thiserror",
        ],
    ),
    (
        "account",
        &[
            "serde",
            "serde_json",
            "thiserror",
            "subtle",
            "base64",
            "aws_lc_rs",
            "argon2",
            "bcrypt",
            "scrypt",
            "zxcvbn",
        ],
    ),
];

/// What has one home: a text that only files under the given paths may hold.
const OWNED: &[(&str, &[&str])] = &[
    ("josekit", &["src/keys/"]),
    ("oxide_auth", &["src/protocol/oxide.rs"]),
    (
        "axum",
        &["src/http/", "src/demo/", "src/server/", "src/server.rs"],
    ),
    ("sqlx", &["src/store/"]),
    ("redis", &["src/store/redis.rs", "src/store/redis/"]),
    ("openidconnect", &["src/demo/"]),
    ("lettre", &["src/mail/"]),
    ("webauthn_rs", &["src/passkeys/"]),
    ("minijinja", &["src/pages/"]),
    ("prometheus_client", &["src/metrics/"]),
    ("fluent_bundle", &["src/pages/"]),
    ("toml_edit", &["src/config/"]),
    ("clap", &["src/cli/"]),
    (
        "rustls",
        &["src/outgoing/", "src/server/", "src/cli/healthcheck.rs"],
    ),
    (
        "tokio_rustls",
        &["src/outgoing/", "src/server/", "src/cli/healthcheck.rs"],
    ),
    // The demo is a party of its own; all other requests to the outside go through one client.
    ("reqwest", &["src/demo/"]),
];

const LINE_LIMIT: usize = 400;
/// Assembly joins everything, so it may mention everything of ours.
const FREE: &[&str] = &[
    "src/demo/",
    "src/cli/",
    "src/server/",
    "src/server.rs",
    "src/main.rs",
    "src/lib.rs",
];
/// How a statement begins; SQL is written in upper case.
const SQL: &[&str] = &[
    "\"SELECT ",
    "\"INSERT INTO ",
    "\"UPDATE ",
    "\"DELETE FROM ",
    "\"CREATE TABLE ",
];

/// Everything in a source file that breaks a rule.
fn violations(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > LINE_LIMIT {
        found.push(format!(
            "{path} has {lines} lines; {LINE_LIMIT} are allowed"
        ));
    }
    let code = code_of(text);
    let mentions = Mentions::of(&code);
    let module = module_of(path);
    for (owned, homes) in OWNED {
        if mentions.external(owned) && !lies_in(path, homes) {
            found.push(format!(
                "{path} mentions {owned}, which belongs to {}",
                homes.join(", ")
            ));
        }
    }
    let reads_environment =
        |path: &String| path.starts_with("std::env") && !path.starts_with("std::env::args");
    if module != "config" && mentions.paths.iter().any(reads_environment) {
        found.push(format!(
            "{path} mentions std::env; only config reads the environment"
        ));
    }
    if module != "store" && SQL.iter().any(|sql| code.contains(sql)) {
        found.push(format!("{path} holds SQL, which belongs to src/store/"));
    }
    if lies_in(path, FREE) {
        return found;
    }
    if let Some((_, allowed)) = MODULES.iter().find(|(name, _)| *name == module) {
        for other in mentions.own_modules() {
            if other != module && !allowed.contains(&other) {
                found.push(format!(
                    "{path} mentions {other}, which {module} must not know"
                ));
            }
        }
    } else {
        found.push(format!(
            "{path} is in no module that the dependency rule knows"
        ));
    }
    if let Some((_, allowed)) = PURE.iter().find(|(name, _)| *name == module) {
        for krate in mentions.external_crates() {
            if !allowed.contains(&krate) && !lies_in(path, &["src/protocol/oxide.rs"]) {
                found.push(format!(
                    "{path} mentions {krate}, which is not for pure rules"
                ));
            }
        }
    }
    found
}

fn lies_in(path: &str, homes: &[&str]) -> bool {
    homes
        .iter()
        .any(|home| path == *home || (home.ends_with('/') && path.starts_with(home)))
}

/// `src/store/sqlite/mod.rs` → `store`, `src/clock.rs` → `clock`.
fn module_of(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let first = inside.split('/').next().unwrap_or(inside);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The text without comments and without the module of unit tests, which may use anything.
fn code_of(text: &str) -> String {
    let before_tests = text
        .split("\n#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    let lines = before_tests.lines().map(|line| {
        let comment = line.trim_start().starts_with("//");
        if comment {
            ""
        } else {
            line.split(" // ").next().unwrap_or(line)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths that a file mentions, with `use` trees written out.
struct Mentions {
    paths: Vec<String>,
}

impl Mentions {
    fn of(code: &str) -> Self {
        let mut paths = Vec::new();
        let mut rest = code;
        while let Some(start) = find_use(rest) {
            let (_, tree) = rest.split_at(start);
            let (tree, after) = tree.split_once(';').unwrap_or((tree, ""));
            expand("", tree, &mut paths);
            rest = after;
        }
        paths.extend(inline_paths(code));
        Self { paths }
    }

    fn own_modules(&self) -> Vec<&str> {
        let own = self
            .paths
            .iter()
            .filter_map(|path| path.strip_prefix("crate::"));
        let mut modules: Vec<&str> = own.filter_map(|path| path.split("::").next()).collect();
        modules.retain(|module| module.starts_with(|c: char| c.is_ascii_lowercase()));
        modules.sort_unstable();
        modules.dedup();
        modules
    }

    fn external_crates(&self) -> Vec<&str> {
        let ours = ["crate", "self", "super", "std", "core", "alloc"];
        let first = self.paths.iter().filter_map(|path| path.split_once("::"));
        let mut crates: Vec<&str> = first.map(|(krate, _)| krate).collect();
        crates.retain(|krate| !ours.contains(krate) && KNOWN_CRATES.contains(krate));
        crates.sort_unstable();
        crates.dedup();
        crates
    }

    fn external(&self, krate: &str) -> bool {
        self.paths.iter().any(|path| {
            path == krate
                || path
                    .strip_prefix(krate)
                    .is_some_and(|rest| rest.starts_with("::"))
        })
    }
}

/// A path like `mode::parse` in an expression names a module in scope, not a crate; only crates of
/// the manifest count.
const KNOWN_CRATES: &[&str] = &[
    "anyhow",
    "argon2",
    "async_trait",
    "aws_lc_rs",
    "axum",
    "base64",
    "bcrypt",
    "bytes",
    "chrono",
    "clap",
    "http",
    "http_body_util",
    "hyper",
    "hyper_util",
    "ipnet",
    "josekit",
    "minijinja",
    "openidconnect",
    "openssl",
    "oxide_auth",
    "redis",
    "reqwest",
    "rustls",
    "scrypt",
    "secrecy",
    "serde",
    "serde_json",
    "sha2",
    "sqlx",
    "subtle",
    "tempfile",
    "thiserror",
    "tokio",
    "tokio_rustls",
    "tokio_util",
    "toml_edit",
    "tower",
    "tracing",
    "tracing_subscriber",
    "url",
    "webauthn_rs",
    "webpki_roots",
    "zeroize",
    "zxcvbn",
];

/// Where the tree of the next `use` begins.
fn find_use(code: &str) -> Option<usize> {
    code.match_indices("use ").map(|(at, _)| at).find_map(|at| {
        let line = code.get(..at)?.rsplit('\n').next()?.trim();
        let is_statement = line.is_empty() || (line.starts_with("pub") && !line.contains(' '));
        is_statement.then_some(at + "use ".len())
    })
}

/// Writes `a::{b, c::{d}}` out as `a::b`, `a::c::d`.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        if !tree.is_empty() {
            let name = tree.split(" as ").next().unwrap_or(tree).trim();
            paths.push(format!("{prefix}{name}"));
        }
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let mut depth = 0_usize;
    let mut item = String::new();
    for c in group.chars() {
        match c {
            ',' if depth == 0 => expand(&prefix, &std::mem::take(&mut item), paths),
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !(c == ',' && depth == 0) {
            item.push(c);
        }
    }
    expand(&prefix, &item, paths);
}

/// Every `a::b::c` in the text.
fn inline_paths(code: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    code.split(|c: char| !is_part(c))
        .filter(|word| word.contains("::") && !word.starts_with(':'))
        .map(str::to_owned)
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_source_keeps_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 20);
    let mut found = Vec::new();
    for file in files {
        let path = file
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        // Tests beside the code may use anything; only their size counts.
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        let text = std::fs::read_to_string(&file).unwrap();
        let broken = violations(&path, &text);
        found.extend(
            broken
                .into_iter()
                .filter(|broken| !is_test || broken.contains(" lines;")),
        );
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// A path, a planted violation, and what must be told about it.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "src/flows/a.rs",
        "use josekit::jws::JwsHeader;",
        "mentions josekit",
    ),
    (
        "src/flows/a.rs",
        "fn a() { josekit::jws::sign() }",
        "mentions josekit",
    ),
    (
        "src/protocol/token/code.rs",
        "use oxide_auth::code_grant;",
        "mentions oxide_auth",
    ),
    (
        "src/protocol/token/code.rs",
        "use chrono::Utc;",
        "not for pure rules",
    ),
    ("src/flows/a.rs", "use axum::Router;", "mentions axum"),
    ("src/flows/a.rs", "use sqlx::Row as _;", "mentions sqlx"),
    (
        "src/flows/a.rs",
        "const A: &str = \"SELECT 1\";",
        "holds SQL",
    ),
    ("src/store/local.rs", "use redis::Client;", "mentions redis"),
    (
        "src/http/a.rs",
        "use openidconnect::Nonce;",
        "mentions openidconnect",
    ),
    (
        "src/http/a.rs",
        "use minijinja::Environment;",
        "mentions minijinja",
    ),
    (
        "src/cli/a.rs",
        "let a = std::env::var(\"A\");",
        "mentions std::env",
    ),
    (
        "src/cli/a.rs",
        "use std::{env::vars, io};",
        "mentions std::env",
    ),
    (
        "src/protocol/a.rs",
        "use crate::store::Store;",
        "mentions store",
    ),
    (
        "src/protocol/a.rs",
        "use crate::{secret::Digest, clock::Clock};",
        "mentions clock",
    ),
    (
        "src/account/a.rs",
        "fn a(now: crate::clock::SystemClock) {}",
        "mentions clock",
    ),
    ("src/store/a.rs", "use crate::flows::App;", "mentions flows"),
    (
        "src/keys/a.rs",
        "use crate::store::Store;",
        "mentions store",
    ),
    ("src/pages/a.rs", "use crate::flows::App;", "mentions flows"),
    (
        "src/flows/a.rs",
        "pub use crate::http::router;",
        "mentions http",
    ),
    (
        "src/flows/a.rs",
        "pub(crate) use crate::{\n    pages::{self, Page},\n};",
        "mentions pages",
    ),
    (
        "src/http/a.rs",
        "use crate::store::Store;",
        "mentions store",
    ),
    ("src/jobs/a.rs", "use crate::http::router;", "mentions http"),
    (
        "src/outgoing/a.rs",
        "use crate::store::Store;",
        "mentions store",
    ),
    ("src/flows/a.rs", "use reqwest::Client;", "mentions reqwest"),
    (
        "src/flows/a.rs",
        "use rustls::ClientConfig;",
        "mentions rustls",
    ),
    (
        "src/protocol/a.rs",
        "use tokio::sync::Mutex;",
        "not for pure rules",
    ),
    (
        "src/account/a.rs",
        "fn a() { tracing::info!(\"a\") }",
        "not for pure rules",
    ),
    (
        "src/helpers/a.rs",
        "",
        "no module that the dependency rule knows",
    ),
];

#[test]
fn reports_each_kind_of_violation() {
    for (path, text, told) in PLANTED {
        let found = violations(path, text);
        assert!(
            found.iter().any(|line| line.contains(told)),
            "{path}: {text}: {found:?}"
        );
    }
    let long = "\n".repeat(LINE_LIMIT + 1);
    let found = violations("src/flows/a.rs", &long);
    assert!(
        found.iter().any(|line| line.contains("has 401 lines")),
        "{found:?}"
    );
}

#[test]
fn allows_what_the_rules_allow() {
    for (path, text) in [
        (
            "src/protocol/oxide.rs",
            "use oxide_auth::code_grant;\nuse chrono::Utc;",
        ),
        (
            "src/protocol/a.rs",
            "use sha2::{Digest as _, Sha256};\nuse crate::secret::Digest;",
        ),
        (
            "src/protocol/a.rs",
            "// use crate::store::Store;\n/// See `crate::store`.\nfn a() {}",
        ),
        (
            "src/protocol/a.rs",
            "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::clock::Clock;\n}",
        ),
        ("src/account/password.rs", "use argon2::Argon2;"),
        ("src/store/redis/mod.rs", "use redis::Client;"),
        (
            "src/store/a.rs",
            "use crate::store::redis::RedisIndex;\nconst A: &str = \"SELECT 1\";",
        ),
        (
            "src/flows/a.rs",
            "use crate::store::Store;\nuse crate::keys::KeyRing;",
        ),
        ("src/http/a.rs", "use axum::Router;\nuse crate::flows::App;"),
        ("src/config/a.rs", "let a = std::env::vars_os();"),
        (
            "src/cli/a.rs",
            "use crate::http::router;\nuse clap::Parser;\nstd::env::args_os();",
        ),
    ] {
        let found = violations(path, text);
        assert!(found.is_empty(), "{path}: {text}: {found:?}");
    }
}
