//! What axe-core finds on a page, and whether the page keeps to our own conventions.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use crate::chromium::Browser;

/// Where `tests/clients/run` puts it.
const AXE: &str = "target/clients/node/node_modules/axe-core/axe.min.js";

/// What it is asked, and what is looked for beside it.
const EXAMINE: &str = include_str!("examine.js");

/// What was seen of one page.
#[derive(Deserialize)]
pub(crate) struct Seen {
    /// What is not as it should be, a line for each element.
    pub(crate) findings: Vec<String>,
    /// Bytes of the page with all that it loads.
    pub(crate) weight: u64,
    /// Bytes of its scripts.
    pub(crate) scripts: u64,
    /// By how many pixels it is wider than the window.
    pub(crate) overhang: i64,
}

impl Browser {
    /// Has every page from now on bring axe along, beside what the page itself may load.
    pub(crate) async fn bring_axe(&self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE);
        let source = fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "{}: {error}. Run tests/clients/run once: it installs axe-core",
                path.display()
            )
        });
        let script = json!({"source": source});
        self.tool("Page.addScriptToEvaluateOnNewDocument", script)
            .await;
    }

    /// Examines the page as it stands, with its colours or without.
    pub(crate) async fn examine(&self, colours: bool) -> Seen {
        let colours = vec![json!(colours)];
        let seen = self.client().execute_async(EXAMINE, colours).await;
        serde_json::from_value(seen.unwrap()).unwrap()
    }
}
