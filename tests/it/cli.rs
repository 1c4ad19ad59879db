//! The command line through the program: what it writes, where, and with which exit code.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of an operator's, with nothing in it and nothing in the environment.
struct Folder(TempDir);

/// What a command said.
struct Said {
    code: i32,
    data: String,
    talk: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            data: String::from_utf8(output.stdout).unwrap(),
            talk: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The data of a command that went well.
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.talk);
        serde_json::from_str(&self.data).unwrap()
    }
}

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vidimus"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear();
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        Said::of(child.wait_with_output().unwrap())
    }

    fn register(&self, kind: &str, more: &[&str]) -> Said {
        let arguments = [
            "client", "create", "--json", "--type", kind, "--name", "Notes",
        ];
        self.run(&[&arguments[..], more].concat())
    }
}

const REDIRECT: [&str; 2] = ["--redirect-uri", "https://notes.example.com/callback"];

#[test]
fn registers_a_web_client_and_shows_its_secret_once() {
    let folder = Folder::new();
    let said = folder.register("web", &REDIRECT);
    let client = said.json();
    let id = client["client_id"].as_str().unwrap();
    let secret = client["client_secret"].as_str().unwrap();
    assert!(id.starts_with("vid_") && id.len() == 26, "{id}");
    assert!(secret.starts_with("vcs_") && secret.len() == 47, "{secret}");
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(client["client_secret_expires_at"], 0);
    assert!(said.talk.contains("not shown again"));
    let shown = folder.run(&["client", "get", id, "--json"]);
    assert_eq!(shown.json()["client_name"], "Notes");
    assert!(!shown.data.contains(secret) && !shown.data.contains("client_secret\""));
}

#[test]
fn public_clients_get_no_secret_and_bad_ones_are_refused() {
    let folder = Folder::new();
    let spa = folder.register("spa", &REDIRECT);
    assert!(spa.json().get("client_secret").is_none());
    let plain = folder.register(
        "web",
        &["--redirect-uri", "http://notes.example.com/callback"],
    );
    assert_eq!(plain.code, 2);
    assert!(plain.talk.contains("use https"), "{}", plain.talk);
    assert!(plain.data.is_empty());
    assert_eq!(folder.register("webb", &REDIRECT).code, 2);
}

#[test]
fn a_device_has_no_redirect_uri_and_a_secret_only_by_choice() {
    let folder = Folder::new();
    let device = folder.register("device", &[]).json();
    assert!(device.get("client_secret").is_none());
    assert_eq!(device["token_endpoint_auth_method"], "none");
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    assert_eq!(device["grant_types"][0], grant);
    let own = folder.register("device", &["--with-secret"]).json();
    assert!(own.get("client_secret").is_some());
    let id = own["client_id"].as_str().unwrap();
    let renamed = folder.run(&["client", "update", id, "--json", "--name", "Printer"]);
    let method = &renamed.json()["token_endpoint_auth_method"];
    assert_eq!(method, "client_secret_basic", "it keeps its secret");
    assert_eq!(folder.register("device", &REDIRECT).code, 2);
    let spa = [&REDIRECT[..], &["--with-secret"]].concat();
    assert_eq!(folder.register("spa", &spa).code, 2);
}

#[test]
fn changes_rotates_disables_and_deletes_a_client() {
    let folder = Folder::new();
    let created = folder.register("web", &REDIRECT).json();
    let id = created["client_id"].as_str().unwrap();
    let changed = folder.run(&[
        "client",
        "update",
        id,
        "--json",
        "--name",
        "Diary",
        "--rotate-secret",
    ]);
    let changed = changed.json();
    assert_eq!(changed["client_name"], "Diary");
    assert_eq!(changed["redirect_uris"], created["redirect_uris"]);
    assert_ne!(changed["client_secret"], created["client_secret"]);
    let disabled = folder
        .run(&["client", "update", id, "--json", "--disable"])
        .json();
    assert!(disabled.get("disabled_at").is_some());
    let enabled = folder
        .run(&["client", "update", id, "--json", "--enable"])
        .json();
    assert!(enabled.get("disabled_at").is_none());
    assert_eq!(folder.run(&["client", "delete", id]).code, 0);
    assert_eq!(folder.run(&["client", "get", id]).code, 3);
    assert_eq!(folder.run(&["client", "delete", id]).code, 3);
    assert_eq!(
        folder.run(&["client", "list", "--json"]).json(),
        serde_json::json!([])
    );
}

#[test]
fn registers_a_person_with_a_password_from_standard_input_or_a_file() {
    let folder = Folder::new();
    let create = [
        "user",
        "create",
        "--json",
        "--username",
        "Ada",
        "--email",
        "ADA@example.com",
    ];
    let with_password = [&create[..], &["--password-stdin"]].concat();
    let said = folder.run_with_input(&with_password, "correct horse battery\n");
    let user = said.json();
    assert_eq!(user["username"], "ada");
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(user["has_password"], true);
    assert!(!said.data.contains("argon2"));
    assert_eq!(folder.run(&create).code, 4, "the name is taken");
    let path = folder.0.path().join("password");
    std::fs::write(&path, "another battery\n").unwrap();
    let file = path.to_str().unwrap();
    let set = [
        "user",
        "set-password",
        "ada@example.com",
        "--password-file",
        file,
    ];
    assert_eq!(folder.run(&set).code, 0);
    let short = folder.run_with_input(
        &["user", "set-password", "ada", "--password-stdin"],
        "short\n",
    );
    assert_eq!(short.code, 4);
    assert!(
        short.talk.contains("fewer than 15 characters"),
        "{}",
        short.talk
    );
}

