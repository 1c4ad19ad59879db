//! The tools that Chromium has of its own, beside those of every driver.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::chromium::Browser;

/// One call of a tool, by its path below the session.
#[derive(Debug)]
struct Call {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Call {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Calls a tool by its name in Chromium's protocol.
    pub(crate) async fn tool(&self, name: &str, parameters: Value) -> Value {
        let body = json!({"cmd": name, "params": parameters});
        self.call("goog/cdp/execute", body).await
    }

    /// What the console has complained of since it was last asked, as far as pages can help it:
    /// whoever is named in a sample does not exist.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let lines = self.call("se/log", json!({"type": "browser"})).await;
        let lines = lines.as_array().cloned().unwrap_or_default();
        lines
            .iter()
            .filter(|line| line["level"] != "INFO")
            .map(|line| format!("{}: {}", line["level"], line["message"]))
            .filter(|line| !line.contains("net::ERR_NAME_NOT_RESOLVED"))
            .collect()
    }

    /// Gives the window another size, in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.tool("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Says how the person likes pages: `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        let features = json!({"features": [feature]});
        self.tool("Emulation.setEmulatedMedia", features).await;
    }

    async fn call(&self, path: &'static str, body: Value) -> Value {
        let call = Call { path, body };
        self.client().issue_cmd(call).await.unwrap()
    }
}
