//! The pictures of `docs/pages.md`.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::chromium::{Browser, Setup, browse};
use crate::shelf::Shelf;

/// One page, seen in one way.
struct Shot {
    kind: &'static str,
    scheme: &'static str,
    width: u32,
    height: u32,
    /// How large it is drawn.
    scale: f64,
}

const fn wide(scheme: &'static str) -> Shot {
    Shot {
        kind: "en",
        scheme,
        width: 1280,
        height: 800,
        scale: 0.5,
    }
}

const fn narrow(kind: &'static str, scheme: &'static str) -> Shot {
    Shot {
        kind,
        scheme,
        width: 390,
        height: 844,
        scale: 0.9,
    }
}

/// What each picture is put together from, row by row.
const ROWS: [&[Shot]; 2] = [
    &[wide("light"), wide("dark")],
    &[
        narrow("en", "light"),
        narrow("en", "dark"),
        narrow("ar", "light"),
    ],
];

/// Longer pages are cut off here, in CSS pixels.
const LONGEST: u64 = 1500;

impl Browser {
    /// What stands in the window, down to `height`, as it would be sent.
    async fn capture(&self, width: u64, height: u64, scale: f64, format: Value) -> String {
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": scale});
        let mut options = json!({"captureBeyondViewport": true, "clip": clip});
        let members = options.as_object_mut().unwrap();
        members.extend(format.as_object().unwrap().clone());
        let captured = self.tool("Page.captureScreenshot", options).await;
        captured["data"].as_str().unwrap().to_owned()
    }

    async fn number(&self, script: &str) -> u64 {
        self.ask(script).await.as_u64().unwrap()
    }

    async fn take(&self, samples: &Shelf, name: &str, way: &Shot) -> String {
        self.prefer(way.scheme).await;
        self.resize(way.width, way.height).await;
        self.open(&samples.address(way.kind, name)).await;
        let height = self.number("document.documentElement.scrollHeight").await;
        let format = json!({"format": "png"});
        self.capture(way.width.into(), height.min(LONGEST), way.scale, format)
            .await
    }

    /// All ways to see a page on one sheet.
    async fn montage(&self, samples: &Shelf, name: &str) -> Vec<u8> {
        let mut sheet = "<div id=sheet style='display:inline-grid;gap:24px;padding:24px;\
                         background:#9aa39f'>"
            .to_owned();
        for row in ROWS {
            sheet.push_str("<div style='display:flex;gap:24px;align-items:start'>");
            for way in row {
                let picture = self.take(samples, name, way).await;
                sheet.extend(["<img src='data:image/png;base64,", &*picture, "'>"]);
            }
            sheet.push_str("</div>");
        }
        self.resize(1600, 1200).await;
        self.open("about:blank").await;
        let show = "const done = arguments[1];
                    document.body.style.margin = 0;
                    document.body.innerHTML = arguments[0];
                    Promise.all([...document.images].map(image => image.decode())).then(done);";
        let shown = vec![Value::String(sheet)];
        self.client().execute_async(show, shown).await.unwrap();
        let (width, height) = (
            self.number("document.getElementById('sheet').offsetWidth")
                .await,
            self.number("document.getElementById('sheet').offsetHeight")
                .await,
        );
        let format = json!({"format": "webp", "quality": 62});
        let picture = self.capture(width, height, 1.0, format).await;
        STANDARD.decode(picture).unwrap()
    }
}

#[tokio::test]
#[ignore = "writes into docs/"]
async fn writes_the_pictures() {
    browse(Setup::default(), |browser| async move {
        let shelf = Shelf::open().await;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(root.join("docs/pages.md")).unwrap();
        fs::create_dir_all(root.join("docs/pages")).unwrap();
        for link in page.split("](pages/").skip(1) {
            let (name, _) = link.split_once(".webp)").unwrap();
            assert!(shelf.names.contains(&name), "no sample is called {name}");
            let picture = browser.montage(&shelf, name).await;
            fs::write(root.join(format!("docs/pages/{name}.webp")), picture).unwrap();
        }
    })
    .await;
}
