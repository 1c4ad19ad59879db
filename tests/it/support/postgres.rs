//! A throw-away PostgreSQL: one server for the test process, a fresh database for each test.
//!
//! `TEST_DATABASE_URL` names a server to use instead. Otherwise `initdb` and `postgres` are looked
//! for under `/usr/lib/postgresql` and on the `PATH`. The server listens on 127.0.0.1 only, and a
//! watchdog that waits for the end of its standard input stops it and deletes its files when this
//! process ends, in whatever way.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// A database that nothing has been written to.
///
/// The databases go with the server; on a server that `TEST_DATABASE_URL` names they stay.
pub(crate) async fn fresh_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = server();
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let name = format!("vidimus_test_{}_{number}", std::process::id());
    let mut connection = PgConnection::connect(&server.url("postgres"))
        .await
        .expect("connects");
    let create = format!("CREATE DATABASE {name}");
    connection
        .execute(AssertSqlSafe(create))
        .await
        .expect("creates a database");
    connection.close().await.expect("closes");
    server.url(&name)
}

/// Where the server is, up to the database's name.
struct Server {
    base: String,
    /// Held open as long as this process lives: its end is the watchdog's sign.
    _watchdog: Option<(Child, ChildStdin)>,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.base)
    }
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match given_url() {
        Some(url) => {
            let mut base = url::Url::parse(&url).expect("TEST_DATABASE_URL is a URL");
            base.set_path("");
            Server {
                base: base.as_str().trim_end_matches('/').to_owned(),
                _watchdog: None,
            }
        }
        None => start(),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration to read it for them"
)]
fn given_url() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok()
}

fn start() -> Server {
    let programs = programs();
    let directory = tempfile::Builder::new()
        .prefix("vidimus-postgres-")
        .tempdir()
        .expect("makes a directory")
        .keep();
    let owner = unprivileged_owner(&directory);
    // A port taken in the moment between is a loud failure, and rare.
    let port = free_port();
    let mut watchdog = watchdog(owner, &programs, &directory, port);
    let sign = watchdog.stdin.take().expect("its input is a pipe");
    wait_until_it_listens(port, &directory);
    Server {
        base: format!("postgres://postgres@127.0.0.1:{port}"),
        _watchdog: Some((watchdog, sign)),
    }
}

/// A shell that makes and starts the server, waits until its input ends, and cleans up. `read`
/// returns when the pipe's writing end is closed, which the kernel does however this process dies.
/// Its process group is its own, so that a signal for the tests does not end the cleaning.
fn watchdog(owner: Option<&str>, programs: &Path, directory: &Path, port: u16) -> Child {
    let script = r#"
        directory=$1; port=$2; programs=$3; shift 3
        exec >"$directory/log" 2>&1
        if "$@" "$programs/initdb" --username=postgres --auth=trust --encoding=UTF8 --locale=C \
            --no-sync --pgdata "$directory/data" </dev/null
        then
            "$@" "$programs/postgres" -D "$directory/data" -h 127.0.0.1 -p "$port" -k '' \
                -c max_connections=300 -c fsync=on -c full_page_writes=on </dev/null &
            server=$!
        else
            : >"$directory/failed"
        fi
        while read -r _; do :; done
        if [ -n "$server" ]; then
            # TERM ends what is not PostgreSQL yet; QUIT does not wait for anybody.
            kill -TERM "$server"; kill -QUIT "$server"; wait "$server"
        fi
        rm -rf "$directory"
    "#;
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "watchdog"])
        .arg(directory)
        .arg(port.to_string())
        .arg(programs);
    shell
        .args(owner_prefix(owner))
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts a shell")
}

fn wait_until_it_listens(port: u16, directory: &Path) {
    for _ in 0..1200 {
        let ready = TcpStream::connect(("127.0.0.1", port)).is_ok()
            && fs::read_to_string(directory.join("data/postmaster.pid"))
                .is_ok_and(|text| text.lines().any(|line| line.trim() == "ready"));
        if ready {
            return;
        }
        if directory.join("failed").exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
    panic!("PostgreSQL does not listen on port {port}:\n{log}");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("binds");
    listener.local_addr().expect("has an address").port()
}

/// The folder that has both `initdb` and `postgres`, the newest version first.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration to read it for them"
)]
fn programs() -> PathBuf {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect(
            "PostgreSQL's programs initdb and postgres are needed for these tests: install the \
             package `postgresql`, or set TEST_DATABASE_URL=postgres://user:password@host:port of \
             a server where databases may be created",
        )
}

fn version(folder: &Path) -> u32 {
    let name = folder
        .parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

/// PostgreSQL refuses to run as root, so root hands the directory to an account without rights.
fn unprivileged_owner(directory: &Path) -> Option<&'static str> {
    if !is_root() {
        return None;
    }
    let owner = ["postgres", "nobody"]
        .into_iter()
        .find(|name| {
            Command::new("id")
                .arg(name)
                .output()
                .is_ok_and(|id| id.status.success())
        })
        .expect("an account `postgres` or `nobody` to run PostgreSQL as");
    let chown = Command::new("chown")
        .arg(owner)
        .arg(directory)
        .status()
        .expect("runs chown");
    assert!(chown.success(), "the directory cannot be given to {owner}");
    Some(owner)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("runs id");
    id.stdout.trim_ascii() == b"0"
}

fn owner_prefix(owner: Option<&str>) -> Vec<&str> {
    owner.map_or_else(Vec::new, |owner| {
        vec![
            "setpriv",
            "--reuid",
            owner,
            "--regid",
            owner_group(owner),
            "--clear-groups",
            "--",
        ]
    })
}

fn owner_group(owner: &str) -> &str {
    if owner == "nobody" { "nogroup" } else { owner }
}
