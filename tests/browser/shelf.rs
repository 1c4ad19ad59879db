//! The samples of all pages behind a listener, under the policy that the product serves them with.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use vidimus::account::language::Language;

use crate::pages::{hostile, in_words_of, static_files};
use crate::product::Demo;

/// Where the applications of the samples are: the pages that show a picture or a frame of one are
/// allowed that one.
const APP: &str = "https://notes.example.com";

/// What stands at one address.
#[derive(Clone)]
struct Item {
    content_type: &'static str,
    body: String,
}

/// Everything, by its path.
struct Stock {
    items: BTreeMap<String, Item>,
    policy: String,
}

/// The samples, each at `/{kind}/{name}`. A kind is the tag of a language, or `hostile`.
pub(crate) struct Shelf {
    pub(crate) origin: String,
    /// The names of the samples, which are the same for each kind.
    pub(crate) names: Vec<&'static str>,
    _serving: JoinSet<()>,
}

impl Shelf {
    pub(crate) async fn open() -> Self {
        let mut items = static_items();
        let mut names = Vec::new();
        for language in Language::ALL {
            names = Vec::new();
            for (name, page) in in_words_of(language) {
                names.push(name);
                items.insert(format!("/{}/{name}", language.tag()), html(page));
            }
        }
        for (name, page) in hostile() {
            items.insert(format!("/hostile/{name}"), html(page));
        }
        let policy = policy_of_the_product().await;
        let stock = Arc::new(Stock { items, policy });
        let router = Router::new().fallback(get).with_state(stock);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            origin,
            names,
            _serving: serving,
        }
    }

    pub(crate) fn address(&self, kind: &str, name: &str) -> String {
        format!("{}/{kind}/{name}", self.origin)
    }
}

fn html(body: String) -> Item {
    Item {
        content_type: "text/html; charset=utf-8",
        body,
    }
}

fn static_items() -> BTreeMap<String, Item> {
    let mut items = BTreeMap::new();
    // Two pages go on by themselves, and would be gone before anybody had seen them.
    let hasty = [static_files::leave().url(), static_files::form_post().url()];
    for file in static_files::all() {
        let body = String::from_utf8(file.bytes.to_vec()).unwrap();
        let stays = !hasty.contains(&file.url());
        let item = Item {
            content_type: file.content_type,
            body: if stays { body } else { String::new() },
        };
        items.insert(file.url(), item);
    }
    items
}

/// What the product says of its own front page, and of the pages with something of an application.
async fn policy_of_the_product() -> String {
    let demo = Demo::start().await;
    let front = reqwest::Client::builder().no_proxy().build().unwrap();
    let front = front.get(&demo.origin).send().await.unwrap();
    let policy = front.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    let pictures = policy.replace("img-src 'self'", &format!("img-src 'self' {APP}"));
    assert_ne!(pictures, policy, "the policy says nothing of pictures");
    format!("{pictures}; frame-src {APP}")
}

/// The scripts of the sign-in page ask for this by themselves; here nobody has a passkey to offer.
const PASSKEY_OPTIONS: &str = "/login/passkey/options";

async fn get(State(stock): State<Arc<Stock>>, uri: Uri) -> Response {
    if uri.path() == PASSKEY_OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let Some(item) = stock.items.get(uri.path()).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (CONTENT_TYPE, item.content_type),
        (CONTENT_SECURITY_POLICY, &*stock.policy),
    ];
    (headers, item.body).into_response()
}
