//! The product itself, in demo mode.

use std::path::Path;

use crate::program::Program;

/// A running `vidimus demo`.
pub(crate) struct Demo {
    /// Where everything is: `http://localhost:40123`.
    pub(crate) origin: String,
    program: Program,
}

impl Demo {
    /// Starts it on a free port.
    pub(crate) async fn start() -> Self {
        let path = Path::new(env!("CARGO_BIN_EXE_vidimus"));
        let mut program = Program::start("vidimus", path, &["demo", "--port", "0"]);
        let origin = program.says(origin_of).await;
        Self { origin, program }
    }

    /// The demo application's address.
    pub(crate) fn app(&self) -> String {
        format!("{}/demo", self.origin)
    }

    /// What the product has said so far.
    pub(crate) fn said(&self) -> String {
        self.program.said()
    }
}

/// The origin of the first `http://localhost:N/demo` that is followed by white space.
fn origin_of(said: &str) -> Option<String> {
    let (before, after) = said.split_once("/demo")?;
    if !after.starts_with(char::is_whitespace) {
        return None;
    }
    let start = before.rfind("http://localhost:")?;
    Some(before.get(start..)?.to_owned())
}
