//! A browser: cookies, redirects by hand, forms by their names.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::World;
use super::wire::Wire;
use super::world::{ISSUER, PASSWORD};

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Where the answer redirects to.
    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
            .unwrap_or_else(|| panic!("no redirect: {self:?}"))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A parameter of the redirect's query or fragment.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        param_of(self.location(), name)
    }

    /// The same, of whatever was answered.
    pub(crate) fn param_if_any(&self, name: &str) -> Option<String> {
        let location = self.header(LOCATION.as_str())?;
        location
            .starts_with("http")
            .then(|| param_of(location, name))?
    }

    /// The wire code of an OAuth error.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }
}

/// A parameter of an address, in its query or its fragment.
pub(crate) fn param_of(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).unwrap();
    let fragment = url.fragment().unwrap_or_default().as_bytes();
    url.query_pairs()
        .chain(url::form_urlencoded::parse(fragment))
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Sends a request to a router in process.
pub(crate) async fn send(router: &Router, mut request: Request<Body>) -> Answer {
    let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
    if request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .is_none()
    {
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// Path and query of one of our addresses.
pub(crate) fn path_of(address: &str) -> &str {
    address.strip_prefix(ISSUER).unwrap_or(address)
}

/// How a browser's requests reach the server.
#[derive(Clone)]
enum Line {
    InProcess(Router),
    Wire(Arc<Wire>),
}

/// A browser with its cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    line: Line,
    issuer: String,
    agent: Option<&'static str>,
    /// The address that a trusted proxy names.
    forwarded: Option<String>,
    pub(crate) cookies: BTreeMap<String, String>,
    /// What its person reads, as `Accept-Language`.
    pub(crate) accepts: String,
}

impl Browser {
    pub(crate) fn at(world: &World) -> Self {
        Self {
            line: Line::InProcess(world.router.clone()),
            issuer: world.app.settings.issuer.clone(),
            agent: None,
            forwarded: None,
            cookies: BTreeMap::new(),
            accepts: "en".to_owned(),
        }
    }

    /// The same browser, at another node.
    pub(crate) fn on(&self, world: &World) -> Self {
        Self {
            cookies: self.cookies.clone(),
            ..Self::at(world)
        }
    }

    /// A browser that talks to listeners.
    pub(crate) fn over(wire: &Arc<Wire>) -> Self {
        Self {
            line: Line::Wire(wire.clone()),
            issuer: wire.issuer().to_owned(),
            agent: None,
            forwarded: None,
            cookies: BTreeMap::new(),
            accepts: "en".to_owned(),
        }
    }

    /// The same, calling itself something.
    pub(crate) fn called(mut self, agent: &'static str) -> Self {
        self.agent = Some(agent);
        self
    }

    /// The same, at another address, which a trusted proxy spells so.
    pub(crate) fn at_address(mut self, address: impl Into<String>) -> Self {
        self.forwarded = Some(address.into());
        self
    }

    async fn send(&mut self, request: Request<String>) -> Answer {
        let answer = match &self.line {
            Line::InProcess(router) => send(router, request.map(Body::from)).await,
            Line::Wire(wire) => wire.ask(request).await,
        };
        self.keep(answer)
    }

    /// Follows a link.
    pub(crate) async fn get(&mut self, address: &str) -> Answer {
        let request = self
            .request(Method::GET, address)
            .body(String::new())
            .unwrap();
        self.send(request).await
    }

    /// Presses a button of a form on `page`, with what was typed; boxes stay as the page has them.
    pub(crate) async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        self.submit_without(page, &[], fields).await
    }

    /// The same after some boxes were unticked, by their names.
    pub(crate) async fn submit_without(
        &mut self,
        page: &Answer,
        unticked: &[&str],
        fields: &[(&str, &str)],
    ) -> Answer {
        let csrf = attribute(&page.body, "name=\"csrf\"", "value");
        let mut all = vec![("csrf", csrf.as_str())];
        let boxes = ticked_boxes(&page.body);
        for name in unticked {
            assert!(boxes.iter().any(|own| own == name), "no {name} in {page:?}");
        }
        let ticked = boxes.iter().map(String::as_str);
        all.extend(
            ticked
                .filter(|own| !unticked.contains(own))
                .map(|own| (own, "on")),
        );
        all.extend(fields);
        self.post(&attribute(&page.body, "<form", "action"), &all)
            .await
    }

    /// Posts a form from one of our pages.
    pub(crate) async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .request(Method::POST, address)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("origin", "null")
            .body(body)
            .unwrap();
        self.send(request).await
    }

    fn request(&self, method: Method, address: &str) -> http::request::Builder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder();
        if let Some(agent) = self.agent {
            request = request.header(USER_AGENT, agent);
        }
        if let Some(address) = &self.forwarded {
            let proxy: SocketAddr = "10.0.0.1:4711".parse().unwrap();
            request = request
                .header("x-forwarded-for", address)
                .extension(ConnectInfo(proxy));
        }
        request
            .method(method)
            .uri(path_of(address))
            .header("accept", "text/html")
            .header("accept-language", &self.accepts)
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-dest", "document")
            .header(COOKIE, cookies.join("; "))
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for value in answer.headers.get_all(SET_COOKIE) {
            let text = value.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Opens an authorization request and does what the pages ask, as `username`, until the
    /// browser is sent to the client; gives that last redirect.
    pub(crate) async fn authorize(&mut self, address: &str, username: &str) -> Answer {
        let mut answer = self.until_consent(address, username).await;
        for _ in 0..6 {
            if answer.status == StatusCode::SEE_OTHER {
                let location = answer.location().to_owned();
                if !location.starts_with(&self.issuer) || location.contains("/error?") {
                    return answer;
                }
                answer = self.get(&location).await;
            } else if answer.body.contains("id=\"consent-approve\"") {
                answer = self.submit(&answer, &[("decision", "approve")]).await;
            } else {
                return answer;
            }
        }
        panic!("the pages go in circles: {answer:?}");
    }

    /// The same as far as the page that asks for consent, if it is shown.
    pub(crate) async fn until_consent(&mut self, address: &str, username: &str) -> Answer {
        let mut answer = self.get(address).await;
        for _ in 0..6 {
            if answer.status == StatusCode::SEE_OTHER {
                let location = answer.location().to_owned();
                if !location.starts_with(&self.issuer) || location.contains("/error?") {
                    return answer;
                }
                answer = self.get(&location).await;
            } else if answer.body.contains("id=\"login-submit\"") {
                let fields = [("username", username), ("password", PASSWORD)];
                answer = self.submit(&answer, &fields).await;
            } else {
                return answer;
            }
        }
        panic!("the pages go in circles: {answer:?}");
    }
}

/// The names of the boxes that are ticked on a page.
fn ticked_boxes(html: &str) -> Vec<String> {
    let tags = html.split("<input ").skip(1);
    tags.filter_map(|rest| rest.split('>').next())
        .filter(|tag| tag.contains("type=\"checkbox\"") && tag.contains(" checked"))
        .map(|tag| attribute(&format!("<input {tag}>"), "type=\"checkbox\"", "name"))
        .collect()
}

/// The value of an attribute of the first tag that has `mark`.
pub(crate) fn attribute(html: &str, mark: &str, name: &str) -> String {
    let at = html
        .find(mark)
        .unwrap_or_else(|| panic!("no {mark} in {html}"));
    let (before, after) = html.split_at(at + 1);
    let opening = before.rsplit('<').next().unwrap();
    let tag = format!("{opening}{}", after.split('>').next().unwrap());
    let value = tag
        .split(&format!("{name}=\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} in {tag}"))
        .split('"')
        .next()
        .unwrap();
    unescape(value)
}

fn unescape(text: &str) -> String {
    text.replace("&#x2f;", "/")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
