//! The real program: a place of its own to run in, commands with their output, and a server that
//! never outlives the tests.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::time::Instant;

use super::postgres;

/// How long a test waits for something that should take a moment.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(5);

/// A folder with keys and data, a port, and the settings of one installation.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    port: u16,
    settings: Vec<(String, String)>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) data: String,
    pub(crate) talk: String,
}

impl Done {
    /// Standard output as JSON, of a command that succeeded.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Site {
    /// One that keeps its record in a SQLite file.
    pub(crate) fn on_sqlite() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
            port: free_port(),
            settings: Vec::new(),
        };
        let (port, issuer) = (site.port, site.issuer());
        site.with("VIDIMUS_LISTEN", &format!("127.0.0.1:{port}"))
            .with("VIDIMUS_ISSUER", &issuer)
            .with("VIDIMUS_LOG__FORMAT", "json")
            // Every test signs in from the same address.
            .with("VIDIMUS_LOGIN__PER_ADDRESS_BURST", "1000")
    }

    /// One that keeps its record in a fresh PostgreSQL database.
    pub(crate) async fn on_postgres() -> Self {
        let url = postgres::fresh_database().await;
        Self::on_sqlite().with("VIDIMUS_DATABASE_URL", &url)
    }

    /// The same with a setting changed.
    pub(crate) fn with(mut self, variable: &str, value: &str) -> Self {
        self.settings.retain(|(name, _)| name != variable);
        self.settings.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// A second installation with its own port and keys on the record of this one.
    pub(crate) fn neighbour(&self) -> Self {
        let own = Self::on_sqlite();
        let shared = self
            .settings
            .iter()
            .filter(|(name, _)| name == "VIDIMUS_DATABASE_URL");
        let data = self.path("vidimus-data");
        let neighbour = own.with("VIDIMUS_DATA", data.to_str().unwrap());
        shared.fold(neighbour, |site, (name, value)| site.with(name, value))
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.run_with_input(arguments, "")
    }

    /// Runs a command that reads standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Done {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // A command that does not read it may end first.
        drop(pipe.write_all(input.as_bytes()));
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        Done {
            code: output.status.code().unwrap(),
            data: String::from_utf8(output.stdout).unwrap(),
            talk: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts the server; returns when it is ready.
    pub(crate) async fn serve(&self) -> Serving {
        self.serve_with(&["serve"]).await
    }

    /// The same with flags.
    pub(crate) async fn serve_with(&self, arguments: &[&str]) -> Serving {
        let started = Instant::now();
        let mut serving = self.launch(arguments);
        serving.ready_after = self.until_ready(started, &mut serving).await;
        serving
    }

    /// Starts the server, or another program that goes on, and waits for nothing.
    pub(crate) fn launch(&self, arguments: &[&str]) -> Serving {
        let mut child = self
            .command(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let readers = vec![
            keep_lines(child.stderr.take().unwrap(), Arc::clone(&log)),
            keep_lines(child.stdout.take().unwrap(), Arc::clone(&log)),
        ];
        Serving {
            watchdog: watchdog(child.id()),
            child,
            log,
            readers,
            ready_after: Duration::ZERO,
        }
    }

    async fn until_ready(&self, started: Instant, serving: &mut Serving) -> Duration {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://127.0.0.1:{}/readyz", self.port);
        loop {
            let answer = client.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return started.elapsed();
            }
            let alive = serving.child.try_wait().unwrap().is_none();
            assert!(alive, "the server ended:\n{}", serving.log());
            assert!(
                started.elapsed() < PATIENCE,
                "not ready:\n{}",
                serving.log()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vidimus"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command
    }
}

/// A running server, or another program that goes on.
pub(crate) struct Serving {
    child: Child,
    watchdog: (Child, Option<ChildStdin>),
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    /// From before the program was started until it said that it was ready.
    pub(crate) ready_after: Duration,
}

impl Serving {
    /// What it has logged or written so far; all of it, when it has ended.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Returns when the log holds a text.
    pub(crate) async fn until_logged(&self, text: &str) {
        let what = format!("the log says {text:?}");
        until(&what, async || self.log().contains(text)).await;
    }

    /// `kill -9`; returns when it is gone.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Asks it to look at its files again.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Returns how it ended, and its whole log.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < PATIENCE, "it runs on:\n{}", self.log());
            tokio::time::sleep(PAUSE).await;
        };
        self.end();
        (status, self.log())
    }

    fn end(&mut self) {
        // First the one that knows the number, which may be given to another process later.
        drop(self.watchdog.0.kill());
        drop(self.watchdog.0.wait());
        drop(self.child.kill());
        drop(self.child.wait());
        for reader in self.readers.drain(..) {
            drop(reader.join());
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
    }
}

/// Keeps what a program writes to one of its streams.
fn keep_lines(lines: impl Read + Send + 'static, kept: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(lines).lines() {
            let line = line.unwrap_or_default();
            let mut kept = kept.lock().unwrap();
            kept.push_str(&line);
            kept.push('\n');
        }
    })
}

/// A shell that kills the server when its standard input closes, which the kernel sees to even when
/// the tests themselves are killed.
fn watchdog(server: u32) -> (Child, Option<ChildStdin>) {
    let mut shell = Command::new("sh")
        .args([
            "-c",
            "cat >/dev/null; kill -9 \"$1\"",
            "sh",
            &server.to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let sign = shell.stdin.take();
    (shell, sign)
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    until_within(PATIENCE, what, is_so).await;
}

/// Waits until something is so, but no longer than `limit`.
pub(crate) async fn until_within(limit: Duration, what: &str, is_so: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// A port below those that the system gives to outgoing connections, so that it is still free when
/// the server is started again.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 15_000).unwrap();
    loop {
        let port = 15_000 + (first + NEXT.fetch_add(1, Ordering::SeqCst)) % 15_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
