//! Chromium, driven through its own driver.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use crate::program::{Program, on_path};

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// One browser at a time: each is several processes.
static TURN: Mutex<()> = Mutex::const_new(());

/// How a browser differs from an ordinary one.
#[derive(Clone, Copy, Default)]
pub(crate) struct Setup {
    /// A screen of this size, in CSS pixels.
    pub(crate) screen: Option<(u32, u32)>,
    /// Whether the person likes dark pages.
    pub(crate) dark: bool,
    /// Whether scripts are switched off.
    pub(crate) no_scripts: bool,
}

impl Setup {
    fn capabilities(self, folder: &Path) -> Value {
        let mut flags = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            // A window of 320 pixels has 320 for the page, as on a telephone.
            "--hide-scrollbars".to_owned(),
            "--window-size=1280,900".to_owned(),
            // Nobody outside this machine has a part in any test.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
                .to_owned(),
            format!("--user-data-dir={}", folder.join("profile").display()),
        ];
        let scheme = u8::from(!self.dark);
        flags.push(format!("--blink-settings=preferredColorScheme={scheme}"));
        let mut options = json!({
            "binary": on_path(&["chromium", "chromium-browser", "google-chrome"]),
            "args": flags,
        });
        if let Some((width, height)) = self.screen {
            options["mobileEmulation"] = json!({"deviceMetrics": {
                "width": width, "height": height, "pixelRatio": 2.0, "touch": false,
            }});
        }
        options["prefs"] = json!({"download.default_directory": downloads(folder)});
        if self.no_scripts {
            options["prefs"]["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        })
    }
}

/// Where a browser puts what is saved.
fn downloads(folder: &Path) -> PathBuf {
    folder.join("saved")
}

/// A browser window.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Arc<Client>,
    folder: Arc<Path>,
}

/// Runs a test body in a new browser, and closes it whatever happens.
pub(crate) async fn browse<F, Body>(setup: Setup, body: F)
where
    F: FnOnce(Browser) -> Body,
    Body: Future<Output = ()> + Send + 'static,
{
    browse_in([setup], |[browser]| body(browser)).await;
}

/// The same in several browsers, which know nothing of each other.
pub(crate) async fn browse_in<const N: usize, F, Body>(setups: [Setup; N], body: F)
where
    F: FnOnce([Browser; N]) -> Body,
    Body: Future<Output = ()> + Send + 'static,
{
    let _turn = TURN.lock().await;
    let path = on_path(&["chromedriver"]);
    let mut driver = Program::start("chromedriver", &path, &["--port=0"]);
    let port = driver.says(driver_port).await;
    let mut browsers = Vec::new();
    for (number, setup) in setups.into_iter().enumerate() {
        let folder = driver.folder().join(number.to_string());
        browsers.push(Browser::start(setup, port, &folder).await);
    }
    let mut bodies = JoinSet::new();
    let Ok(given) = <[Browser; N]>::try_from(browsers.clone()) else {
        unreachable!("there is one for each setup");
    };
    bodies.spawn(body(given));
    let outcome = bodies.join_next().await.unwrap();
    for (number, browser) in browsers.into_iter().enumerate() {
        if outcome.is_err() {
            browser.screenshot(&format!("last-failure-{number}")).await;
        }
        // Only the driver can end all processes of its browser.
        browser.client.as_ref().clone().close().await.unwrap();
    }
    if let Err(failure) = outcome {
        resume_unwind(failure.into_panic());
    }
}

/// `ChromeDriver was started successfully on port 40123.`
fn driver_port(said: &str) -> Option<u16> {
    let (_, after) = said.split_once("successfully on port ")?;
    let (port, _) = after.split_once('.')?;
    port.parse().ok()
}

impl Browser {
    async fn start(setup: Setup, port: u16, folder: &Path) -> Self {
        let Value::Object(capabilities) = setup.capabilities(folder) else {
            unreachable!("capabilities are an object");
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("no browser: {error}"));
        Self {
            client: Arc::new(client),
            folder: folder.into(),
        }
    }

    /// The line to the driver.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for a file that the person has saved; its text.
    pub(crate) async fn saved(&self, name: &str) -> String {
        let path = downloads(&self.folder).join(name);
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(Duration::from_millis(25));
        loop {
            looks.tick().await;
            // It has its name when it is whole.
            if let Ok(text) = std::fs::read_to_string(&path) {
                return text;
            }
            let late = Instant::now() > deadline;
            assert!(!late, "{} is not there", path.display());
        }
    }

    pub(crate) async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    pub(crate) async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    pub(crate) async fn title(&self) -> String {
        self.client.title().await.unwrap()
    }

    /// Waits for the element with this id.
    pub(crate) async fn element(&self, id: &str) -> Element {
        self.first_of(&[id]).await.1
    }

    /// Waits for whichever of these ids comes first.
    pub(crate) async fn first_of<'i>(&self, ids: &[&'i str]) -> (&'i str, Element) {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(Duration::from_millis(25));
        loop {
            looks.tick().await;
            for id in ids {
                if let Ok(element) = self.client.find(Locator::Id(id)).await {
                    return (id, element);
                }
            }
            if Instant::now() > deadline {
                self.give_up(&format!("none of {ids:?} appeared")).await;
            }
        }
    }

    /// Waits until an element's text holds something; the text.
    pub(crate) async fn reads(&self, id: &str, wanted: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(Duration::from_millis(25));
        let mut last = String::new();
        loop {
            looks.tick().await;
            // Between two pages the element is gone for a moment.
            if let Ok(element) = self.client.find(Locator::Id(id)).await
                && let Ok(text) = element.text().await
            {
                last = text;
            }
            if last.contains(wanted) {
                return last;
            }
            if Instant::now() > deadline {
                self.give_up(&format!("{id} reads {last:?}, not {wanted:?}"))
                    .await;
            }
        }
    }

    async fn give_up(&self, why: &str) -> ! {
        let address = self.address().await;
        let source = self.client.source().await.unwrap_or_default();
        panic!("{why} at {address}:\n{source}");
    }

    pub(crate) async fn click(&self, id: &str) {
        self.element(id).await.click().await.unwrap();
    }

    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let field = self.element(id).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// The live value of a property.
    pub(crate) async fn property(&self, id: &str, name: &str) -> String {
        let element = self.element(id).await;
        element.prop(name).await.unwrap().unwrap_or_default()
    }

    /// The texts of all elements that a CSS selector finds.
    pub(crate) async fn texts(&self, selector: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::Css(selector)).await.unwrap() {
            texts.push(element.text().await.unwrap());
        }
        texts
    }

    /// How many elements a CSS selector finds.
    pub(crate) async fn count(&self, selector: &str) -> usize {
        self.client
            .find_all(Locator::Css(selector))
            .await
            .unwrap()
            .len()
    }

    /// Waits until there is no element with this id any more.
    pub(crate) async fn gone(&self, id: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(Duration::from_millis(25));
        while self.client.find(Locator::Id(id)).await.is_ok() {
            looks.tick().await;
            if Instant::now() > deadline {
                self.give_up(&format!("{id} is still there")).await;
            }
        }
    }

    /// A command of the driver's that is none of every driver's.
    pub(crate) async fn command(
        &self,
        command: impl WebDriverCompatibleCommand + Send + 'static,
    ) -> Result<Value, CmdError> {
        self.client.issue_cmd(command).await
    }

    /// The result of a script, run by the driver even where pages may not.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        let script = format!("return {script};");
        self.client.execute(&script, Vec::new()).await.unwrap()
    }

    pub(crate) async fn screenshot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}
