//! Requests over real sockets: a client of the token endpoints, and a browser that signs in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::redirect::Policy;

use super::Answer;
use super::browser::attribute;
use super::clients::{CHALLENGE, VERIFIER};
use super::program::Site;

/// Where codes are sent; nobody listens there, and nobody goes there.
pub(crate) const REDIRECT: &str = "http://127.0.0.1:9/callback";

/// A confidential client of one server.
#[derive(Clone)]
pub(crate) struct WireClient {
    http: reqwest::Client,
    issuer: String,
    base: String,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl WireClient {
    /// Registers a first-party web client through the command line.
    pub(crate) fn register(site: &Site) -> Self {
        let done = site.run(&CREATE);
        Self::of(site, &done.json())
    }

    /// The client of a registration.
    pub(crate) fn of(site: &Site, registration: &serde_json::Value) -> Self {
        let member = |name: &str| registration[name].as_str().unwrap().to_owned();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none());
        Self {
            http: http.build().unwrap(),
            issuer: site.issuer(),
            base: format!("http://127.0.0.1:{}", site.port()),
            id: member("client_id"),
            secret: member("client_secret"),
        }
    }

    /// Posts a form with the client's secret. None: the answer was lost.
    pub(crate) async fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let basic = STANDARD.encode(format!("{}:{}", self.id, self.secret));
        let request = self.form(path, fields);
        send(request.header(AUTHORIZATION, format!("Basic {basic}"))).await
    }

    /// The same of a server that must answer.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.try_post(path, fields).await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.base));
        send(request).await.expect("an answer")
    }

    pub(crate) async fn redeem(&self, code: &str) -> Option<Answer> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.try_post("/token", &fields).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Option<Answer> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.try_post("/token", &fields).await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Answer {
        let request = self.http.get(format!("{}/userinfo", self.base));
        let bearer = request.header(AUTHORIZATION, format!("Bearer {access_token}"));
        send(bearer).await.expect("an answer")
    }

    pub(crate) async fn is_active(&self, token: &str) -> bool {
        let answer = self.post("/introspect", &[("token", token)]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["active"].as_bool().unwrap()
    }

    /// An authorization request with a session cookie. None: the answer was lost.
    pub(crate) async fn try_authorize(&self, cookie: &str) -> Option<Answer> {
        let request = self.http.get(self.authorize_url());
        send(request.header(COOKIE, cookie)).await
    }

    /// A code for the session of a cookie.
    pub(crate) async fn code(&self, cookie: &str) -> String {
        let answer = self.try_authorize(cookie).await.expect("an answer");
        answer
            .param("code")
            .unwrap_or_else(|| panic!("no code: {answer:?}"))
    }

    /// Redeems a new code.
    pub(crate) async fn tokens(&self, cookie: &str) -> serde_json::Value {
        let answer = self.redeem(&self.code(cookie).await).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Signs a person in through the pages.
    pub(crate) async fn sign_in(&self, username: &str, password: &str) -> SignIn {
        let start = send(self.http.get(self.authorize_url())).await.unwrap();
        let page = send(self.http.get(self.at_port(start.location())))
            .await
            .unwrap();
        let binding = cookie_of(&page).expect("a cookie that binds the form");
        let csrf = attribute(&page.body, "name=\"csrf\"", "value");
        let action = attribute(&page.body, "<form", "action");
        let action = action.strip_prefix(&self.issuer).unwrap_or(&action);
        let fields = [
            ("csrf", csrf.as_str()),
            ("username", username),
            ("password", password),
        ];
        let request = self.form(action, &fields);
        let answer = send(
            request
                .header(COOKIE, &binding)
                .header("accept", "text/html")
                .header("sec-fetch-site", "same-origin"),
        );
        SignIn {
            binding,
            csrf,
            answer: answer.await.unwrap(),
        }
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.http.post(format!("{}{path}", self.base));
        request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
    }

    fn authorize_url(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &self.id),
                ("redirect_uri", REDIRECT),
                ("scope", "openid email"),
                ("state", "st4te"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        format!("{}/authorize?{query}", self.base)
    }

    fn at_port(&self, address: &str) -> String {
        let path = address.strip_prefix(&self.issuer).unwrap_or(address);
        format!("{}{path}", self.base)
    }
}

/// What came of signing in.
pub(crate) struct SignIn {
    pub(crate) binding: String,
    pub(crate) csrf: String,
    pub(crate) answer: Answer,
}

impl SignIn {
    /// The session's cookie, as it is sent back.
    pub(crate) fn cookie(&self) -> String {
        assert_eq!(self.answer.status, 303, "{:?}", self.answer);
        cookie_of(&self.answer).expect("a session cookie")
    }
}

/// The command that registers a client for [`WireClient`].
pub(crate) const CREATE: [&str; 10] = [
    "--json",
    "client",
    "create",
    "--type",
    "web",
    "--name",
    "Notes",
    "--first-party",
    "--redirect-uri",
    REDIRECT,
];

fn cookie_of(answer: &Answer) -> Option<String> {
    let cookie = answer.header(SET_COOKIE.as_str())?;
    cookie.split(';').next().map(str::to_owned)
}

/// The answer, read whole; none when the server went away first.
async fn send(request: reqwest::RequestBuilder) -> Option<Answer> {
    let response = request.send().await.ok()?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.ok()?;
    Some(Answer {
        status,
        headers,
        body,
    })
}
