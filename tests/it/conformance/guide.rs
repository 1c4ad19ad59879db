//! `docs/conformance.md`, held against the program: its commands run, and its configurations name
//! what is there.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use clap::Parser as _;
use rustls::version::TLS13;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use vidimus::cli::Arguments;
use vidimus::config::SETTINGS;
use vidimus::http::ROUTES;

use super::plans::is_listed;
use crate::docs::commands;
use crate::support::certificates::Authority;
use crate::support::program::{Done, Site, until};

const CONFIGURATIONS: [&str; 3] = ["basic.json", "dynamic.json", "logout.json"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn configuration(name: &str) -> Value {
    serde_json::from_str(&read(&format!("docs/conformance/{name}"))).unwrap()
}

/// The fenced blocks of the page in one language.
fn blocks(language: &str) -> Vec<String> {
    let page = read("docs/conformance.md");
    let fence = format!("```{language}\n");
    let begun = page.split(&fence).skip(1);
    begun
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

fn issuer() -> String {
    let settings = blocks("toml").remove(0);
    let (_, after) = settings.split_once("issuer = \"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

/// The page's folder, with certificates of our own.
fn prepared(authority: &Authority) -> Site {
    let site = Site::on_sqlite().with("VIDIMUS_ISSUER", &issuer());
    authority.certify("localhost").write(&site.path(""));
    fs::write(site.path("suite-ca.pem"), &authority.pem).unwrap();
    let settings: Vec<String> = blocks("toml").into_iter().filter(|b| is_known(b)).collect();
    fs::write(site.path("vidimus.toml"), settings.concat()).unwrap();
    for line in blocks("sh").concat().lines() {
        if line.starts_with("printf ") {
            let shell = Command::new("sh")
                .args(["-c", line])
                .current_dir(site.path(""))
                .status();
            assert!(shell.unwrap().success(), "{line}");
        }
    }
    site
}

/// Whether this program has the settings of a block; some come with what is still being built.
fn is_known(block: &str) -> bool {
    let mut section = String::new();
    let mut known = true;
    for line in block.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((key, _)) = line.split_once(" = ") {
            let key = format!("{section}{key}");
            known &= SETTINGS.iter().any(|setting| setting.key == key);
        }
    }
    known
}

/// The program's calls in the page, those that this program takes: `shell` blocks may hold what is
/// still being built.
fn calls() -> Vec<Vec<String>> {
    let page = read("docs/conformance.md").replace("```shell\n", "```sh\n");
    let lines = page.split("```sh\n").skip(1);
    let lines = lines.flat_map(|rest| rest.split("```").next().unwrap().lines());
    let all = lines.flat_map(commands);
    all.filter(|call| Arguments::try_parse_from(call).is_ok())
        .collect()
}

fn run(site: &Site, call: &[String]) -> Done {
    let arguments: Vec<&str> = call.iter().skip(1).map(String::as_str).collect();
    let done = site.run(&arguments);
    assert_eq!(done.code, 0, "{call:?}: {done:?}");
    done
}

/// `GET` over TLS, and the body of the answer.
async fn get(authority: &Authority, site: &Site, path: &str) -> String {
    let address = SocketAddr::from(([127, 0, 0, 1], site.port()));
    let mut stream = authority.connect(address, &[&TLS13]).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}

#[tokio::test]
async fn the_commands_of_the_page_make_a_server_for_the_suite() {
    let authority = Authority::new();
    let site = prepared(&authority);
    assert_eq!(site.run(&["config", "check"]).code, 0);
    let (mut clients, mut opened) = (Vec::new(), false);
    let mut later = Vec::new();
    for call in calls() {
        let has = |word: &str| call.iter().any(|own| own == word);
        if has("serve") || has("rotate") {
            later.push(call);
            continue;
        }
        let done = run(&site, &call);
        if has("client") {
            clients.push(done.json());
        }
        opened |= has("--registration");
    }
    assert_eq!(clients.len(), 3, "the suite has three clients");
    for client in &clients {
        let secret = client["client_secret"].as_str().unwrap();
        assert!(secret.len() >= 32, "it is an HS256 key in one module");
    }
    let [serve, rotate] = later.as_slice() else {
        panic!("the page starts the server and rotates: {later:?}");
    };
    let words: Vec<&str> = serve.iter().skip(1).map(String::as_str).collect();
    let serving = site.launch(&words);
    serving.until_logged("vidimus is ready").await;
    let path = "/.well-known/openid-configuration";
    let metadata: Value = serde_json::from_str(&get(&authority, &site, path).await).unwrap();
    assert_eq!(metadata["issuer"], issuer());
    assert_eq!(metadata["registration_endpoint"].is_string(), opened);
    for name in CONFIGURATIONS {
        let url = configuration(name)["server"]["discoveryUrl"].clone();
        assert_eq!(url, format!("{}{path}", issuer()));
    }
    let made = run(&site, rotate);
    let kid = made.data.split_whitespace().next().unwrap().to_owned();
    until("the running server publishes the new key", async || {
        get(&authority, &site, "/jwks").await.contains(&kid)
    })
    .await;
    drop(serving);
}

/// What a browser may meet on our pages.
struct Pages {
    paths: BTreeSet<&'static str>,
    texts: String,
}

impl Pages {
    fn read() -> Self {
        let mut texts = String::new();
        for folder in ["src/pages/templates", "src/pages/locales/en"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            for entry in fs::read_dir(folder).unwrap() {
                texts.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
            }
        }
        Self {
            paths: ROUTES.iter().map(|route| route.path).collect(),
            texts,
        }
    }

    fn check_entry(&self, entry: &Value) {
        self.check_match(&entry["match"]);
        for task in entry["tasks"].as_array().unwrap() {
            self.check_match(&task["match"]);
            let is_ours = task["match"].as_str().unwrap().starts_with(&issuer());
            for command in task["commands"].as_array().unwrap() {
                self.check_command(command, is_ours);
            }
        }
    }

    /// A pattern is a path of ours, or one of the suite.
    fn check_match(&self, pattern: &Value) {
        let pattern = pattern.as_str().unwrap();
        let Some(path) = pattern.strip_prefix(&issuer()) else {
            assert!(pattern.starts_with("*/test/"), "{pattern}");
            return;
        };
        let path = path.strip_suffix('*').unwrap();
        assert!(self.paths.contains(path), "{path} is no route");
    }

    fn check_command(&self, command: &Value, is_ours: bool) {
        let words: Vec<&str> = command
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let [verb, how, target, rest @ ..] = words.as_slice() else {
            panic!("{command}");
        };
        assert!(matches!(*verb, "text" | "click" | "wait"), "{command}");
        match *how {
            "id" if is_ours => {
                let id = format!("id=\"{target}\"");
                assert!(self.texts.contains(&id), "no page has {id}");
            }
            "id" => assert_eq!(*target, "submission_complete"),
            "xpath" => assert!(self.texts.contains(rest[0]), "no page says {:?}", rest[0]),
            "contains" => assert!(!is_ours, "{command}"),
            _ => panic!("{command}"),
        }
    }
}

#[test]
fn the_configurations_name_pages_elements_and_texts_that_exist() {
    let pages = Pages::read();
    let password = read("docs/conformance.md");
    for name in CONFIGURATIONS {
        let configuration = configuration(name);
        assert_eq!(configuration["alias"], "vidimus");
        let (_, typed) = read(&format!("docs/conformance/{name}"))
            .split_once("\"password\", \"")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let typed = typed.split('"').next().unwrap();
        assert!(password.contains(&format!("printf {typed} ")), "{typed}");
        let overrides = configuration["override"].as_object().unwrap();
        for (module, changed) in overrides {
            assert!(is_listed(module), "no plan has {module}");
            let changed = changed.as_object().unwrap();
            assert!(changed.keys().eq(["browser"]), "{module}");
        }
        let browsers = overrides.values().map(|changed| &changed["browser"]);
        for browser in browsers.chain([&configuration["browser"]]) {
            for entry in browser.as_array().unwrap() {
                pages.check_entry(entry);
            }
        }
    }
}

/// Each module whose end a person reviews has pages of its own, as far as its plan uses the file.
#[test]
fn the_modules_that_need_other_pages_have_them() {
    let reviewed = [
        ("basic.json", "oidcc-prompt-login"),
        ("basic.json", "oidcc-max-age-1"),
        ("basic.json", "oidcc-ensure-registered-redirect-uri"),
        (
            "dynamic.json",
            "oidcc-ensure-redirect-uri-in-authorization-request",
        ),
        ("dynamic.json", "oidcc-redirect-uri-query-mismatch"),
        ("dynamic.json", "oidcc-redirect-uri-query-added"),
        ("logout.json", "oidcc-rp-initiated-logout-no-params"),
    ];
    for (name, module) in reviewed {
        let changed = &configuration(name)["override"][module];
        let text = changed.to_string();
        assert!(text.contains("update-image-placeholder"), "{module}");
    }
}