#[test]
fn switches_people_off_and_on() {
    let folder = Folder::new();
    let create = ["user", "create", "--json", "--username", "ada"];
    let id = folder.run(&create).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(folder.run(&["user", "disable", &id]).code, 0);
    assert_eq!(
        folder.run(&["user", "get", "ada", "--json"]).json()["disabled"],
        true
    );
    assert_eq!(folder.run(&["user", "enable", "ada"]).code, 0);
    assert_eq!(
        folder.run(&["user", "get", "ada", "--json"]).json()["disabled"],
        false
    );
    assert_eq!(folder.run(&["user", "disable", "nobody"]).code, 3);
}

#[test]
fn keeps_realms_apart() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["user", "list", "--realm", "acme"]).code, 3);
    assert_eq!(
        folder
            .run(&["realm", "create", "acme", "--name", "Acme"])
            .code,
        0
    );
    assert_eq!(folder.run(&["realm", "create", "acme"]).code, 4);
    assert_eq!(folder.run(&["realm", "create", "No Slug"]).code, 2);
    let create = ["user", "create", "--username", "ada", "--realm", "acme"];
    assert_eq!(folder.run(&create).code, 0);
    assert_eq!(folder.run(&["user", "get", "ada"]).code, 3);
    let realms = folder.run(&["realm", "list", "--json"]).json();
    assert_eq!(realms.as_array().unwrap().len(), 2);
}

#[test]
fn rotates_keys_and_lists_them() {
    let folder = Folder::new();
    let states = |alg: &str| -> Vec<String> {
        let keys = folder.run(&["key", "list", "--json"]).json();
        let keys = keys.as_array().unwrap().iter();
        let mut states: Vec<String> = keys
            .filter(|key| key["alg"] == alg)
            .map(|key| key["state"].as_str().unwrap().to_owned())
            .collect();
        states.sort();
        states
    };
    let rotate = |options: &[&str]| -> Vec<String> {
        let arguments = [&["key", "rotate", "--json"], options].concat();
        let made = folder.run(&arguments).json();
        let made = made.as_array().unwrap().iter();
        made.map(|key| {
            assert!(key["kid"].is_string());
            key["alg"].as_str().unwrap().to_owned()
        })
        .collect()
    };
    assert_eq!(rotate(&["--algorithm", "ES256"]), ["ES256"]);
    assert_eq!(states("ES256"), ["active", "pending"]);
    assert_eq!(states("PS256"), [""; 0]);
    assert_eq!(rotate(&[]), ["RS256", "PS256", "EdDSA"]);
    assert_eq!(rotate(&["--now", "--algorithm", "RS256"]), ["RS256"]);
    // The successor that waited has had its turn, and no key is gone.
    assert_eq!(states("RS256"), ["active", "retiring", "retiring"]);
    assert_eq!(states("PS256"), ["active", "pending"]);
    let all = ["RS256", "PS256", "ES256", "EdDSA"];
    assert_eq!(rotate(&["--emergency"]), all);
    for alg in all {
        assert_eq!(states(alg), ["active"], "{alg}");
    }
    for options in [
        &["--emergency", "--now"][..],
        &["--emergency", "--algorithm", "RS256"],
        &["--algorithm", "HS256"],
    ] {
        let arguments = [&["key", "rotate"], options].concat();
        assert_eq!(folder.run(&arguments).code, 2, "{options:?}");
    }
}

#[test]
fn tells_and_applies_migrations() {
    let folder = Folder::new();
    let before = folder.run(&["migrate", "status", "--json"]);
    assert_eq!(before.code, 10, "{}", before.talk);
    let applied = folder.run(&["migrate", "up", "--json"]).json();
    assert_eq!(applied["pending"], serde_json::json!([]));
    assert_eq!(folder.run(&["migrate", "status"]).code, 0);
}

#[test]
fn a_healthcheck_of_nobody_is_unreachable() {
    // Bound and closed again: nobody listens there now.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let said = Folder::new().run(&["healthcheck", "--listen", &address]);
    assert_eq!((said.code, said.data.as_str()), (5, ""));
}

/// A running server, with what it logs.
struct Serving {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    address: String,
}

impl Serving {
    fn start(folder: &Folder) -> Self {
        let mut command = folder.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let line = line_of(&mut log);
            if line["message"] == "vidimus is ready" {
                break line["listener"].as_str().unwrap().to_owned();
            }
        };
        Self {
            child,
            log,
            address,
        }
    }

    /// Asks it to stop; returns its exit code and its last line.
    fn stop(&mut self) -> (Option<i32>, Value) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let lines: Vec<String> = self.log.by_ref().lines().map(Result::unwrap).collect();
        let last = serde_json::from_str(lines.last().unwrap()).unwrap();
        (self.child.wait().unwrap().code(), last)
    }
}

impl Drop for Serving {
    /// A failed test must leave nothing running.
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

fn line_of(log: &mut BufReader<std::process::ChildStderr>) -> Value {
    let mut line = String::new();
    assert_ne!(log.read_line(&mut line).unwrap(), 0, "the server ended");
    serde_json::from_str(&line).unwrap()
}

#[test]
fn the_server_answers_shares_its_data_with_commands_only_and_stops_in_order() {
    let folder = Folder::new();
    let mut server = Serving::start(&folder);
    let ready = folder.run(&["healthcheck", "--ready", "--listen", &server.address]);
    assert_eq!(ready.code, 0, "{}", ready.talk);
    // Commands work beside it; a second server does not.
    assert_eq!(folder.register("web", &REDIRECT).code, 0);
    let second = folder.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1);
    assert!(
        second.talk.contains("another server runs on"),
        "{}",
        second.talk
    );
    let (code, last) = server.stop();
    assert_eq!(code, Some(0));
    assert_eq!(last["signal"], "SIGTERM");
    assert!(
        last["message"].as_str().unwrap().contains("stopped"),
        "{last}"
    );
}
