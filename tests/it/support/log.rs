//! The log of a test, at its most talkative.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, set_default};

/// Beside another log that takes everything, what is logged first by a thread without one is not
/// taken for what nobody wants.
static ANOTHER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What this thread logs from the beginning to the end.
pub(crate) struct Log {
    lines: Lines,
    _here: DefaultGuard,
}

impl Log {
    pub(crate) fn begin() -> Self {
        LazyLock::force(&ANOTHER);
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        Self {
            lines,
            _here: set_default(subscriber),
        }
    }

    pub(crate) fn end(self) -> String {
        let lines = self.lines.0.lock().unwrap().clone();
        String::from_utf8(lines).unwrap()
    }
}
