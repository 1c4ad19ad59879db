//! Programs that run beside a test, and end with it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, interval};

/// How long a program may take to say that it is there.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running program, with a folder of its own; killed when dropped.
pub(crate) struct Program {
    name: &'static str,
    child: Child,
    folder: TempDir,
}

impl Program {
    /// Starts a program in an empty folder; what it says goes to a file there.
    pub(crate) fn start(name: &'static str, path: &Path, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let child = Command::new(path)
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} ({}) does not start: {error}", path.display()));
        Self {
            name,
            child,
            folder,
        }
    }

    /// A folder that goes away with the program.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything that it has said.
    pub(crate) fn said(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until what it says holds something, found by `find`.
    pub(crate) async fn says<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(Duration::from_millis(20));
        loop {
            looks.tick().await;
            let ended = self.child.try_wait().unwrap();
            let said = self.said();
            if let Some(found) = find(&said) {
                return found;
            }
            if let Some(status) = ended {
                panic!("{} ended early ({status}), having said:\n{said}", self.name);
            }
            let late = Instant::now() > deadline;
            assert!(!late, "{} is not there yet, it said:\n{said}", self.name);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Finds a program on the path.
#[expect(
    clippy::disallowed_methods,
    reason = "PATH is the machine's, not a setting of the product"
)]
pub(crate) fn on_path(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!(
                "none of {names:?} is on the PATH. The browser tests drive a real Chromium: \
                 install it with its driver (Debian: apt-get install chromium chromium-driver), \
                 or leave these tests out (cargo test --lib --test it)."
            )
        })
}
