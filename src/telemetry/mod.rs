//! The log: where it goes and in which form.
//!
//! Owns: the subscriber. What is logged is decided where it happens; secrets are kept out by their
//! types, whose `Debug` prints nothing.

use std::io::IsTerminal as _;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{Log, LogFormat};

/// The form of lines, settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

/// Sends the log to standard error for the rest of the process.
pub fn init(log: &Log) -> Result<(), TryInitError> {
    let form = form(log.format, std::io::stderr().is_terminal());
    subscriber(log, form, std::io::stderr).try_init()
}

fn form(format: LogFormat, terminal: bool) -> Form {
    match (format, terminal) {
        (LogFormat::Text, _) | (LogFormat::Auto, true) => Form::Text,
        (LogFormat::Json, _) | (LogFormat::Auto, false) => Form::Json,
    }
}

fn subscriber<W>(log: &Log, form: Form, writer: W) -> impl SubscriberInitExt + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // `Config` has parsed the directives before; an unreadable one would only be left out.
    let filter = EnvFilter::builder().parse_lossy(&log.level);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match form {
        Form::Text => lines.with_target(false).boxed(),
        Form::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(filter).with(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Write;
    use std::sync::{Arc, Mutex};

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

    #[test]
    fn picks_text_for_people_and_json_for_machines() {
        assert_eq!(form(LogFormat::Auto, true), Form::Text);
        assert_eq!(form(LogFormat::Auto, false), Form::Json);
        assert_eq!(form(LogFormat::Text, false), Form::Text);
        assert_eq!(form(LogFormat::Json, true), Form::Json);
    }

    #[test]
    fn writes_one_json_object_a_line_at_the_level_asked_for() {
        let lines = Lines::default();
        let log = Log {
            format: LogFormat::Json,
            level: "info".to_owned(),
        };
        let writer = lines.clone();
        let guard = subscriber(&log, Form::Json, move || writer.clone()).set_default();
        tracing::info!(issuer = "https://id.example.com", "ready");
        tracing::debug!("not shown");
        drop(guard);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!(line["message"], "ready");
        assert_eq!(line["issuer"], "https://id.example.com");
        assert_eq!(line["level"], "INFO");
    }
}
