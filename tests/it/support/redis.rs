//! A throw-away `redis-server` that never outlives the tests.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The shell kills the server when its standard input closes, which the kernel sees to even when
/// the tests themselves are killed.
const WATCHDOG: &str = r#"
redis-server --port "$1" --bind 127.0.0.1 --save "" --appendonly no $2 >/dev/null 2>&1 &
server=$!
cat >/dev/null
kill -9 "$server"
wait "$server" 2>/dev/null
"#;

pub(crate) struct TestRedis {
    port: u16,
    options: &'static str,
    watchdog: Option<Child>,
}

impl TestRedis {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// `options` are further words of its command line.
    pub(crate) async fn start_with(options: &'static str) -> Self {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut server = Self {
            port,
            options,
            watchdog: None,
        };
        server.restart().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends the server without a goodbye; returns when it is gone.
    pub(crate) fn kill(&mut self) {
        if let Some(mut watchdog) = self.watchdog.take() {
            drop(watchdog.stdin.take());
            watchdog.wait().unwrap();
        }
    }

    /// Starts an empty server on the same port; returns when it answers.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        let version = Command::new("redis-server").arg("--version").output();
        assert!(
            version.is_ok(),
            "these tests need redis-server 7 or newer on the PATH: install the package \
             `redis-server` (Debian), `redis` (Homebrew, Fedora)"
        );
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "sh", &self.port.to_string(), self.options])
            .stdin(Stdio::piped())
            .spawn();
        self.watchdog = Some(watchdog.unwrap());
        for _ in 0..1000 {
            if self.command(&["PING"]).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("redis-server does not answer on port {}", self.port);
    }

    pub(crate) async fn flush(&self) {
        self.command(&["FLUSHALL"]).await.unwrap();
    }

    /// Holds every answer back from now on: the worst way to be away.
    pub(crate) async fn hang(&self, span: Duration) {
        let millis = span.as_millis().to_string();
        self.command(&["CLIENT", "PAUSE", &millis, "ALL"])
            .await
            .unwrap();
    }

    async fn command(&self, words: &[&str]) -> redis::RedisResult<String> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let mut command = redis::Cmd::new();
        command.arg(words);
        command.query_async(&mut connection).await
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server named by `TEST_REDIS_URL`, for tests that share one.
#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests, not of the server"
)]
pub(crate) fn given_url() -> Option<String> {
    std::env::var("TEST_REDIS_URL").ok()
}
