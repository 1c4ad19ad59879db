//! The suite's browser: it does what the pages ask, and tells where it ended.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Method, Request as HttpRequest, StatusCode};

use super::person::USERNAME;
use super::{Provider, Request};
use crate::support::Answer;
use crate::support::browser::{attribute, path_of, send};
use crate::support::world::{ISSUER, PASSWORD};

/// A page that a person had to deal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Page {
    Login,
    Consent,
}

/// Where an answer was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Place {
    Query,
    Fragment,
    FormPost,
}

/// Where the browser ended.
#[derive(Debug, Clone)]
pub(in super::super) enum Landing {
    /// At an address, with what was put there.
    Client {
        address: String,
        place: Place,
        parameters: BTreeMap<String, String>,
    },
    /// At our error page.
    ErrorPage(Answer),
}

/// A visit to the authorization endpoint.
#[derive(Debug, Clone)]
pub(in super::super) struct Visit {
    pub(in super::super) pages: Vec<Page>,
    pub(in super::super) landing: Landing,
}

/// Redirects and pages of one request.
const STEPS: usize = 12;

impl Provider {
    /// Opens a request in the browser.
    pub(in super::super) async fn visit(&mut self, request: &Request) -> Visit {
        let address = request.address(self.endpoint("authorization_endpoint"));
        let answer = self.browser.get(&address).await;
        self.go_on(&address, answer).await
    }

    /// Sends a request as a form from a page of the suite, which is another site: the browser
    /// withholds its cookies.
    pub(in super::super) async fn visit_by_post(&mut self, request: &Request) -> Visit {
        let address = self.endpoint("authorization_endpoint").to_owned();
        let sent = HttpRequest::builder()
            .method(Method::POST)
            .uri(path_of(&address))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html")
            .header("origin", "https://suite.example.test")
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .body(Body::from(request.encoded()))
            .unwrap();
        let answer = send(&self.world.router, sent).await;
        self.go_on(&address, answer).await
    }

    async fn go_on(&mut self, address: &str, mut answer: Answer) -> Visit {
        let (mut address, mut pages) = (address.to_owned(), Vec::new());
        for _ in 0..STEPS {
            if answer.status == StatusCode::SEE_OTHER {
                address = absolute(answer.location());
                if !address.starts_with(ISSUER) {
                    let landing = redirected(&address);
                    return Visit { pages, landing };
                }
                answer = self.browser.get(&address).await;
                continue;
            }
            check_page(&answer);
            let shows = |id: &str| answer.body.contains(&format!("id=\"{id}\""));
            if shows("login-submit") {
                assert!(at(&address, "/login") && shows("username") && shows("password"));
                pages.push(Page::Login);
                let typed = [("username", USERNAME), ("password", PASSWORD)];
                answer = self.browser.submit(&answer, &typed).await;
            } else if shows("consent-approve") {
                assert!(at(&address, "/consent") && shows("consent-deny"));
                pages.push(Page::Consent);
                let pressed = [("decision", "approve")];
                answer = self.browser.submit(&answer, &pressed).await;
            } else if shows("form-post") {
                let landing = self.posted(&answer).await;
                return Visit { pages, landing };
            } else {
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
                assert!(at(&address, "/error"), "{address}");
                let landing = Landing::ErrorPage(answer);
                return Visit { pages, landing };
            }
        }
        panic!("the pages go in circles: {answer:?}");
    }

    /// The page that posts itself: its script is there and may run, and its form leads only to the
    /// client (OAuth 2.0 Form Post Response Mode §2).
    async fn posted(&mut self, page: &Answer) -> Landing {
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'"), "{policy}");
        let refused = policy.contains("form-action");
        assert!(
            !refused,
            "a browser that follows this would not post: {policy}"
        );
        let (_, script) = page.body.rsplit_once("<script src=\"").unwrap();
        let script = script.split('"').next().unwrap().replace("&#x2f;", "/");
        let script = self.browser.get(&absolute(&script)).await;
        assert_eq!(script.status, StatusCode::OK, "{script:?}");
        assert!(script.body.contains(".submit()"), "{script:?}");
        let method = attribute(&page.body, "id=\"form-post\"", "method");
        assert_eq!(method, "post");
        assert!(!page.body.contains("enctype"), "the usual encoding");
        let mut parameters = BTreeMap::new();
        for field in page.body.split("<input ").skip(1) {
            let tag = format!("<input {}>", field.split('>').next().unwrap());
            let name = attribute(&tag, "<input", "name");
            let value = attribute(&tag, "<input", "value");
            assert!(parameters.insert(name, value).is_none(), "twice: {tag}");
        }
        Landing::Client {
            address: attribute(&page.body, "id=\"form-post\"", "action"),
            place: Place::FormPost,
            parameters,
        }
    }
}

/// A page that needs no script, leads nowhere by itself, and can be read.
fn check_page(page: &Answer) {
    let kind = page.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("text/html"), "{page:?}");
    assert_eq!(page.header("refresh"), None);
    assert!(!page.body.contains("http-equiv"), "{page:?}");
}

fn at(address: &str, path: &str) -> bool {
    url::Url::parse(address).unwrap().path() == path
}

fn absolute(address: &str) -> String {
    if address.starts_with('/') {
        format!("{ISSUER}{address}")
    } else {
        address.to_owned()
    }
}

/// What a redirect to the client carries: in the query or in the fragment, never in both.
fn redirected(address: &str) -> Landing {
    let parsed = url::Url::parse(address).unwrap();
    let (place, added) = match parsed.fragment() {
        Some(fragment) => (Place::Fragment, fragment),
        None => (Place::Query, parsed.query().unwrap_or_default()),
    };
    let mut parameters = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(added.as_bytes()).into_owned() {
        let before = parameters.insert(name, value);
        assert!(before.is_none(), "a parameter twice: {address}");
    }
    Landing::Client {
        address: address.to_owned(),
        place,
        parameters,
    }
}
